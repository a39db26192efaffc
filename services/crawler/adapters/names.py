"""Finds the addresses of hosts: CONNECT_TO first, then the system's resolver, public answers only."""

import asyncio
import socket
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from aiohttp.abc import AbstractResolver, ResolveResult
from typing_extensions import override

from shared import addresses, dns, urls
from shared.wall import AddressNotAllowedError, Guard, resolved

Lookup = Callable[[str], Awaitable[tuple[str, ...]]]
GoneCheck = Callable[[str], Awaitable[bool]]

_CACHE_SIZE = 10_000
_CACHE_S = 60.0
_LOOKUP_S = 10.0
_THREADS = 16


class NameGoneError(OSError):
    """An authority says that the name does not exist."""


class NameFailedError(OSError):
    """The resolver gave no usable answer: nothing is known about the name."""


class Place(NamedTuple):
    """Where a connection for a host will go; `routed` by CONNECT_TO."""

    found: tuple[str, ...]
    port: int
    routed: bool


class Names(AbstractResolver):
    """One cache of addresses for the crawler and for aiohttp, so that both see the same answer."""

    def __init__(
        self, guard: Guard, *, lookup: Lookup | None = None, is_gone: GoneCheck | None = None
    ) -> None:
        self._guard = guard
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="names")
        self._lookup = lookup or self._ask_system
        self._is_gone = is_gone or _ask_authority
        self._cache: OrderedDict[str, tuple[float, tuple[str, ...]]] = OrderedDict()

    async def find(self, host: str, port: int) -> Place:
        """Return where to connect for `host:port`.

        Raises AddressNotAllowedError if the name has no public address, NameGoneError and
        NameFailedError if it has none at all.
        """
        route = self._guard.route(host, port)
        if route is not None:
            return Place((route.address,), route.to_port, routed=True)
        if urls.is_ip(host):
            found: tuple[str, ...] = (host.strip("[]"),)
        else:
            found = await self._addresses(host)
        public = tuple(address for address in found if addresses.is_public(address))
        if not public:
            raise AddressNotAllowedError("address not allowed")
        return Place(public, port, routed=False)

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        place = await self.find(host.removesuffix("."), port)
        return resolved(host, place.found, place.port)

    @override
    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _addresses(self, host: str) -> tuple[str, ...]:
        now = asyncio.get_running_loop().time()
        known = self._cache.get(host)
        if known is not None and known[0] > now:
            return known[1]
        found = await self._ask(host)
        self._cache[host] = (now + _CACHE_S, found)
        self._cache.move_to_end(host)
        if len(self._cache) > _CACHE_SIZE:
            self._cache.popitem(last=False)
        return found

    async def _ask(self, host: str) -> tuple[str, ...]:
        try:
            async with asyncio.timeout(_LOOKUP_S):
                found = await self._lookup(host)
        except socket.gaierror as error:
            if error.errno == socket.EAI_NONAME and await self._is_gone(host):
                raise NameGoneError(f"{host} does not exist") from error
            raise NameFailedError(f"no address for {host}: {error.strerror}") from error
        except (OSError, UnicodeError) as error:
            raise NameFailedError(f"no address for {host}") from error
        if not found:
            raise NameFailedError(f"no address for {host}")
        return found

    async def _ask_system(self, host: str) -> tuple[str, ...]:
        loop = asyncio.get_running_loop()
        infos = await loop.run_in_executor(
            self._threads,
            lambda: socket.getaddrinfo(host, None, type=socket.SOCK_STREAM),
        )
        return tuple(dict.fromkeys(str(info[4][0]) for info in infos))


async def _ask_authority(host: str) -> bool:
    return await dns.is_gone(host, dns.nameservers())
