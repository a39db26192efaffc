"""Calls from one service to another: the same client over the network or straight into an app of this process.

`DirectTransport` (embedded mode, tests) calls the other service's ASGI app; `NetworkTransport` uses
aiohttp. Deadline, retry and circuit breaker live above them and are the same for both.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import aiohttp
import orjson
from yarl import URL

from shared import access, clock, log, metrics
from shared.access import Caller
from shared.breaker import Breaker
from shared.direct import call_app
from shared.errors import UnavailableError
from shared.wire import Answer, Outgoing, StreamedAnswer, TransportError

_MAX_BUFFERED = 64 * 1024 * 1024
_CONNECT_SECONDS = 2.0
_CONNECTIONS_PER_HOST = 100
_logger = log.get_logger(__name__)


class Transport(Protocol):
    """Carries one request to the service; raises TransportError if it did not get there."""

    def open(self, request: Outgoing) -> AbstractAsyncContextManager[StreamedAnswer]: ...


class DirectTransport:
    """Calls an ASGI app of this process; answers stream, nothing is copied or buffered."""

    def __init__(self, app: Any) -> None:
        self._app = app

    def open(self, request: Outgoing) -> AbstractAsyncContextManager[StreamedAnswer]:
        return call_app(self._app, request)


class NetworkTransport:
    """Calls a service over HTTP; its connection pool opens with the first call."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url.rstrip("/")
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    @asynccontextmanager
    async def open(self, request: Outgoing) -> AsyncIterator[StreamedAnswer]:
        if self._session is None:
            self._session = _new_session()
        query = f"?{request.query}" if request.query else ""
        try:
            answer = await self._session.request(
                request.method,
                URL(f"{self._base_url}{request.path}{query}", encoded=True),
                headers=list(request.headers),
                data=request.body,
                allow_redirects=False,
                skip_auto_headers=("User-Agent", "Accept", "Content-Type"),
            )
        except (aiohttp.ClientConnectionError, OSError) as error:
            raise TransportError(str(error)) from error
        async with answer:
            headers = tuple(answer.headers.items())
            yield StreamedAnswer(answer.status, headers, answer.content.iter_chunked(65_536))


def _new_session() -> aiohttp.ClientSession:
    # Proxies of the environment are not for calls inside the house.
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, limit_per_host=_CONNECTIONS_PER_HOST),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS),
        auto_decompress=False,
        trust_env=False,
        cookie_jar=aiohttp.DummyCookieJar(),
    )


@dataclass(slots=True)
class ServiceClient:
    """Calls one service on behalf of a caller."""

    service: str
    transport: Transport
    secret: bytes
    deadline_s: float = 10.0
    breaker: Breaker = field(default_factory=Breaker)

    async def send(
        self,
        method: str,
        path: str,
        *,
        caller: Caller | None,
        query: str = "",
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        deadline_s: float | None = None,
    ) -> Answer:
        """Return the whole answer; `body` is sent as JSON. Raises UnavailableError.

        `caller` is None for the few routes that anybody may ask.
        """
        given = dict(headers or {})
        payload = None if body is None else orjson.dumps(body)
        if payload is not None:
            given["content-type"] = "application/json"
        request = Outgoing(method, path, query, tuple(given.items()), payload)
        async with self.stream(request, caller=caller, deadline_s=deadline_s) as answer:
            return Answer(answer.status, answer.headers, await self._read(answer, deadline_s))

    async def _read(self, answer: StreamedAnswer, deadline_s: float | None) -> bytes:
        whole = bytearray()
        try:
            async with asyncio.timeout(deadline_s or self.deadline_s):
                async for chunk in answer.chunks:
                    whole += chunk
                    if len(whole) > _MAX_BUFFERED:
                        raise UnavailableError(f"{self.service} answered with too many bytes.")
        except TimeoutError as error:
            raise self._unavailable("timeout") from error
        except (TransportError, aiohttp.ClientError) as error:
            raise self._unavailable("broken-off") from error
        return bytes(whole)

    @asynccontextmanager
    async def stream(
        self, request: Outgoing, *, caller: Caller | None, deadline_s: float | None = None
    ) -> AsyncIterator[StreamedAnswer]:
        """Yield the answer as it comes; the deadline holds until its head is there.

        A GET is tried once more when the connection failed: nothing else is safe to repeat.
        """
        prepared = replace(request, headers=(*request.headers, *self._identity(caller)))
        async with AsyncExitStack() as stack:
            try:
                answer = await self._open(stack, prepared, deadline_s or self.deadline_s)
            except TransportError:
                if request.method != "GET":
                    raise self._unavailable("unreachable") from None
                answer = await self._open_again(stack, prepared, deadline_s or self.deadline_s)
            yield answer

    async def _open(
        self, stack: AsyncExitStack, request: Outgoing, deadline_s: float
    ) -> StreamedAnswer:
        if not self.breaker.admit(time.monotonic()):
            raise self._unavailable("circuit-open")
        started = time.perf_counter()
        try:
            async with asyncio.timeout(deadline_s):
                answer = await stack.enter_async_context(self.transport.open(request))
        except TimeoutError as error:
            self._note("timeout", started)
            raise self._unavailable("timeout") from error
        except TransportError:
            self._note("unreachable", started)
            raise
        self._note("ok", started)
        return answer

    async def _open_again(
        self, stack: AsyncExitStack, request: Outgoing, deadline_s: float
    ) -> StreamedAnswer:
        try:
            return await self._open(stack, request, deadline_s)
        except TransportError as error:
            raise self._unavailable("unreachable") from error

    def _identity(self, caller: Caller | None) -> Iterable[tuple[str, str]]:
        if caller is not None:
            token = access.mint(caller, secret=self.secret, now=clock.now())
            yield access.HEADER, token
        if (trace_id := log.trace_id()) is not None:
            yield "traceparent", f"00-{trace_id}-{trace_id[:16]}-01"

    def _note(self, outcome: str, started: float) -> None:
        seconds = time.perf_counter() - started
        metrics.UPSTREAM_SECONDS.labels(self.service, outcome).observe(seconds)
        now = time.monotonic()
        self.breaker.note(ok=outcome == "ok", now=now)
        metrics.BREAKER_OPEN.labels(self.service).set(self.breaker.open_until is not None)
        if outcome != "ok":
            _logger.warning("upstream call failed", upstream=self.service, outcome=outcome)

    def _unavailable(self, code: str) -> UnavailableError:
        return UnavailableError(
            f"The service {self.service} does not answer now ({code}); try again soon.", code=code
        )
