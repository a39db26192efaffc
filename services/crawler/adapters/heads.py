"""Asks by HEAD on connections that stay open: all of HTTP that a status needs, and nothing more.

A general client makes a dozen objects for each answer; where no body is read they are most of the
cost (docs/decisions/0021-asking-by-head-ourselves.md). The parser is aiohttp's, so that a head that
GET understands is understood here.
"""

import asyncio
import socket
import ssl
from collections.abc import Collection, Mapping
from typing import NamedTuple, cast

import aiohappyeyeballs
import aiohttp
from aiohttp.http import (
    HttpProcessingError,
    HttpResponseParser,
    HttpVersion11,
    RawResponseMessage,
)
from multidict import CIMultiDictProxy
from typing_extensions import override

from services.crawler.adapters.chain import without_userinfo
from services.crawler.adapters.dropped import DroppedError
from services.crawler.adapters.host_facts import issuer_of
from services.crawler.adapters.names import Place
from shared import urls
from shared.wall import Guard

_END = b"\r\n\r\n"
_PARSER_LIMIT = 65_536
_SECOND_ADDRESS_S = 0.25  # RFC 8305, section 8
_SWITCHING = 101


class Head(NamedTuple):
    """A request and the head of its answer: what GET and HEAD have in common."""

    sent: tuple[tuple[str, str], ...]
    version: str
    status: int
    phrase: str
    headers: CIMultiDictProxy[str]
    raw: tuple[tuple[bytes, bytes], ...]
    peer: str | None
    issuer: str | None


class BrokenHeadError(aiohttp.ClientError):
    """The answer is no HTTP, or its head passes the caps."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Heads:
    """Connections over which HEAD is asked, each kept for a while after its answer."""

    def __init__(
        self,
        *,
        guard: Guard,
        tls: ssl.SSLContext,
        headers: Mapping[str, str],
        header_limit: int,
        connect_s: float,
        keepalive_s: float,
    ) -> None:
        self._guard = guard
        self._tls = tls
        self._headers = tuple(headers.items())
        self._fixed = (
            "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode() + b"\r\n"
        )
        self._header_limit = header_limit
        self._connect_s = connect_s
        self._keepalive_s = keepalive_s
        self._kept: dict[str, list[_Line]] = {}
        self._sweep: asyncio.TimerHandle | None = None

    async def ask(self, url: str, place: Place, headers: Mapping[str, str]) -> Head:
        """Return the head of what a resolved URL answers, interim answers skipped.

        Raises DroppedError if the connection broke before the head was whole, BrokenHeadError,
        TimeoutError and OSError of the connection, AddressNotAllowedError.
        """
        plain = without_userinfo(url.partition("#")[0])
        origin = urls.origin_of(plain)
        own = (("Host", origin.partition("://")[2]), *headers.items())
        request = _request(plain[len(origin) :], own) + self._fixed
        line = self._resting(origin) or await self._connect(origin, place)
        try:
            message = await line.ask(request)
        except BaseException:
            line.close()
            raise
        if line.may_be_kept(message):
            self._keep(origin, line)
        else:
            line.close()
        return _head_of(message, (*own, *self._headers), line)

    def close(self) -> None:
        """Close what is kept."""
        if self._sweep is not None:
            self._sweep.cancel()
        for lines in self._kept.values():
            for line in lines:
                line.close()
        self._kept.clear()

    def _resting(self, origin: str) -> "_Line | None":
        lines = self._kept.get(origin, [])
        while lines:
            line = lines.pop()
            if line.is_open:
                return line
        return None

    def _keep(self, origin: str, line: "_Line") -> None:
        loop = asyncio.get_running_loop()
        line.rests_until = loop.time() + self._keepalive_s
        self._kept.setdefault(origin, []).append(line)
        if self._sweep is None:
            self._sweep = loop.call_later(self._keepalive_s, self._close_old)

    def _close_old(self) -> None:
        """Close what rested long enough; one timer does for all, so a line rests at most twice that."""
        loop = asyncio.get_running_loop()
        now, kept = loop.time(), dict[str, list[_Line]]()
        for origin, lines in self._kept.items():
            for line in lines:
                if line.is_open and line.rests_until > now:
                    kept.setdefault(origin, []).append(line)
                else:
                    line.close()
        self._kept = kept
        self._sweep = loop.call_later(self._keepalive_s, self._close_old) if kept else None

    async def _connect(self, origin: str, place: Place) -> "_Line":
        loop = asyncio.get_running_loop()
        encrypted = origin.startswith("https:")
        async with asyncio.timeout(self._connect_s):
            connection = await aiohappyeyeballs.start_connection(
                [_address_info(address, place.port) for address in place.found],
                happy_eyeballs_delay=_SECOND_ADDRESS_S,
                loop=loop,
                socket_factory=self._guard.open_socket,
            )
            _, line = await loop.create_connection(
                lambda: _Line(loop, self._header_limit),
                sock=connection,
                ssl=self._tls if encrypted else None,
                server_hostname=urls.host_of(origin).strip("[]") if encrypted else None,
            )
        return line


class _Line(asyncio.Protocol):
    """One connection, on which one question is asked at a time."""

    def __init__(self, loop: asyncio.AbstractEventLoop, header_limit: int) -> None:
        self._loop = loop
        self._parser = HttpResponseParser(
            None,
            loop,
            _PARSER_LIMIT,
            max_line_size=header_limit,
            max_field_size=header_limit,
            response_with_body=False,
            auto_decompress=False,
        )
        self._answer: asyncio.Future[RawResponseMessage] | None = None
        self.is_open = True
        self.rests_until = 0.0
        self._has_more = False
        self.peer: str | None = None
        self.issuer: str | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        peer = transport.get_extra_info("peername")
        self.peer = str(peer[0]) if peer else None
        self.issuer = issuer_of(transport)

    @override
    def data_received(self, data: bytes) -> None:
        answer = self._answer
        if answer is None or answer.done():
            self.close()  # nobody asked
            return
        while data:
            # What follows a head can be an answer only behind an interim one; else it is a body.
            end = data.find(_END) + len(_END)
            head, data = (data, b"") if end < len(_END) else (data[:end], data[end:])
            try:
                messages, _, _ = self._parser.feed_data(head)
            except HttpProcessingError as error:
                answer.set_exception(BrokenHeadError(error.message))
                return
            for message, _ in messages:
                if message.code >= 200 or message.code == _SWITCHING:
                    self._has_more = bool(data)
                    answer.set_result(message)
                    return

    @override
    def connection_lost(self, error: Exception | None) -> None:
        self.is_open = False
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(DroppedError(str(error or "closed")))

    async def ask(self, request: bytes) -> RawResponseMessage:
        self._answer = self._loop.create_future()
        self._transport.write(request)
        try:
            return await self._answer
        finally:
            self._answer = None

    def may_be_kept(self, message: RawResponseMessage) -> bool:
        """Return whether another question may follow on this connection (RFC 9112, section 9.3).

        `should_close` is no help: the parser takes a head without a length for that of a body
        which ends with the connection, and to HEAD there is no body.
        """
        told = ",".join(message.headers.getall("Connection", ())).lower()
        ended = message.version < HttpVersion11 or "close" in told or message.code == _SWITCHING
        return self.is_open and not ended and not self._has_more

    def close(self) -> None:
        self.is_open = False
        self._transport.abort()


def _request(target: str, headers: Collection[tuple[str, str]]) -> bytes:
    """Return the first lines of a request; ValueError where one would be two."""
    lines = [f"HEAD {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers), ""]
    request = "\r\n".join(lines)
    if not request.count("\r") == request.count("\n") == len(lines) - 1:
        raise ValueError("a line break in a request")
    return request.encode()


def _head_of(message: RawResponseMessage, sent: tuple[tuple[str, str], ...], line: _Line) -> Head:
    return Head(
        sent,
        f"{message.version.major}.{message.version.minor}",
        message.code,
        message.reason,
        message.headers,
        message.raw_headers,
        line.peer,
        line.issuer,
    )


def _address_info(
    address: str, port: int
) -> tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int]]:
    family, at = (
        (socket.AF_INET6, (address, port, 0, 0))
        if ":" in address
        else (socket.AF_INET, (address, port))
    )
    return family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", at
