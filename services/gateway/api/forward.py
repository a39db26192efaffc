"""Requests for the services: passed on with the caller's identity, streamed in both directions."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from uuid import UUID

import orjson
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from services.gateway.api.composed import (
    add_facts,
    add_second_part,
    is_composed,
    needs_facts,
)
from services.gateway.domain.routing import Route, Table
from services.gateway.store import journal
from shared import access
from shared.access import Caller
from shared.db import Database
from shared.http import ServiceClient
from shared.problems import ProblemError
from shared.wire import Outgoing, StreamedAnswer

_PASSED_ON = frozenset(
    {
        *("accept", "accept-language", "content-type", "content-length"),
        *("if-match", "if-none-match", "range"),
    }
)
_NOT_PASSED_BACK = frozenset(
    {
        *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer"),
        *("transfer-encoding", "upgrade", "date", "server", "x-request-id", "content-length"),
    }
)
_CHANGES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_CHECKS = "/v1/checks"
_DEADLINE_S = 30.0
_CHECK_DEADLINE_S = 65.0
_UPLOAD_DEADLINE_S = 900.0
_MAX_BUFFERED = 64 * 1024 * 1024


class Forward:
    """ASGI middleware behind the door: what the table knows goes to its service."""

    def __init__(
        self, app: ASGIApp, *, table: Table, clients: Mapping[str, ServiceClient], db: Database
    ) -> None:
        self._app = app
        self._table = table
        self._clients = clients
        self._db = db

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._table.find(scope["path"]) if scope["type"] == "http" else None
        if found is None:
            await self._app(scope, receive, send)
            return
        route, values = found
        scope["route"] = route
        if scope["method"] not in route.methods:
            raise ProblemError(
                405,
                "method-not-allowed",
                "This path does not take this method; see the Allow header.",
                headers={"Allow": route.allow},
            )
        caller: Caller = scope["anchorwatch.caller"]
        status = await self._forward(route, values, scope, receive, send, caller=caller)
        if scope["method"] in _CHANGES and status < 400 and route.path != _CHECKS:
            await self._note(route, values, scope, caller)

    async def _forward(
        self,
        route: Route,
        values: Mapping[str, str],
        scope: Scope,
        receive: Receive,
        send: Send,
        *,
        caller: Caller,
    ) -> int:
        headers = Headers(scope=scope)
        request = _request(scope, headers, receive)
        if needs_facts(scope["method"], route):
            whole = b"".join([chunk async for chunk in _body(receive)])
            more = await add_facts(
                whole, scope["method"], route, values, self._clients, caller=caller
            )
            request = _with_body(request, more, had_one=bool(whole))
        client = self._clients[route.service]
        deadline_s = _deadline(route, headers)
        async with client.stream(request, caller=caller, deadline_s=deadline_s) as answer:
            if caller.is_only_client and _is_json(answer):
                await _send_for_client(answer, send)
            elif answer.status == 200 and is_composed(scope["method"], route):
                whole = await _whole(answer)
                more = await add_second_part(
                    whole, scope["method"], route, values, self._clients, caller=caller
                )
                await _send_whole(answer, more, send)
            else:
                await _send_through(answer, send)
            return answer.status

    async def _note(
        self, route: Route, values: Mapping[str, str], scope: Scope, caller: Caller
    ) -> None:
        async with self._db.begin() as tx:
            await journal.add_entry(
                tx,
                caller,
                action=f"{scope['method']} {route.path}",
                subject=scope["path"],
                site_id=UUID(values["site_id"]) if "site_id" in values else None,
            )


def _request(scope: Scope, headers: Headers, receive: Receive) -> Outgoing:
    return Outgoing(
        method=scope["method"],
        path=scope["raw_path"].partition(b"?")[0].decode("latin-1"),
        query=scope["query_string"].decode("latin-1"),
        headers=tuple((k, v) for k, v in headers.items() if k in _PASSED_ON),
        body=_body(receive) if scope["method"] in _CHANGES else None,
    )


def _with_body(request: Outgoing, body: bytes, *, had_one: bool) -> Outgoing:
    """Return the request with another body, whose length is no longer what the client said."""
    kept = tuple((name, value) for name, value in request.headers if name != "content-length")
    if body and not had_one:
        kept = tuple((name, value) for name, value in kept if name != "content-type")
        kept = (*kept, ("content-type", "application/json"))
    return replace(request, headers=kept, body=body)


def _deadline(route: Route, headers: Headers) -> float:
    """Return how long the service may take to begin its answer; a client may ask for less."""
    most = _DEADLINE_S
    if headers.get("content-type", "").startswith("multipart/"):
        most = _UPLOAD_DEADLINE_S
    elif route.path == _CHECKS:
        most = _CHECK_DEADLINE_S
    asked = headers.get("request-timeout", "")
    return min(most, max(float(asked), 1.0)) if asked.isdecimal() and len(asked) < 6 else most


async def _body(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionAbortedError("the client went away within its request")
        more = message.get("more_body", False)
        if chunk := message.get("body", b""):
            yield chunk


async def _send_through(answer: StreamedAnswer, send: Send) -> None:
    await _send_head(answer, send)
    async for chunk in answer.chunks:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _send_for_client(answer: StreamedAnswer, send: Send) -> None:
    """Send JSON without what clients never receive: the net below the services' own care."""
    body = orjson.dumps(access.for_client(orjson.loads(await _whole(answer))))
    await _send_whole(answer, body, send)


async def _whole(answer: StreamedAnswer) -> bytes:
    whole = bytearray()
    async for chunk in answer.chunks:
        whole += chunk
        if len(whole) > _MAX_BUFFERED:
            raise ProblemError(
                502, "answer-too-large", "The answer is too large; use a smaller limit."
            )
    return bytes(whole)


async def _send_whole(answer: StreamedAnswer, body: bytes, send: Send) -> None:
    await _send_head(answer, send)
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def _send_head(answer: StreamedAnswer, send: Send) -> None:
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in answer.headers
        if name.lower() not in _NOT_PASSED_BACK
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})


def _is_json(answer: StreamedAnswer) -> bool:
    media = next((v for k, v in answer.headers if k.lower() == "content-type"), "")
    return media.partition(";")[0] == "application/json"
