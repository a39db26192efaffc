"""A loopback site for crawl benchmarks: 20 addresses, pages of 20-80 KB with about 90 links each.

Run as a program it serves until its standard input closes: `python -m tests.benchmarks.site 1500`.
"""

import asyncio
import gzip
import random
import sys
from collections.abc import Callable
from typing import cast

import uvloop
from typing_extensions import override

ADDRESSES = 20
TARGET = "http://target.example/landing"
_WORDS = [
    "anchor",
    "harbour",
    "vessel",
    "signal",
    "current",
    "ledger",
    "window",
    "market",
    "garden",
    "bridge",
    "copper",
    "lantern",
    "winter",
    "summer",
    "record",
    "simple",
    "careful",
    "result",
    "answer",
    "people",
    "report",
    "public",
    "method",
    "number",
    "system",
    "during",
]


def address(page: int) -> str:
    """Return the loopback address that serves a page."""
    return f"127.0.0.{page % ADDRESSES + 1}"


def host(page: int) -> str:
    """Return the host name of the address that serves a page."""
    return f"bench{page % ADDRESSES}.example"


def path(page: int) -> str:
    return f"/articles/{page}.html"


def question(number: int, pages: int) -> str:
    """Return a path with a query of its own, so that few pages can be asked for many times."""
    return f"{path(number % pages)}?{number // pages}"


def has_link(page: int) -> bool:
    """Three of four pages link to the target."""
    return page % 4 != 0


def build(page: int, visit: int = 0) -> bytes:
    """Return the HTML of a page; two visits differ in a token, as on most real pages."""
    random_source = random.Random(page)
    goal = random_source.randint(20_000, 80_000)
    parts = [_head(page, visit), _navigation(random_source)]
    size = sum(map(len, parts))
    links = 0
    while size < goal:
        paragraph = _paragraph(random_source, link=links < 60)
        links += 1
        parts.append(paragraph)
        size += len(paragraph)
    if has_link(page):
        rel = ("", ' rel="nofollow ugc"', ' rel="sponsored"')[page % 3]
        parts.insert(
            len(parts) // 2, f'<p>As noted by <a href="{TARGET}"{rel}>the harbour guide</a>.</p>'
        )
    parts.append("</main><footer><a href='/imprint'>Imprint</a></footer></body></html>")
    return "".join(parts).encode()


def _head(page: int, visit: int) -> str:
    return (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>Page {page}</title>"
        f'<meta name=csrf content="{visit:08x}"><link rel=canonical href="http://{host(page)}'
        f'{path(page)}"><script>{"var a=1;" * 300}</script></head><body>'
    )


def _navigation(random_source: random.Random) -> str:
    items = "".join(
        f'<li class="item item-{n}"><a href="/section/{random_source.randint(1, 999)}">'
        f"{random_source.choice(_WORDS)}</a></li>"
        for n in range(28)
    )
    return f'<nav><ul class="menu">{items}</ul></nav><main>'


def _paragraph(random_source: random.Random, *, link: bool) -> str:
    words = " ".join(random_source.choices(_WORDS, k=90))
    anchor = ""
    if link:
        number = random_source.randint(1, 9999)
        anchor = f'<a class="inline" href="https://other{number % 40}.example/p/{number}">see {number}</a>'
    return f'<div class="block"><p>{words} {anchor} {words[:120]}</p></div>\n'


class Serve(asyncio.Protocol):
    """The least HTTP/1.1 that keeps connections alive, so that the server is no bottleneck."""

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        self._answer = answer
        self._buffer = b""

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    @override
    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            line = self._buffer[: self._buffer.index(b"\r\n")]
            self._buffer = self._buffer[end + 4 :]
            answer = self._answer(line.split(b" ")[1])
            if line.startswith(b"HEAD "):
                answer = answer[: answer.index(b"\r\n\r\n") + 4]
            self._transport.write(answer)


def answers(pages: int, *, changing: bool) -> Callable[[bytes], bytes]:
    """Return what the server says for a path; every page is built and compressed beforehand."""
    visits = 4 if changing else 1
    bodies = {
        path(page).encode(): [gzip.compress(build(page, visit), 5) for visit in range(visits)]
        for page in range(pages)
    }
    head = (
        b"HTTP/1.1 %s\r\nContent-Type: text/html; charset=utf-8\r\n%sContent-Length: %d\r\n\r\n%s"
    )
    seen: dict[bytes, int] = {}

    def answer(where: bytes) -> bytes:
        found = bodies.get(where.partition(b"?")[0])
        if found is None:
            return head % (b"404 Not Found", b"", 0, b"")
        seen[where] = turn = seen.get(where, -1) + 1
        body = found[turn % visits]
        return head % (b"200 OK", b"Content-Encoding: gzip\r\n", len(body), body)

    return answer


async def serve(pages: int, *, changing: bool) -> None:
    """Listen on all addresses on one free port, print it, and serve until standard input ends."""
    answer = answers(pages, changing=changing)
    loop = asyncio.get_running_loop()
    first = await loop.create_server(lambda: Serve(answer), "127.0.0.1", 0)
    port = first.sockets[0].getsockname()[1]
    for number in range(2, ADDRESSES + 1):
        await loop.create_server(lambda: Serve(answer), f"127.0.0.{number}", port)
    print(port, flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), changing="changing" in sys.argv[2:]))
