"""Visits a sitemap, with the sitemaps of an index, or a feed: politely, and only for news."""

import asyncio
import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.crawler.adapters.pacer import HostBusyError
from services.crawler.adapters.politeness import Politeness, Visit
from services.crawler.adapters.web import Validators, Web
from services.crawler.domain.announcements import Announced, Reader, newest_first, news, pieces
from services.crawler.domain.fetched import Fetched
from services.crawler.domain.own_sitemap import Collected, OwnPages, named_in_robots
from services.crawler.domain.sources import USUAL_PLACES, Source, SourceKind, host_key
from shared import clock as house_clock
from shared.clock import Clock
from shared.vocabulary import Reason

MOST_OF_AN_INDEX = 5
"""Sitemaps of an index that one visit asks for; those that changed last come first."""

_HOPS = 3
_PATIENCE_S = 20.0
_VISIT_S = 300.0
_ACCEPT = {"Accept": "application/xml, application/atom+xml, application/rss+xml, text/xml;q=0.9"}
_GONE = frozenset({404, 410})
_LATER = frozenset({408, 425, 429})


class Ending(StrEnum):
    """What became of a visit."""

    READ = "read"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulletin:
    """What one visit brought: addresses that changed and when, and what the visit took.

    `etag` and `last_modified` may vouch for the document at the next visit.
    """

    ending: Ending
    changed: tuple[tuple[str, datetime], ...] = ()
    etag: str | None = None
    last_modified: str | None = None
    requests: int = 0
    wire_bytes: int = 0


class SourceReader:
    """Reads sources; trouble of the web or of a document is an ending, never an exception."""

    def __init__(self, web: Web, politeness: Politeness, *, clock: Clock = house_clock.now) -> None:
        self._web = web
        self._politeness = politeness
        self._clock = clock

    async def read(self, source: Source) -> Bulletin:
        """Visit a source, through the same gate as every page."""
        visit = self._politeness.visit(patience_s=_PATIENCE_S)
        bulletin = Bulletin(ending=Ending.FAILED)
        try:
            async with asyncio.timeout(_VISIT_S):
                bulletin = await self._read(source, visit)
        except (HostBusyError, TimeoutError):
            pass  # its turn comes again
        return Bulletin(
            ending=bulletin.ending,
            changed=bulletin.changed,
            etag=bulletin.etag,
            last_modified=bulletin.last_modified,
            requests=visit.requests,
            wire_bytes=visit.wire_bytes,
        )

    async def addresses(self, url: str) -> list[str]:
        """Return the pages that a sitemap names, or some of those of an index; none if it is none."""
        visit = self._politeness.visit(patience_s=_PATIENCE_S)
        try:
            fetched = await self._fetch(url, visit, None)
            if _is_no_answer(fetched):
                return []
            reader = await _parsed(fetched)
            entries = reader.entries
            if reader.is_index:
                source = Source(host=host_key(url), url=url, kind=SourceKind.SITEMAP)
                entries, _ = await self._below(reader, source, visit)
        except HostBusyError:
            return []
        return [entry.url for entry in entries]

    async def own_pages(self, hosts: Sequence[str], *, within_s: float) -> OwnPages:
        """Return the pages that a site's sitemaps name: those of its robots.txt, else where they lie."""
        found = Collected(hosts)
        visit = self._politeness.visit(patience_s=_PATIENCE_S)
        try:
            async with asyncio.timeout(within_s):
                for scheme in ("https", "http"):
                    if not found.urls:
                        await self._read_own(f"{scheme}://{hosts[0]}", found, visit)
        except (HostBusyError, TimeoutError):
            found.is_whole = False  # what was read so far is told
        return found.pages()

    async def _read_own(self, origin: str, found: Collected, visit: Visit) -> None:
        rules = await self._politeness.rules(origin, visit)
        named = named_in_robots(rules.robots.sitemaps, origin, found.hosts)
        for first in [named] if named else [[f"{origin}{path}"] for path in USUAL_PLACES]:
            if not found.urls:
                await self._read_all(first, found, visit, guessed=not named)

    async def _read_all(
        self, first: Sequence[str], found: Collected, visit: Visit, *, guessed: bool
    ) -> None:
        """Read sitemaps, and those that they name if they are indexes."""
        waiting = deque(first)
        while waiting:
            if not found.has_room:
                found.is_whole = False
                return
            url = waiting.popleft()
            fetched = await self._fetch(url, visit, None)
            if _is_no_answer(fetched):
                found.is_whole &= guessed and url in first  # a wrong guess hides no page
                continue
            reader = await _parsed(fetched)
            found.is_whole &= fetched.failure is None
            waiting.extend(found.take(reader.entries, is_index=reader.is_index))

    async def _read(self, source: Source, visit: Visit) -> Bulletin:
        known = None
        if source.etag or source.last_modified:
            known = Validators(source.url, source.etag, source.last_modified)
        fetched = await self._fetch(source.url, visit, known)
        if fetched.not_modified:
            return Bulletin(
                ending=Ending.UNCHANGED, etag=source.etag, last_modified=source.last_modified
            )
        if _is_no_answer(fetched):
            return Bulletin(ending=Ending.NONE if _is_none(fetched, source) else Ending.FAILED)
        reader = await _parsed(fetched)
        if reader.root is None:
            return Bulletin(ending=Ending.NONE)
        entries, is_whole = reader.entries, True
        if reader.is_index:
            entries, is_whole = await self._below(reader, source, visit)
        # Who says "not modified" of a document that was not read whole would hide the rest.
        may_vouch = is_whole and fetched.failure is None
        return Bulletin(
            ending=Ending.READ,
            changed=tuple(news(entries, source.kind, now=self._clock())),
            etag=fetched.header("etag") if may_vouch else None,
            last_modified=fetched.header("last-modified") if may_vouch else None,
        )

    async def _below(
        self, index: Reader, source: Source, visit: Visit
    ) -> tuple[list[Announced], bool]:
        """Return what the newest sitemaps of an index announce, and whether its dates told all."""
        # Of sitemaps with equal dates, or none, others come first each time.
        mixed = random.sample(index.entries, k=len(index.entries))
        own = [one for one in newest_first(mixed) if host_key(one.url) == source.host]
        entries: list[Announced] = []
        is_whole = all(one.changed_at is not None for one in own)
        for one in own[:MOST_OF_AN_INDEX]:
            fetched = await self._fetch(one.url, visit, None)
            if _is_no_answer(fetched):
                is_whole = False
                continue
            reader = await _parsed(fetched)
            if not reader.is_index:
                entries += reader.entries
        return entries, is_whole

    async def _fetch(self, url: str, visit: Visit, known: Validators | None) -> Fetched:
        return await self._web.fetch(
            url, gate=visit, validators=known, headers=_ACCEPT, max_hops=_HOPS
        )


def _is_no_answer(fetched: Fetched) -> bool:
    """Return whether there is nothing to read; the start of a large document is read."""
    if fetched.status != 200:
        return True
    return fetched.failure is not None and fetched.failure is not Reason.TOO_LARGE


def _is_none(fetched: Fetched, source: Source) -> bool:
    """Return whether there is no such source; of a guess any refusal says so."""
    status = fetched.status or 0
    refused = source.guessed and 400 <= status < 500 and status not in _LATER
    return status in _GONE or refused


async def _parsed(fetched: Fetched) -> Reader:
    """Read a document in steps, between which others have their turn."""
    reader = Reader(fetched.final_url)
    for piece in pieces(fetched.body):
        if not reader.feed(piece):
            break
        await asyncio.sleep(0)
    return reader
