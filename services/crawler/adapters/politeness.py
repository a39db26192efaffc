"""Decides before every request: may we come, does robots.txt let us, does the host want us now, whose turn is it."""

import asyncio
from functools import lru_cache
from weakref import WeakValueDictionary

from services.crawler.adapters.pacer import Pacer
from services.crawler.adapters.rulebook import Rulebook, Rules
from services.crawler.adapters.timing import our_turn
from services.crawler.adapters.web import Web
from services.crawler.domain.optouts import OptOuts
from services.crawler.domain.pace import Answer
from services.crawler.domain.robots import MAX_BYTES
from services.crawler.domain.robotsfile import robots_file
from shared import clock as house_clock
from shared import urls
from shared.clock import Clock
from shared.vocabulary import Reason

PRODUCT = "AnchorwatchBot"
GOOGLE = "Googlebot"

PATIENCE_S = 10.0
"""A host that wants to be left alone for longer is not waited for: the page is put off."""

_ROBOTS_HOPS = 5


_domain_or_host = lru_cache(maxsize=65_536)(urls.domain_or_host)


def host_key(url: str) -> str:
    """Return the name under which a URL's host is paced: its registrable domain, else the host."""
    return _domain_or_host(urls.host_of(url))


class Politeness:
    """What all looks of this process share: robots.txt, paces, and who wants to be left alone."""

    def __init__(
        self,
        web: Web,
        *,
        pacer: Pacer,
        rulebook: Rulebook,
        clock: Clock = house_clock.now,
    ) -> None:
        self._web = web
        self.pacer = pacer
        self.rulebook = rulebook
        self.opt_outs = OptOuts()
        self._clock = clock
        self._asking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def visit(self, *, patience_s: float | None = None) -> "Visit":
        """Return the gate for one look, which also counts what the look costs."""
        return Visit(self, patience_s=patience_s)

    def pace_s(self, url: str) -> float:
        """Return the seconds between two requests to the URL's host."""
        return self.pacer.pace(host_key(url)).gap_s(self.pacer.floor_s)

    def google_allowed(self, url: str) -> bool | None:
        """Return whether Google may read the URL; None while its robots.txt is not known."""
        rules = self.rulebook.find(urls.origin_of(url))
        if rules is None or rules.file.refusal is not None:
            return None
        return rules.robots.allowed(GOOGLE, url)

    async def rules(self, origin: str, visit: "Visit") -> Rules:
        """Return the robots.txt of an origin; whoever needs it first fetches it for all."""
        known = self.rulebook.fresh(origin, self._clock())
        if known is not None:
            return known
        lock = self._asking.get(origin)
        if lock is None:
            lock = self._asking[origin] = asyncio.Lock()
        async with our_turn(lock):
            known = self.rulebook.fresh(origin, self._clock())
            if known is not None:
                return known
            return await self._fetch_rules(origin, visit)

    async def read_again(self, origin: str) -> Rules:
        """Return the robots.txt of an origin as it is at this moment, whatever is known of it."""
        return await self._fetch_rules(origin, self.visit())

    async def _fetch_rules(self, origin: str, visit: "Visit") -> Rules:
        fetched = await self._web.fetch(
            f"{origin}/robots.txt",
            gate=_RobotsGate(visit),
            max_hops=_ROBOTS_HOPS,
            cut_at=MAX_BYTES,
        )
        return self.rulebook.learn(robots_file(origin, fetched, self._clock()))


class Visit:
    """The gate of one look: opt-outs, robots.txt, Retry-After and pacing, request by request."""

    def __init__(self, politeness: Politeness, *, patience_s: float | None = None) -> None:
        self._politeness = politeness
        self._patience_s = patience_s
        self.requests = 0
        self.wire_bytes = 0

    async def enter(self, url: str) -> Reason | None:
        """Wait until the URL may be asked; return a reason if it may not."""
        fault = self._refusal(url)
        if fault is not None:
            return fault
        rules = await self._politeness.rules(urls.origin_of(url), self)
        if rules.file.refusal is not None:
            return rules.file.refusal
        if not rules.robots.allowed(PRODUCT, url):
            return Reason.ROBOTS_DISALLOWS_US
        return await self._turn(url, crawl_delay_s=rules.robots.crawl_delay(PRODUCT) or 0.0)

    async def enter_for_robots(self, url: str) -> Reason | None:
        """Wait as for everything else, but ask no robots.txt about itself."""
        return self._refusal(url) or await self._turn(url, crawl_delay_s=None)

    async def leave(self, url: str, answer: Answer | None) -> None:
        """Learn from how the URL's host answered; None if asking was broken off."""
        if answer is not None:
            self.requests += 1
            self.wire_bytes += answer.wire_bytes
        await self._politeness.pacer.done(host_key(url), answer)

    def _refusal(self, url: str) -> Reason | None:
        if self._politeness.opt_outs.covers(urls.host_of(url)):
            return Reason.OPTED_OUT
        is_blocked = self._politeness.pacer.blocked_s(host_key(url)) > PATIENCE_S
        return Reason.RATE_LIMITED if is_blocked else None

    async def _turn(self, url: str, *, crawl_delay_s: float | None) -> Reason | None:
        pacer, host = self._politeness.pacer, host_key(url)
        await pacer.turn(host, crawl_delay_s=crawl_delay_s, patience_s=self._patience_s)
        # While we waited, another answer of this host may have asked us to stay away.
        fault = self._refusal(url)
        if fault is not None:
            await pacer.done(host, None)
        return fault


class _RobotsGate:
    """The gate for robots.txt itself."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit

    async def enter(self, url: str) -> Reason | None:
        return await self._visit.enter_for_robots(url)

    async def leave(self, url: str, answer: Answer | None) -> None:
        await self._visit.leave(url, answer)
