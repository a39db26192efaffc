"""Channels as their owners set them up: kind, sealed address, people, and whether they work."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.gateway.domain.channels import Kind
from services.gateway.domain.presses.press import Person
from services.gateway.store import receivers
from shared.db import Tx
from shared.errors import NotFoundError

Row = Mapping[str, Any]

_COLUMNS = (
    "channel_id, workspace_id, name, kind, secret, chat, user_ids, app_secret, anyone_may_act,"
    " called_back_at, called_back_by, failing_since, delivered_at,"
    " switched_off_at, switched_off_because, version, created_at,"
    " (SELECT count(*) FROM (SELECT FROM notices n WHERE n.channel_id = c.channel_id"
    " AND state = 'waiting' LIMIT 10000) AS waiting) AS waiting,"
    " (SELECT coalesce(array_agg(email ORDER BY email), '{}') FROM users u"
    " WHERE u.user_id = ANY(c.user_ids) AND u.disabled_at IS NULL"
    " AND u.workspace_id = c.workspace_id) AS emails"
)


async def add_channel(
    tx: Tx,
    channel_id: UUID,
    *,
    workspace_id: UUID,
    name: str,
    kind: Kind,
    secret: str | None,
    chat: str | None,
    user_ids: Sequence[UUID],
    created_by: UUID,
) -> Row:
    await tx.run(
        "INSERT INTO channels (channel_id, workspace_id, name, kind, secret, chat, user_ids,"
        " created_by) VALUES ($1, $2, $3, $4, $5, $6, $7::uuid[], $8)",
        *(channel_id, workspace_id, name, kind, secret, chat, list(user_ids), created_by),
    )
    return await get_channel(tx, channel_id, workspace_id=workspace_id)


async def list_channels(tx: Tx, *, workspace_id: UUID, after: UUID | None, limit: int) -> list[Any]:
    return await tx.fetch(
        f"SELECT {_COLUMNS} FROM channels c WHERE workspace_id = $1"
        " AND ($2::uuid IS NULL OR channel_id > $2) ORDER BY channel_id LIMIT $3",
        *(workspace_id, after, limit),
    )


async def get_channel(tx: Tx, channel_id: UUID, *, workspace_id: UUID) -> Row:
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM channels c WHERE channel_id = $1 AND workspace_id = $2",
        *(channel_id, workspace_id),
    )
    if not rows:
        raise NotFoundError("There is no such channel.")
    return dict(rows[0])


async def save_channel(tx: Tx, row: Row) -> None:
    """Save what its owner may change."""
    await tx.run(
        "UPDATE channels SET name = $2, secret = $3, chat = $4, user_ids = $5::uuid[],"
        " app_secret = $6, anyone_may_act = $7, version = version + 1 WHERE channel_id = $1",
        *(row["channel_id"], row["name"], row["secret"], row["chat"], list(row["user_ids"])),
        *(row["app_secret"], row["anyone_may_act"]),
    )


async def find_channel(tx: Tx, channel_id: UUID) -> Row | None:
    """Return a channel of any workspace: for whoever comes with what proves that they may."""
    rows = await tx.fetch(f"SELECT {_COLUMNS} FROM channels c WHERE channel_id = $1", channel_id)
    return dict(rows[0]) if rows else None


async def list_with_buttons(tx: Tx, kind: Kind, *, workspace_id: UUID) -> list[Row]:
    """Return the channels of a kind whose presses come back, the oldest first; there are few of them."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM channels c WHERE workspace_id = $1 AND kind = $2"
        " AND app_secret IS NOT NULL ORDER BY channel_id",
        *(workspace_id, kind),
    )
    return [dict(row) for row in rows]


async def note_press(tx: Tx, channel_id: UUID, *, by: Person, now: datetime) -> None:
    """Write down that something that was pressed in the chat arrived."""
    await tx.run(
        "UPDATE channels SET called_back_at = $2, called_back_by = $3, called_back_person = $4"
        " WHERE channel_id = $1",
        *(channel_id, now, by.name, by.person_id or None),
    )


async def find_reader(tx: Tx, channel_id: UUID, user_id: UUID) -> Row | None:
    """Return a channel with the address of one of its people; None if they are not (any more)."""
    rows = await tx.fetch(
        "SELECT c.workspace_id, c.name, u.email FROM channels c JOIN users u ON u.user_id = $2"
        " WHERE c.channel_id = $1 AND $2 = ANY(c.user_ids)",
        *(channel_id, user_id),
    )
    return dict(rows[0]) if rows else None


async def remove_reader(tx: Tx, channel_id: UUID, user_id: UUID) -> None:
    """Take a person out of a channel; what waits for them is withheld."""
    await tx.run(
        "UPDATE channels SET user_ids = array_remove(user_ids, $2), version = version + 1"
        " WHERE channel_id = $1",
        *(channel_id, user_id),
    )


async def remove_channel(tx: Tx, channel_id: UUID, *, workspace_id: UUID) -> None:
    """Remove a channel with all that was still to be told there."""
    await get_channel(tx, channel_id, workspace_id=workspace_id)
    await tx.run("DELETE FROM channels WHERE channel_id = $1", channel_id)


async def switch_on(tx: Tx, channel_id: UUID, *, now: datetime) -> None:
    """Go on where it was switched off: what is due is sent at once, with all attempts before it."""
    await receivers.switch_on(tx, receivers.CHANNELS, channel_id)
    await tx.run(
        "UPDATE notices SET attempts = 0, next_at = greatest(deliver_at, $2)"
        " WHERE channel_id = $1 AND state = 'waiting'",
        *(channel_id, now),
    )


async def list_sealed(
    tx: Tx, *, after: UUID | None, limit: int
) -> list[tuple[UUID, str, str | None]]:
    """Return sealed addresses with the secrets of apps, locked: for a change of the master key."""
    rows = await tx.fetch(
        "SELECT channel_id, secret, app_secret FROM channels WHERE secret IS NOT NULL"
        " AND ($1::uuid IS NULL OR channel_id > $1) ORDER BY channel_id LIMIT $2 FOR UPDATE",
        *(after, limit),
    )
    return [(row["channel_id"], row["secret"], row["app_secret"]) for row in rows]


async def save_sealed(tx: Tx, channel_id: UUID, secret: str, app_secret: str | None) -> None:
    """Keep the same address and secret, sealed anew."""
    await tx.run(
        "UPDATE channels SET secret = $2, app_secret = $3 WHERE channel_id = $1",
        *(channel_id, secret, app_secret),
    )
