"""Waiting for conditions, never for time."""

import asyncio
import time
from collections.abc import Awaitable, Callable


async def eventually(
    condition: Callable[[], Awaitable[object]],
    *,
    within: float = 20.0,
    every: float = 0.01,
    what: str = "",
) -> None:
    """Return as soon as the condition holds; fail when it does not within so many seconds."""
    deadline = time.monotonic() + within
    while not await condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within:g} s: {what or condition}")
        await asyncio.sleep(every)
