"""Searches pages of others for ways to a link: reads each page, then asks each address that it links to."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from services.crawler.adapters.eyes import Eyes
from services.crawler.adapters.outlooks import ask, page_within
from services.crawler.domain.costs import Charge
from services.crawler.domain.discovery.candidates import SearchedSite
from services.crawler.domain.look import Look
from services.crawler.domain.survey.judging import (
    FRESH_FOR,
    Address,
    AddressState,
    after_look,
    seen,
)
from services.crawler.domain.survey.pages import survey_of
from services.crawler.jobs.looking import AT_ONCE, EyesOf, eyes_now
from services.crawler.metrics import OUTLINKS_ASKED, PAGES_SURVEYED
from services.crawler.store import costs, outlinks, sites, surveys
from services.crawler.store.outlinks import Taken
from services.crawler.store.surveys import Read, Wish
from shared import clock as house_clock
from shared import urls, words
from shared.clock import Clock
from shared.db import Database
from shared.errors import InvalidError
from shared.job_runner import JobRun
from shared.jobs import RowError
from shared.vocabulary import Reason

ASKED_AT_ONCE = 32
"""Mostly of as many domains: the first of each come first. Finding out whose turn it is costs as much for one."""
_SPENT = "What the site may take in a day was used up: search again tomorrow for the rest."


class Surveyor:
    """Performs jobs of kind `opportunities`; pages and addresses that were looked at are not asked again."""

    def __init__(
        self,
        db: Database,
        eyes_of: EyesOf,
        *,
        confirm_after: timedelta | None = None,
        clock: Clock = house_clock.now,
    ) -> None:
        self._db = db
        self._eyes_of = eyes_of
        self._confirm_after = confirm_after
        self._clock = clock

    async def __call__(self, run: JobRun) -> None:
        """Go on where the job stands: first the pages, then the addresses."""
        async with self._db.begin() as tx:
            site = None
            if run.job.site_id is not None:
                site = await sites.find_searched(tx, run.job.site_id)
        if site is None:
            raise InvalidError("The site of this search was deleted or is paused.")
        if await self._read_pages(run, site):
            await self._ask_addresses(run, site)

    # ---- pages --------------------------------------------------------------------------------------

    async def _read_pages(self, run: JobRun, site: SearchedSite) -> bool:
        """Read what waits; False if the site may spend no more today."""
        while True:
            if await self._is_spent(run, site):
                return False
            async with self._db.begin() as tx:
                wishes = await surveys.list_waiting(tx, run.job.job_id, limit=AT_ONCE)
                keys = [one.page_key for one in wishes]
                since = self._clock() - FRESH_FOR
                fresh = await surveys.list_fresh(tx, keys, since=since)
            if not wishes:
                return True
            read = await read_all(
                eyes_now(self._eyes_of),
                [one for one in wishes if one.page_key not in fresh],
                clock=self._clock,
            )
            await self._record_pages(run, site, wishes, read)

    async def _record_pages(
        self, run: JobRun, site: SearchedSite, wishes: Sequence[Wish], read: Sequence["Looked"]
    ) -> None:
        now = self._clock()
        keys = [one.page_key for one in wishes]
        async with run.step() as step:
            await surveys.save_read(step.tx, [one.read for one in read])
            await surveys.tell_pages(step.tx, site, keys)
            await outlinks.tell_dead(step.tx, site.site_id, keys, now)
            await surveys.end_wishes(step.tx, site.site_id, keys)
            await costs.add(step.tx, [_charge_pages(site, read, now.date())])
            step.done += len(wishes)
            step.duplicates += len(wishes) - len(read)
            waiting = await surveys.count_waiting(step.tx, run.job.job_id)
            step.total = run.job.done + len(wishes) + waiting
            failed = [one for one in read if one.read.surveyed.failure is not None]
            step.rejected += len(failed)
            step.errors += [
                _row_error(run.job.done + place + 1, one) for place, one in enumerate(failed)
            ]

    # ---- addresses ----------------------------------------------------------------------------------

    async def _ask_addresses(self, run: JobRun, site: SearchedSite) -> None:
        while not await self._is_spent(run, site):
            async with self._db.begin() as tx:
                taken = await outlinks.take(tx, run.job.job_id, self._clock(), limit=ASKED_AT_ONCE)
            if not taken:
                return  # others are at what is left, if anything is
            looked = await ask_all(eyes_now(self._eyes_of), taken)
            now = self._clock()
            judged = [(one, judged_of(one, look, self._confirm_after)) for one, look in looked]
            async with run.step() as step:
                await outlinks.save(step.tx, judged, now)
                charge = Charge(site.site_id, now.date())
                _add_looks(charge, [look for _, look in looked])
                await costs.add(step.tx, [charge])
                step.accepted += sum(
                    after.state in {AddressState.DOUBTFUL, AddressState.DEAD} for _, after in judged
                )
                step.done += len(looked)
                left = await outlinks.count_waiting(step.tx, run.job.job_id, now)
                step.total = run.job.done + len(looked) + left

    async def _is_spent(self, run: JobRun, site: SearchedSite) -> bool:
        async with self._db.begin() as tx:
            spent = site.site_id in await costs.find_spent(tx, self._clock().date())
        if spent:
            async with run.step() as step:
                step.errors.append(RowError(0, "", "budget-used-up", _SPENT))
        return spent


@dataclass(frozen=True, slots=True)
class Looked:
    """A page after it was asked for, and what that took."""

    read: Read
    requests: int
    wire_bytes: int


async def read_all(eyes: Eyes, wishes: Sequence[Wish], *, clock: Clock) -> list[Looked]:
    """Read some pages at once; each host is still asked one thing at a time."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_read(eyes, one, clock)) for one in wishes]
    return [task.result() for task in tasks]


async def _read(eyes: Eyes, wish: Wish, clock: Clock) -> Looked:
    page, fetched = await page_within(eyes, wish.url)
    surveyed = await asyncio.to_thread(survey_of, page, fetched)
    PAGES_SURVEYED.labels("failed" if surveyed.failure else "read").inc()
    url = urls.normalise(fetched.final_url) if surveyed.failure is None else wish.url
    return Looked(Read(wish, url, clock(), surveyed), len(fetched.hops) + 1, fetched.wire_bytes)


async def ask_all(eyes: Eyes, taken: Sequence[Taken]) -> list[tuple[Taken, Look]]:
    """Ask some addresses at once whether they answer."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(ask(eyes, one.url)) for one in taken]
    return [(one, task.result()) for one, task in zip(taken, tasks, strict=True)]


def judged_of(taken: Taken, look: Look, confirm_after: timedelta | None) -> Address:
    """Return what is known of an address after a look, and count it."""
    dead, told = seen(look)
    after = after_look(taken.known, dead, told, confirm_after=confirm_after)
    OUTLINKS_ASKED.labels(after.state).inc()
    return after


def _charge_pages(site: SearchedSite, read: Sequence[Looked], day: date) -> Charge:
    return Charge(
        site.site_id,
        day,
        checks=len(read),
        requests=sum(one.requests for one in read),
        wire_bytes=sum(one.wire_bytes for one in read),
    )


def _add_looks(charge: Charge, looks: Sequence[Look]) -> None:
    charge.checks += len(looks)
    charge.requests += sum(one.requests for one in looks)
    charge.wire_bytes += sum(one.wire_bytes for one in looks)


def _row_error(number: int, one: Looked) -> RowError:
    failure = one.read.surveyed.failure or Reason.UNREACHABLE
    detail = words.reason(failure).sentence
    return RowError(number, "", failure.value, detail, one.read.wish.url)
