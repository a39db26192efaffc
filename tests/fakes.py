"""Fakes of the house's ports; each passes the contract suite of its port, so it cannot lie."""

from collections import defaultdict, deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

from shared import outbox
from shared.bus import BATCH, LADDER, Delivery, Source
from shared.bus.topology import routes
from shared.consumer import Consumer
from shared.db import Database, Tx
from shared.events import Event, decode

E = TypeVar("E", bound=Event)


class RecordingBus:
    """A bus in memory that remembers everything; retries come at once, nothing is ever late.

    `await bus.collect(db)` takes what a service published, `bus.published(LinkChanged)` returns it
    typed and in order, and `await bus.drain([db...], [consumer...])` runs relays and handlers
    until nothing moves any more.
    """

    def __init__(self) -> None:
        self.ladder: tuple[float, ...] = LADDER
        self.events: list[Event] = []
        self._queues: dict[str, deque[Delivery]] = defaultdict(deque)
        self._routes = routes()

    async def open(self) -> None:
        """Do nothing: there is nothing to open."""

    async def close(self) -> None:
        """Do nothing: what was published can still be asked for."""

    @property
    def is_connected(self) -> bool:
        return True

    async def carry(self, db: Database) -> int:
        async with db.begin() as tx:
            rows = await outbox.read_oldest(tx, outbox.WINDOW)
            await outbox.remove(tx, [row.row_id for row in rows])
        for row in rows:
            bodies = row.bodies()
            if row.queue is None:
                self.events += map(decode, bodies)
            queues = (
                [row.queue] if row.queue else [q for name, q in self._routes if name == row.name]
            )
            for queue in queues:
                self._queues[queue] += [Delivery(body, attempt=row.attempt) for body in bodies]
        return sum(row.events for row in rows)

    @asynccontextmanager
    async def source(self, queue: str) -> AsyncIterator[Source]:
        yield _Memory(self._queues[queue])

    async def collect(self, *databases: Database) -> None:
        """Take everything that the services have written to their outboxes."""
        for db in databases:
            while await self.carry(db):
                pass

    def published(self, event: type[E]) -> list[E]:
        """Return the events of one type that were collected so far, in order."""
        return [one for one in self.events if isinstance(one, event)]

    async def drain(self, databases: Sequence[Database], consumers: Sequence[Consumer]) -> None:
        """Run relays and handlers until all is quiet; fails when that takes 100 rounds."""
        for _ in range(100):
            await self.collect(*databases)
            moved = 0
            for consumer in consumers:
                for queue in consumer.queues:
                    async with self.source(queue) as source:
                        moved += await consumer.step(queue, source)
            if not moved:
                return
        raise AssertionError(
            "events still move after 100 rounds; do two services answer each other?"
        )


class _Memory:
    """One queue of a RecordingBus."""

    def __init__(self, queue: deque[Delivery]) -> None:
        self._queue = queue
        self._taken: list[Delivery] = []

    async def wait(self) -> None:
        """Do nothing: what is not here now comes with the next round."""

    def wake(self) -> None:
        """Do nothing: nobody waits."""

    async def take(self, _: Tx) -> Sequence[Delivery]:
        self._taken = [self._queue.popleft() for _ in range(min(BATCH, len(self._queue)))]
        return self._taken

    async def acknowledge(self) -> None:
        self._taken = []

    def release(self) -> None:
        self._queue.extendleft(reversed(self._taken))
        self._taken = []
