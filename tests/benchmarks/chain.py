"""One end of the chain of events as a process: `python -m tests.benchmarks.chain ROLE DATABASE_URL [AMQP_URL]`.

`relay` carries the crawler's outbox until it is empty. `profile`, and `profile+toxicity`, run these
services until standard input ends: through RabbitMQ, or without AMQP_URL on the embedded bus, where
they carry the crawler's outbox, too, as the one process of the embedded mode does.
"""

import asyncio
import sys
from contextlib import AsyncExitStack

import uvloop

from services import serving
from services.profile.app import create_app as profile_app
from services.profile.settings import Settings as ProfileSettings
from services.toxicity.app import create_app as toxicity_app
from services.toxicity.settings import Settings as ToxicitySettings
from shared.bus import Bus
from shared.bus.embedded import EmbeddedBus
from shared.bus.rabbit import RabbitBus
from shared.db import Database
from shared.outbox import Relay

_SECRET = "a secret of the benchmarks"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def relay(database_url: str, bus: Bus) -> None:
    """Carry everything that the crawler published."""
    db = Database(database_url, schema="crawler")
    await bus.open()
    carrier = Relay(db=db, bus=bus)
    serving.settle()
    _say("go")
    while await carrier.carry():
        pass
    await bus.close()
    await db.close()


async def serve(database_url: str, bus: Bus, *, toxicity: bool, crawler: bool) -> None:
    """Run the services until standard input ends."""
    async with AsyncExitStack() as stack:
        profile = Database(database_url, schema="profile")
        app = profile_app(ProfileSettings.load({}, internal_secret=_SECRET), bus=bus, db=profile)
        await stack.enter_async_context(app.router.lifespan_context(app))
        if toxicity:
            settings = ToxicitySettings.load({}, internal_secret=_SECRET)
            other = toxicity_app(settings, bus=bus, db=Database(database_url, schema="toxicity"))
            await stack.enter_async_context(other.router.lifespan_context(other))
        stop = asyncio.Event()
        carrying = Relay(db=Database(database_url, schema="crawler"), bus=bus)
        async with asyncio.TaskGroup() as group:
            if crawler:
                group.create_task(carrying.run(stop))
            serving.settle()
            _say("go")
            await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
            stop.set()


async def main(role: str, database_url: str, amqp_url: str | None = None) -> None:
    bus: Bus
    if amqp_url is None:
        bus = EmbeddedBus(Database(database_url, schema="bus"))
    else:
        bus = RabbitBus(amqp_url, name=f"benchmark {role}")
    if role == "relay":
        await relay(database_url, bus)
    else:
        toxicity = role == "profile+toxicity"
        await serve(database_url, bus, toxicity=toxicity, crawler=amqp_url is None)


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
