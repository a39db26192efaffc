"""Brings messages to receivers: one POST each, to public addresses only, redirects not followed."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib.metadata import version

import aiohttp

from services.gateway.domain.attempts import TIMEOUT_S, Attempt, answered
from shared import clock, walled_http
from shared.waits import retry_after_s
from shared.wall import Guard

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
        if not walled_http.is_secret_keeping(self._guard, url):
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
                walled_http.exactly(url), data=body, headers=headers, allow_redirects=False
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


def _new_session(guard: Guard) -> aiohttp.ClientSession:
    agent = f"Anchorwatch-Webhooks/{version('anchorwatch')}"
    return walled_http.new_session(guard, timeout_s=TIMEOUT_S, agent=agent)


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
    if walled_http.is_refused_by_wall(error):
        return "its address is not allowed"
    found = (words for kind, words in _TROUBLES if isinstance(error, kind))
    return next(found, "the connection broke off")
