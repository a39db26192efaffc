"""One of the crawler's worker processes (`python -m services.cli.worker`); only the crawler starts it.

The first line of its standard input is its settings; the end of that input tells it to stop.
"""

import asyncio
import os
import sys

import orjson

from services import serving
from services.crawler.app import run_worker
from services.crawler.settings import Settings
from shared import log


def main() -> None:
    """Look at pages until our standard input ends or a signal comes."""
    settings = Settings.load({}, **orjson.loads(sys.stdin.buffer.readline()))
    log.configure("crawler", level=settings.log_level, environment=settings.environment)
    serving.run(_look(settings))


async def _look(settings: Settings) -> None:
    with serving.stopping() as stop:
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(_stop_with_input(stop, settings.shutdown_grace_s))
            serving.settle()
            await run_worker(settings, stop)
            watching.cancel()


async def _stop_with_input(stop: asyncio.Event, grace_s: float) -> None:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    try:
        await reader.read()
        stop.set()
        # Our crawler is gone: what cannot be finished in time, without its database say, is left
        # to its lease.
        loop.call_later(grace_s, os._exit, 1)
    finally:
        transport.close()


if __name__ == "__main__":
    main()
