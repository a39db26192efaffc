"""Fetches one URL as a polite browser would: hop by hop, streaming, under caps, past the guard."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass
from typing import NamedTuple, Protocol
from weakref import WeakValueDictionary

import aiohttp

from services.crawler.adapters.chain import Chain, request_url
from services.crawler.adapters.dropped import DroppedError, only_once
from services.crawler.adapters.heads import BrokenHeadError, Head, Heads
from services.crawler.adapters.host_facts import issuer_of
from services.crawler.adapters.names import NameGoneError, Names, Place
from services.crawler.adapters.timing import limit, our_turn
from services.crawler.domain.decoding import (
    ACCEPT_ENCODING,
    Body,
    TooLargeError,
    UndecodableError,
)
from services.crawler.domain.fetched import MOST_PACKED, Exchange, Fetched
from services.crawler.domain.pace import Answer
from shared import addresses, urls
from shared.vocabulary import Reason
from shared.wall import AddressNotAllowedError, Guard

MAX_HOPS = 10

_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5"
_HEADER_LIMIT = 65_536
_MAX_HEADERS = 200
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
LARGE_BODY = 512 * 1024
# Bounds memory: so many bodies at once may grow beyond such a size, the others wait unread. Who
# waits for the second has the first, so those that have both always go on.
_ROOM = ((LARGE_BODY, 6), (2 * 1024 * 1024, 2))
_KEEPALIVE_S = 10.0
_FREE: nullcontext[None] = nullcontext()
# No link can be read from these, so their bodies stay where they are.
_OPAQUE = ("image/", "audio/", "video/", "font/", "application/pdf", "application/zip")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The caps of every single request."""

    connect_s: float = 15.0
    total_s: float = 30.0
    max_wire: int = 5_000_000
    max_decoded: int = 10_000_000
    concurrency: int = 64
    per_address: int = 4
    keep_wire: int = MOST_PACKED


@dataclass(frozen=True, slots=True)
class Validators:
    """What the last full answer of `url` gave us to ask whether it is still the same."""

    url: str
    etag: str | None
    last_modified: str | None


class Gate(Protocol):
    """Asked before every request: waits for the host's turn, or says why we may not ask."""

    async def enter(self, url: str) -> Reason | None: ...

    async def leave(self, url: str, answer: Answer | None) -> None: ...


@dataclass(slots=True, kw_only=True)
class _Reply:
    """One answered or failed request, filled in while it goes on."""

    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    failure: Reason | None = None
    ip: str | None = None
    elapsed_s: float = 0.0
    wire_bytes: int = 0
    conditional: bool = False
    dropped: bool = False
    exchange: Exchange | None = None
    wire: bytes | None = None
    packed: str | None = None
    tls_issuer: str | None = None

    def header(self, name: str) -> str | None:
        for key, value in self.headers:
            if key.lower() == name:
                return value
        return None


class _Wish(NamedTuple):
    """How to ask, the same at every hop."""

    method: str
    validators: Validators | None
    cut_at: int | None
    leave_packed: bool


class Web:
    """The crawler's only way out; made by `open_web`."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        heads: Heads,
        *,
        guard: Guard,
        names: Names,
        limits: Limits,
    ) -> None:
        self._session = session
        self._heads = heads
        self._guard = guard
        self._names = names
        self._limits = limits
        self._slots = asyncio.Semaphore(limits.concurrency)
        self._room = [(size, asyncio.Semaphore(count)) for size, count in _ROOM]
        self._reading = asyncio.Semaphore(1)
        self._by_address: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def fetch(
        self,
        url: str,
        *,
        gate: Gate,
        validators: Validators | None = None,
        headers: Mapping[str, str] | None = None,
        max_hops: int = MAX_HOPS,
        cut_at: int | None = None,
        method: str = "GET",
        leave_packed: bool = False,
    ) -> Fetched:
        """Return what `url` answers after its redirects; trouble is a `failure`, never an exception.

        With `cut_at` a longer body is not an error: it is cut there. `headers` go to the host of
        `url` only. `leave_packed`: a small body stays in its coding until it is `unpacked`.
        """
        wish = _Wish(method, validators, cut_at, leave_packed)
        chain = Chain(url, headers)
        chain.loops()
        elapsed_s = 0.0
        may_ask_again = True
        while True:
            fault = self._guard.fault(chain.at) or await gate.enter(chain.at)
            if fault is not None:
                return _fetched(chain, _Reply(failure=fault, elapsed_s=elapsed_s))
            answer = None
            try:
                reply = await self._ask(chain, wish)
                answer = _summary(reply)
            finally:
                await gate.leave(chain.at, answer)
            elapsed_s += reply.elapsed_s
            reply.elapsed_s = elapsed_s
            if reply.dropped and may_ask_again:
                may_ask_again = False  # an old connection that the server had closed: a new one
                continue
            location = reply.header("location") if reply.status in _REDIRECTS else None
            if location is None:
                return _fetched(chain, reply)
            if reply.exchange is not None:
                chain.exchanges.append(reply.exchange)
            fault = chain.follow(reply.status, location)
            if fault is None and len(chain.hops) > max_hops:
                fault = Reason.REDIRECT_LOOP
            if fault is not None:
                return _fetched(chain, _Reply(failure=fault, elapsed_s=elapsed_s))

    async def _ask(self, chain: Chain, wish: _Wish) -> _Reply:
        loop = asyncio.get_running_loop()
        started = loop.time()
        waited_s = 0.0
        try:
            place = await self._names.find(urls.host_of(chain.at), addresses.port_of(chain.at))
            own = _FREE if place.routed else our_turn(self._address_slot(place.found[0]))
            async with own, our_turn(self._slots):
                started = loop.time()
                async with limit(self._limits.total_s) as within:
                    reply = await self._exchange(chain, place, wish)
                waited_s = within.waited_s
        except (aiohttp.ClientError, OSError, ValueError) as error:
            reply = _Reply(failure=_failure(error), dropped=isinstance(error, DroppedError))
        reply.elapsed_s = loop.time() - started - waited_s
        return reply

    def _address_slot(self, address: str) -> asyncio.Semaphore:
        slot = self._by_address.get(address)
        if slot is None:
            slot = self._by_address[address] = asyncio.Semaphore(self._limits.per_address)
        return slot

    async def _exchange(self, chain: Chain, place: Place, wish: _Wish) -> _Reply:
        headers = _request_headers(chain, wish.validators)
        if wish.method == "HEAD":
            return _reply(chain, place, await self._heads.ask(chain.at, place, headers))
        url = request_url(chain.at)
        async with (
            self._session.get(url, headers=headers, allow_redirects=False) as response,
            AsyncExitStack() as held,
        ):
            reply = _reply(chain, place, _head_of(response))
            reply.conditional = "If-None-Match" in headers or "If-Modified-Since" in headers
            if response.status in _REDIRECTS or _is_opaque(response):
                return reply
            return await self._with_body(reply, response, held, wish)

    async def _with_body(
        self,
        reply: _Reply,
        response: aiohttp.ClientResponse,
        held: AsyncExitStack,
        wish: _Wish,
    ) -> _Reply:
        coding = ", ".join(response.headers.getall("Content-Encoding", ()))
        try:
            body = self._body(coding, leave=MOST_PACKED if wish.leave_packed else 0)
        except UndecodableError:
            reply.failure = Reason.UNDECODABLE
            return reply
        truncated = None
        try:
            await self._receive(response, body, held, cut_at=wish.cut_at)
            if wish.cut_at is not None and len(body) >= wish.cut_at:
                reply.body, reply.wire_bytes = body.so_far()[: wish.cut_at], body.wire_bytes
                return reply
            if len(body):
                await self.turn_to_read()
            reply.body = body.finish()
        except TooLargeError:
            await self.turn_to_read()
            reply.failure, reply.body = Reason.TOO_LARGE, body.so_far()
            truncated = "length"
        except UndecodableError:
            reply.failure, truncated = Reason.UNDECODABLE, "unspecified"
        reply.wire_bytes, reply.wire = body.wire_bytes, body.wire
        reply.packed = coding if body.is_packed else None
        if reply.exchange is not None:
            reply.exchange = reply.exchange._replace(truncated=truncated, received=body.wire_bytes)
        return reply

    async def _receive(
        self,
        response: aiohttp.ClientResponse,
        body: Body,
        held: AsyncExitStack,
        *,
        cut_at: int | None,
    ) -> None:
        """Take a body up to its end, or to where it is cut."""
        ahead = list(self._room)
        async for chunk in response.content.iter_any():
            for size in body.steps(chunk):
                if cut_at is not None and size >= cut_at:
                    return
                while ahead and size > ahead[0][0]:
                    await held.enter_async_context(our_turn(ahead.pop(0)[1]))

    async def room(self) -> None:
        """Wait until a request could begin at once."""
        async with self._slots:
            pass

    async def turn_to_read(self) -> None:
        """Let one body in each turn of the loop go on to be read, which takes milliseconds.

        A house full of them would keep waiting who records what was seen, and that fills the memory.
        """
        async with our_turn(self._reading):
            await asyncio.sleep(0)

    def unpacked(self, fetched: Fetched) -> Fetched:
        """Return a fetch with its body undone of the coding in which it was left."""
        if fetched.packed is None or fetched.wire is None:
            return fetched
        failure, truncated = None, None
        body = self._body(fetched.packed)
        try:
            body.feed(fetched.wire)
            content = body.finish()
        except TooLargeError:
            failure, truncated, content = Reason.TOO_LARGE, "length", body.so_far()
        except UndecodableError:
            failure, truncated, content = Reason.UNDECODABLE, "unspecified", b""
        *before, last = fetched.exchanges
        exchanges = (*before, last._replace(truncated=truncated))
        return fetched._replace(body=content, failure=failure, packed=None, exchanges=exchanges)

    def _body(self, coding: str, *, leave: int = 0) -> Body:
        limits = self._limits
        return Body(
            coding,
            max_wire=limits.max_wire,
            max_decoded=limits.max_decoded,
            keep=limits.keep_wire,
            leave=leave,
        )


@asynccontextmanager
async def open_web(
    *,
    guard: Guard,
    user_agent: str,
    limits: Limits | None = None,
    names: Names | None = None,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[Web]:
    """Open the crawler's connections for the block."""
    limits = limits or Limits()
    names = names or Names(guard)
    # create_default_context trusts SSL_CERT_FILE besides the system's certificates.
    tls = tls or ssl.create_default_context()
    headers = {"User-Agent": user_agent, "Accept": _ACCEPT, "Accept-Encoding": ACCEPT_ENCODING}
    heads = Heads(
        guard=guard,
        tls=tls,
        headers=headers,
        header_limit=_HEADER_LIMIT,
        connect_s=limits.connect_s,
        keepalive_s=_KEEPALIVE_S,
    )
    connector = aiohttp.TCPConnector(
        ssl=tls,
        resolver=names,
        use_dns_cache=False,
        socket_factory=guard.open_socket,
        limit=0,
        keepalive_timeout=_KEEPALIVE_S,
    )
    session = aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
        middlewares=(only_once,),
        max_line_size=_HEADER_LIMIT,
        max_field_size=_HEADER_LIMIT,
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=limits.connect_s),
        headers=headers,
    )
    try:
        async with session:
            yield Web(session, heads, guard=guard, names=names, limits=limits)
    finally:
        heads.close()
        await names.close()


def _request_headers(chain: Chain, validators: Validators | None) -> dict[str, str]:
    headers = chain.headers()
    cookies = chain.cookie_header()
    if cookies:
        headers["Cookie"] = cookies
    if validators is not None and validators.url == chain.at:
        if validators.etag:
            headers["If-None-Match"] = validators.etag
        if validators.last_modified:
            headers["If-Modified-Since"] = validators.last_modified
    return headers


def _reply(chain: Chain, place: Place, head: Head) -> _Reply:
    """Return what the head of an answer says; its body, if one is wanted, comes later."""
    chain.keep_cookies(head.headers.getall("Set-Cookie", ()))
    ip = None if place.routed else head.peer or place.found[0]
    raw = head.raw[:_MAX_HEADERS]
    empty = head.headers.get("Content-Length") == "0" or head.status in {204, 304}
    return _Reply(
        status=head.status,
        headers=tuple((_text(name), _text(value)) for name, value in raw),
        ip=ip,
        tls_issuer=head.issuer,
        exchange=Exchange(
            url=chain.at,
            request_headers=head.sent,
            http_version=head.version,
            status=head.status,
            phrase=head.phrase,
            headers=raw,
            ip=ip,
            # Until the body has been read: of redirects and of opaque answers it never is.
            truncated=None if empty else "unspecified",
        ),
    )


def _head_of(response: aiohttp.ClientResponse) -> Head:
    version, connection = response.version, response.connection
    transport = connection.transport if connection is not None else None
    peer = transport.get_extra_info("peername") if transport is not None else None
    return Head(
        tuple(response.request_info.headers.items()),
        f"{version.major}.{version.minor}" if version is not None else "1.1",
        response.status,
        response.reason or "",
        response.headers,
        response.raw_headers,
        str(peer[0]) if peer else None,
        issuer_of(transport) if transport is not None else None,
    )


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _is_opaque(response: aiohttp.ClientResponse) -> bool:
    return response.headers.get("Content-Type", "").strip().lower().startswith(_OPAQUE)


def _summary(reply: _Reply) -> Answer:
    return Answer(
        status=reply.status,
        failure=reply.failure,
        latency_s=reply.elapsed_s,
        retry_after=reply.header("retry-after"),
        wire_bytes=reply.wire_bytes,
    )


def _fetched(chain: Chain, reply: _Reply) -> Fetched:
    not_modified = reply.status == 304 and reply.conditional
    failure = reply.failure
    if reply.status == 304 and not not_modified:
        failure = Reason.UNREACHABLE  # an answer to a question that we did not ask
    return Fetched(
        url=chain.url,
        final_url=chain.at,
        status=reply.status,
        headers=reply.headers,
        hops=tuple(chain.hops),
        body=reply.body,
        failure=failure,
        not_modified=not_modified,
        ip=reply.ip,
        elapsed_ms=round(reply.elapsed_s * 1000),
        wire_bytes=reply.wire_bytes,
        exchanges=tuple(chain.exchanges) + ((reply.exchange,) if reply.exchange else ()),
        wire=reply.wire,
        packed=reply.packed,
        tls_issuer=reply.tls_issuer,
    )


_CAUSES: Mapping[type[BaseException], Reason] = {
    AddressNotAllowedError: Reason.ADDRESS_NOT_ALLOWED,
    NameGoneError: Reason.DNS_GONE,
    TimeoutError: Reason.TIMEOUT,
    ssl.SSLError: Reason.TLS_ERROR,
    aiohttp.ClientSSLError: Reason.TLS_ERROR,
}

# What aiohttp says of a head that passes its caps: one error class stands for all of its faults.
_OVERFLOWS = ("Got more than", "Too many headers")


def _failure(error: BaseException) -> Reason:
    """Return what went wrong; an aiohttp error tells it in the OSError that it wraps."""
    inner = getattr(error, "os_error", None) or getattr(error, "certificate_error", None)
    for candidate in (inner, error, error.__cause__):
        for kind, reason in _CAUSES.items():
            if isinstance(candidate, kind):
                return reason
    if isinstance(error, aiohttp.ClientResponseError | BrokenHeadError):
        return Reason.TOO_LARGE if error.message.startswith(_OVERFLOWS) else Reason.UNREACHABLE
    return Reason.UNREACHABLE
