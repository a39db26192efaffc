"""Prepares the figures of large sites again once something changed, and rests in between."""

import asyncio
import time
from datetime import date, timedelta
from uuid import UUID

from services.profile.jobs.resting import stopped_within
from services.profile.store import domains, figures, prepared
from services.profile.store.prepared import Prepared
from shared import clock
from shared.db import Database
from shared.log import get_logger

log = get_logger(__name__)

_EVERY_S = 30.0
_AT_ONCE = 10
_TEXTS = 100
_FIRST_DAY = date(1995, 1, 1)


class Preparer:
    """The loop; replicas may run it together, a site is prepared by one of them at a time."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def run(self, stop: asyncio.Event) -> None:
        """Prepare what is due, every half minute, until `stop` is set."""
        while not stop.is_set():
            await self.prepare_due()
            await stopped_within(stop, _EVERY_S)

    async def prepare_due(self) -> int:
        """Prepare the figures of all sites that are due; returns of how many."""
        async with self._db.begin() as tx:
            due = await prepared.list_due(tx, now=clock.now(), limit=_AT_ONCE)
            await prepared.forget_small(tx)
        return sum([await self._prepare(site_id) for site_id in due])

    async def _prepare(self, site_id: UUID) -> bool:
        started, now = time.monotonic(), clock.now()
        async with self._db.begin() as tx:
            # All figures are of one moment.
            await tx.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            if not await prepared.claim_site(tx, site_id):
                return False
            overviews = await figures.list_overviews(tx, [site_id], now=now, exact=True)
            made = Prepared(
                made_at=now,
                overview=overviews.get(site_id, {}),
                kinds=await figures.list_anchor_kinds(tx, site_id, exact=True),
                texts=await figures.list_anchor_texts(tx, site_id, limit=_TEXTS, exact=True),
                moves=await figures.get_moves(tx, site_id, since=_FIRST_DAY, exact=True),
            )
            await domains.prepare_domains(tx, site_id)
            took = timedelta(seconds=time.monotonic() - started)
            await prepared.save_prepared(tx, site_id, made, took=took)
        log.info("figures prepared", site_id=str(site_id), seconds=round(took.total_seconds(), 2))
        return True
