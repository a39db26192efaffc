"""Waiting until every link of a site has its verdict: confirmations, scores and all that follows."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.embedded import House
from services.profile.domain.filters import LinkFilter
from services.profile.store import deciding, listing
from services.toxicity.store import sites as judged_sites
from shared import clock, outbox
from shared.db import Database
from shared.events import CheckRequested
from shared.metrics import EVENTS_CONSUMED

_PAUSE_S = 0.5
_STALLED_S = 600.0
_BATCH = 500
_QUIET_LOOKS = 3

Progress = Callable[[str, int, int], None]
"""Told what is waited for, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Asks in ways whose cost does not grow with the links that are decided already."""

    house: House
    site_id: UUID
    progress: Progress

    async def ask_again(self, workspace_id: UUID) -> datetime:
        """Have every link of the site looked at once more; returns since when to wait for it."""
        now = clock.now()
        after: UUID | None = None
        while True:
            async with self._profile.begin() as tx:
                ids = await listing.list_link_ids(
                    tx, self.site_id, LinkFilter(), after=after, limit=_BATCH
                )
                about = {"workspace_id": workspace_id, "site_id": self.site_id}
                await outbox.add(tx, [CheckRequested(**about, link_id=link_id) for link_id in ids])
            if len(ids) < _BATCH:
                return now
            after = ids[-1]

    async def wait(self, *, since: datetime | None = None) -> None:
        """Return when nothing that is known about this site can change by itself any more."""
        await self._first_looks(since)
        while confirming := await self._confirming():
            await self._second_looks(confirming)
            await self._quiet()

    async def _first_looks(self, since: datetime | None) -> None:
        before = looks_taken()
        async with self._profile.begin() as tx:
            total = await deciding.count_links(tx, self.site_id)
        stall = _Stall(before)
        while not stall.is_over(looks_taken()) and await self._has_unseen(since):
            self.progress("Checking links", min(looks_taken() - before, total), total)
            await asyncio.sleep(_PAUSE_S)
        await self._quiet()
        self.progress("Checking links", total, total)

    async def _has_unseen(self, since: datetime | None) -> bool:
        if since is None:
            return await self._has_pending()
        async with self._profile.begin() as tx:
            return await deciding.has_unseen(tx, self.site_id, since=since)

    async def _second_looks(self, confirming: Sequence[UUID]) -> None:
        left = total = len(confirming)
        while left:
            self.progress("Looking a second time", total - left, total)
            await asyncio.sleep(_PAUSE_S)
            async with self._profile.begin() as tx:
                left = await deciding.count_confirming(tx, confirming)
        self.progress("Looking a second time", total, total)

    async def _quiet(self) -> None:
        """Return when a few looks in a row found no event on its way and nothing to judge."""
        quiet = 0
        while quiet < _QUIET_LOOKS:
            quiet = quiet + 1 if await self._is_quiet() else 0
            await asyncio.sleep(_PAUSE_S / _QUIET_LOOKS)

    async def _is_quiet(self) -> bool:
        for database in self.house.databases.values():
            async with database.begin() as tx:
                if await outbox.oldest_seconds(tx) > 0:
                    return False
        if not await self.house.bus.is_idle():
            return False
        async with self.house.databases["toxicity"].begin() as tx:
            return not await judged_sites.is_walking(tx)

    async def _has_pending(self) -> bool:
        async with self._profile.begin() as tx:
            return await deciding.has_pending(tx, self.site_id)

    async def _confirming(self) -> list[UUID]:
        async with self._profile.begin() as tx:
            return await deciding.list_confirming(tx, self.site_id)

    @property
    def _profile(self) -> Database:
        return self.house.databases["profile"]


class _Stall:
    """Notices that nothing has been looked at for so long that waiting on is pointless.

    A host may ask for hours of peace; what was not seen of it by then is told as it is.
    """

    def __init__(self, looks: int) -> None:
        self._looks = looks
        self._since = time.monotonic()

    def is_over(self, looks: int) -> bool:
        if looks != self._looks:
            self._looks, self._since = looks, time.monotonic()
        return time.monotonic() - self._since > _STALLED_S


def looks_taken() -> int:
    """Return how many looks at links this process has handled."""
    return int(
        sum(
            sample.value
            for metric in EVENTS_CONSUMED.collect()
            for sample in metric.samples
            if sample.name.endswith("_total")
            and sample.labels["service"] == "profile"
            and sample.labels["event"] == "link.checked"
        )
    )
