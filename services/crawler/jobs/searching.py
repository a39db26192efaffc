"""Searches for links that nobody told of: reads a file, asks hosts for their pages, looks at them in turn."""

import asyncio
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import IO

from services.crawler.adapters.scout import Scouted, scout
from services.crawler.domain.costs import Charge
from services.crawler.domain.discovery.candidates import (
    FILES,
    MOST_PAGES,
    MOST_SEARCHED,
    MOST_URL,
    Candidate,
    Gathered,
    Place,
    SearchedSite,
    SearchSource,
    bounded,
    gather,
)
from services.crawler.jobs.looking import AT_ONCE, EyesOf, eyes_now, look_at, record
from services.crawler.store import candidates, costs, findings, searches, sites
from services.crawler.store.searches import Search
from shared import clock as house_clock
from shared.clock import Clock
from shared.db import Database, Tx
from shared.errors import InvalidError
from shared.job_runner import JobRun
from shared.stored_file import CHUNK, StoredFile
from shared.vocabulary import DiscoveryReason

_PATIENCE_S = 60.0  # so that a thread never outlives a loop that has ended
_SPENT = "What the site may take in a day was used up: the rest is looked at by the next search."
_MORE = f"Only {MOST_PAGES} pages are looked at in one search: the next one goes on."


class Searcher:
    """Performs jobs of kind `discovery`: what was read and asked is not read and asked again."""

    def __init__(self, db: Database, eyes_of: EyesOf, *, clock: Clock = house_clock.now) -> None:
        self._db = db
        self._eyes_of = eyes_of
        self._clock = clock

    async def __call__(self, run: JobRun) -> None:
        """Go on where the job stands: reading, asking, looking."""
        async with self._db.begin() as tx:
            search = await searches.find_by_job(tx, run.job.job_id)
            site = await sites.find_searched(tx, search.site_id) if search is not None else None
        if search is None or site is None:
            raise InvalidError("The site of this search was deleted or is paused.")
        if search.source in FILES and not run.job.cursor.get("is_read"):
            await self._read(run, search, site)
        await self._ask(run, search, site)
        await self._look(run, search, site)

    # ---- the file -----------------------------------------------------------------------------------

    async def _read(self, run: JobRun, search: Search, site: SearchedSite) -> None:
        """Read the file as a whole and store what it tells at once: a kill begins it anew."""
        stored = self._open(search)
        gathered = await asyncio.to_thread(_gathered, search.source, stored, site)
        now = self._clock()
        async with run.step() as step:
            kept = await candidates.add_candidates(step.tx, site, gathered.candidates, now)
            step.duplicates += len(gathered.candidates) - kept
            await findings.add_senders(step.tx, site, gathered.senders, now)
            await searches.end_reading(step.tx, search.search_id, gathered.notes)
            step.cursor = {"is_read": True, "places": _told(gathered.places)}

    def _open(self, search: Search) -> IO[bytes]:
        """Return the file for a thread that reads; the loop fetches one chunk at a time."""
        loop = asyncio.get_running_loop()

        async def fetch(number: int) -> bytes | None:
            async with self._db.begin() as tx:
                return await searches.get_chunk(tx, search.search_id, number)

        def in_thread(number: int) -> bytes | None:
            return asyncio.run_coroutine_threadsafe(fetch(number), loop).result(_PATIENCE_S)

        return io.BufferedReader(StoredFile(in_thread, size=search.bytes), CHUNK)

    # ---- hosts --------------------------------------------------------------------------------------

    async def _ask(self, run: JobRun, search: Search, site: SearchedSite) -> None:
        """Ask hosts for pages that may link: those whose pages are unknown, or that link already."""
        places = await self._places(run, site)
        at = int(run.job.cursor.get("asked", 0))
        while at < len(places):
            if await self._is_spent(site):
                return
            part = places[at : at + AT_ONCE]
            found = await self._scouted(search, part)
            now, at = self._clock(), at + len(part)
            async with run.step() as step:
                for scouted in found:
                    await _add_scouted(step.tx, search, site, scouted, now=now)
                step.done += len(part)
                step.total = len(places)
                step.cursor = {**run.job.cursor, "places": _told(places), "asked": at}

    async def _places(self, run: JobRun, site: SearchedSite) -> list[Place]:
        told = run.job.cursor.get("places")
        if told is not None:
            return [Place(home, datetime.fromisoformat(at) if at else None) for home, at in told]
        async with self._db.begin() as tx:
            hosts = await findings.list_linking_hosts(tx, site.site_id, limit=MOST_SEARCHED)
        return [Place(f"https://{host}/") for host in hosts]

    async def _scouted(self, search: Search, places: Sequence[Place]) -> list[Scouted]:
        eyes = eyes_now(self._eyes_of)
        with_below = search.source is not SearchSource.FEEDS
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(scout(eyes, one.home, near=one.near, with_below=with_below))
                for one in places
            ]
        return [task.result() for task in tasks]

    # ---- pages --------------------------------------------------------------------------------------

    async def _look(self, run: JobRun, search: Search, site: SearchedSite) -> None:
        """Look at what waits, the hosts in turns, until nothing waits or it is enough."""
        looked_at = int(run.job.cursor.get("looked", 0))
        while waiting := await self._count_waiting(site):
            if looked_at >= MOST_PAGES:
                return await self._note(run, search, _MORE)
            if await self._is_spent(site):
                return await self._note(run, search, _SPENT)
            async with self._db.begin() as tx:
                taken = await candidates.take(tx, site.site_id, self._clock(), limit=AT_ONCE)
            if not taken:
                return None  # another search has what is left
            looked = await look_at(eyes_now(self._eyes_of), site, taken)
            looked_at += len(looked)
            async with run.step() as step:
                step.accepted += await record(step.tx, site, looked, self._clock())
                step.done += len(looked)
                step.total = run.job.done + max(waiting, len(looked))
                step.cursor = {**run.job.cursor, "looked": looked_at}
        return None

    async def _count_waiting(self, site: SearchedSite) -> int:
        async with self._db.begin() as tx:
            return await candidates.count_waiting(tx, site.site_id)

    async def _is_spent(self, site: SearchedSite) -> bool:
        async with self._db.begin() as tx:
            return site.site_id in await costs.find_spent(tx, self._clock().date())

    async def _note(self, run: JobRun, search: Search, note: str) -> None:
        async with run.step() as step:
            await searches.add_note(step.tx, search.search_id, note)


def _gathered(source: SearchSource, file: IO[bytes], site: SearchedSite) -> Gathered:
    return gather(source, _chunks(file), site)


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk


def _told(places: Iterable[Place]) -> list[tuple[str, str | None]]:
    """Return places as the job's cursor keeps them."""
    return [(one.home, one.near.isoformat() if one.near else None) for one in places]


async def _add_scouted(
    tx: Tx, search: Search, site: SearchedSite, scouted: Scouted, *, now: datetime
) -> None:
    is_log = search.source is SearchSource.ACCESS_LOG
    reason = DiscoveryReason.REFERER if is_log else DiscoveryReason.PAGE_FOUND
    found = bounded(
        Candidate(url=url, reason=reason, guessed=True)
        for url in scouted.pages
        if len(url) <= MOST_URL
    )
    await candidates.add_candidates(tx, site, found, now)
    spent = Charge(
        site.site_id,
        now.date(),
        requests=scouted.requests,
        wire_bytes=scouted.wire_bytes,
    )
    await costs.add(tx, [spent])
