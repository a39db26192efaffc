"""Time limits of a look that stand still while it waits for others of our own looks.

Waiting for ourselves says nothing about the page: it must never become a page's timeout.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class Limit:
    """One running limit of a task, and how long it has stood still so far."""

    timer: asyncio.Timeout
    task: asyncio.Task[object] | None
    waited_s: float = 0.0


_running: ContextVar[tuple[Limit, ...]] = ContextVar("anchorwatch_limits", default=())


@asynccontextmanager
async def limit(seconds: float) -> AsyncIterator[Limit]:
    """Raise TimeoutError after so many seconds of the block that were not our own waiting."""
    async with asyncio.timeout(seconds) as timer:
        mine = Limit(timer, asyncio.current_task())
        token = _running.set((*_running.get(), mine))
        try:
            yield mine
        finally:
            _running.reset(token)


@contextmanager
def standing_still() -> Iterator[None]:
    """Let every limit of this task stand still during the block."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    # A task inherits what runs in the one that began it, and those limits are not its own.
    task = asyncio.current_task()
    running = [one for one in _running.get() if one.task is task and not one.timer.expired()]
    ends = [(one, one.timer.when()) for one in running]
    for one in running:
        one.timer.reschedule(None)
    try:
        yield
    finally:
        waited_s = loop.time() - began
        for one, end in ends:
            one.waited_s += waited_s
            if end is not None:
                one.timer.reschedule(end + waited_s)


@asynccontextmanager
async def our_turn(lock: asyncio.Lock | asyncio.Semaphore) -> AsyncIterator[None]:
    """Hold what our own looks share during the block; the wait for it counts in no limit."""
    if lock.locked():
        with standing_still():
            await lock.acquire()
    else:
        await lock.acquire()  # at once
    try:
        yield
    finally:
        lock.release()
