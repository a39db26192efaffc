"""Asks each host once in a while for a page that cannot exist, and remembers how it answered."""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol
from weakref import WeakValueDictionary

from services.crawler.adapters.pacer import HostBusyError
from services.crawler.adapters.reader import read_page
from services.crawler.adapters.web import Gate, Web
from services.crawler.domain.evidence.draft import (
    PROBE,
    Aside,
    aside_of,
    packed_aside,
    unpacked_aside,
)
from services.crawler.domain.fetched import Fetched
from services.crawler.domain.sibling import Sibling, sibling_of, sibling_url
from services.crawler.domain.sites import Sites
from shared import clock as house_clock
from shared import urls
from shared.clock import Clock
from shared.log import get_logger
from shared.trouble import is_outage
from shared.vocabulary import Reason

log = get_logger(__name__)

_REMEMBERED = 20_000
_HOPS = 3
_TOKEN_BYTES = 8
_NOBODY = Sites({})

# What we decide ourselves, before a request is made: the host was not asked.
_NOT_ASKED = frozenset(
    {
        Reason.ROBOTS_DISALLOWS_US,
        Reason.OPTED_OUT,
        Reason.RATE_LIMITED,
        Reason.ADDRESS_NOT_ALLOWED,
    }
)


class SiblingMemory(Protocol):
    """Where answers outlive the process."""

    async def find(self, host: str) -> Sibling | None: ...

    async def save(self, sibling: Sibling, wire: bytes) -> None:
        """Keep an answer, and what came over the wire."""

    async def find_wire(self, host: str) -> bytes | None:
        """Return what came over the wire when the host answered last."""


class Siblings:
    """What hosts answer for a made-up address beside a page; at most one probe a host in 30 days."""

    def __init__(
        self,
        web: Web,
        *,
        memory: SiblingMemory | None = None,
        clock: Clock = house_clock.now,
        token: Callable[[], str] = lambda: secrets.token_hex(_TOKEN_BYTES),
    ) -> None:
        self._web = web
        self._memory = memory
        self._clock = clock
        self._token = token
        self._known: OrderedDict[str, Sibling] = OrderedDict()
        self._asking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def known(self, url: str) -> Sibling | None:
        """Return how the host of `url` answered, if this process remembers it."""
        known = self._known.get(urls.host_of(url))
        return known if known is not None and known.is_fresh(self._clock()) else None

    async def wire(self, url: str) -> Aside | None:
        """Return what came over the wire when the host of `url` answered, if that was kept."""
        if self._memory is None:
            return None
        try:
            kept = await self._memory.find_wire(urls.host_of(url))
        except Exception as error:  # because what is not the database's trouble goes up
            if not is_outage(error):
                raise
            log.warning("probe is not shown: its database is away", why=repr(error))
            return None
        return unpacked_aside(kept) if kept is not None else None

    async def of(self, url: str, *, gate: Gate | None, within_s: float) -> Sibling | None:
        """Return how the host of `url` answers; asks it, through the gate, if nobody has."""
        host = urls.host_of(url)
        lock = self._asking.get(host)
        if lock is None:
            lock = self._asking[host] = asyncio.Lock()
        async with lock:
            try:
                known = await self._find(host)
                if known is not None or gate is None:
                    return known
                return await self._ask(url, gate, within_s)
            except HostBusyError:
                return None  # whoever looks at this host next may ask
            except Exception as error:  # because what is not the database's trouble goes up
                if not is_outage(error):
                    raise
                log.warning("probe is not known: its database is away", why=repr(error))
                return None

    async def _find(self, host: str) -> Sibling | None:
        known = self._known.get(host)
        if known is None and self._memory is not None:
            known = await self._memory.find(host)
        if known is None or not known.is_fresh(self._clock()):
            return None
        self._keep(known)
        return known

    async def _ask(self, url: str, gate: Gate, within_s: float) -> Sibling | None:
        host, beside = urls.host_of(url), sibling_url(url, self._token())
        try:
            async with asyncio.timeout(within_s):
                fetched = await self._web.fetch(beside, gate=gate, max_hops=_HOPS)
        except TimeoutError:
            fetched = Fetched(url=beside, final_url=beside, failure=Reason.TIMEOUT)
        if fetched.failure in _NOT_ASKED and not fetched.hops:
            return None
        page, fetched = read_page(fetched, _NOBODY)
        sibling = sibling_of(host, beside, fetched=fetched, page=page, now=self._clock())
        self._keep(sibling)
        if self._memory is not None:
            await self._memory.save(sibling, packed_aside(aside_of(PROBE, fetched)))
        return sibling

    def _keep(self, sibling: Sibling) -> None:
        self._known[sibling.host] = sibling
        self._known.move_to_end(sibling.host)
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
