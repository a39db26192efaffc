"""Time limits of a look that stand still while it waits for others of our own looks.

Waiting for ourselves says nothing about the page: it must never become a page's timeout.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType
from typing import Self


class Limit:
    """One limit of a task while it runs, and how long it has stood still so far.

    A class, as every look has several: a generator as context manager costs three times as much.
    """

    __slots__ = ("_last", "_token", "task", "timer", "waited_s")

    def __init__(self, seconds: float, at_most_s: float | None = None) -> None:
        now = asyncio.get_running_loop().time()
        self._last = None if at_most_s is None else now + at_most_s
        self.timer = asyncio.timeout_at(self._within_last(now + seconds))
        self.task: asyncio.Task[object] | None = None
        self.waited_s = 0.0

    @property
    def is_used_up(self) -> bool:
        """Return whether all time is over, and not only what the block may take without waiting."""
        return self._last is not None and asyncio.get_running_loop().time() >= self._last

    def stand_still(self) -> None:
        self.timer.reschedule(self._last)

    def go_on(self, end: float, waited_s: float) -> None:
        self.waited_s += waited_s
        self.timer.reschedule(self._within_last(end + waited_s))

    def _within_last(self, end: float) -> float:
        return end if self._last is None else min(end, self._last)

    async def __aenter__(self) -> Self:
        await self.timer.__aenter__()
        self.task = asyncio.current_task()
        self._token = _running.set((*_running.get(), self))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _running.reset(self._token)
        await self.timer.__aexit__(kind, error, trace)


_running: ContextVar[tuple[Limit, ...]] = ContextVar("anchorwatch_limits", default=())


def limit(seconds: float, *, at_most_s: float | None = None) -> Limit:
    """Raise TimeoutError after so many seconds of the block that were not our own waiting.

    With `at_most_s` also after so many that were, if that is sooner: one timer does for both.
    """
    return Limit(seconds, at_most_s)


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
        one.stand_still()
    try:
        yield
    finally:
        waited_s = loop.time() - began
        for one, end in ends:
            if end is not None and not one.timer.expired():
                one.go_on(end, waited_s)


class _Turn:
    __slots__ = ("_lock",)

    def __init__(self, lock: asyncio.Lock | asyncio.Semaphore) -> None:
        self._lock = lock

    async def __aenter__(self) -> None:
        if self._lock.locked():
            with standing_still():
                await self._lock.acquire()
        else:
            await self._lock.acquire()  # at once

    async def __aexit__(self, *_: object) -> None:
        self._lock.release()


def our_turn(lock: asyncio.Lock | asyncio.Semaphore) -> _Turn:
    """Hold what our own looks share during the block; the wait for it counts in no limit."""
    return _Turn(lock)
