"""Keeps this process's list of hosts that are never asked as the database has it."""

import asyncio

from services.crawler.adapters.politeness import Politeness
from services.crawler.domain.optouts import OptOuts
from services.crawler.store import optouts
from shared.db import Database
from shared.log import get_logger
from shared.trouble import is_outage

log = get_logger(__name__)

EVERY_S = 5.0


async def read(db: Database, politeness: Politeness) -> None:
    """Take over the list as it is now."""
    async with db.begin() as tx:
        politeness.opt_outs = OptOuts(await optouts.find_in_force(tx))


async def follow(stop: asyncio.Event, *, db: Database, politeness: Politeness) -> None:
    """Take over the list every few seconds; while the database is away, the last one holds."""
    while not stop.is_set():
        try:
            await read(db, politeness)
        except Exception as error:  # because what is not the database's trouble goes up
            if not is_outage(error):
                raise
            log.warning("the list of opted-out hosts waits for its database", why=repr(error))
        try:
            async with asyncio.timeout(EVERY_S):
                await stop.wait()
        except TimeoutError:
            continue
