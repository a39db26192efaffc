"""Waiting until every link of a site has its verdict: confirmations, scores and all that follows."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.embedded import House
from services.profile.store import deciding
from services.toxicity.store import sites as judged_sites
from shared import outbox
from shared.db import Database
from shared.metrics import EVENTS_CONSUMED

_PAUSE_S = 0.5
_QUIET_LOOKS = 3

Progress = Callable[[str, int, int], None]
"""Told what is waited for, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Asks in ways whose cost does not grow with the links that are decided already."""

    house: House
    site_id: UUID
    progress: Progress

    async def wait(self) -> None:
        """Return when nothing that is known about this site can change by itself any more."""
        await self._first_looks()
        while confirming := await self._confirming():
            await self._second_looks(confirming)
            await self._quiet()

    async def _first_looks(self) -> None:
        before = looks_taken()
        async with self._profile.begin() as tx:
            total = await deciding.count_links(tx, self.site_id)
        while await self._has_pending():
            self.progress("Checking links", min(looks_taken() - before, total), total)
            await asyncio.sleep(_PAUSE_S)
        await self._quiet()
        self.progress("Checking links", total, total)

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
        if not await self.house.bus.is_idle() or await self._has_pending():
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
