"""The walk: judges all links of a site again after its names or shares changed, piece by piece."""

import asyncio

from services.toxicity.metrics import WALKED
from services.toxicity.store import scores, sights, sites
from shared import clock
from shared.db import Database

CHUNK = 500
REMOVE = 5_000


async def walk_sites(db: Database, pause_s: float, stop: asyncio.Event) -> None:
    """Walk on wherever a walk is wanted; each piece is a transaction of its own."""
    while not stop.is_set():
        if await walk_once(db):
            continue
        try:
            async with asyncio.timeout(pause_s):
                await stop.wait()
        except TimeoutError:
            continue


async def walk_once(db: Database) -> bool:
    """Do one piece of one walk; False if none is wanted."""
    async with db.begin() as tx:
        walk = await sites.claim_walk(tx)
        if walk is None:
            return False
        if walk.deleted_at is not None:
            removed = await sights.remove_links(tx, walk.site_id, limit=REMOVE)
            await sites.save_walk(tx, walk, walk.after if removed == REMOVE else None)
            return True
        links = await sights.list_links(tx, walk.site_id, after=walk.after, limit=CHUNK)
        await scores.score_links(tx, links, now=clock.now())
        await sites.save_walk(tx, walk, links[-1] if len(links) == CHUNK else None)
    WALKED.inc(len(links))
    return True
