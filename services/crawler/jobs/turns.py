"""Shares hosts with all other processes through the database, for requests outside of claims."""

from datetime import datetime, timedelta

from services.crawler.domain.pace import Pace
from services.crawler.store import hosts
from shared.db import Database
from shared.log import get_logger
from shared.trouble import is_outage

log = get_logger(__name__)

# Longer than any single request takes; it only ends by itself where a process died while asking.
_LEASE = timedelta(seconds=90)


class SharedTurns:
    """The port `Turns` of the pacer, on the same rows of hosts by which workers claim them."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._until: dict[str, datetime] = {}

    async def take(self, host: str, now: datetime) -> Pace | None:
        """Take the host for one request; None while others have it, or nobody can say."""
        until = now + _LEASE
        try:
            async with self._db.begin() as tx:
                pace = await hosts.take(tx, host, now, until)
        except Exception as error:  # because what is not the database's trouble goes up
            if not is_outage(error):
                raise
            log.warning("turns wait for their database", why=repr(error))
            return None
        if pace is not None:
            self._until[host] = until
        return pace

    async def give(self, host: str, pace: Pace) -> None:
        """Give the host back with what this request taught; else its lease ends by itself."""
        until = self._until.pop(host, None)
        if until is None:
            return
        try:
            async with self._db.begin() as tx:
                await hosts.give(tx, host, pace, until)
        except Exception as error:  # because what is not the database's trouble goes up
            if not is_outage(error):
                raise
            log.warning("a host stays taken until its lease ends", host=host, why=repr(error))
