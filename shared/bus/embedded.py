"""The bus of one machine: outbox rows move to the table `bus.deliveries`, consumers delete them as they commit."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from shared.bus import BATCH, LADDER, Delivery, Source
from shared.bus.metrics import UNROUTED
from shared.bus.topology import linger_s, routes
from shared.db import Database, Tx
from shared.metrics import EVENTS_PUBLISHED
from shared.outbox import OLDEST, WINDOW

_POLL_S = 1.0

_SCHEMA = """
SELECT pg_advisory_xact_lock(hashtext('anchorwatch bus'));
CREATE SCHEMA IF NOT EXISTS bus;
CREATE TABLE IF NOT EXISTS bus.deliveries (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    queue text NOT NULL,
    body bytea NOT NULL,
    attempt integer NOT NULL,
    next_at timestamptz NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.01);
CREATE INDEX IF NOT EXISTS deliveries_due_idx ON bus.deliveries (queue, next_at, id);
"""

# Rung numbers start at 0 and PostgreSQL's arrays at 1. A row without a route is gone from the
# outbox and in no queue: nobody listens, which the answer says. Bundles are taken apart on the way.
_MOVE = f"""
WITH moved AS (
    DELETE FROM outbox WHERE id = ANY({OLDEST})
    RETURNING id, name, body, queue, attempt, rung, events
), apart AS (
    SELECT id, 0 AS place, name, body, queue, attempt, rung FROM moved WHERE events = 1
    UNION ALL
    SELECT id, place, name,
           convert_to(format(shared, VARIADIC string_to_array(pieces, E'\\x1f')), 'UTF8'),
           queue, attempt, rung
    FROM moved, LATERAL (
        SELECT string_to_array(convert_from(body, 'UTF8'), E'\\x1e') AS parts OFFSET 0
    ) opened, LATERAL (SELECT parts[1] AS shared OFFSET 0) framed,
    LATERAL unnest(parts[2:]) WITH ORDINALITY AS one (pieces, place)
    WHERE events > 1
), routed AS (
    SELECT apart.id, apart.place, apart.name, coalesce(apart.queue, route.queue) AS queue,
           apart.body, apart.attempt, apart.rung
    FROM apart
    LEFT JOIN unnest($2::text[], $3::text[]) AS route (name, queue)
        ON apart.queue IS NULL AND route.name = apart.name
), delivered AS (
    INSERT INTO bus.deliveries (queue, body, attempt, next_at)
    SELECT queue, body, attempt,
           now() + coalesce(($4::float[])[rung + 1], 0) * interval '1 second'
    FROM routed WHERE queue IS NOT NULL ORDER BY id, place
)
SELECT name, array_agg(DISTINCT queue), count(DISTINCT (id, place)) FROM routed GROUP BY name
"""

_TAKE = """
DELETE FROM bus.deliveries WHERE id = ANY(ARRAY(
    SELECT id FROM bus.deliveries WHERE queue = $1 AND next_at <= now()
    ORDER BY next_at, id LIMIT $2 FOR UPDATE SKIP LOCKED))
RETURNING next_at, id, body, attempt
"""


class EmbeddedBus:
    """Moves events inside one PostgreSQL, so that a killed process loses nothing."""

    def __init__(self, db: Database, *, ladder: tuple[float, ...] = LADDER) -> None:
        self.ladder = ladder
        self._db = db
        self._ready = False
        self._bells: dict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._routes = routes()

    async def open(self) -> None:
        if not self._ready:
            async with self._db.begin() as tx:
                await tx.run(_SCHEMA)
            self._ready = True

    async def close(self) -> None:
        """Do nothing: what this holds is in the database, which its owner closes."""

    @property
    def is_connected(self) -> bool:
        return self._ready

    async def carry(self, db: Database) -> int:
        async with db.begin() as tx:
            rows = await tx.fetch(
                _MOVE,
                WINDOW,
                [name for name, _ in self._routes],
                [queue for _, queue in self._routes],
                list(self.ladder),
            )
        for name, queues, count in rows:
            if queues == [None]:
                UNROUTED.labels(name).inc(count)
                continue
            EVENTS_PUBLISHED.labels(db.schema, name).inc(count)
            for queue in queues:
                self._bells[queue].set()
        return sum(int(row[2]) for row in rows)

    async def is_idle(self, *, within_s: float = 10.0) -> bool:
        """Say whether no delivery waits, nor comes back from a retry within so many seconds."""
        async with self._db.begin() as tx:
            return not await tx.fetch_value(
                "SELECT EXISTS (SELECT 1 FROM bus.deliveries"
                " WHERE next_at <= now() + make_interval(secs => $1))",
                within_s,
            )

    @asynccontextmanager
    async def source(self, queue: str) -> AsyncIterator[Source]:
        yield _Deliveries(queue, self._bells[queue])


class _Deliveries:
    """One queue: rows that a consumer's transaction deletes as it handles them."""

    def __init__(self, queue: str, bell: asyncio.Event) -> None:
        self._queue = queue
        self._bell = bell
        self._last = 0

    async def wait(self) -> None:
        if self._last == 0:
            await self._rest()
        if self._last < BATCH:
            await asyncio.sleep(linger_s(self._last))
        self._bell.clear()

    async def take(self, tx: Tx) -> Sequence[Delivery]:
        rows = await tx.fetch(_TAKE, self._queue, BATCH)
        self._last = len(rows)
        return [Delivery(body=row[2], attempt=row[3]) for row in sorted(rows)]

    async def acknowledge(self) -> None:
        """Do nothing: the commit deleted the rows."""

    def wake(self) -> None:
        self._bell.set()

    def release(self) -> None:
        """Do nothing but look again soon: the rollback brought the rows back."""
        self._bell.set()

    async def _rest(self) -> None:
        # The poll finds retries whose time has come; everything else rings.
        try:
            async with asyncio.timeout(_POLL_S):
                await self._bell.wait()
        except TimeoutError:
            return
