"""Forgets what nobody needs any more: tombstones, targets without links, robots.txt, old evidence."""

import asyncio
from datetime import datetime, timedelta

from services.crawler.domain.sibling import KEPT
from services.crawler.store import (
    candidates,
    cleaning,
    costs,
    findings,
    rendered,
    retention,
    robots,
    searches,
    siblings,
    sources,
    surveys,
)
from services.crawler.store.retention import Keep
from shared import clock as house_clock
from shared.clock import Clock
from shared.db import Database, Tx

_EVERY = timedelta(hours=6)
_EVIDENCE_EVERY = timedelta(minutes=10)
_TOMBSTONES_LAST = timedelta(days=7)
_ROBOTS_LAST = timedelta(days=30)
_NAMED = timedelta(days=90)
_BATCH = 1_000
_COSTS_LAST = timedelta(days=400)
_SEARCHES_LAST = timedelta(days=400)
_UNTRUE_LAST = timedelta(days=7)
_UPLOADS_LAST = timedelta(days=1)
_FEW = 200
"""Evidence removed in one transaction: bodies are large."""


async def keep_house(stop: asyncio.Event, *, db: Database, clock: Clock = house_clock.now) -> None:
    """Clean a few times a day, in small transactions, until `stop`."""
    while not stop.is_set():
        await clean(db, clock=clock, stop=stop)
        await _rest(stop, _EVERY)


async def keep_evidence(
    stop: asyncio.Event, *, db: Database, keep: Keep, clock: Clock = house_clock.now
) -> None:
    """Hold evidence to its bounds every few minutes, until `stop`: first looks bring much at once."""
    while not stop.is_set():
        await expire_evidence(db, keep, clock=clock, stop=stop)
        await _rest(stop, _EVIDENCE_EVERY)


async def clean(db: Database, *, clock: Clock, stop: asyncio.Event) -> None:
    """Remove everything that is old enough."""
    now = clock()
    removed = _BATCH
    while removed >= _BATCH and not stop.is_set():
        async with db.begin() as tx:
            removed = await cleaning.remove_tombstones(tx, now - _TOMBSTONES_LAST, limit=_BATCH)
            removed = max(removed, await cleaning.remove_targets(tx, limit=_BATCH))
            removed = max(removed, await robots.remove_stale(tx, now - _ROBOTS_LAST, limit=_BATCH))
            removed = max(
                removed, await costs.remove_old(tx, (now - _COSTS_LAST).date(), limit=_BATCH)
            )
            removed = max(removed, await rendered.remove_old(tx, now.date(), limit=_BATCH))
            removed = max(removed, await sources.remove_stale(tx, now - _NAMED, limit=_BATCH))
            removed = max(removed, await siblings.remove_stale(tx, now - KEPT, limit=_BATCH))
            removed = max(removed, await _remove_searches(tx, now))


async def _remove_searches(tx: Tx, now: datetime) -> int:
    before = now - _SEARCHES_LAST
    return max(
        await searches.remove_old(tx, before, now - _UPLOADS_LAST, limit=_FEW),
        await candidates.remove_old(tx, before, limit=_BATCH),
        await candidates.remove_untrue(tx, now - _UNTRUE_LAST, limit=_BATCH),
        await findings.remove_old(tx, before, limit=_BATCH),
        await surveys.remove_old(tx, before, limit=_BATCH),
    )


async def expire_evidence(db: Database, keep: Keep, *, clock: Clock, stop: asyncio.Event) -> None:
    """Remove the content of evidence that is too old or too much, then what nobody needs any more."""
    now = clock()
    removed = _FEW
    while removed and not stop.is_set():
        async with db.begin() as tx:
            removed = await retention.expire(tx, keep, now, limit=_FEW)
    removed = _FEW
    while removed >= _FEW and not stop.is_set():
        async with db.begin() as tx:
            removed = await retention.remove_unneeded(tx, now, limit=_FEW)


async def _rest(stop: asyncio.Event, pause: timedelta) -> None:
    try:
        async with asyncio.timeout(pause.total_seconds()):
            await stop.wait()
    except TimeoutError:
        return
