"""Speaks the Chrome DevTools Protocol over a browser's two pipes: no port that a page could reach."""

import asyncio
from collections.abc import Mapping
from typing import Any

import orjson

from shared.log import get_logger

log = get_logger(__name__)

Message = Mapping[str, Any]

# A document of 5 million characters, escaped, still fits.
_MAX_MESSAGE = 64 * 1024 * 1024
_MAX_EVENTS = 2_000
_CHUNK = 256 * 1024


class BrowserGoneError(ConnectionError):
    """The browser, or the page in it, ended before it answered."""


class CommandError(RuntimeError):
    """The browser refused a command."""


class Cdp:
    """One connection: commands wait for their answers, events go to whoever listens to a session."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._last = 0
        self._open = True
        self._waiting: dict[int, asyncio.Future[Message]] = {}
        self._events: dict[str, asyncio.Queue[Message]] = {}

    async def run(self) -> None:
        """Read until the browser closes its end; then whoever waits is told."""
        try:
            await self._read()
        except (OSError, ValueError) as error:
            log.warning("browser cannot be understood", why=repr(error))
        finally:
            self._open = False
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(BrowserGoneError("the browser is gone"))
            self._waiting.clear()

    async def send(
        self, method: str, params: Message | None = None, *, session: str | None = None
    ) -> Message:
        """Give a command and return its result."""
        if not self._open:
            raise BrowserGoneError("the browser is gone")
        self._last += 1
        number = self._last
        command: dict[str, Any] = {"id": number, "method": method, "params": params or {}}
        if session is not None:
            command["sessionId"] = session
        answer: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            self._writer.write(orjson.dumps(command) + b"\0")
            await self._writer.drain()
            return await answer
        except ConnectionError as error:
            raise BrowserGoneError("the browser is gone") from error
        finally:
            self._waiting.pop(number, None)

    def listen(self, session: str) -> asyncio.Queue[Message]:
        """Return the queue into which the events of a session go from now on."""
        return self._events.setdefault(session, asyncio.Queue(_MAX_EVENTS))

    def forget(self, session: str) -> None:
        self._events.pop(session, None)

    async def _read(self) -> None:
        parts: list[bytes] = []
        size = 0
        while chunk := await self._reader.read(_CHUNK):
            *whole, rest = chunk.split(b"\0")
            for end in whole:
                self._take(orjson.loads(b"".join([*parts, end])))
                parts, size = [], 0
            parts.append(rest)
            size += len(rest)
            if size > _MAX_MESSAGE:
                raise ValueError("a message of the browser is too long")

    def _take(self, message: Message) -> None:
        if "id" in message:
            answer = self._waiting.get(message["id"])
            if answer is None or answer.done():
                return
            if "error" in message:
                answer.set_exception(CommandError(str(message["error"].get("message"))))
            else:
                answer.set_result(message.get("result", {}))
            return
        queue = self._events.get(message.get("sessionId", ""))
        if queue is not None and not queue.full():
            queue.put_nowait(message)
