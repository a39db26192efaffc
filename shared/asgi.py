"""What happens around every request: ids, size limits, safe headers, measures, and the last net for errors."""

import re
import secrets
import time
from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import log, metrics, problems
from shared.settings import HouseSettings
from shared.trouble import is_outage

_MAX_HEADER_BYTES = 65_536
_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
_SAFE_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
_CODES = {413: "body-too-large", 431: "headers-too-large", 503: "unavailable"}
_BROKEN = "Something went wrong here; it was logged with this trace id."
_AWAY = "The database, or another part that is needed, does not answer now. Try again in a moment."
_QUIET = frozenset({"/livez", "/readyz", "/metrics"})
_logger = log.get_logger(__name__)


class HouseMiddleware:
    """The outermost layer of every service's app."""

    def __init__(
        self, app: ASGIApp, *, service: str, settings: HouseSettings, is_public: bool
    ) -> None:
        self._app = app
        self._service = service
        self._settings = settings
        self._is_public = is_public

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        exchange = _Exchange(scope, headers)
        with log.bound(trace_id=exchange.trace_id, request_id=exchange.request_id):
            try:
                await self._answer(exchange, headers, receive, send)
            finally:
                self._measure(exchange)

    async def _answer(
        self, exchange: "_Exchange", headers: Headers, receive: Receive, send: Send
    ) -> None:
        sender = exchange.sender(send)
        try:
            limit = self._limit(headers)
            _refuse_oversize(headers, limit)
            await self._app(exchange.scope, _counting(receive, limit), sender)
        except (ConnectionAbortedError, ClientDisconnect):
            _logger.info("client went away", path=exchange.scope["path"])
        except HTTPException as error:
            await self._send_problem(exchange, sender, error.status_code, str(error.detail))
        except Exception as error:  # because nobody above us can answer any more
            if is_outage(error):
                # Whole, for a missing file of our own looks like a socket that went away.
                _logger.exception("a part is away", path=exchange.scope["path"])
                await self._send_problem(exchange, sender, 503, _AWAY)
                return
            _logger.exception("request failed", path=exchange.scope["path"])
            await self._send_problem(exchange, sender, 500, _BROKEN)

    def _limit(self, headers: Headers) -> int:
        is_upload = headers.get("content-type", "").startswith("multipart/")
        return self._settings.max_upload_bytes if is_upload else self._settings.max_body_bytes

    async def _send_problem(
        self, exchange: "_Exchange", send: Send, status: int, detail: str
    ) -> None:
        if exchange.status:
            raise ConnectionAbortedError(f"the answer broke off after it had begun: {detail}")
        response = problems.render(
            status,
            _CODES.get(status, "internal-error"),
            detail,
            instance=exchange.scope["path"],
            trace_id=exchange.trace_id,
            headers={"Retry-After": "2"} if status == 503 else None,
        )
        await response(exchange.scope, _no_receive, send)

    def _measure(self, exchange: "_Exchange") -> None:
        route = getattr(exchange.scope.get("route"), "path", "unmatched")
        method = exchange.method
        labels = (self._service, route, method if method in _METHODS else "OTHER")
        seconds = time.perf_counter() - exchange.started
        metrics.HTTP_REQUESTS.labels(*labels, str(exchange.status or 499)).inc()
        metrics.HTTP_SECONDS.labels(*labels).observe(seconds)
        if self._is_public and route not in _QUIET:
            _logger.info(
                "request answered",
                method=method,
                route=route,
                status=exchange.status,
                milliseconds=round(seconds * 1000, 1),
            )


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class _Exchange:
    """One request and what became of it."""

    __slots__ = ("method", "request_id", "scope", "started", "status", "trace_id")

    def __init__(self, scope: Scope, headers: Headers) -> None:
        self.method: str = scope["method"]
        # HEAD is answered as GET is, less the body. The server goes on knowing what was asked.
        is_head = self.method == "HEAD"
        self.scope: MutableMapping[str, Any] = {**scope, "method": "GET"} if is_head else scope
        self.started = time.perf_counter()
        self.status = 0
        parent = _TRACEPARENT.fullmatch(headers.get("traceparent", ""))
        self.trace_id = parent[1] if parent else secrets.token_hex(16)
        given = headers.get("x-request-id", "")
        self.request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)

    def sender(self, send: Send) -> Send:
        """Return `send` with our headers, and without a body where only the head was asked for."""
        has_ended = False

        async def decorated(message: Message) -> None:
            nonlocal has_ended
            if message["type"] == "http.response.start":
                self.status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in _SAFE_HEADERS.items():
                    headers.setdefault(name, value)
                headers["x-request-id"] = self.request_id
            elif self.method == "HEAD":
                if has_ended:
                    raise ConnectionAbortedError("the rest of a stream of which the head was asked")
                has_ended = True
                message = {"type": message["type"], "body": b"", "more_body": False}
            await send(message)

        return decorated


def _refuse_oversize(headers: Headers, limit: int) -> None:
    if sum(len(name) + len(value) for name, value in headers.raw) > _MAX_HEADER_BYTES:
        raise HTTPException(431, f"The headers are larger than {_MAX_HEADER_BYTES} bytes.")
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length[:20]) > limit:
        raise _too_large(limit)


def _counting(receive: Receive, limit: int) -> Receive:
    """Return `receive` that raises once more than `limit` bytes of body have come."""
    seen = 0

    async def bounded() -> Message:
        nonlocal seen
        message = await receive()
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            if seen > limit:
                raise _too_large(limit)
        return message

    return bounded


def _too_large(limit: int) -> HTTPException:
    return HTTPException(413, f"The body is larger than {limit} bytes, the most this route takes.")


async def _no_receive() -> Message:
    return {"type": "http.disconnect"}
