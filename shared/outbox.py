"""Publishing: an event is a row written in your own transaction, and the relay carries rows to the bus."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from shared import bundles, copying
from shared.bus import Bus
from shared.bus.metrics import OUTBOX_OLDEST, RELAY_ACTIVE, RELAY_SECONDS
from shared.db import Database, Tx
from shared.errors import UnavailableError
from shared.events import Encoded, Event
from shared.ids import new_id_bytes
from shared.log import get_logger
from shared.metrics import OUTBOX_PENDING

log = get_logger(__name__)

WINDOW = 2_000
"""Most events that the relay carries at once; the bundle with which they are reached goes whole."""

OLDEST = """ARRAY(
    SELECT id FROM (
        SELECT id, sum(events) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) - events AS before
        FROM outbox ORDER BY id LIMIT $1
    ) oldest WHERE before < $1)"""
"""The ids of the oldest rows that have $1 events together, as SQL."""

_OLDEST_ROWS = (
    "SELECT id, event_id, name, body, queue, attempt, rung, events"
    f" FROM outbox WHERE id = ANY({OLDEST}) ORDER BY id"
)

_NOTIFY_EVERY_S = 0.05
_POLL_S = 0.25
_FIRST_POLL_S = 0.025
_LIVELY_S = 2.0
_IDLE_POLL_S = 1.0
_TAKEOVER_S = 1.0
_MEASURE_EVERY_S = 5.0
_RECONNECT_S = 0.5
_PENDING_CAP = 100_000

_last_notified: dict[str, float] = {}


@dataclass(frozen=True, slots=True)
class Row:
    """One event that waits to be carried, or a bundle; `queue` is set for a retry or a replay."""

    row_id: int
    event_id: UUID
    name: str
    body: bytes
    queue: str | None
    attempt: int
    rung: int | None
    events: int = 1

    def bodies(self) -> list[bytes]:
        """Return each event as JSON."""
        return [self.body] if self.events == 1 else bundles.events_of(self.body)


@dataclass(frozen=True, slots=True)
class Again:
    """An event that goes to one queue once more; without a rung it goes there at once."""

    event_id: UUID
    name: str
    body: bytes
    queue: str
    attempt: int
    rung: int | None = None


async def add(tx: Tx, events: Sequence[Event | Encoded]) -> None:
    """Publish events when, and only when, the transaction commits."""
    if not events:
        return
    await tx.run(
        "INSERT INTO outbox (event_id, name, body)"
        " SELECT * FROM unnest($1::uuid[], $2::text[], $3::bytea[])",
        [event.event_id for event in events],
        [event.name for event in events],
        [event.encode() for event in events],
    )
    await _ring(tx)


_BUNDLED = ("event_id", "name", "body", "events")
_BEGIN_BUNDLE = copying.begin_row(len(_BUNDLED)) + copying.UUID_LENGTH


async def add_bundled(tx: Tx, event: type[Event], frame: bytes, rows: Sequence[bytes]) -> None:
    """Publish events of one type by the hundred thousand, as `shared.bundles` puts them together."""
    if not event.packed:
        raise ValueError(f"{event.name} travels alone")
    if not rows:
        return
    found = list(bundles.bundles(frame, rows))
    named = copying.text(event.name)
    encoded = [
        copying.row((_BEGIN_BUNDLE, row_id, named, copying.raw(body), copying.integer(events)))
        for row_id, (events, body) in zip(new_id_bytes(len(found)), found, strict=True)
    ]
    await tx.copy_encoded("outbox", copying.table(encoded), _BUNDLED)
    await _ring(tx)


async def add_again(tx: Tx, again: Sequence[Again]) -> None:
    """Send events to one queue once more: retries and replays."""
    if not again:
        return
    await tx.run(
        "INSERT INTO outbox (event_id, name, body, queue, attempt, rung) SELECT * FROM"
        " unnest($1::uuid[], $2::text[], $3::bytea[], $4::text[], $5::int[], $6::int[])",
        [one.event_id for one in again],
        [one.name for one in again],
        [one.body for one in again],
        [one.queue for one in again],
        [one.attempt for one in again],
        [one.rung for one in again],
    )
    await _ring(tx)


async def _ring(tx: Tx) -> None:
    # A committing NOTIFY takes a lock of the whole database, so at most one every 50 ms: it is
    # only a hint, and right after work the relay polls often enough to find what comes meanwhile.
    now = time.monotonic()
    if now - _last_notified.get(tx.schema, 0.0) >= _NOTIFY_EVERY_S:
        _last_notified[tx.schema] = now
        await tx.run(f"NOTIFY {_channel(tx.schema)}")


def _channel(schema: str) -> str:
    return f'"{schema}.outbox"'


async def read_oldest(tx: Tx, limit: int) -> list[Row]:
    """Return the oldest rows, up to the one with which so many events are reached.

    Claimed by the relay's lock, not by row: there is one relay.
    """
    found = await tx.fetch(_OLDEST_ROWS, limit)
    return [Row(*row) for row in found]


async def remove(tx: Tx, row_ids: Sequence[int]) -> None:
    """Forget rows that the bus has."""
    await tx.run("DELETE FROM outbox WHERE id = ANY($1::bigint[])", list(row_ids))


async def oldest_seconds(tx: Tx) -> float:
    """Return the age of the oldest event that the bus does not have yet; 0 if there is none."""
    age = await tx.fetch_value(
        "SELECT extract(epoch FROM clock_timestamp() - created_at)::float"
        " FROM outbox ORDER BY id LIMIT 1"
    )
    return float(age or 0.0)


async def count_pending(tx: Tx) -> int:
    """Return how many events wait, counted no further than 100,000 rows."""
    return int(
        await tx.fetch_value(
            "SELECT coalesce(sum(events), 0) FROM (SELECT events FROM outbox LIMIT $1) AS pending",
            _PENDING_CAP,
        )
    )


class Relay:
    """Carries the outbox of one service to the bus, alone among all replicas of that service.

    The lock belongs to a database session: when that dies, with its process or without, another
    replica takes over, and what went out twice meanwhile is dropped by the inboxes.
    """

    def __init__(self, *, db: Database, bus: Bus, flush_s: float = 5.0) -> None:
        self._db = db
        self._bus = bus
        self._flush_s = flush_s
        self._bell = asyncio.Event()
        self._measured_at = 0.0
        self._reachable = True

    async def run(self, stop: asyncio.Event) -> None:
        """Carry until `stop` is set, then flush what is left for a few seconds."""
        async with self._db.listening() as session:
            if not await self._lock(session, stop):
                return
            RELAY_ACTIVE.labels(self._db.schema).set(1)
            try:
                session.add_termination_listener(self._ring)
                await session.add_listener(_channel(self._db.schema).strip('"'), self._ring)
                await self._carry_until(stop, session)
                await self._flush()
            finally:
                RELAY_ACTIVE.labels(self._db.schema).set(0)

    def wake(self) -> None:
        """Have `run` look now whether there is something to carry, or whether it is to stop."""
        self._bell.set()

    async def carry(self) -> int:
        """Carry one window; returns how many events went."""
        with RELAY_SECONDS.labels(self._db.schema).time():
            return await self._bus.carry(self._db)

    async def _lock(self, session: "asyncpg.Connection[Any]", stop: asyncio.Event) -> bool:
        while not stop.is_set():
            if await session.fetchval(
                "SELECT pg_try_advisory_lock(hashtext('anchorwatch relay'), hashtext($1))",
                self._db.schema,
            ):
                return True
            await _wait(stop, _TAKEOVER_S)
        return False

    async def _carry_until(self, stop: asyncio.Event, session: "asyncpg.Connection[Any]") -> None:
        pause, lively_until = _FIRST_POLL_S, time.monotonic() + _LIVELY_S
        while not stop.is_set():
            if session.is_closed():
                raise UnavailableError("The relay's database session is gone, and its lock with it")
            self._bell.clear()
            if await self._try_carry():
                pause, lively_until = _FIRST_POLL_S, time.monotonic() + _LIVELY_S
                continue
            await _wait(self._bell, pause)
            if self._bell.is_set():
                pause, lively_until = _FIRST_POLL_S, time.monotonic() + _LIVELY_S
            else:
                is_lively = time.monotonic() < lively_until
                pause = min(2 * pause, _POLL_S if is_lively else _IDLE_POLL_S)

    async def _try_carry(self) -> int:
        await self._measure()
        try:
            moved = await self.carry()
        except UnavailableError as error:
            # The rows wait; asking again this often finds a broker soon after its port opens.
            if self._reachable:
                log.warning("bus not reachable", service=self._db.schema, why=error.detail)
            self._reachable = False
            await asyncio.sleep(_RECONNECT_S)
            return 0
        if not self._reachable:
            log.info("bus reachable again", service=self._db.schema)
        self._reachable = True
        return moved

    async def _flush(self) -> None:
        try:
            async with asyncio.timeout(self._flush_s):
                while await self.carry():
                    pass
        except (TimeoutError, UnavailableError) as error:
            # Not a loss: the rows stay and go out after the next start.
            log.warning("outbox not flushed", service=self._db.schema, why=str(error))

    async def _measure(self) -> None:
        if time.monotonic() - self._measured_at < _MEASURE_EVERY_S:
            return
        self._measured_at = time.monotonic()
        async with self._db.begin() as tx:
            OUTBOX_PENDING.labels(self._db.schema).set(await count_pending(tx))
            OUTBOX_OLDEST.labels(self._db.schema).set(await oldest_seconds(tx))

    def _ring(self, *_: object) -> None:
        self.wake()


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
