"""Turns of work until the service stops: one after the other while there is more, then a rest."""

import asyncio
from collections.abc import Awaitable, Callable


async def take_turns(
    take: Callable[[], Awaitable[bool]], pause_s: float, stop: asyncio.Event
) -> None:
    """Take turns until `stop`; `take` says whether there may be more to do at once."""
    while not stop.is_set():
        if not await take():
            await rest(pause_s, stop)


async def rest(pause_s: float, stop: asyncio.Event) -> None:
    """Wait so many seconds, or until `stop`."""
    try:
        async with asyncio.timeout(pause_s):
            await stop.wait()
    except TimeoutError:
        return
