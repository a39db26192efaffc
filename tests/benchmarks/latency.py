"""From the end of a fetch to the subscriber of the event stream, while 50 pages a second change."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

import aiohttp
import orjson
import uvloop

from tests.benchmarks import databases, product
from tests.benchmarks.product import Product
from tests.benchmarks.results import Row, row
from tests.benchmarks.site import Serve
from tests.rabbit import running_node

CHANGES = 500
RATE = 50.0
GROUP = 10
"""Links that one request asks to look at, so that asking is no load beside the changes."""
ROUNDS = 3
TARGET_S = 1.0
_SITE = "target.example"
_PAGE = (
    "<!doctype html><html lang=en><head><meta charset=utf-8><title>Page {n}</title></head><body>"
    "<main><p>{words}</p><p>As the <a{rel} href='http://target.example/landing'>harbour guide</a>"
    " says.</p></main></body></html>"
)
_WORDS = "words about anchors and harbours " * 100
_RELS = ("", ' rel="nofollow"')

Shape = Callable[[Mapping[str, str]], AbstractContextManager[Product]]


@dataclass(slots=True)
class Web:
    """Pages whose link changes, and when each was served last."""

    rel: list[str] = field(default_factory=lambda: [""] * CHANGES)
    served: list[float] = field(default_factory=lambda: [0.0] * CHANGES)

    def answer(self, where: bytes) -> bytes:
        number = where.decode().rpartition("/")[2]
        if not number.isdecimal():
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        page = int(number)
        body = _PAGE.format(n=page, words=_WORDS, rel=self.rel[page]).encode()
        self.served[page] = time.perf_counter()
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d"
        return head % len(body) + b"\r\n\r\n" + body


@dataclass(slots=True)
class Subscriber:
    """Reads the event stream and notes when each link's change arrived."""

    arrived: dict[str, float] = field(default_factory=dict)

    async def read(self, api: aiohttp.ClientSession, listening: asyncio.Event) -> None:
        async with api.get("/v1/events", params={"types": "link.changed"}) as stream:
            async for line in stream.content:
                now = time.perf_counter()
                listening.set()
                if line.startswith(b"data: "):
                    data = orjson.loads(line[6:])["data"]
                    if data["kind"] == "changed":
                        self.arrived.setdefault(data["link_id"], now)


@dataclass(frozen=True, slots=True)
class Watched:
    """The site, and the links of its pages by the number of the page."""

    site_id: str
    links: list[str]


def measure() -> list[Row]:
    """Return the latency of both shapes of the product."""
    with databases.server() as server, running_node() as node:
        shapes: dict[str, Shape] = {
            "embedded": product.embedded,
            "through RabbitMQ": partial(product.production, server=server, node=node),
        }
        return [
            one for name, shape in shapes.items() for one in _rows(name, uvloop.run(_run(shape)))
        ]


async def _run(shape: Shape) -> list[list[float]]:
    """Return the seconds of every change, round by round."""
    web = Web()
    async with _served(web) as port:
        settings = {
            "ANCHORWATCH_CRAWLER_CONNECT_TO": f"*:80=127.0.0.1:{port}",
            "ANCHORWATCH_CRAWLER_MIN_DELAY": "0",
            "ANCHORWATCH_GATEWAY_RATE_LIMIT": "100000",
        }
        with shape(settings) as running:
            headers = {"Authorization": f"Bearer {running.key}"}
            timeout = aiohttp.ClientTimeout(total=None, sock_read=120)
            async with aiohttp.ClientSession(
                running.url, headers=headers, timeout=timeout, raise_for_status=True
            ) as api:
                watched = await _watch_all(api)
                rels = [_RELS[number % 2] for number in range(1, ROUNDS + 1)]
                return [await _round(api, web, watched, rel) for rel in rels]


@asynccontextmanager
async def _served(web: Web) -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Serve(web.answer), "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def _watch_all(api: aiohttp.ClientSession) -> Watched:
    """Have all pages watched and seen live once."""
    async with api.post("/v1/sites", json={"domain": _SITE}) as made:
        site_id = (await made.json())["id"]
    pages = [f"http://host{n}.example/group{n // GROUP}/{n}" for n in range(CHANGES)]
    target = f"http://{_SITE}/landing"
    wanted = [{"referring_url": page, "target_url": target} for page in pages]
    async with api.post(f"/v1/sites/{site_id}/links", json={"links": wanted}) as added:
        ids = {one["referring_url"]: one["id"] for one in (await added.json())["items"]}
    async with asyncio.timeout(120):
        while await _count_live(api, site_id) < CHANGES:  # noqa: ASYNC110 - other processes work
            await asyncio.sleep(0.5)
    return Watched(site_id, [ids[page] for page in pages])


async def _count_live(api: aiohttp.ClientSession, site_id: str) -> int:
    query = {"status": "live", "limit": "1", "include": "count"}
    async with api.get(f"/v1/sites/{site_id}/links", params=query) as found:
        return int((await found.json())["count"])


async def _round(api: aiohttp.ClientSession, web: Web, watched: Watched, rel: str) -> list[float]:
    """Change every page at the rate, have it looked at, and wait until all changes were told."""
    told, listening = Subscriber(), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        reading = group.create_task(told.read(api, listening))
        await listening.wait()
        begun = time.perf_counter()
        for first in range(0, CHANGES, GROUP):
            await asyncio.sleep(max(0.0, begun + first / RATE - time.perf_counter()))
            web.rel[first : first + GROUP] = [rel] * GROUP
            group.create_task(_ask(api, watched.site_id, first // GROUP))
        async with asyncio.timeout(120):
            while len(told.arrived) < CHANGES:  # noqa: ASYNC110 - other processes work
                await asyncio.sleep(0.1)
        reading.cancel()
    return [told.arrived[link] - web.served[number] for number, link in enumerate(watched.links)]


async def _ask(api: aiohttp.ClientSession, site_id: str, group: int) -> None:
    async with api.post(f"/v1/sites/{site_id}/checks", params={"q": f"/group{group}/"}) as asked:
        assert (await asked.json())["requested"] == GROUP


def _rows(shape: str, rounds: Sequence[Sequence[float]]) -> list[Row]:
    p50 = [statistics.median(taken) for taken in rounds]
    p99 = [statistics.quantiles(taken, n=100)[98] for taken in rounds]
    name = f"latency: fetch to subscriber at {RATE:g} changes/s, {shape}"
    return [
        row(f"{name}, p50", p50, "s"),
        row(
            f"{name}, p99",
            p99,
            "s",
            target=f"<= {TARGET_S:g} s",
            met=statistics.median(p99) <= TARGET_S,
        ),
    ]
