"""Toxic density by month: each site is counted once a day; the last count of a month stays."""

import asyncio

from services.toxicity.store import domains
from shared import clock
from shared.db import Database

PAUSE_S = 900.0


async def count_months(db: Database, pause_s: float, stop: asyncio.Event) -> None:
    """Count on while sites are left that were not counted today."""
    while not stop.is_set():
        if await count_once(db):
            continue
        try:
            async with asyncio.timeout(pause_s):
                await stop.wait()
        except TimeoutError:
            continue


async def count_once(db: Database) -> bool:
    """Count one site that was not counted today; False if there is none."""
    async with db.begin() as tx:
        return await domains.count_density(tx, today=clock.now().date()) is not None
