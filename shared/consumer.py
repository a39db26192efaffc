"""Consuming: one batch = one transaction = one acknowledgement, and every event counts once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, TypeVar

from shared import clock, inbox
from shared.batches import Lane, Verdict, handle_batch
from shared.bus import BATCH, Bus, Source
from shared.bus.metrics import BATCH_SIZE, LAST_DELIVERY
from shared.bus.topology import bulk_queue, queues_of
from shared.db import Database
from shared.events import Event
from shared.isolation import Handler
from shared.log import get_logger
from shared.metrics import DEAD_LETTERS, EVENT_LAG_SECONDS, EVENTS_CONSUMED, HANDLER_SECONDS
from shared.trouble import is_outage

log = get_logger(__name__)

E = TypeVar("E", bound=Event)

_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 5.0
_CLEAN_EVERY = timedelta(days=1)
# Of a batch this large there is more: the broker hands out packs that seldom add up to a whole one.
_CROWDED = BATCH * 3 // 4


class Consumer:
    """Takes the events of one service from its queues and gives them to its handlers."""

    def __init__(self, service: str, *, db: Database, bus: Bus) -> None:
        self.service = service
        self._db = db
        self._bus = bus
        self._handlers: dict[type[Event], Handler[Any]] = {}
        self._crowded = asyncio.Event()
        self._open: set[Source] = set()

    def on(self, event: type[E], handler: Handler[E]) -> None:
        """Give the batches of one event type to a handler; call it before the consumer runs.

        Types that have the same handler come to it together, in one batch: a service whose events
        touch the same rows can so lock all of them in one order, once in each transaction.
        """
        if event in self._handlers:
            raise ValueError(f"{event.name} has a handler in {self.service} already")
        self._handlers[event] = handler

    @property
    def events(self) -> frozenset[type[Event]]:
        """Return the event types that have a handler."""
        return frozenset(self._handlers)

    @property
    def queues(self) -> tuple[str, ...]:
        """Return the queues to run."""
        return queues_of(self.service)

    async def run(self, queue: str, stop: asyncio.Event) -> None:
        """Consume one queue until `stop` is set; what is in flight then is finished."""
        async with self._source(queue) as source:
            while not stop.is_set():
                size = await self._work(queue, source, stop)
                if size >= _CROWDED and queue == bulk_queue(self.service):
                    self._crowded.set()

    async def assist(self, stop: asyncio.Event) -> None:
        """Consume the bulk queue beside `run` while it is crowded: one reads while the other one writes.

        Batches may overtake each other, as those of two replicas may: no handler relies on order.
        """
        queue = bulk_queue(self.service)
        while not stop.is_set():
            await _either(self._crowded, stop)
            if stop.is_set():
                return
            async with self._source(queue) as source:
                while await self._work(queue, source, stop):
                    pass
            self._crowded.clear()

    def wake(self) -> None:
        """Have those that wait for events look whether they are to stop."""
        for source in self._open:
            source.wake()

    @asynccontextmanager
    async def _source(self, queue: str) -> AsyncIterator[Source]:
        async with self._bus.source(queue) as source:
            self._open.add(source)
            try:
                yield source
            finally:
                self._open.discard(source)

    async def _work(self, queue: str, source: Source, stop: asyncio.Event) -> int:
        """Handle what comes next, however long the database is away; returns how many events."""
        pause = _FIRST_PAUSE_S
        while not stop.is_set():
            await source.wait()
            if stop.is_set():
                break
            try:
                return await self.step(queue, source)
            except Exception as error:  # because anything but the database's trouble goes up
                if not is_outage(error):
                    raise
                # Nothing is acknowledged and no attempt is counted: the batch waits with us.
                log.warning("consumer waits for its database", queue=queue, why=repr(error))
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_S)
        return 0

    async def step(self, queue: str, source: Source) -> int:
        """Handle what the source has now; returns how many events that were."""
        lane = Lane(queue, self._handlers, self._bus.ladder)
        with HANDLER_SECONDS.labels(self.service, queue).time():
            try:
                async with self._db.begin() as tx:
                    deliveries = await source.take(tx)
                    verdict = await handle_batch(tx, deliveries, lane)
            except BaseException:
                source.release()
                raise
        await source.acknowledge()
        if len(verdict):
            self._tell(verdict, queue)
        return len(verdict)

    async def clean_inbox(self, stop: asyncio.Event) -> None:
        """Forget, once a day and in small transactions, the ids that can no longer come again."""
        while not stop.is_set():
            removed = 1
            while removed and not stop.is_set():
                async with self._db.begin() as tx:
                    removed = await inbox.clean(tx, clock.now())
            try:
                async with asyncio.timeout(_CLEAN_EVERY.total_seconds()):
                    await stop.wait()
            except TimeoutError:
                continue

    def _tell(self, verdict: Verdict, queue: str) -> None:
        now = clock.now()
        BATCH_SIZE.labels(queue).observe(len(verdict))
        LAST_DELIVERY.labels(queue).set(now.timestamp())
        for result, names in (
            ("handled", [event.name for event in verdict.handled]),
            ("duplicate", [self._label(name) for name in verdict.duplicates]),
            ("again", [one.name for one in verdict.again]),
            ("parked", [self._label(one.name) for one in verdict.parked]),
        ):
            for name, count in Counter(names).items():
                EVENTS_CONSUMED.labels(self.service, name, result).inc(count)
                if result == "parked":
                    DEAD_LETTERS.labels(self.service, name).inc(count)
        for name, oldest in {event.name: event for event in reversed(verdict.handled)}.items():
            # One sample for each type and batch, its oldest: a histogram costs more than the event.
            age = (now - oldest.occurred_at).total_seconds()
            EVENT_LAG_SECONDS.labels(self.service, name).observe(max(age, 0.0))

    def _label(self, name: str | None) -> str:
        """Return a name for a metric: a stranger's bytes must not make new label values."""
        return name if name in {event.name for event in self._handlers} else "unknown"


async def _either(one: asyncio.Event, other: asyncio.Event) -> None:
    async with asyncio.TaskGroup() as group:
        waiting = [group.create_task(event.wait()) for event in (one, other)]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
