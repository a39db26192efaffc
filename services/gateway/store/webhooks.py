"""Webhooks as their owners set them up: address, what is wanted, secrets, and whether they work."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.gateway.store import receivers
from shared.db import Tx
from shared.errors import NotFoundError

Row = Mapping[str, Any]
_COLUMNS = (
    "webhook_id, workspace_id, name, url, types, site_ids, handed_seq, failing_since, delivered_at,"
    " switched_off_at, switched_off_because, created_by, created_at, version, old_secret_until,"
    " (SELECT count(*) FROM (SELECT FROM webhook_deliveries d WHERE d.webhook_id = w.webhook_id"
    " AND state = 'waiting' LIMIT 10000) AS waiting) AS waiting"
)


async def add_webhook(
    tx: Tx,
    webhook_id: UUID,
    *,
    workspace_id: UUID,
    name: str,
    url: str,
    types: Sequence[str],
    site_ids: Sequence[UUID] | None,
    secret: str,
    created_by: UUID,
) -> Row:
    """Add a webhook that is told whatever happens from now on."""
    await tx.run(
        "INSERT INTO webhooks (webhook_id, workspace_id, name, url, types, site_ids, secret,"
        " created_by, handed_seq) SELECT $1, $2, $3, $4, $5::text[], $6::uuid[], $7, $8,"
        " coalesce(max(seq), 0) FROM event_log",
        *(webhook_id, workspace_id, name, url, list(types)),
        *(None if site_ids is None else list(site_ids), secret, created_by),
    )
    return await get_webhook(tx, webhook_id, workspace_id=workspace_id)


async def list_webhooks(tx: Tx, *, workspace_id: UUID, after: UUID | None, limit: int) -> list[Any]:
    return await tx.fetch(
        f"SELECT {_COLUMNS} FROM webhooks w WHERE workspace_id = $1"
        " AND ($2::uuid IS NULL OR webhook_id > $2) ORDER BY webhook_id LIMIT $3",
        *(workspace_id, after, limit),
    )


async def get_webhook(tx: Tx, webhook_id: UUID, *, workspace_id: UUID) -> Row:
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM webhooks w WHERE webhook_id = $1 AND workspace_id = $2",
        *(webhook_id, workspace_id),
    )
    if not rows:
        raise NotFoundError("There is no such webhook.")
    return dict(rows[0])


async def find_webhook(tx: Tx, webhook_id: UUID) -> Row | None:
    """Return a webhook of whatever workspace; None if it was removed meanwhile."""
    rows = await tx.fetch(f"SELECT {_COLUMNS} FROM webhooks w WHERE webhook_id = $1", webhook_id)
    return dict(rows[0]) if rows else None


async def save_webhook(tx: Tx, row: Row) -> Row:
    """Save what its owner may change."""
    site_ids = row["site_ids"]
    await tx.run(
        "UPDATE webhooks SET name = $3, url = $4, types = $5::text[], site_ids = $6::uuid[],"
        " version = version + 1 WHERE webhook_id = $1 AND workspace_id = $2",
        *(row["webhook_id"], row["workspace_id"], row["name"], row["url"], list(row["types"])),
        None if site_ids is None else list(site_ids),
    )
    return await get_webhook(tx, row["webhook_id"], workspace_id=row["workspace_id"])


async def remove_webhook(tx: Tx, webhook_id: UUID, *, workspace_id: UUID) -> None:
    """Remove a webhook with all that was still to be told to it."""
    await get_webhook(tx, webhook_id, workspace_id=workspace_id)
    await tx.run("DELETE FROM webhooks WHERE webhook_id = $1", webhook_id)


async def switch_on(tx: Tx, webhook_id: UUID, *, now: datetime) -> None:
    """Go on where it was switched off: what waits is sent at once, with all attempts before it."""
    await receivers.switch_on(tx, receivers.WEBHOOKS, webhook_id)
    await tx.run(
        "UPDATE webhook_deliveries SET attempts = 0, next_at = $2"
        " WHERE webhook_id = $1 AND state = 'waiting'",
        *(webhook_id, now),
    )


async def replace_secret(tx: Tx, webhook_id: UUID, *, secret: str, old_until: datetime) -> None:
    """Sign with a new secret, and until then with the old one, too."""
    await tx.run(
        "UPDATE webhooks SET old_secret = secret, old_secret_until = $3, secret = $2,"
        " version = version + 1 WHERE webhook_id = $1",
        *(webhook_id, secret, old_until),
    )


async def sealed_secrets(tx: Tx, webhook_id: UUID, *, now: datetime) -> tuple[str, ...]:
    """Return the secrets that sign now, sealed, the newest first."""
    rows = await tx.fetch(
        "SELECT secret, CASE WHEN old_secret_until > $2 THEN old_secret END AS old_secret"
        " FROM webhooks WHERE webhook_id = $1",
        *(webhook_id, now),
    )
    return tuple(one for row in rows for one in row if one is not None)


async def list_sealed(
    tx: Tx, *, after: UUID | None, limit: int
) -> list[tuple[UUID, str, str | None]]:
    """Return the sealed secrets of all workspaces, locked: for a change of the master key."""
    rows = await tx.fetch(
        "SELECT webhook_id, secret, old_secret FROM webhooks"
        " WHERE $1::uuid IS NULL OR webhook_id > $1 ORDER BY webhook_id LIMIT $2 FOR UPDATE",
        *(after, limit),
    )
    return [(row["webhook_id"], row["secret"], row["old_secret"]) for row in rows]


async def save_sealed(tx: Tx, webhook_id: UUID, secret: str, old_secret: str | None) -> None:
    """Keep the same secrets, sealed anew."""
    await tx.run(
        "UPDATE webhooks SET secret = $2, old_secret = $3 WHERE webhook_id = $1",
        *(webhook_id, secret, old_secret),
    )
