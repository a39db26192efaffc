"""Delivers what is due, of many receivers at once and none waiting for another; webhooks and channels alike."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from services.gateway.domain.attempts import Attempt, Ending, next_attempt
from services.gateway.jobs.following import first_of, require_end
from shared import clock
from shared.db import Database, Tx
from shared.log import get_logger

log = get_logger(__name__)
_IN_FLIGHT = 100
_POLL_S = 5.0
_LAST_S = 3.0
"""How long what is on its way may take when this process stops; then it is sent again by the next."""

Claim = TypeVar("Claim")


class Outgoing(Protocol[Claim]):
    """One kind of messages that are delivered."""

    @property
    def bells(self) -> Sequence[str]:
        """Return the channels of the database that tell of something new."""

    async def prepare(self) -> None:
        """Make due what has come up since."""

    async def claim(self, tx: Tx, now: datetime, *, limit: int) -> Sequence[Claim]:
        """Take what is due; it is ours for the time of its lease."""

    async def next_due(self, tx: Tx) -> datetime | None:
        """Return when something is due that is not on its way."""

    async def tell(self, claimed: Claim) -> None:
        """Send it and write down what came of it."""


async def deliver(stop: asyncio.Event, *, db: Database, outgoings: Sequence[Outgoing[Any]]) -> None:
    """Send everything as soon as it is due; one connection listens for all kinds."""
    bell = asyncio.Event()
    bells = [name for outgoing in outgoings for name in outgoing.bells]
    async with _ringing(db, bells, bell) as connection, asyncio.TaskGroup() as group:
        lanes = [_Lane(outgoing, db, group, bell) for outgoing in outgoings]
        while not stop.is_set() and not connection.is_closed():
            bell.clear()
            await first_of(bell, stop, seconds=min([await lane.start_due() for lane in lanes]))
        await _finish({task for lane in lanes for task in lane.going})
    require_end(stop)


class _Lane(Generic[Claim]):
    """What is on its way of one kind; kinds do not wait for each other either."""

    def __init__(
        self,
        outgoing: Outgoing[Claim],
        db: Database,
        group: asyncio.TaskGroup,
        bell: asyncio.Event,
    ) -> None:
        self._outgoing = outgoing
        self._db = db
        self._group = group
        self._bell = bell
        self.going: set[asyncio.Task[None]] = set()

    async def start_due(self) -> float:
        """Set on its way what is due; returns in how many seconds there may be more."""
        await self._outgoing.prepare()
        now = clock.now()
        async with self._db.begin() as tx:
            room = _IN_FLIGHT - len(self.going)
            claimed = await self._outgoing.claim(tx, now, limit=room)
            due = None if claimed else await self._outgoing.next_due(tx)
        for one in claimed:
            task = self._group.create_task(self._tell(one))
            self.going.add(task)
            task.add_done_callback(self._end)
        return 0.0 if claimed else _pause(due, now)

    async def _tell(self, claimed: Claim) -> None:
        try:
            await self._outgoing.tell(claimed)
        except Exception:  # because one message must not end all others; its lease ends by itself
            log.exception("a message was not delivered", kind=type(self._outgoing).__name__)

    def _end(self, task: "asyncio.Task[None]") -> None:
        self.going.discard(task)
        self._bell.set()


def again_at(attempts: int, attempt: Attempt, *, now: datetime) -> datetime | None:
    """Return when a message is sent again that is not taken; None if it never is."""
    if attempt.ending is Ending.REFUSED:
        return None
    luck = random.random()  # noqa: S311 - spreads attempts, guards nothing
    return next_attempt(attempts, now=now, luck=luck, retry_after_s=attempt.retry_after_s)


@asynccontextmanager
async def _ringing(
    db: Database, channels: Sequence[str], bell: asyncio.Event
) -> AsyncIterator[Any]:
    """Ring at whatever is new; yield the connection, which is nothing worth once closed."""

    def ring(*_: Any) -> None:
        bell.set()

    async with db.listening() as connection:
        for channel in channels:
            await connection.add_listener(channel, ring)
        connection.add_termination_listener(ring)
        yield connection


def _pause(due: datetime | None, now: datetime) -> float:
    return _POLL_S if due is None else min(max((due - now).total_seconds(), 0.05), _POLL_S)


async def _finish(going: set["asyncio.Task[None]"]) -> None:
    """Give what is on its way a moment, then let go of it: its lease ends, and it is sent again."""
    if going:
        _, late = await asyncio.wait(going, timeout=_LAST_S)
        for task in late:
            task.cancel()
