"""What every service does alike to keep, forget and mend what it has: one object for `app.py` to wire."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial

from shared import copies, erasing, policies, removing, shelves
from shared.catalogue import Tie
from shared.consumer import Consumer
from shared.copies import Mirror
from shared.db import Database
from shared.erasing import People
from shared.events import (
    CopiesWanted,
    ErasureRequested,
    RetentionChanged,
    SiteRemoved,
    WorkspaceRemoved,
)
from shared.job_runner import JobRunner, Perform
from shared.service import Loop
from shared.shelves import Shelf

POLL_S = 2.0
"""How often a service looks for such work: none of it is in a hurry."""


class Keeper:
    """Forgets what is due, deletes what was deleted, erases people, and sends copies once more."""

    def __init__(
        self,
        db: Database,
        *,
        shelves_of: Sequence[Shelf],
        mirror: Mirror,
        people: People,
        ties: Sequence[Tie] = (),
        beside: Mapping[str, str] | None = None,
        more: Mapping[str, Perform] | None = None,
    ) -> None:
        """`more` are jobs that may wait for those of other services: they have a runner of their own."""
        self.db = db
        self.shelves = (*shelves_of, *shelves.house_shelves())
        self.mirror = mirror
        self.people = people
        remover = removing.Remover(ties, beside)
        self.kinds: dict[str, Perform] = {
            shelves.KIND: shelves.Forgetter(self.shelves),
            erasing.KIND: erasing.Eraser(people),
            removing.SITE: remover,
            removing.WORKSPACE: remover,
            copies.KIND: copies.Sender(mirror.pages),
        }
        self.more = dict(more or {})

    @property
    def loops(self) -> dict[str, Loop]:
        """Return the loops to run."""
        runner = JobRunner(self.kinds, db=self.db, slots=1, poll_s=POLL_S, cleans=False)
        waiting = JobRunner(self.more, db=self.db, slots=2, poll_s=POLL_S, cleans=False)
        return {
            "keeping": runner.run,
            **({"mending": waiting.run} if self.more else {}),
            "shelves": partial(shelves.keep_shelves, db=self.db, shelves=self.shelves),
            "copies": self._ask,
        }

    async def _ask(self, stop: asyncio.Event) -> None:
        """Ask once for copies that have grown with this version."""
        if not stop.is_set():
            await copies.ask_for_grown(self.db)


def subscribe(consumer: Consumer) -> None:
    """Give the events that every service but the gateway hears for its keeping their handlers."""
    consumer.on(RetentionChanged, policies.on_retention_changed)
    consumer.on(WorkspaceRemoved, removing.on_workspace_removed)
    consumer.on(ErasureRequested, erasing.on_erasure_requested)
    if consumer.service != "profile":  # profile tells of it, and queues its own part
        consumer.on(SiteRemoved, removing.on_site_removed)
    if consumer.service != "crawler":  # which owns no copy of others
        consumer.on(CopiesWanted, copies.on_copies_wanted)
