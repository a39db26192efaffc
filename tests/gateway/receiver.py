"""A receiver of messages on loopback, which keeps what comes and answers as it is told to."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web


@dataclass(slots=True)
class Receiver:
    """Keeps what comes; `answers` are given one after the other, then 204."""

    port: int = 0
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    answers: list[web.Response] = field(default_factory=list)
    hangs: asyncio.Event | None = None

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.got.append(({k.lower(): v for k, v in request.headers.items()}, body))
        self.paths.append(f"{request.host}{request.raw_path}")
        if self.hangs is not None:
            await self.hangs.wait()
        return self.answers.pop(0) if self.answers else web.Response(status=204)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [orjson.loads(body) for _, body in self.got]


@asynccontextmanager
async def receiving(tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    """Listen on a free port until the block is left."""
    made = Receiver()
    app = web.Application()
    app.router.add_post("/{rest:.*}", made.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    made.port = runner.addresses[0][1]
    yield made
    if made.hangs is not None:
        made.hangs.set()
    await runner.cleanup()
