"""Holds the pace of every host that this process talks to, and makes requests wait their turn."""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Protocol
from weakref import WeakValueDictionary

from services.crawler.domain import pace as rules
from services.crawler.domain.pace import Answer, Pace
from shared import clock as house_clock
from shared.clock import Clock
from shared.errors import UnavailableError

_HOSTS = 50_000
_ASK_AGAIN_S = 0.5
_UNKNOWN = Pace()

Sleep = Callable[[float], Awaitable[None]]


class HostBusyError(UnavailableError):
    """Others are before us at this host for longer than we can wait; nothing was asked."""

    code = "host-busy"


class Turns(Protocol):
    """Whose turn a host is among all processes; a process that is alone needs none."""

    async def take(self, host: str, now: datetime) -> Pace | None:
        """Take the host for one request and return what is known of it; None while it is taken."""

    async def give(self, host: str, pace: Pace) -> None:
        """Give the host back with what this request taught."""


class Pacer:
    """One request at a time for each host, each a pause after the answer to the one before.

    The pause counts from the end of an answer, so no delay on our side or in the network can bring
    two requests closer together at the host than its pace. Hosts of the worker's own claims are
    `held`: no other process asks them. For all others, as redirects lead to them, `turns` decides.
    """

    def __init__(
        self,
        *,
        floor_s: float,
        clock: Clock = house_clock.now,
        sleep: Sleep = asyncio.sleep,
        turns: Turns | None = None,
    ) -> None:
        self.floor_s = floor_s
        self.turns = turns
        self._clock = clock
        self._sleep = sleep
        self._paces: OrderedDict[str, Pace] = OrderedDict()
        self._held: Counter[str] = Counter()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        # By task: the host that it asks now, the lock it has, and to whom the turn is to be given.
        self._asking: dict[asyncio.Task[object], tuple[str, asyncio.Lock, Turns | None]] = {}

    def pace(self, host: str) -> Pace:
        return self._paces.get(host, _UNKNOWN)

    def seed(self, host: str, known: Pace) -> None:
        """Take over what another process learned about a host, unless we know of a later moment."""
        own = self._paces.get(host)
        self._keep(host, known if own is None else rules.merged(own, known))

    def blocked_s(self, host: str) -> float:
        """Return for how many seconds the host asked to be left alone."""
        return self.pace(host).blocked_s(self._clock())

    @contextmanager
    def holding(self, host: str) -> Iterator[None]:
        """Say that no other process asks this host during the block."""
        self._held[host] += 1
        try:
            yield
        finally:
            self._held[host] -= 1
            if not self._held[host]:
                del self._held[host]

    async def rest(self, host: str) -> Pace:
        """Wait until nobody of this process is asking the host; return its pace then."""
        lock = self._locks.get(host)
        if lock is not None:
            async with lock:
                pass
        return self.pace(host)

    async def turn(
        self, host: str, *, crawl_delay_s: float | None = None, patience_s: float | None = None
    ) -> None:
        """Wait until this host may be asked; HostBusyError if that takes longer than `patience_s`.

        Patience is for hosts that others hold: a held host's own pace is always waited for. Without
        a crawl-delay that of the host's last robots.txt holds on.
        """
        if self._with_crawl_delay(host, crawl_delay_s).is_free(self._clock(), floor_s=self.floor_s):
            return
        try:
            async with asyncio.timeout(None if host in self._held else patience_s):
                await self._take(host, crawl_delay_s)
        except TimeoutError as error:
            raise HostBusyError(f"Others are asking {host} for longer than we can wait.") from error

    async def done(self, host: str, answer: Answer | None) -> None:
        """Learn from an answer, None where asking was broken off, and let the next one ask."""
        now = self._clock()
        if answer is not None:
            self._keep(host, rules.after(self.pace(host), answer, now, floor_s=self.floor_s))
        task = _task()
        asking = self._asking.get(task)
        if asking is None or asking[0] != host:
            return
        del self._asking[task]
        self._keep(host, rules.with_pause(self.pace(host), now, floor_s=self.floor_s))
        await self._give(*asking)

    async def _take(self, host: str, crawl_delay_s: float | None) -> None:
        lock = self._locks.get(host)
        if lock is None:
            lock = self._locks[host] = asyncio.Lock()
        await lock.acquire()
        turns = None
        try:
            turns = await self._take_from_others(host)
            # Timers go by milliseconds and may end one early; the host counts on its whole pause.
            while (wait_s := self.pace(host).wait_s(self._clock())) > 0:
                await self._sleep(wait_s)
        except BaseException:
            await self._give(host, lock, turns)
            raise
        # Only now: whoever asked before us keeps the pause of its own robots.txt.
        self._keep(host, self._with_crawl_delay(host, crawl_delay_s))
        self._asking[_task()] = (host, lock, turns)

    async def _take_from_others(self, host: str) -> Turns | None:
        """Return to whom the turn is to be given; None for a host that is ours anyway."""
        # Asked each time: while we wait, a claim of this very process may get the host.
        while self.turns is not None and host not in self._held:
            known = await self.turns.take(host, self._clock())
            if known is not None:
                self.seed(host, known)
                return self.turns
            await self._sleep(_ASK_AGAIN_S)
        return None

    async def _give(self, host: str, lock: asyncio.Lock, turns: Turns | None) -> None:
        try:
            if turns is not None:
                await turns.give(host, self.pace(host))
        finally:
            lock.release()

    def _with_crawl_delay(self, host: str, crawl_delay_s: float | None) -> Pace:
        pace = self.pace(host)
        return pace if crawl_delay_s is None else rules.with_crawl_delay(pace, crawl_delay_s)

    def _keep(self, host: str, pace: Pace) -> None:
        self._paces[host] = pace
        self._paces.move_to_end(host)
        if len(self._paces) > _HOSTS:
            self._paces.popitem(last=False)


def _task() -> asyncio.Task[object]:
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("turns are taken by tasks")
    return task
