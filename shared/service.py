"""What a service runs besides answering requests, started together and drained in one documented order.

Stopping: claim no more work -> consume no more -> finish what is in flight (deadline) -> flush the
outbox -> close the bus -> close the database.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from fastapi import FastAPI

from shared import outbox
from shared.bus import Bus
from shared.consumer import Consumer
from shared.db import Database
from shared.errors import UnavailableError
from shared.log import get_logger

log = get_logger(__name__)

Loop = Callable[[asyncio.Event], Awaitable[None]]
"""Work without end: returns soon after the event is set, having finished what it had begun."""
Check = Callable[[], Awaitable[None]]

MAX_OUTBOX_AGE_S = 60.0

_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 30.0
_CALM_AFTER_S = 60.0
_LEAST_GRACE_S = 1.0


class Work:
    """The relay, the consumer and the loops of one service; `lifespan` and `checks` are for the app."""

    def __init__(
        self,
        service: str,
        *,
        db: Database,
        bus: Bus,
        consumer: Consumer | None = None,
        loops: Mapping[str, Loop] | None = None,
        grace_s: float = 20.0,
    ) -> None:
        self._service = service
        self._db = db
        self._bus = bus
        self._consumer = consumer
        self._loops = dict(loops or {})
        self._grace_s = grace_s
        self._relay = outbox.Relay(db=db, bus=bus)

    @property
    def checks(self) -> Mapping[str, Check]:
        """Return what `/readyz` asks about this work; a check raises when its part is not well."""
        return {"bus": self._check_bus, "outbox": self._check_outbox}

    @asynccontextmanager
    async def lifespan(self, app: FastAPI) -> AsyncIterator[None]:
        """Run everything while the app serves, and drain it afterwards."""
        async with self.running():
            try:
                yield
            finally:
                app.state.readiness.drain()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run everything for as long as the block lasts; then stop it, the relay last."""
        await self._bus.open()
        try:
            async with asyncio.TaskGroup() as group:
                stages = [_start(group, self._service, *stage) for stage in self._stages()]
                try:
                    yield
                finally:
                    deadline = time.monotonic() + self._grace_s
                    for stage in stages:
                        await stage.finish(deadline)
        finally:
            await self._bus.close()
            await self._db.close()

    def _stages(self) -> Sequence[tuple[Mapping[str, Loop], Callable[[], None]]]:
        """Return the loops in the order in which they are stopped, and what wakes them for it."""
        consumers: dict[str, Loop] = {}
        wake = _nobody_waits
        if self._consumer is not None:
            wake = self._consumer.wake
            for queue in self._consumer.queues:
                consumers[queue] = partial(self._consumer.run, queue)
            consumers["second hand"] = self._consumer.assist
            consumers["inbox"] = self._consumer.clean_inbox
        return (
            (self._loops, _nobody_waits),
            (consumers, wake),
            ({"relay": self._relay.run}, self._relay.wake),
        )

    async def _check_bus(self) -> None:
        if not self._bus.is_connected:
            raise UnavailableError("The bus is not connected; events wait in the outbox")

    async def _check_outbox(self) -> None:
        async with self._db.begin() as tx:
            age = await outbox.oldest_seconds(tx)
        if age > MAX_OUTBOX_AGE_S:
            raise UnavailableError(f"The oldest unpublished event waits for {age:.0f} s")


@dataclass(frozen=True, slots=True)
class _Stage:
    """Loops that are stopped together."""

    stop: asyncio.Event
    tasks: Sequence["asyncio.Task[None]"]
    wake: Callable[[], None]

    async def finish(self, deadline: float) -> None:
        """Ask the loops to end, wait until the deadline, then cut them off: rows outlive that."""
        self.stop.set()
        self.wake()
        if self.tasks:
            left = max(deadline - time.monotonic(), _LEAST_GRACE_S)
            _, late = await asyncio.wait(self.tasks, timeout=left)
            for task in late:
                log.warning("loop cut off at the deadline", loop=task.get_name())
                task.cancel()


def _nobody_waits() -> None:
    """Do nothing: these loops wait for nothing but the event that stops them."""


def _start(
    group: asyncio.TaskGroup, service: str, loops: Mapping[str, Loop], wake: Callable[[], None]
) -> _Stage:
    stop = asyncio.Event()
    tasks = [
        group.create_task(supervise(f"{service} {name}", loop, stop), name=f"{service} {name}")
        for name, loop in loops.items()
    ]
    return _Stage(stop, tasks, wake)


async def supervise(name: str, loop: Loop, stop: asyncio.Event) -> None:
    """Run a loop, and run it again with growing pauses if it fails: none may die in silence."""
    pause = _FIRST_PAUSE_S
    is_waiting = False
    while not stop.is_set():
        started = time.monotonic()
        try:
            await loop(stop)
        except UnavailableError as error:
            # A part is away (the broker, say). Asked again soon, so that work resumes as it returns,
            # and told once: an outage of an hour is one fact.
            (log.debug if is_waiting else log.warning)("loop waits", loop=name, why=error.detail)
            is_waiting = True
            await _rest(stop, _FIRST_PAUSE_S)
            continue
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            # A library cancelled one of its own futures under us; nobody wants this loop to end.
            log.exception("loop was cancelled from below, it starts again", loop=name)
        except Exception:  # because a loop that ends for whatever reason must be started again
            log.exception("loop failed, it starts again", loop=name, pause_s=pause)
        else:
            return
        is_waiting = False
        if time.monotonic() - started > _CALM_AFTER_S:
            pause = _FIRST_PAUSE_S
        await _rest(stop, pause)
        pause = min(2 * pause, _LONGEST_PAUSE_S)


async def _rest(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
