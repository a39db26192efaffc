"""A loopback web of any size: every path of every host is a small page that links to the target."""

import asyncio
import sys

import uvloop

from tests.benchmarks.site import Serve

HOSTS = 2_000
TARGET = "http://target.example/landing"
_PAGE = (
    "<!doctype html><html lang=en><head><meta charset=utf-8><title>A page</title></head><body>"
    "<nav><a href=/>Home</a> <a href=/about>About</a></nav><main><p>%s</p><p>As the "
    f'<a href="{TARGET}">harbour guide</a> says.</p></main></body></html>'
) % ("words about anchors and harbours " * 40)


def url(number: int) -> str:
    """Return the address of one page."""
    return f"http://host{number % HOSTS}.example/p/{number}"


def answer(where: bytes) -> bytes:
    body = b"" if where == b"/robots.txt" else _PAGE.encode()
    status = b"404 Not Found" if not body else b"200 OK"
    head = b"HTTP/1.1 %s\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n"
    return head % (status, len(body)) + body


async def serve() -> None:
    """Listen on a free port, print it, and serve until standard input ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Serve(answer), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    uvloop.run(serve())
