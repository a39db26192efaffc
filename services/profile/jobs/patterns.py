"""Asks a while after losses what the links have in common, and lets the rules of alerts know."""

import asyncio
from datetime import datetime, timedelta

from services.profile.domain.occasions import died_together
from services.profile.jobs.growth import list_patterns
from services.profile.jobs.resting import stopped_within
from services.profile.store import occasions, patterns
from shared import clock
from shared.db import Database

SPAN = timedelta(days=7)
"""What died longer ago did not die together with what died now."""
_EVERY_S = 10.0


class PatternSeeker:
    """The loop; replicas may run it together, each site is asked about by one of them."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def run(self, stop: asyncio.Event) -> None:
        """Ask about the sites that are due, until `stop` is set."""
        while not stop.is_set():
            if not await seek_patterns(self._db, clock.now()):
                await stopped_within(stop, _EVERY_S)


async def seek_patterns(db: Database, now: datetime) -> bool:
    """Ask about one site that is due; says whether there was one.

    The walk over its links keeps nobody waiting: it has a transaction of its own.
    """
    async with db.begin() as tx:
        due = await patterns.claim_site(tx, now=now)
    if due is None:
        return False
    async with db.begin() as tx:
        found = await list_patterns(tx, due.site_id, since=(now - SPAN).date(), until=now.date())
        links = {link_id for pattern in found for link_id in pattern.links}
        fresh = await patterns.find_lost_since(tx, links, since=due.asked_at)
        news = [pattern for pattern in found if not fresh.isdisjoint(pattern.links)]
        told = [died_together(due.site_id, pattern, at=now) for pattern in news]
        await occasions.add_occasions(tx, told)
        await patterns.mark_asked(tx, due, now=now)
    return True
