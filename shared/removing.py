"""Deletes a whole site or workspace for good: every row that belongs to it, in every table there is.

Which tables these are is asked of the database, so that a new one cannot be forgotten. Children go
before their parents, a bounded number of blocks in each step, and a job that was killed goes on.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from prometheus_client import Counter

from shared import catalogue, jobs
from shared.catalogue import Catalogue, Tie
from shared.db import Tx
from shared.events import SiteRemoved, WorkspaceRemoved
from shared.job_runner import JobRun
from shared.jobs import Step

REMOVED = Counter(
    "anchorwatch_removed_rows_total",
    "Rows deleted with the site or workspace that they belonged to, by service.",
    ["service"],
)
SITE = "remove_site"
WORKSPACE = "remove_workspace"
INSTALLATION = UUID(int=0)
"""Under which the work is noted that deletes a whole workspace, with all that was noted under that."""
_APART = frozenset({"outbox", "inbox", "copies"})


async def on_site_removed(events: Sequence[SiteRemoved], tx: Tx) -> None:
    for event in events:
        if event.site_id is not None and event.workspace_id is not None:
            await queue_site(tx, event.site_id, event.workspace_id)


async def on_workspace_removed(events: Sequence[WorkspaceRemoved], tx: Tx) -> None:
    for event in events:
        if event.workspace_id is not None:
            await queue_workspace(tx, event.workspace_id)


async def queue_site(tx: Tx, site_id: UUID, workspace_id: UUID) -> None:
    """Queue the work of deleting all rows of a site; it is not the site's own, or it would go, too."""
    await jobs.add_job(
        tx, kind=SITE, workspace_id=workspace_id, payload={"id": str(site_id), "column": "site_id"}
    )


async def queue_workspace(tx: Tx, workspace_id: UUID) -> None:
    """Queue the work of deleting all rows of a workspace."""
    payload = {"id": str(workspace_id), "column": "workspace_id"}
    await jobs.add_job(tx, kind=WORKSPACE, workspace_id=INSTALLATION, payload=payload)


class Remover:
    """Performs jobs of the kinds `remove_site` and `remove_workspace`."""

    def __init__(self, ties: Sequence[Tie] = (), beside: Mapping[str, str] | None = None) -> None:
        self._ties = tuple(ties)
        self._beside = dict(beside or {})
        """By table: what is done besides deleting `gone` rows of it, as a WITH query."""

    async def __call__(self, run: JobRun) -> None:
        while await self._step(run):
            pass

    async def _step(self, run: JobRun) -> bool:
        """Delete within one table's next blocks; says whether anything may be left."""
        async with run.step() as step:
            found = await catalogue.read(step.tx, self._ties)
            plan = plan_of(found, str(run.job.payload["column"]))
            done = set(run.job.cursor.get("tables", ()))
            name = next((one for one in plan if one not in done), None)
            if name is None:
                return False
            await self._delete(run, step, found, name, plan[name])
        REMOVED.labels(step.tx.schema).inc(step.accepted)
        return True

    async def _delete(
        self, run: JobRun, step: Step, found: Catalogue, name: str, condition: str
    ) -> None:
        at = run.job.cursor
        parts = found[name].parts
        number, block = int(at.get("part", 0)), int(at.get("block", 0))
        tables: list[str] = list(at.get("tables", ()))
        if number < len(parts):
            sql = self._statement(parts[number], name, condition, catalogue.within(block))
            await step.tx.run("SELECT set_config('anchorwatch.keeping', 'on', true)")
            gone = int(await step.tx.fetch_value(sql, UUID(str(run.job.payload["id"]))))
            step.done += gone
            step.accepted += gone
            block += catalogue.BLOCKS
            if block >= await catalogue.count_blocks(step.tx, parts[number]):
                number, block = number + 1, 0
        if number >= len(parts):
            tables, number = [*tables, name], 0
        step.cursor = {"tables": tables, "part": number, "block": block}

    def _statement(self, part: str, table: str, condition: str, blocks: str) -> str:
        beside = self._beside.get(table)
        more = f", beside AS ({beside})" if beside else ""
        return (
            f"WITH gone AS (DELETE FROM {part} t WHERE {blocks} AND {condition} RETURNING t.*){more}"
            " SELECT count(*) FROM gone"
        )


def plan_of(found: Catalogue, column: str) -> dict[str, str]:
    """Return the tables to empty of something, in order, each with its condition.

    What has a site and no workspace belongs to the workspace of that site.
    """
    via: list[Tie] = []
    if column == "workspace_id" and "sites" in found:
        via = [
            Tie(name, "site_id", "sites", "site_id")
            for name, shape in found.items()
            if "site_id" in shape.columns and name != "sites"
        ]
    plan = catalogue.belonging(found, column, via=via)
    return {name: condition for name, condition in plan.items() if name not in _APART}
