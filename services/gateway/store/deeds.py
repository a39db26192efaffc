"""What people did from chats, each thing once about what one message told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.gateway.domain.acting import Action
from services.gateway.domain.notices import Noted
from shared.db import Tx
from shared.ids import new_id

_HELD = timedelta(seconds=30)
"""How long nobody else does what somebody is doing; who died in the middle holds it no longer."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A deed that is ours to do (`said` is None), or what became of it."""

    deed_id: UUID
    is_mine: bool
    said: str | None


async def claim(
    tx: Tx,
    notice_id: UUID,
    action: Action,
    *,
    channel_id: UUID,
    alert_id: UUID,
    name: str,
    person_id: str | None,
    pressed: bool,
    now: datetime,
) -> Claimed:
    """Take a deed; exactly one of those who want the same at once gets it."""
    rows = await tx.fetch(
        "INSERT INTO deeds AS d (deed_id, notice_id, channel_id, alert_id, action, pressed, name,"
        " held_until, at, person_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        " ON CONFLICT (notice_id, action) DO UPDATE SET held_until = $8, at = $9, name = $7,"
        " pressed = $6, person_id = $10 WHERE d.said IS NULL AND d.held_until <= $9 RETURNING deed_id",
        *(
            new_id(),
            notice_id,
            channel_id,
            alert_id,
            action,
            pressed,
            name,
            now + _HELD,
            now,
            person_id,
        ),
    )
    if rows:
        return Claimed(rows[0]["deed_id"], is_mine=True, said=None)
    found = await tx.fetch(
        "SELECT deed_id, said FROM deeds WHERE notice_id = $1 AND action = $2", notice_id, action
    )
    return Claimed(found[0]["deed_id"], is_mine=False, said=found[0]["said"])


async def find_said(tx: Tx, notice_id: UUID, action: Action) -> str | None:
    """Return what became of a deed, None while it was not done."""
    found: str | None = await tx.fetch_value(
        "SELECT said FROM deeds WHERE notice_id = $1 AND action = $2", notice_id, action
    )
    return found


async def settle(tx: Tx, deed_id: UUID, said: str) -> None:
    await tx.run("UPDATE deeds SET said = $2 WHERE deed_id = $1", *(deed_id, said))


async def give_back(tx: Tx, deed_id: UUID) -> None:
    """Let it be tried again: nothing was done."""
    await tx.run("DELETE FROM deeds WHERE deed_id = $1 AND said IS NULL", deed_id)


async def find_acknowledged(tx: Tx, alert_ids: Sequence[UUID], *, since: datetime) -> list[Noted]:
    """Return who took note of these alerts from a chat since a moment."""
    rows = await tx.fetch(
        "SELECT alert_id, channel_id, name, pressed FROM deeds WHERE alert_id = ANY($1::uuid[])"
        " AND action = $2 AND at >= $3 ORDER BY at",
        *(list(alert_ids), Action.ACKNOWLEDGE, since),
    )
    return [Noted(**row) for row in rows]
