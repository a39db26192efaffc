"""What each workspace keeps for how long, and the sites of which nothing may go: a service's copy of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import orjson

from shared.db import Tx
from shared.events import RetentionChanged

HELD = "(SELECT unnest(held_sites) FROM retention)"
"""Every site under a legal hold, as a subquery of the service's own copy."""


def not_held(site: str = "site_id") -> str:
    """Return the condition that nothing forbids deleting a row of this site."""
    return f"({site} = ANY(ARRAY{HELD})) IS NOT TRUE"


@dataclass(frozen=True, slots=True)
class Policy:
    """What one workspace chose; a kind that is missing is kept for the installation's time."""

    workspace_id: UUID
    version_no: int = 0
    days: Mapping[str, int] = field(default_factory=dict)
    held_sites: Sequence[UUID] = ()

    def before(self, kind: str, *, most: int, usual: int, now: datetime) -> datetime:
        """Return the moment before which rows of a kind are due."""
        return now - timedelta(days=min(self.days.get(kind, usual), most))


async def find_policy(tx: Tx, workspace_id: UUID) -> Policy:
    """Return what a workspace chose, or that it chose nothing."""
    rows = await tx.fetch(
        "SELECT version_no, days::text, held_sites FROM retention WHERE workspace_id = $1",
        workspace_id,
    )
    if not rows:
        return Policy(workspace_id)
    row = rows[0]
    return Policy(
        workspace_id, row["version_no"], orjson.loads(row["days"]), tuple(row["held_sites"])
    )


async def save_policies(tx: Tx, policies: Sequence[Policy]) -> None:
    """Keep the newest word of each workspace."""
    newest = {one.workspace_id: one for one in sorted(policies, key=lambda one: one.version_no)}
    for workspace_id in sorted(newest):
        one = newest[workspace_id]
        await tx.run(
            "INSERT INTO retention (workspace_id, version_no, days, held_sites)"
            " VALUES ($1, $2, $3, $4) ON CONFLICT (workspace_id) DO UPDATE"
            " SET version_no = excluded.version_no, days = excluded.days,"
            " held_sites = excluded.held_sites WHERE retention.version_no <= excluded.version_no",
            *(one.workspace_id, one.version_no, orjson.dumps(dict(one.days)).decode()),
            list(one.held_sites),
        )


async def on_retention_changed(events: Sequence[RetentionChanged], tx: Tx) -> None:
    """Take over what workspaces decided; it holds from the next step of whatever deletes."""
    await save_policies(
        tx,
        [
            Policy(one.workspace_id, one.version_no, one.days, one.held_sites)
            for one in events
            if one.workspace_id is not None
        ],
    )
