"""What the gateway does by itself: follow the event log for the streams, and forget old rows."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any

from services.gateway.adapters.hub import Hub
from services.gateway.domain.remembered import Remembered
from services.gateway.domain.report_mails import KEPT_UNCONFIRMED
from services.gateway.store import (
    access,
    chats,
    deliveries,
    event_log,
    journal,
    notices,
    people,
    report_readers,
    snoozes,
)
from shared import clock
from shared.db import Database
from shared.errors import UnavailableError
from shared.log import get_logger

log = get_logger(__name__)
_AT_ONCE = 1000
_POLL_S = 5.0
"""In case a notification was lost with its connection."""
_CLEAN_EVERY_S = 600.0
_CLEAN_AT_ONCE = 5000
_KEEP_LOGINS = timedelta(days=7)


async def follow_event_log(
    stop: asyncio.Event, *, db: Database, hub: Hub, remembered: Remembered
) -> None:
    """Bring every new event to the hub within milliseconds of its commit, in order."""
    await _start(db, hub)
    bell = asyncio.Event()

    def on_events(*_: Any) -> None:
        bell.set()

    def on_access(*_: Any) -> None:
        remembered.forget_all()

    try:
        async with db.listening() as connection:
            await connection.add_listener(event_log.CHANNEL, on_events)
            await connection.add_listener(access.CHANNEL, on_access)
            connection.add_termination_listener(on_events)
            while not stop.is_set() and not connection.is_closed():
                bell.clear()
                await _read_new(db, hub)
                await first_of(bell, stop, seconds=_POLL_S)
        require_end(stop)
    finally:
        # What was told while nobody listened is not known, so nothing remembered may be believed.
        remembered.forget_all()
        if stop.is_set():
            hub.close()


async def forget_old_rows(stop: asyncio.Event, *, db: Database, event_days: int) -> None:
    """Keep the log of events, the stored answers and the sessions within their times."""
    while not stop.is_set():
        now = clock.now()
        async with db.begin() as tx:
            await people.remove_expired(tx, now=now, keep=_KEEP_LOGINS)
            await chats.remove_expired(tx, now=now)
            await snoozes.remove_over(tx, now=now)
        old = now - timedelta(days=event_days)
        for remove in (
            partial(journal.remove_old_answers, now=now),
            partial(event_log.remove_old, before=old),
            partial(deliveries.remove_old, before=old),
            partial(notices.remove_old, before=now - notices.KEPT),
            partial(report_readers.remove_unconfirmed, before=now - KEPT_UNCONFIRMED),
        ):
            await _remove_all(stop, db, remove)
        await first_of(stop, seconds=_CLEAN_EVERY_S)


async def _remove_all(
    stop: asyncio.Event, db: Database, remove: Callable[..., Awaitable[int]]
) -> None:
    removed = _CLEAN_AT_ONCE
    while removed == _CLEAN_AT_ONCE and not stop.is_set():
        async with db.begin() as tx:
            removed = await remove(tx, limit=_CLEAN_AT_ONCE)


async def _start(db: Database, hub: Hub) -> None:
    if hub.newest:
        return
    async with db.begin() as tx:
        _, newest = await event_log.get_bounds(tx)
    hub.start(newest)


async def _read_new(db: Database, hub: Hub) -> None:
    found = _AT_ONCE
    while found == _AT_ONCE:
        async with db.begin() as tx:
            events = await event_log.list_after(tx, hub.newest, limit=_AT_ONCE)
        hub.feed(events)
        found = len(events)


def require_end(stop: asyncio.Event) -> None:
    """Raise unless the loop was asked to end: one that lost its connection must be started again."""
    if not stop.is_set():
        raise UnavailableError("The connection that tells of new events is gone")


async def first_of(*events: asyncio.Event, seconds: float) -> None:
    """Wait until one of the events is set, or so many seconds."""
    try:
        async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
            waits = [group.create_task(event.wait()) for event in events]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for wait in waits:
                wait.cancel()
    except TimeoutError:
        return
