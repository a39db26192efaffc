"""HTTP through the wall for those who ask strangers little: one session, no cookies, no proxies, nothing cached."""

import socket
import ssl

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from typing_extensions import override
from yarl import URL

from shared import addresses, urls
from shared.wall import AddressNotAllowedError, Guard, resolved


def new_session(guard: Guard, *, timeout_s: float, agent: str) -> aiohttp.ClientSession:
    """Return a session of which every socket is judged by the wall."""
    connector = aiohttp.TCPConnector(
        resolver=_Resolver(guard),
        use_dns_cache=False,  # what a name says is judged at every connection
        socket_factory=guard.open_socket,
        limit=0,
        ssl=ssl.create_default_context(),  # trusts SSL_CERT_FILE besides the system's certificates
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        timeout=aiohttp.ClientTimeout(total=timeout_s),
        headers={"User-Agent": agent},
    )


def is_secret_keeping(guard: Guard, url: str) -> bool:
    """Say whether what is sent to an allowed address stays unread: over https, or to a route of CONNECT_TO."""
    route = guard.route(urls.host_of(url), addresses.port_of(url))
    return url.lower().startswith("https:") or route is not None


def exactly(url: str) -> URL:
    """Return an address as it was given: yarl would write some escapes anew, and signed ones break."""
    return URL((urls.resolve(url) or url).partition("#")[0], encoded=True)


def is_refused_by_wall(error: Exception) -> bool:
    """Say whether a request failed because its address is not allowed."""
    causes = (error, error.__cause__, getattr(error, "os_error", None))
    return any(isinstance(one, AddressNotAllowedError) for one in causes)


class _Resolver(AbstractResolver):
    """CONNECT_TO first, then the system; the wall looks at every address when its socket is made."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._system = aiohttp.ThreadedResolver()

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        route = self._guard.route(host, port)
        if route is None:
            return await self._system.resolve(host, port, family)
        return resolved(host, (route.address,), route.to_port)

    @override
    async def close(self) -> None:
        await self._system.close()
