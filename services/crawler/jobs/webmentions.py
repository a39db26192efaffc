"""Looks at pages that told of themselves by Webmention: only what is seen there counts."""

import asyncio
from itertools import groupby
from operator import attrgetter

from services.crawler.domain.discovery.candidates import CandidateState, SearchedSite
from services.crawler.jobs import rounds
from services.crawler.jobs.looking import AT_ONCE, EyesOf, eyes_now, look_at, record
from services.crawler.store import candidates, costs, sites
from services.crawler.store.candidates import Taken
from shared import clock as house_clock
from shared.clock import Clock
from shared.db import Database

_IDLE_S = 5.0


async def follow(
    stop: asyncio.Event, *, db: Database, eyes_of: EyesOf, clock: Clock = house_clock.now
) -> None:
    """Look at what was told of until `stop`."""

    async def take() -> int:
        return await look_at_told(db, eyes_of, clock=clock)

    await rounds.follow(stop, take, what="looks at Webmentions", rest_s=_IDLE_S)


async def look_at_told(db: Database, eyes_of: EyesOf, *, clock: Clock) -> int:
    """Look at some of the pages that were told of; returns how many there were."""
    async with db.begin() as tx:
        taken = await candidates.take_told(tx, clock(), limit=AT_ONCE)
    taken.sort(key=attrgetter("site_id"))
    for site_id, ours in groupby(taken, key=attrgetter("site_id")):
        async with db.begin() as tx:
            site = await sites.find_searched(tx, site_id)
            spent = await costs.find_spent(tx, clock().date())
        await _look(db, eyes_of, None if site_id in spent else site, list(ours), clock=clock)
    return len(taken)


async def _look(
    db: Database, eyes_of: EyesOf, site: SearchedSite | None, ours: list[Taken], *, clock: Clock
) -> None:
    if site is None:
        # Who tells of pages must not spend what a site may take in a day.
        skipped = [(one.page_key, CandidateState.SKIPPED) for one in ours]
        async with db.begin() as tx:
            await candidates.save_states(tx, ours[0].site_id, skipped, clock())
        return
    looked = await look_at(eyes_now(eyes_of), site, ours)
    async with db.begin() as tx:
        await record(tx, site, looked, clock())
