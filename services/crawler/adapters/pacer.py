"""Holds the pace of every host that this process talks to, and makes requests wait their turn."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from services.crawler.domain import pace as rules
from services.crawler.domain.pace import Answer, Pace
from shared import clock as house_clock
from shared.clock import Clock

_HOSTS = 50_000

Sleep = Callable[[float], Awaitable[None]]


class Pacer:
    """One slot after the other for each host; memory only, so it can be seeded and read."""

    def __init__(
        self, *, floor_s: float, clock: Clock = house_clock.now, sleep: Sleep = asyncio.sleep
    ) -> None:
        self.floor_s = floor_s
        self._clock = clock
        self._sleep = sleep
        self._paces: OrderedDict[str, Pace] = OrderedDict()

    def pace(self, host: str) -> Pace:
        return self._paces.get(host, Pace())

    def seed(self, host: str, known: Pace) -> None:
        """Take over what another process learned about a host, unless we know of a later moment."""
        own = self._paces.get(host)
        if own is None:
            self._keep(host, known)
            return
        blocked = max(filter(None, (own.blocked_until, known.blocked_until)), default=None)
        free = max(filter(None, (own.free_at, known.free_at)), default=None)
        delay = max(own.delay_s, known.delay_s)
        self._keep(
            host,
            Pace(
                delay_s=delay,
                crawl_delay_s=own.crawl_delay_s,
                free_at=free,
                blocked_until=blocked,
                good=own.good,
            ),
        )

    def blocked_s(self, host: str) -> float:
        """Return for how many seconds the host asked to be left alone."""
        return self.pace(host).blocked_s(self._clock())

    async def turn(self, host: str) -> None:
        """Wait until this host may be asked again; the moment is ours before the wait begins."""
        pace, wait_s = rules.take_turn(self.pace(host), self._clock(), floor_s=self.floor_s)
        self._keep(host, pace)
        if wait_s > 0:
            await self._sleep(wait_s)

    def learn(self, host: str, answer: Answer) -> None:
        """Adjust the pace of a host to how it answered."""
        self._keep(host, rules.after(self.pace(host), answer, self._clock(), floor_s=self.floor_s))

    def obey(self, host: str, crawl_delay_s: float | None) -> None:
        """Take over the crawl-delay of the host's robots.txt."""
        self._keep(host, rules.with_crawl_delay(self.pace(host), crawl_delay_s))

    def _keep(self, host: str, pace: Pace) -> None:
        self._paces[host] = pace
        self._paces.move_to_end(host)
        if len(self._paces) > _HOSTS:
            self._paces.popitem(last=False)
