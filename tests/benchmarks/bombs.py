"""A loopback site like `tests.benchmarks.site` on which every fiftieth page wants our memory.

Run as a program it serves until its standard input closes: `python -m tests.benchmarks.bombs`.
"""

import asyncio
import gzip
import sys
import zlib
from collections.abc import Awaitable, Callable

import uvloop

from tests.benchmarks.site import ADDRESSES, TARGET, build, has_link

EVERY = 50
_BODIES = 400
_MEGA = 1_000_000
_CHUNK = b"<p>more of the same</p>" * 3_000

Write = Callable[[bytes], Awaitable[None]]


def is_bomb(page: int) -> bool:
    return page % EVERY == 7


def links(page: int) -> bool:
    """Say whether a look at the page finds the link; of a bomb only the honest giant has one."""
    return _kind(page) is giant if is_bomb(page) else has_link(page % _BODIES)


def number_of(url: str) -> int:
    """Return which page a URL leads to."""
    return int(url.rpartition("/")[2].removesuffix(".html"))


def _packed_zeros(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(bytes(_MEGA)) for _ in range(megabytes)) + packer.flush()


_BOMB = _packed_zeros(1_000)


async def gzip_bomb(write: Write) -> None:
    """Send 1 MB that becomes 1 GB."""
    await write(_head(b"Content-Encoding: gzip\r\nContent-Length: %d" % len(_BOMB)) + _BOMB)


async def hundred_megabytes(write: Write) -> None:
    """Send 100 MB, and say so beforehand."""
    await write(_head(b"Content-Length: %d" % (100 * _MEGA)))
    for _ in range(100 * _MEGA // len(_CHUNK)):
        await write(_CHUNK)


async def endless(write: Write) -> None:
    """Send a body that never ends, as fast as it is taken."""
    await write(_head(b"Transfer-Encoding: chunked"))
    while True:
        await write(b"%x\r\n%b\r\n" % (len(_CHUNK), _CHUNK))


async def endless_gzip(write: Write) -> None:
    """Send a compressed body that never ends."""
    await write(_head(b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked"))
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    while True:
        part = packer.compress(_CHUNK) + packer.flush(zlib.Z_SYNC_FLUSH)
        await write(b"%x\r\n%b\r\n" % (len(part), part))


_PARAGRAPH = b"<p>%b<a href=/p/1>one</a></p>" % (b"words about anchors and harbours " * 4)
_GIANT = gzip.compress(
    b"<!doctype html><title>All of it</title>"
    + b"".join(b"<i>%d</i>%b" % (n, _PARAGRAPH) for n in range(45_000))
    + f'<p>As noted by <a href="{TARGET}">the guide</a>.</p>'.encode()
)


async def giant(write: Write) -> None:
    """Send a real page of 8 MB and 270,000 tags, just below what we take."""
    await write(_head(b"Content-Encoding: gzip\r\nContent-Length: %d" % len(_GIANT)) + _GIANT)


_KINDS = (gzip_bomb, hundred_megabytes, endless, endless_gzip, giant)


def _kind(page: int) -> Callable[[Write], Awaitable[None]]:
    return _KINDS[page // EVERY % len(_KINDS)]


def _head(more: bytes, status: bytes = b"200 OK") -> bytes:
    fields = b"Content-Type: text/html; charset=utf-8\r\n" + more
    return b"HTTP/1.1 %b\r\n%b\r\n\r\n" % (status, fields)


def _bodies() -> list[bytes]:
    return [gzip.compress(build(page), 5) for page in range(_BODIES)]


async def _answer(where: bytes, bodies: list[bytes], write: Write) -> None:
    number = where.rpartition(b"/")[2].removesuffix(b".html")
    if not number.isdigit():
        await write(_head(b"Content-Length: 0", b"404 Not Found"))
        return
    page = int(number)
    if is_bomb(page):
        await _kind(page)(write)
        return
    body = bodies[page % _BODIES]
    await write(_head(b"Content-Encoding: gzip\r\nContent-Length: %d" % len(body)) + body)


async def serve() -> None:
    """Listen on all addresses on one free port, print it, and serve until standard input ends."""
    bodies = _bodies()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def write(data: bytes) -> None:
            writer.write(data)
            await writer.drain()

        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                await _answer(head.split(b" ", 2)[1], bodies, write)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the crawler had enough, as it should
        finally:
            writer.close()

    first = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = first.sockets[0].getsockname()[1]
    rest = [
        await asyncio.start_server(handle, f"127.0.0.{number}", port)
        for number in range(2, ADDRESSES + 1)
    ]
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    for server in (first, *rest):
        server.close()


if __name__ == "__main__":
    uvloop.run(serve())
