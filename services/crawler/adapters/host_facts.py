"""Who stands behind a host: the issuer of its certificate, the name servers of its domain."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from shared import dns, urls

ServerLookup = Callable[[str], Awaitable[tuple[str, ...]]]

_CACHE_SIZE = 20_000
_CACHE_S = 86_400.0
_ASKED_AT_ONCE = 8
_ISSUER = ("organizationName", "commonName")


def issuer_of(transport: asyncio.BaseTransport) -> str | None:
    """Return who signed a connection's certificate; None without TLS or where it is not told."""
    certificate = transport.get_extra_info("peercert") or {}
    names = {key: value for part in certificate.get("issuer", ()) for key, value in part}
    return next((str(names[key]) for key in _ISSUER if names.get(key)), None)


async def _ask(domain: str) -> tuple[str, ...]:
    return await dns.name_servers_of(domain, dns.nameservers())


class NameServers:
    """Remembers the name servers of domains for a day; a silent resolver is asked again later."""

    def __init__(self, lookup: ServerLookup = _ask) -> None:
        self._lookup = lookup
        self._cache: OrderedDict[str, tuple[float, tuple[str, ...]]] = OrderedDict()
        self._slots = asyncio.Semaphore(_ASKED_AT_ONCE)

    async def of(self, host: str) -> tuple[str, ...]:
        """Return the name servers of a host's registrable domain, empty if not known."""
        domain = urls.registrable_domain(host)
        if domain is None or not domain.isascii():
            return ()
        now = asyncio.get_running_loop().time()
        known = self._cache.get(domain)
        if known is not None and known[0] > now:
            return known[1]
        async with self._slots:
            found = await self._lookup(domain)
        self._cache[domain] = (now + (_CACHE_S if found else _CACHE_S / 24), found)
        self._cache.move_to_end(domain)
        if len(self._cache) > _CACHE_SIZE:
            self._cache.popitem(last=False)
        return found
