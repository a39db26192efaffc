"""FakeWeb: a small internet on loopback, with pages that behave, misbehave, block and lie."""

import asyncio
import gzip
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

from shared import urls

HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked, as it came over the wire."""

    host: str
    path: str
    headers: Mapping[str, str]
    at: float
    method: str = "GET"


@dataclass(slots=True)
class Exchange:
    """One request being answered; a behaviour writes what it likes."""

    request: Request
    writer: asyncio.StreamWriter
    keep_alive: bool = True

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(
        self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> None:
        fields = {"Content-Length": str(len(body)), **(headers or {})}
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
        lines += [f"{name}: {value}" for name, value in fields.items()]
        if self.request.method == "HEAD":
            body = b""
        await self.send("\r\n".join([*lines, "", ""]).encode("latin-1") + body)


Behaviour = Callable[[Exchange], Awaitable[None]]


def page(body: str | bytes, *, status: int = 200, **headers: str) -> Behaviour:
    """Answer with this HTML; keyword names are header names with `_` for `-`."""
    content = body.encode() if isinstance(body, str) else body
    fields = {"Content-Type": HTML} | {k.replace("_", "-"): v for k, v in headers.items()}

    async def behave(exchange: Exchange) -> None:
        await exchange.answer(status, content, fields)

    return behave


def in_turn(*bodies: str) -> Behaviour:
    """Answer with one of these pages after the other; the last one stays."""
    left = [page(body) for body in bodies]

    async def behave(exchange: Exchange) -> None:
        await (left.pop(0) if len(left) > 1 else left[0])(exchange)

    return behave


def redirect(location: str, *, status: int = 302, **headers: str) -> Behaviour:
    return page(b"", status=status, Location=location, **headers)


def encoded(coding: str, body: bytes) -> Behaviour:
    """Answer with bytes that claim a content coding."""
    return page(body, Content_Encoding=coding)


def gzipped(body: str) -> Behaviour:
    return encoded("gzip", gzip.compress(body.encode()))


def raw(data: bytes) -> Behaviour:
    """Answer with exactly these bytes and close."""

    async def behave(exchange: Exchange) -> None:
        exchange.keep_alive = False
        await exchange.send(data)

    return behave


def reset() -> Behaviour:
    """Break the connection off."""

    async def behave(exchange: Exchange) -> None:
        exchange.keep_alive = False
        exchange.writer.transport.abort()

    return behave


def silent() -> Behaviour:
    """Take the request and never answer."""

    async def behave(exchange: Exchange) -> None:
        exchange.keep_alive = False
        await asyncio.Event().wait()

    return behave


def drip(*, every_s: float = 0.02) -> Behaviour:
    """Send a body of unknown end, one byte at a time."""

    async def behave(exchange: Exchange) -> None:
        exchange.keep_alive = False
        await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        while True:
            await exchange.send(b"x")
            await asyncio.sleep(every_s)

    return behave


def endless(*, chunk: bytes = b"<p>more</p>" * 6_000, coding: str | None = None) -> Behaviour:
    """Send a body without end as fast as it is taken."""

    async def behave(exchange: Exchange) -> None:
        exchange.keep_alive = False
        extra = f"Content-Encoding: {coding}\r\n" if coding else ""
        await exchange.send(f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{extra}\r\n".encode())
        while True:
            await exchange.send(chunk)

    return behave


def cached(body: str, *, etag: str) -> Behaviour:
    """Answer 304 to whoever names the ETag, else the page with it."""

    async def behave(exchange: Exchange) -> None:
        if exchange.request.headers.get("if-none-match") == etag:
            await exchange.answer(304, headers={"ETag": etag})
        else:
            await page(body, ETag=etag)(exchange)

    return behave


@dataclass(slots=True)
class FakeWeb:
    """Serves what `pages` says by host and path; everything else is `otherwise`, a 404."""

    pages: dict[str, Behaviour] = field(default_factory=dict)
    otherwise: Behaviour = field(default=page("<h1>Not found</h1>", status=404))
    requests: list[Request] = field(default_factory=list)
    port: int = 0
    tls_port: int = 0

    def on(self, url: str, behaviour: Behaviour | str) -> None:
        """Serve `url` like this from now on."""
        self.pages[_place(url)] = page(behaviour) if isinstance(behaviour, str) else behaviour

    def gone(self, url: str) -> None:
        self.on(url, page("<h1>Not here</h1>", status=404))

    @property
    def connect_to(self) -> str:
        """The setting that leads a crawler here for every host name."""
        # Without a certificate, https ends in a TLS error here and never outside.
        return f"*:80=127.0.0.1:{self.port},*:443=127.0.0.1:{self.tls_port or self.port}"

    def asked(self, url: str) -> list[Request]:
        """Return the requests for a URL, robots.txt not among them unless asked for."""
        return [r for r in self.requests if f"{r.host}{r.path}" == _place(url)]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await _read(reader)) is not None:
                self.requests.append(request)
                exchange = Exchange(request, writer)
                behaviour = self.pages.get(f"{request.host}{request.path}", self.otherwise)
                await behaviour(exchange)
                if not exchange.keep_alive:
                    return
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the client had enough: that is its right
        finally:
            writer.close()


@asynccontextmanager
async def fake_web(tls: ssl.SSLContext | None = None) -> AsyncIterator[FakeWeb]:
    """Open a FakeWeb on free loopback ports; with a context it speaks TLS on a second one."""
    web = FakeWeb()
    open_now: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        open_now.add(task)
        try:
            await web.serve(reader, writer)
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            open_now.discard(task)

    servers = [await asyncio.start_server(connected, "127.0.0.1", 0)]
    web.port = servers[0].sockets[0].getsockname()[1]
    if tls is not None:
        servers.append(await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls))
        web.tls_port = servers[1].sockets[0].getsockname()[1]
    try:
        yield web
    finally:
        for server in servers:
            server.close()
        tasks = list(open_now)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        for server in servers:
            await server.wait_closed()


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate authority of the tests, made with the openssl program."""

    folder: Path

    @property
    def certificate(self) -> Path:
        return self.folder / "ca.pem"

    def client(self) -> ssl.SSLContext:
        """Return a context that trusts this authority and nobody else."""
        return ssl.create_default_context(cafile=str(self.certificate))

    def server(self, *hosts: str, days: int = 2) -> ssl.SSLContext:
        """Return a context with a certificate for these hosts; negative days: it has expired."""
        name = self.folder / f"{hosts[0]}{days}"
        names = ",".join(f"DNS:{host}" for host in hosts)
        self._openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                      "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr",
                      "-subj", f"/CN={hosts[0]}")  # fmt: skip
        extension = self.folder / f"{name.name}.ext"
        extension.write_text(f"subjectAltName={names}\n")
        self._openssl("x509", "-req", "-in", f"{name}.csr", "-CA", str(self.certificate),
                      "-CAkey", str(self.folder / "ca.key"), "-CAcreateserial",
                      "-out", f"{name}.pem", "-days", str(days), "-extfile", str(extension))  # fmt: skip
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{name}.pem", f"{name}.key")
        return context

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def new_authority(folder: Path) -> Authority:
    authority = Authority(folder)
    authority._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                       "-nodes", "-keyout", str(folder / "ca.key"),
                       "-out", str(authority.certificate), "-days", "2",
                       "-subj", "/CN=Anchorwatch test authority")  # fmt: skip
    return authority


async def _read(reader: asyncio.StreamReader) -> Request | None:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")[:-2]
    fields = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in fields}
    host = headers.get("host", "").partition(":")[0]
    method, path, *_ = first.split(" ")
    return Request(host, path, headers, asyncio.get_running_loop().time(), method)


def _place(url: str) -> str:
    resolved = urls.resolve(url) or url
    authority, slash, path = resolved.partition("://")[2].partition("#")[0].partition("/")
    return f"{authority.partition(':')[0]}{slash}{path}"
