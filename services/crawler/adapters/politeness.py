"""Decides before every request: does robots.txt let us, does the host want us now, whose turn is it."""

import asyncio
from weakref import WeakValueDictionary

from services.crawler.adapters.pacer import Pacer
from services.crawler.adapters.rulebook import Rulebook, Rules
from services.crawler.adapters.web import Web
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


def host_key(url: str) -> str:
    """Return the name under which a URL's host is paced: its registrable domain, else the host."""
    return urls.domain_or_host(urls.host_of(url))


def origin_of(url: str) -> str:
    """Return scheme, host and port of a resolved URL: the reach of one robots.txt."""
    scheme, _, rest = url.partition("://")
    authority = rest.replace("?", "/", 1).replace("#", "/", 1).partition("/")[0]
    return f"{scheme}://{authority.rpartition('@')[2]}"


class Politeness:
    """The gate of all fetches of this process: robots.txt, Retry-After and pacing."""

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
        self._clock = clock
        self._asking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def enter(self, url: str) -> Reason | None:
        """Wait until the URL may be asked; return a reason if it may not."""
        host = host_key(url)
        if self.pacer.blocked_s(host) > PATIENCE_S:
            return Reason.RATE_LIMITED
        rules = await self._rules(origin_of(url))
        if rules.file.refusal is not None:
            return rules.file.refusal
        if not rules.robots.allowed(PRODUCT, url):
            return Reason.ROBOTS_DISALLOWS_US
        self.pacer.obey(host, rules.robots.crawl_delay(PRODUCT))
        await self.pacer.turn(host)
        # While we waited, another answer of this host may have asked us to stay away.
        return Reason.RATE_LIMITED if self.pacer.blocked_s(host) > PATIENCE_S else None

    def leave(self, url: str, answer: Answer) -> None:
        """Learn from how the URL's host answered."""
        self.pacer.learn(host_key(url), answer)

    def google_allowed(self, url: str) -> bool | None:
        """Return whether Google may read the URL; None while its robots.txt is not known."""
        rules = self.rulebook.find(origin_of(url))
        if rules is None or rules.file.refusal is not None:
            return None
        return rules.robots.allowed(GOOGLE, url)

    async def _rules(self, origin: str) -> Rules:
        known = self.rulebook.fresh(origin, self._clock())
        if known is not None:
            return known
        lock = self._asking.get(origin)
        if lock is None:
            lock = self._asking[origin] = asyncio.Lock()
        async with lock:
            known = self.rulebook.fresh(origin, self._clock())
            if known is not None:
                return known
            fetched = await self._web.fetch(
                f"{origin}/robots.txt",
                gate=_RobotsGate(self.pacer),
                max_hops=_ROBOTS_HOPS,
                cut_at=MAX_BYTES,
            )
            return self.rulebook.learn(robots_file(origin, fetched, self._clock()))


class _RobotsGate:
    """The gate for robots.txt itself: paced like everything else, but asked without asking."""

    def __init__(self, pacer: Pacer) -> None:
        self._pacer = pacer

    async def enter(self, url: str) -> Reason | None:
        host = host_key(url)
        if self._pacer.blocked_s(host) > PATIENCE_S:
            return Reason.RATE_LIMITED
        await self._pacer.turn(host)
        return None

    def leave(self, url: str, answer: Answer) -> None:
        self._pacer.learn(host_key(url), answer)
