"""Frees at the start of a crawler what a killed one had claimed, if nobody looks any more."""

from services.crawler.store import leases
from shared import clock as house_clock
from shared.clock import Clock
from shared.db import Database
from shared.log import get_logger

log = get_logger(__name__)


class Takeover:
    """Once for each process: later on, what is claimed may be our own."""

    def __init__(self, db: Database, *, floor_s: float, clock: Clock = house_clock.now) -> None:
        self._db = db
        self._floor_s = floor_s
        self._clock = clock
        self._done = False

    async def once(self) -> None:
        """Take back the pages of workers that are gone; while others look their leases stand."""
        if self._done:
            return
        async with self._db.begin() as tx:
            count = await leases.take_back(tx, self._clock(), floor_s=self._floor_s)
        self._done = True
        if count:
            log.info("pages of a killed crawler were taken back", pages=count)
