"""Asks a while after losses what the links have in common, and lets the rules of alerts know."""

import asyncio
from datetime import datetime, timedelta

from services.profile.domain.occasions import died_together
from services.profile.jobs.growth import list_patterns
from services.profile.jobs.resting import stopped_within
from services.profile.store import occasions, patterns
from shared import clock
from shared.db import Database, Tx

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
            async with self._db.begin() as tx:
                found = await seek_patterns(tx, clock.now())
            if not found:
                await stopped_within(stop, _EVERY_S)


async def seek_patterns(tx: Tx, now: datetime) -> bool:
    """Ask about one site that is due; says whether there was one."""
    due = await patterns.claim_site(tx, now=now)
    if due is None:
        return False
    found = await list_patterns(tx, due.site_id, since=(now - SPAN).date(), until=now.date())
    links = {link_id for pattern in found for link_id in pattern.links}
    fresh = await patterns.find_lost_since(tx, links, since=due.asked_at)
    news = [pattern for pattern in found if not fresh.isdisjoint(pattern.links)]
    told = [died_together(due.site_id, pattern, at=now) for pattern in news]
    await occasions.add_occasions(tx, told)
    return True
