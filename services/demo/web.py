"""The server of the demo web: one loopback port, the host chosen by the Host header."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from services.demo import pages
from services.demo.pages import Answer
from services.demo.world import SITE, Page, World

_HANG_S = 120.0

Beats = Callable[[], float]


class DemoWeb:
    """The pages of a world as they are at the beat that `beats()` tells."""

    def __init__(self, world: World, beats: Beats) -> None:
        self._beats = beats
        self._pages = {(page.host.name, page.path): page for page in world.pages}
        self._siblings: dict[str, list[Page]] = defaultdict(list)
        for page in world.pages:
            self._siblings[page.host.name].append(page)

    def answer(self, host: str, path: str) -> Answer:
        """Return what the host answers for the path now."""
        host = host.partition(":")[0].lower().removeprefix("www.")
        if path == "/robots.txt":
            return pages.robots()
        if host == SITE:
            return pages.own_site(path)
        page = self._pages.get((host, path))
        if page is None:
            return pages.missing()
        return pages.answer(page, page.act_at(self._beats()), self._siblings[host])

    async def handle(self, request: web.Request) -> web.Response:
        found = self.answer(request.host, request.path)
        if found.hangs:
            await asyncio.sleep(_HANG_S)
        headers = {"Content-Type": "text/html; charset=utf-8", **found.headers}
        return web.Response(status=found.status, body=found.body.encode(), headers=headers)


@asynccontextmanager
async def serve(demo: DemoWeb) -> AsyncIterator[int]:
    """Serve the demo web on a free loopback port and give that port."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", demo.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
