"""What the gateway keeps for how long, who decided it, holds, certificates of erasures, rebuilds, self-checks."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from services.gateway.store import keeping_people
from shared import outbox, removing
from shared.catalogue import Tie
from shared.copies import Mirror, Snapshots, face_of
from shared.db import Tx
from shared.errors import NotFoundError
from shared.events import RetentionChanged, WorkspaceRemoved
from shared.policies import Policy, find_policy
from shared.retention import KINDS
from shared.shelves import Shelf

Row = Mapping[str, Any]
TIES = (
    Tie("webhook_deliveries", "webhook_id", "webhooks", "webhook_id"),
    Tie("notices", "channel_id", "channels", "channel_id"),
    Tie("idempotency", "actor_id", "users", "user_id"),
    Tie("idempotency", "actor_id", "keys", "key_id"),
)
MAX_HOLDS = 1_000


def shelves_of(event_days: int) -> tuple[Shelf, ...]:
    """Return what is let go of after its time."""
    return (
        Shelf(
            kind="event_history",
            table="event_log",
            moment="t.created_at",
            where="t.seq < (SELECT max(seq) FROM event_log)",
            most_days=event_days,
        ),
        Shelf(
            kind="channel_log",
            table="notices",
            moment="t.created_at",
            workspace="(SELECT c.workspace_id FROM channels c WHERE c.channel_id = t.channel_id)",
            where="t.state <> 'waiting'",
        ),
        Shelf(kind="audit_log", table="audit_log", moment="t.occurred_at"),
    )


async def page_of_retention(
    tx: Tx, workspace_id: UUID, site_id: UUID | None, after: UUID | None, limit: int
) -> Snapshots:
    """Return what a workspace decided, which is one row."""
    policy = await find_policy(tx, workspace_id)
    found = [] if after or limit < 1 or not policy.version_no else [event_of(policy)]
    return Snapshots(found if site_id is None else [], None)


def event_of(policy: Policy) -> RetentionChanged:
    """Return the event that carries what a workspace decided."""
    return RetentionChanged(
        workspace_id=policy.workspace_id,
        version_no=policy.version_no,
        days=dict(policy.days),
        held_sites=tuple(policy.held_sites),
    )


MIRROR = Mirror(
    pages={"retention": page_of_retention},
    owned={
        (service, "retention"): face_of(
            "retention",
            "concat_ws('|', version_no, days, held_sites)",
            where="workspace_id = $1",
            site="workspace_id",
        )
        for service in ("crawler", "profile", "toxicity", "outreach")
    },
    held={},
)
PEOPLE = keeping_people.PEOPLE


# ---- what a workspace decided -----------------------------------------------------------------------


async def lock_policy(tx: Tx, workspace_id: UUID) -> Policy:
    """Return what a workspace decided; nobody else decides until the transaction ends."""
    await tx.fetch(
        "SELECT 1 FROM workspaces WHERE workspace_id = $1 FOR UPDATE",
        workspace_id,
    )
    return await find_policy(tx, workspace_id)


async def save_policy(
    tx: Tx, before: Policy, *, days: Mapping[str, int], held_sites: Sequence[UUID]
) -> Policy:
    """Write what a workspace decides now, and tell the services."""
    policy = Policy(before.workspace_id, before.version_no + 1, dict(days), tuple(held_sites))
    await tx.run(
        "INSERT INTO retention (workspace_id, version_no, days, held_sites) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (workspace_id) DO UPDATE SET version_no = excluded.version_no,"
        " days = excluded.days, held_sites = excluded.held_sites",
        *(policy.workspace_id, policy.version_no, orjson.dumps(dict(days)).decode()),
        list(held_sites),
    )
    await outbox.add(tx, [event_of(policy)])
    return policy


async def list_holds(tx: Tx, workspace_id: UUID) -> list[Any]:
    return await tx.fetch(
        "SELECT site_id, reason, placed_by, created_at FROM holds WHERE workspace_id = $1"
        " ORDER BY created_at, site_id LIMIT $2",
        *(workspace_id, MAX_HOLDS),
    )


async def save_hold(
    tx: Tx, workspace_id: UUID, site_id: UUID, *, reason: str, placed_by: str
) -> None:
    await tx.run(
        "INSERT INTO holds (site_id, workspace_id, reason, placed_by) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (site_id) DO UPDATE SET reason = excluded.reason",
        *(site_id, workspace_id, reason, placed_by),
    )


async def remove_hold(tx: Tx, workspace_id: UUID, site_id: UUID) -> None:
    done = await tx.run(
        "DELETE FROM holds WHERE site_id = $1 AND workspace_id = $2", *(site_id, workspace_id)
    )
    if done == "DELETE 0":
        raise NotFoundError("There is no legal hold on this site.")


# ---- workspaces that were deleted -------------------------------------------------------------------


async def remove_due_workspaces(tx: Tx, now: datetime, *, limit: int) -> list[UUID]:
    """Begin to delete for good the workspaces whose time to come back is over; returns which."""
    rows = await tx.fetch(
        "UPDATE workspaces SET removed_at = $1 WHERE workspace_id IN ("
        "SELECT w.workspace_id FROM workspaces w LEFT JOIN retention r USING (workspace_id)"
        " WHERE w.removed_at IS NULL AND NOT w.is_operator AND w.deleted_at < $1::timestamptz"
        " - coalesce((r.days->>'deleted_sites')::int, $2) * interval '1 day'"
        " AND coalesce(cardinality(r.held_sites), 0) = 0 LIMIT $3 FOR UPDATE OF w SKIP LOCKED)"
        " RETURNING workspace_id",
        *(now, KINDS["deleted_sites"].days, limit),
    )
    ids = [row["workspace_id"] for row in rows]
    for workspace_id in ids:
        await removing.queue_workspace(tx, workspace_id)
    await outbox.add(tx, [WorkspaceRemoved(workspace_id=one) for one in ids])
    return ids


async def forget_site_lists(tx: Tx, site_ids: Sequence[UUID]) -> None:
    """Take sites that are removed out of the lists of webhooks."""
    for site_id in site_ids:
        await tx.run(
            "UPDATE webhooks SET site_ids = array_remove(site_ids, $1) WHERE $1 = ANY(site_ids)",
            site_id,
        )


# ---- erasures ---------------------------------------------------------------------------------------


async def add_erasure(
    tx: Tx, erasure_id: UUID, workspace_id: UUID, *, is_user: bool, requested_by: str
) -> None:
    await tx.run(
        "INSERT INTO erasures (erasure_id, workspace_id, is_user, requested_by)"
        " VALUES ($1, $2, $3, $4)",
        *(erasure_id, workspace_id, is_user, requested_by),
    )


async def add_part(
    tx: Tx, erasure_id: UUID, service: str, part: Mapping[str, Any], *, of: int, now: datetime
) -> None:
    """Note what one service did; with the last of `of` services the erasure has ended."""
    await tx.run(
        "UPDATE erasures SET parts = parts || jsonb_build_object($2::text, $3::jsonb),"
        " ended_at = CASE WHEN (SELECT count(*) FROM jsonb_object_keys(parts"
        " || jsonb_build_object($2::text, '{}'::jsonb))) >= $4 THEN coalesce(ended_at, $5) END"
        " WHERE erasure_id = $1",
        *(erasure_id, service, orjson.dumps(dict(part)).decode(), of, now),
    )


async def get_erasure(tx: Tx, erasure_id: UUID, workspace_id: UUID) -> Row:
    rows = await tx.fetch(
        "SELECT erasure_id, is_user, requested_by, parts::text, created_at, ended_at FROM erasures"
        " WHERE erasure_id = $1 AND workspace_id = $2",
        *(erasure_id, workspace_id),
    )
    if not rows:
        raise NotFoundError("There is no such erasure.")
    return dict(rows[0])


async def list_erasures(
    tx: Tx, workspace_id: UUID, *, before: UUID | None, limit: int
) -> list[Any]:
    return await tx.fetch(
        "SELECT erasure_id, is_user, requested_by, parts::text, created_at, ended_at FROM erasures"
        " WHERE workspace_id = $1 AND ($2::uuid IS NULL OR erasure_id < $2)"
        " ORDER BY erasure_id DESC LIMIT $3",
        *(workspace_id, before, limit),
    )


# ---- rebuilds and self-checks -----------------------------------------------------------------------


async def add_rebuild(
    tx: Tx,
    rebuild_id: UUID,
    workspace_id: UUID,
    *,
    site_id: UUID | None,
    job_id: UUID,
    wanted: Mapping[str, Sequence[str]],
    requested_by: str,
) -> None:
    await tx.run(
        "INSERT INTO rebuilds (rebuild_id, workspace_id, site_id, job_id, wanted, requested_by)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        *(rebuild_id, workspace_id, site_id, job_id, orjson.dumps(dict(wanted)).decode()),
        requested_by,
    )


async def add_sent(tx: Tx, rebuild_id: UUID, service: str, copy: str, sent: int) -> None:
    """Note that the owner of a copy has sent all of it."""
    await tx.run(
        "UPDATE rebuilds SET sent = sent || jsonb_build_object($2::text, $3::int)"
        " WHERE rebuild_id = $1",
        *(rebuild_id, f"{service}/{copy}", sent),
    )


async def end_rebuild(
    tx: Tx, rebuild_id: UUID, compared: Sequence[Mapping[str, Any]], now: datetime
) -> None:
    await tx.run(
        "UPDATE rebuilds SET compared = $2, ended_at = $3 WHERE rebuild_id = $1",
        *(rebuild_id, orjson.dumps(list(compared)).decode(), now),
    )


_REBUILD = (
    "rebuild_id, site_id, job_id, wanted::text, sent::text, compared::text, requested_by,"
    " created_at, ended_at"
)


async def get_rebuild(tx: Tx, rebuild_id: UUID, workspace_id: UUID) -> Row:
    rows = await tx.fetch(
        f"SELECT {_REBUILD} FROM rebuilds WHERE rebuild_id = $1 AND workspace_id = $2",
        *(rebuild_id, workspace_id),
    )
    if not rows:
        raise NotFoundError("There is no such rebuild.")
    return dict(rows[0])


async def list_rebuilds(
    tx: Tx, workspace_id: UUID, *, before: UUID | None, limit: int
) -> list[Any]:
    return await tx.fetch(
        f"SELECT {_REBUILD} FROM rebuilds WHERE workspace_id = $1"
        " AND ($2::uuid IS NULL OR rebuild_id < $2) ORDER BY rebuild_id DESC LIMIT $3",
        *(workspace_id, before, limit),
    )


async def save_self_check(
    tx: Tx, workspace_id: UUID, compared: Sequence[Mapping[str, Any]], now: datetime
) -> None:
    differing = sum(not one["same"] for one in compared)
    await tx.run(
        "INSERT INTO self_checks (workspace_id, checked_at, differing, compared)"
        " VALUES ($1, $2, $3, $4) ON CONFLICT (workspace_id) DO UPDATE SET"
        " checked_at = excluded.checked_at, differing = excluded.differing,"
        " compared = excluded.compared",
        *(workspace_id, now, differing, orjson.dumps(list(compared)).decode()),
    )


async def find_self_check(tx: Tx, workspace_id: UUID) -> Row | None:
    rows = await tx.fetch(
        "SELECT checked_at, differing, compared::text FROM self_checks WHERE workspace_id = $1",
        workspace_id,
    )
    return dict(rows[0]) if rows else None


async def list_unchecked(tx: Tx, before: datetime, *, limit: int) -> list[UUID]:
    """Return living workspaces whose copies were last compared before a moment."""
    rows = await tx.fetch(
        "SELECT w.workspace_id FROM workspaces w LEFT JOIN self_checks c USING (workspace_id)"
        " WHERE w.deleted_at IS NULL AND (c.checked_at IS NULL OR c.checked_at < $1)"
        " AND w.created_at < $1 ORDER BY c.checked_at NULLS FIRST LIMIT $2",
        *(before, limit),
    )
    return [row["workspace_id"] for row in rows]


async def count_differing(tx: Tx) -> dict[str, int]:
    """Return how many copies differ, of all workspaces, by the service that has them."""
    rows = await tx.fetch(
        "SELECT one->>'service' AS service, count(*) AS differing FROM self_checks,"
        " jsonb_array_elements(compared) AS one WHERE NOT (one->>'same')::boolean GROUP BY 1"
    )
    return {row["service"]: row["differing"] for row in rows}
