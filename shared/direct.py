"""One HTTP exchange with an ASGI app of this process, streaming in both directions."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import unquote

from shared.wire import Outgoing, StreamedAnswer, TransportError

_CHUNKS_AHEAD = 8
_END = b""


@asynccontextmanager
async def call_app(app: Any, request: Outgoing) -> AsyncIterator[StreamedAnswer]:
    """Yield the app's answer; leaving the block early is to the app a client that went away."""
    exchange = _Exchange(request)
    failure: Exception | None = None
    async with asyncio.TaskGroup() as group:
        task = group.create_task(exchange.run(app))
        try:
            yield await exchange.answer()
        except Exception as error:  # noqa: BLE001 - because the group would wrap it; raised below
            failure = error
        finally:
            exchange.gone.set()
            task.cancel()
    if failure is not None:
        raise failure


class _Exchange:
    def __init__(self, request: Outgoing) -> None:
        self._request = request
        self._body = _chunks(request.body)
        self._sent_body = False
        self._head: asyncio.Future[tuple[int, tuple[tuple[str, str], ...]]]
        self._head = asyncio.get_running_loop().create_future()
        self._out: asyncio.Queue[bytes | Exception] = asyncio.Queue(_CHUNKS_AHEAD)
        self.gone = asyncio.Event()

    async def answer(self) -> StreamedAnswer:
        status, headers = await self._head
        return StreamedAnswer(status, headers, self._read())

    async def run(self, app: Any) -> None:
        try:
            await app(self._scope(), self._receive, self._send)
        except Exception as error:  # noqa: BLE001 - because the app's failure is the caller's answer
            await self._fail(error)
        else:
            await self._out.put(_END)
        if not self._head.done():
            self._head.set_exception(TransportError("the app ended without an answer"))

    async def _fail(self, error: Exception) -> None:
        wrapped = TransportError(f"the app broke off: {error}")
        wrapped.__cause__ = error
        if self._head.done():
            await self._out.put(wrapped)
        else:
            self._head.set_exception(wrapped)

    async def _read(self) -> AsyncIterator[bytes]:
        while (chunk := await self._out.get()) != _END:
            if isinstance(chunk, Exception):
                raise chunk
            yield chunk

    def _scope(self) -> dict[str, Any]:
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": self._request.method,
            "scheme": "http",
            "path": unquote(self._request.path),
            "raw_path": self._request.path.encode(),
            "query_string": self._request.query.encode(),
            "root_path": "",
            "headers": [
                (name.lower().encode("latin-1"), value.encode("latin-1"))
                for name, value in (("host", "anchorwatch.internal"), *self._request.headers)
            ],
            "client": ("127.0.0.1", 0),
            "server": ("127.0.0.1", 80),
        }

    async def _receive(self) -> dict[str, Any]:
        if not self._sent_body:
            chunk = await anext(self._body, None)
            if chunk is not None:
                return {"type": "http.request", "body": chunk, "more_body": True}
            self._sent_body = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            headers = tuple(
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, value in message["headers"]
            )
            if not self._head.done():  # who asked may have gone meanwhile
                self._head.set_result((message["status"], headers))
        elif message.get("body"):
            await self._out.put(message["body"])


async def _chunks(body: bytes | AsyncIterator[bytes] | None) -> AsyncIterator[bytes]:
    if isinstance(body, bytes):
        yield body
    elif body is not None:
        async for chunk in body:
            yield chunk
