"""A receiver of messages on loopback, which keeps what comes and answers as it is told to.

It also plays the providers of chats, over TLS of the tests' own.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web

MASTER_KEY = "a master key of the tests: long enough"
HOSTS = (
    "hooks.slack.com",
    "prod-1.westeurope.logic.azure.com",
    "discord.com",
    "api.telegram.org",
)
TOKEN = "12345678:AAsecret-token_of_the_tests"
PLACES: dict[str, dict[str, Any]] = {
    "slack": {"address": "https://hooks.slack.com/services/T0/B0/secretsecret"},
    "teams": {
        "address": "https://prod-1.westeurope.logic.azure.com:443/workflows/1/triggers/manual/paths"
        "/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=secretsecret"
    },
    "discord": {"address": "https://discord.com/api/webhooks/123/secretsecret"},
    "telegram": {"address": TOKEN, "chat": "-1001234"},
}


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


def routes_to(receiver: Receiver) -> str:
    """Return the CONNECT_TO by which every provider is the receiver."""
    return ",".join(f"{host}:443=127.0.0.1:{receiver.port}" for host in HOSTS)
