"""Rounds of work that the database deals out: one after the other, with a rest when nothing is due."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from shared.log import get_logger
from shared.trouble import is_outage

log = get_logger(__name__)


@contextmanager
def apart(what: str, **about: str) -> Iterator[None]:
    """Let what goes wrong with one piece of a round end that piece only: it comes again in its turn."""
    try:
        yield
    except Exception as error:  # because one of strangers must not end the work on all others
        if is_outage(error):
            log.warning("a piece of a round was not written down", of=what, why=repr(error))
        else:
            log.exception("a piece of a round failed", of=what, **about)


async def follow(
    stop: asyncio.Event, take: Callable[[], Awaitable[int]], *, what: str, rest_s: float
) -> None:
    """Take rounds until `stop`; work that has begun is broken off then.

    `take` does a round and returns how much there was to do.
    """
    async with asyncio.TaskGroup() as group:
        taking = group.create_task(_take_on(take, what, rest_s))
        await stop.wait()
        taking.cancel()


async def _take_on(take: Callable[[], Awaitable[int]], what: str, rest_s: float) -> None:
    """Take rounds for ever, and rest; while the database is away, nothing is done."""
    while True:
        count = 0
        try:
            count = await take()
        except Exception as error:  # because what is not the database's trouble goes up
            if not is_outage(error):
                raise
            log.warning("a round waits for its database", of=what, why=repr(error))
        if not count:
            await asyncio.sleep(rest_s)
