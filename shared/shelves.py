"""Lets go of what was kept long enough: found and deleted a bit at a time, in jobs that people can see.

A shelf is one table with rows of one kind. Once in a while each shelf is asked whose rows are due; a
job for each such workspace then deletes them in small transactions. What is gone is gone, so a job that
was killed goes on where it stopped; a legal hold that comes meanwhile holds from the next step on.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from prometheus_client import Counter

from shared import clock, jobs
from shared.db import Database, Tx
from shared.job_runner import JobRun
from shared.jobs import Job
from shared.policies import Policy, find_policy
from shared.retention import KINDS, Scope

FORGOTTEN = Counter(
    "anchorwatch_forgotten_rows_total",
    "Rows deleted or emptied because their time was over, by service and kind.",
    ["service", "kind"],
)
KIND = "forget"
EVERY = timedelta(hours=6)
BATCH = 1_000
_MOST_WORKSPACES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Rows of one kind in one table `t`, and how long the installation keeps them at most."""

    kind: str
    table: str
    moment: str
    """The expression that says how old a row is."""
    where: str = "true"
    workspace: str = "t.workspace_id"
    site: str = "t.site_id"
    empties: str | None = None
    """What is set instead of deleting the row: `text = ''`; `where` must then leave out what is empty."""
    most_days: int | None = None
    """What the installation set for itself; None: what KINDS says."""
    waits: str | None = None
    """What is run first in the transaction, to wait for a turn."""
    by_others: bool = False
    """Whether a loop of the service's own lets go of it; the shelf then only counts."""

    @property
    def most(self) -> int:
        return self.most_days or KINDS[self.kind].most

    @property
    def usual(self) -> int:
        """Return for how long it is kept where nobody chose."""
        return self.most_days or KINDS[self.kind].days

    @property
    def is_shared(self) -> bool:
        """Say whether the rows belong to no workspace, but to the installation."""
        return KINDS[self.kind].scope is Scope.INSTALLATION

    @property
    def is_forgotten_here(self) -> bool:
        """Say whether jobs of workspaces let go of it."""
        return not (self.is_shared or self.by_others)

    @property
    def _due(self) -> str:
        return (
            f"FROM {self.table} t WHERE {self.workspace} = $1 AND {self.moment} < $2"
            f" AND ({self.site} = ANY($3::uuid[])) IS NOT TRUE AND {self.where}"
        )

    def before(self, policy: Policy, now: datetime) -> datetime:
        return policy.before(self.kind, most=self.most, usual=self.usual, now=now)

    async def count(self, tx: Tx, policy: Policy, now: datetime) -> int:
        """Return how many rows are due."""
        return int(
            await tx.fetch_value(
                f"SELECT count(*) {self._due}",
                *(policy.workspace_id, self.before(policy, now), list(policy.held_sites)),
            )
        )

    async def forget(
        self, tx: Tx, policy: Policy, now: datetime, *, after: str | None, limit: int
    ) -> tuple[int, str | None]:
        """Delete or empty some of the rows that are due; returns how many, and where to go on."""
        gone = await self._forget(
            tx,
            f"SELECT t.ctid {self._due} LIMIT $4",
            *(policy.workspace_id, self.before(policy, now), list(policy.held_sites), limit),
        )
        return gone, (after or "more") if gone >= limit else None

    async def forget_shared(self, tx: Tx, now: datetime, *, limit: int) -> int:
        """Delete some of the installation's rows that are due; returns how many."""
        return await self._forget(
            tx,
            f"SELECT t.ctid FROM {self.table} t WHERE {self.moment} < $1 AND {self.where} LIMIT $2",
            *(now - timedelta(days=self.usual), limit),
        )

    async def _forget(self, tx: Tx, chosen: str, *args: object) -> int:
        what = (
            f"DELETE FROM {self.table}"
            if self.empties is None
            else f"UPDATE {self.table} SET {self.empties}"
        )
        await tx.run("SELECT set_config('anchorwatch.keeping', 'on', true)")
        if self.waits is not None:
            await tx.run(self.waits)
        tag = await tx.run(f"{what} WHERE ctid = ANY(ARRAY({chosen}))", *args)
        return int(tag.rpartition(" ")[2])

    async def list_workspaces(self, tx: Tx, now: datetime) -> list[UUID]:
        """Return workspaces with rows that are due, a bounded number of them."""
        rows = await tx.fetch(
            f"SELECT DISTINCT x.workspace_id FROM (SELECT {self.workspace} AS workspace_id"
            f" FROM {self.table} t LEFT JOIN retention r ON r.workspace_id = {self.workspace}"
            f" WHERE {self.moment} < $1::timestamptz - least($3::int,"
            f" coalesce((r.days->>$2)::int, $4)) * interval '1 day'"
            f" AND ({self.site} = ANY(coalesce(r.held_sites, '{{}}'))) IS NOT TRUE AND {self.where}"
            f" LIMIT $5) x WHERE x.workspace_id IS NOT NULL",
            *(now, self.kind, self.most, self.usual, _MOST_WORKSPACES),
        )
        return [row["workspace_id"] for row in rows]


def house_shelves() -> tuple[Shelf, ...]:
    """Return the shelves that every service has."""
    return (
        Shelf(
            kind="job_errors",
            table="jobs",
            moment="t.ended_at",
            where="t.state IN ('done', 'failed', 'cancelled')",
        ),
        Shelf(kind="dead_letters", table="dead_letters", moment="t.last_at"),
    )


class Forgetter:
    """Performs jobs of kind `forget`: everything of one workspace that is due in this service."""

    def __init__(self, shelves: Sequence[Shelf]) -> None:
        self._shelves = tuple(one for one in shelves if one.is_forgotten_here)

    async def __call__(self, run: JobRun) -> None:
        while (number := int(run.job.cursor.get("shelf", 0))) < len(self._shelves):
            await self._step(run, number, self._shelves[number])

    async def _step(self, run: JobRun, number: int, shelf: Shelf) -> None:
        after = run.job.cursor.get("after")
        async with run.step() as step:
            policy = await find_policy(step.tx, run.job.workspace_id)
            gone, after = await shelf.forget(step.tx, policy, clock.now(), after=after, limit=BATCH)
            counts = dict(run.job.cursor.get("counts", {}))
            if gone:
                counts[shelf.kind] = counts.get(shelf.kind, 0) + gone
            step.done += gone
            step.accepted += gone
            number += after is None
            step.cursor = {"shelf": number, "after": after, "counts": counts}
        FORGOTTEN.labels(step.tx.schema, shelf.kind).inc(gone)


async def keep_shelves(stop: asyncio.Event, *, db: Database, shelves: Sequence[Shelf]) -> None:
    """Let go of what is due a few times a day, until `stop`."""
    while not stop.is_set():
        await forget_shared(db, shelves, stop)
        await queue_due(db, shelves)
        try:
            async with asyncio.timeout(EVERY.total_seconds()):
                await stop.wait()
        except TimeoutError:
            continue


async def forget_shared(db: Database, shelves: Sequence[Shelf], stop: asyncio.Event) -> None:
    """Delete what belongs to no workspace and is due, in small transactions."""
    for shelf in shelves:
        gone = BATCH if shelf.is_shared and not shelf.by_others else 0
        while gone == BATCH and not stop.is_set():
            async with db.begin() as tx:
                gone = await shelf.forget_shared(tx, clock.now(), limit=BATCH)
            FORGOTTEN.labels(db.schema, shelf.kind).inc(gone)


async def queue_due(db: Database, shelves: Sequence[Shelf]) -> int:
    """Queue a job for each workspace with something that is due and none under way; returns how many."""
    due: set[UUID] = set()
    for shelf in shelves:
        if shelf.is_forgotten_here:
            async with db.begin() as tx:
                due |= set(await shelf.list_workspaces(tx, clock.now()))
    queued = 0
    for workspace_id in sorted(due):
        async with db.begin() as tx:
            queued += await queue_once(tx, KIND, workspace_id) is not None
    return queued


async def queue_once(
    tx: Tx, kind: str, workspace_id: UUID, payload: Mapping[str, object] | None = None
) -> Job | None:
    """Queue a job unless one of its kind waits or runs in this workspace; then there is none."""
    await tx.run("SELECT pg_advisory_xact_lock(hashtext($1), hashtext($2))", kind, tx.schema)
    if await tx.fetch_value(
        "SELECT EXISTS (SELECT FROM jobs WHERE kind = $1 AND workspace_id = $2"
        " AND state IN ('queued', 'running'))",
        *(kind, workspace_id),
    ):
        return None
    return await jobs.add_job(tx, kind=kind, workspace_id=workspace_id, payload=payload)
