"""What webhooks and channels have in common: whether a receiver takes what is sent, and is switched on."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.db import Tx


@dataclass(frozen=True, slots=True)
class Receivers:
    """One kind of receivers: their table and its key."""

    table: str
    key: str


MAX_RECEIVERS = 50
"""Of one kind in one workspace."""

WEBHOOKS = Receivers("webhooks", "webhook_id")
CHANNELS = Receivers("channels", "channel_id")


async def count(tx: Tx, kind: Receivers, *, workspace_id: UUID) -> int:
    """Return how many there are; locked, so that two added at once cannot pass the limit."""
    await tx.run(
        "SELECT pg_advisory_xact_lock(hashtext($1), hashtext($2))", kind.table, workspace_id.hex
    )
    return int(
        await tx.fetch_value(
            f"SELECT count(*) FROM {kind.table} WHERE workspace_id = $1", workspace_id
        )
    )


async def lock(tx: Tx, kind: Receivers, receiver_id: UUID) -> None:
    """Let nobody else change a receiver until this commits, so that If-Match means something."""
    await tx.run(f"SELECT FROM {kind.table} WHERE {kind.key} = $1 FOR UPDATE", receiver_id)


async def note_attempt(
    tx: Tx, kind: Receivers, receiver_id: UUID, *, taken: bool, now: datetime
) -> datetime | None:
    """Write down whether a message was taken; returns since when none is, None if it was."""
    found: datetime | None = await tx.fetch_value(
        f"UPDATE {kind.table} SET"
        " failing_since = CASE WHEN $2 THEN NULL ELSE coalesce(failing_since, $3) END,"
        " delivered_at = CASE WHEN $2 THEN $3 ELSE delivered_at END"
        f" WHERE {kind.key} = $1 RETURNING failing_since",
        *(receiver_id, taken, now),
    )
    return found


async def switch_off(
    tx: Tx, kind: Receivers, receiver_id: UUID, *, because: str, now: datetime
) -> bool:
    """Tell a receiver nothing more; returns False if it was off already."""
    done = await tx.run(
        f"UPDATE {kind.table} SET switched_off_at = $2, switched_off_because = $3,"
        f" version = version + 1 WHERE {kind.key} = $1 AND switched_off_at IS NULL",
        *(receiver_id, now, because),
    )
    return done.endswith(" 1")


async def switch_on(tx: Tx, kind: Receivers, receiver_id: UUID) -> None:
    """Let a receiver be told again."""
    await tx.run(
        f"UPDATE {kind.table} SET switched_off_at = NULL, switched_off_because = NULL,"
        f" failing_since = NULL, version = version + 1 WHERE {kind.key} = $1"
        " AND switched_off_at IS NOT NULL",
        receiver_id,
    )
