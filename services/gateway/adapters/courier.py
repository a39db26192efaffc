"""Brings messages to receivers: one POST each, to public addresses only, redirects not followed."""

import socket
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib.metadata import version

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from typing_extensions import override
from yarl import URL

from services.gateway.domain.attempts import TIMEOUT_S, Attempt, answered
from shared import addresses, clock, urls
from shared.waits import retry_after_s
from shared.wall import AddressNotAllowedError, Guard, resolved

_READ = 4_096  # of an answer, so that its connection can be used again

Judge = Callable[[Attempt, bytes], Attempt]
"""Says what an attempt came to, by what was answered."""


class Courier:
    """Sends one message and says what came of it; whatever happens is an answer, never an exception."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._session: aiohttp.ClientSession | None = None

    def refusal(self, url: str) -> str | None:
        """Return why nothing is sent to an address, None for one that may be tried."""
        if self._guard.fault(url) is not None:
            return "Only public addresses get messages, over port 443, 80, 8080 or 8443."
        route = self._guard.route(urls.host_of(url), addresses.port_of(url))
        if not url.lower().startswith("https:") and route is None:
            return "Messages go over https: only; they tell what others should not read."
        return None

    async def send(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        judge: Judge = lambda attempt, _: attempt,
    ) -> Attempt:
        """Send one message, wherever the address leads now; `judge` sees the start of the answer."""
        started = time.monotonic()
        if self.refusal(url) is not None:
            return Attempt(0, trouble="its address is not allowed")
        self._session = self._session or _new_session(self._guard)
        try:
            async with self._session.post(
                _exactly(url), data=body, headers=headers, allow_redirects=False
            ) as answer:
                asked_s = retry_after_s(answer.headers.get("Retry-After"), clock.now())
                found = b""
                with suppress(aiohttp.ClientError, TimeoutError):
                    found = await answer.content.read(_READ)
                attempt = answered(answer.status, elapsed_ms=_ms(started), retry_after_s=asked_s)
                return judge(attempt, found)
        except (aiohttp.ClientError, OSError, ValueError) as error:  # TimeoutError is an OSError
            return Attempt(_ms(started), trouble=_why(error))

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


def _exactly(url: str) -> URL:
    """Return an address as it was given: yarl would write some escapes anew, and signed ones break."""
    return URL((urls.resolve(url) or url).partition("#")[0], encoded=True)


def _new_session(guard: Guard) -> aiohttp.ClientSession:
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
        timeout=aiohttp.ClientTimeout(total=TIMEOUT_S),
        headers={"User-Agent": f"Anchorwatch-Webhooks/{version('anchorwatch')}"},
    )


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


def _ms(started: float) -> int:
    return round(1000 * (time.monotonic() - started))


_TROUBLES: tuple[tuple[type[Exception], str], ...] = (
    (TimeoutError, f"no answer within {TIMEOUT_S:.0f} seconds"),
    (aiohttp.ClientConnectorDNSError, "its name was not found"),
    (aiohttp.ClientSSLError, "the encrypted connection failed (is its certificate valid?)"),
    (aiohttp.ClientConnectorError, "it refused the connection"),
)


def _why(error: Exception) -> str:
    """Return the reason in words, without addresses: it is shown to whoever set up the webhook."""
    causes = (error, error.__cause__, getattr(error, "os_error", None))
    if any(isinstance(one, AddressNotAllowedError) for one in causes):
        return "its address is not allowed"
    found = (words for kind, words in _TROUBLES if isinstance(error, kind))
    return next(found, "the connection broke off")
