"""Housekeeping once a night, in bounded steps: adopt old changes, forget old looks and dead uploads."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from services.profile.domain.alert_rules import LONGEST_WINDOW
from services.profile.domain.lifecycle import ADOPT_AFTER
from services.profile.jobs.alerting import end_forgotten
from services.profile.jobs.connectors import queue_due
from services.profile.jobs.growth import watch_growth
from services.profile.jobs.resting import stopped_within
from services.profile.jobs.weighing import tell_values
from services.profile.store import (
    alerts,
    decisions,
    imports,
    keeping,
    months,
    recoveries,
    undo,
    worth,
)
from shared import clock
from shared.db import Database, Tx
from shared.log import get_logger

log = get_logger(__name__)

BATCH = 500
FORGET = 5_000
FEW_SITES = 20
MONTHS_AHEAD = 3
UPLOAD_GRACE = timedelta(days=1)
UNDO_WITHIN = timedelta(days=31)
_LONGEST_WAIT_S = 3600.0

Sweep = Callable[[Tx, datetime], Awaitable[int]]
"""Does one bounded part of a kind of work; returns how much it did, 0 when nothing is left."""


class Nightly:
    """The loop that sweeps once a night; replicas may sweep together, each row is done once."""

    def __init__(self, db: Database, *, hour: int, observation_days: int, alert_days: int) -> None:
        self._db = db
        self._hour = hour
        self._keep = timedelta(days=observation_days)
        self._keep_alerts = timedelta(days=alert_days)

    async def run(self, stop: asyncio.Event) -> None:
        """Sweep at the hour of the night, until `stop` is set."""
        while not stop.is_set():
            wait = seconds_until(self._hour, clock.now())
            if await stopped_within(stop, min(wait, _LONGEST_WAIT_S)):
                return
            if wait <= _LONGEST_WAIT_S:
                await self.sweep(clock.now(), stop)

    async def sweep(self, now: datetime, stop: asyncio.Event) -> None:
        """Do everything that is due at this moment."""
        sweeps: dict[str, Sweep] = {
            "adopt changes": _adopt,
            "make room for looks": _make_room,
            "drop months of looks": self._drop_months,
            "forget looks": self._forget,
            "weigh targets": _weigh_targets,
            "tell values": _tell_values,
            "open recoveries": _open_recoveries,
            "rank recoveries": _rank_recoveries,
            "watch growth": watch_growth,
            "end alerts": end_forgotten,
            "forget alerts": self._forget_alerts,
            "pull from connectors": queue_due,
            "remove deleted sites": _remove_sites,
            "forget uploads": _forget_uploads,
            "forget what imports found": _forget_memory,
        }
        for name, work in sweeps.items():
            total = done = await self._step(work, now)
            while done and not stop.is_set():
                done = await self._step(work, now)
                total += done
            log.info("swept", work=name, rows=total)

    async def _step(self, work: Sweep, now: datetime) -> int:
        async with self._db.begin() as tx:
            return await work(tx, now)

    async def _forget(self, tx: Tx, now: datetime) -> int:
        return await months.remove_strays(tx, before=now - self._keep, limit=FORGET)

    async def _forget_alerts(self, tx: Tx, now: datetime) -> int:
        await alerts.wait_turn(tx)
        return await alerts.remove_old(
            tx, before=now - self._keep_alerts, untold_before=now - LONGEST_WINDOW, limit=BATCH
        )

    async def _drop_months(self, tx: Tx, now: datetime) -> int:
        return await months.drop_months(tx, before=now - self._keep)


async def _open_recoveries(tx: Tx, now: datetime) -> int:
    return await recoveries.open_forgotten(tx, now=now, limit=BATCH)


async def _rank_recoveries(tx: Tx, now: datetime) -> int:
    return await recoveries.rate_again(tx, now=now, limit=BATCH)


async def _make_room(tx: Tx, now: datetime) -> int:
    return await months.add_months(tx, now.date(), count=MONTHS_AHEAD)


async def _weigh_targets(tx: Tx, _: datetime) -> int:
    """Weigh links that came since a list of top pages, and those whose list was taken back."""
    return await worth.weigh_targets(tx, limit=BATCH)


async def _tell_values(tx: Tx, _: datetime) -> int:
    """Let the crawler look more often at links that have become worth more (seams.md 23)."""
    return await tell_values(tx, await worth.list_untold(tx, limit=BATCH))


async def _adopt(tx: Tx, now: datetime) -> int:
    """Take changes without a contract for normal once they are fourteen days old (seams.md 6)."""
    ids = await decisions.list_adoptable(tx, before=now - ADOPT_AFTER, limit=BATCH)
    return await decisions.acknowledge_links(tx, ids, actor=None, now=now) if ids else 0


async def _forget_uploads(tx: Tx, now: datetime) -> int:
    return await imports.remove_abandoned_uploads(tx, before=now - UPLOAD_GRACE, limit=BATCH)


async def _remove_sites(tx: Tx, now: datetime) -> int:
    return await keeping.remove_due_sites(tx, now, limit=FEW_SITES)


async def _forget_memory(tx: Tx, now: datetime) -> int:
    return await undo.remove_old_memory(tx, before=now - UNDO_WITHIN, limit=FORGET)


def seconds_until(hour: int, now: datetime) -> float:
    """Return the seconds until it is `hour` the next time, never 0."""
    due = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    if due <= now:
        due += timedelta(days=1)
    return (due - now).total_seconds()
