"""Asks hosts what is new on them, and brings the watched pages forward that changed since our look."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.crawler.adapters.sources import Bulletin, Ending, SourceReader
from services.crawler.domain.costs import Charge
from services.crawler.domain.sources import Source, host_key
from services.crawler.jobs import rounds
from services.crawler.metrics import PULLED, SOURCES
from services.crawler.store import costs
from services.crawler.store import sources as store
from shared import clock as house_clock
from shared import urls
from shared.clock import Clock
from shared.db import Database
from shared.log import get_logger
from shared.trouble import is_outage

log = get_logger(__name__)

AT_ONCE = 16
"""Sources that one process visits at the same time."""

_IDLE_S = 30.0


async def follow(
    stop: asyncio.Event, *, db: Database, reader: SourceReader, clock: Clock = house_clock.now
) -> None:
    """Visit sources in their turn until `stop`; visits that have begun are broken off then."""

    async def take() -> int:
        return await visit_due(db, reader, clock=clock)

    await rounds.follow(stop, take, what="visits of sources", rest_s=_IDLE_S)


async def visit_due(db: Database, reader: SourceReader, *, clock: Clock) -> int:
    """Visit some of the sources whose turn it is; returns how many there were."""
    now = clock()
    async with db.begin() as tx:
        due = await store.claim(tx, now, limit=AT_ONCE)
        spent = await costs.find_spent(tx, now.date()) if due else frozenset()
    async with asyncio.TaskGroup() as visits:
        for source in due:
            # A day's budget that is used up is used up for this as well: the next turn will do.
            if not spent.issuperset(source.sites):
                visits.create_task(_visit(db, reader, source, clock))
    return len(due)


async def _visit(db: Database, reader: SourceReader, source: Source, clock: Clock) -> None:
    try:
        bulletin = await reader.read(source)
        pulled = await _record(db, source, bulletin, clock())
    except Exception as error:  # because one source must not end the visits of all others
        if is_outage(error):
            log.warning("a visit was not written", url=source.url, why=repr(error))
        else:
            log.exception("source could not be read", url=source.url)
        SOURCES.labels(source.kind, Ending.FAILED).inc()
        return
    SOURCES.labels(source.kind, bulletin.ending).inc()
    PULLED.inc(pulled)


async def _record(db: Database, source: Source, bulletin: Bulletin, now: datetime) -> int:
    changed = [
        (urls.page_id(url), moment)
        for url, moment in bulletin.changed
        if host_key(url) == source.host
    ]
    async with db.begin() as tx:
        pulled = await store.bring_forward(tx, source.host, changed, now)
        await costs.add(tx, _charges(source.sites, bulletin, now))
        if bulletin.ending is Ending.NONE:
            await store.forget(tx, source, now)
        elif bulletin.ending is Ending.FAILED:
            await store.visited(tx, source, now, (source.etag, source.last_modified))
        else:
            # What did not fit this time is to be read again, whether or not it changes.
            is_done = pulled < store.MOST_PULLED
            marks = (bulletin.etag, bulletin.last_modified) if is_done else (None, None)
            await store.visited(tx, source, now, marks)
    return pulled


def _charges(sites: Sequence[UUID], bulletin: Bulletin, now: datetime) -> list[Charge]:
    """Share what a visit took among the sites that watch pages of the host."""
    return [
        Charge(
            site_id,
            now.date(),
            requests=bulletin.requests / len(sites),
            wire_bytes=bulletin.wire_bytes / len(sites),
        )
        for site_id in sorted(sites)
    ]
