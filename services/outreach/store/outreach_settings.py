"""The switch of a workspace's outgoing mail, and what every letter says of who sends it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.db import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class OutreachSettings:
    workspace_id: UUID
    sending: bool = False
    sender_name: str = ""
    postal_address: str = ""
    switched_by: str | None = None
    switched_at: datetime | None = None
    version: int = 0


async def get_settings(tx: Tx, workspace_id: UUID) -> OutreachSettings:
    """Return the settings of a workspace; off, where nobody ever set them."""
    rows = await tx.fetch(
        "SELECT workspace_id, sending, sender_name, postal_address, switched_by, switched_at, version"
        " FROM outreach_settings WHERE workspace_id = $1",
        workspace_id,
    )
    return (
        OutreachSettings(**dict(rows[0])) if rows else OutreachSettings(workspace_id=workspace_id)
    )


async def save_settings(tx: Tx, settings: OutreachSettings) -> OutreachSettings:
    """Write the settings: a claim in flight ends first, and the next one sees them."""
    rows = await tx.fetch(
        "INSERT INTO outreach_settings AS o (workspace_id, sending, sender_name, postal_address,"
        " switched_by, switched_at) VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (workspace_id) DO UPDATE SET sending = excluded.sending,"
        " sender_name = excluded.sender_name, postal_address = excluded.postal_address,"
        " switched_by = excluded.switched_by, switched_at = excluded.switched_at,"
        " version = o.version + 1"
        " RETURNING workspace_id, sending, sender_name, postal_address, switched_by, switched_at, version",
        settings.workspace_id,
        settings.sending,
        settings.sender_name,
        settings.postal_address,
        settings.switched_by,
        settings.switched_at,
    )
    return OutreachSettings(**dict(rows[0]))


async def switch_all_off(tx: Tx) -> int:
    """Switch mail off in every workspace; returns in how many it was on."""
    if await tx.fetch_value("SELECT to_regclass('outreach_settings')") is None:
        return 0  # of a version that sent no mail
    rows = await tx.fetch(
        "UPDATE outreach_settings SET sending = false, version = version + 1 WHERE sending"
        " RETURNING workspace_id"
    )
    return len(rows)


async def switch_off(tx: Tx, workspace_id: UUID) -> None:
    """Send nothing any more, until somebody switches it on again."""
    await tx.run(
        "UPDATE outreach_settings SET sending = false, version = version + 1"
        " WHERE workspace_id = $1 AND sending",
        workspace_id,
    )
