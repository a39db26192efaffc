"""What people decide about single messages: approve, change, cancel, and say what became of one in doubt."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from services.outreach.domain.messages import MOVES, Step, hash_of
from services.outreach.domain.prospect import Stage
from services.outreach.store import prospects
from services.outreach.store.messages import COLUMNS, Message, message_of
from services.outreach.store.parcels import Parcel
from shared import outbox
from shared.db import Tx
from shared.events import MessageApproved, MessageSent

_OF_M = ", ".join(f"m.{name}" for name in COLUMNS.split(", "))


async def approve(
    tx: Tx,
    hashes: Mapping[UUID, str],
    *,
    workspace_id: UUID,
    by: UUID,
    by_name: str,
    now: datetime,
) -> list[Message]:
    """Approve messages that are still what was read, with their events; others stay as they are."""
    rows = await tx.fetch(
        "UPDATE messages m SET state = $3, because = NULL, approved_by = $4, approved_by_name = $5,"
        " approved_hash = body_hash, approved_at = $6, updated_at = $6, version = version + 1"
        " FROM (SELECT o.message_id FROM messages o"
        "  JOIN unnest($1::uuid[], $2::text[]) AS u(message_id, hash) USING (message_id)"
        "  WHERE o.body_hash = u.hash AND o.workspace_id = $7 AND o.state = ANY($8::text[])"
        "  ORDER BY o.message_id FOR UPDATE OF o) AS read"
        f" WHERE m.message_id = read.message_id RETURNING {_OF_M}",
        list(hashes),
        list(hashes.values()),
        MOVES[Step.APPROVE].target,
        by,
        by_name,
        now,
        workspace_id,
        sorted(MOVES[Step.APPROVE].sources),
    )
    approved = [message_of(row) for row in rows]
    await outbox.add(tx, [MessageApproved(approved_by=by_name, **about(one)) for one in approved])
    return approved


async def edit(tx: Tx, message: Message, *, now: datetime) -> Message | None:
    """Write a changed message, which must be approved anew; None if it is on its way already."""
    rows = await tx.fetch(
        "UPDATE messages SET mailbox_id = $2, to_name = $3, subject = $4, text = $5, due_at = $6,"
        " rewritten = rewritten OR subject <> $4 OR text <> $5,"
        " body_hash = $7, state = $8, approved_by = NULL, approved_by_name = NULL,"
        " approved_hash = NULL, approved_at = NULL, because = NULL, updated_at = $9,"
        " version = version + 1"
        f" WHERE message_id = $1 AND state = ANY($10::text[]) RETURNING {COLUMNS}",
        *(message.message_id, message.mailbox_id, message.to_name, message.subject, message.text),
        message.due_at,
        hash_of(message),
        MOVES[Step.EDIT].target,
        now,
        sorted(MOVES[Step.EDIT].sources),
    )
    return message_of(rows[0]) if rows else None


async def cancel(tx: Tx, message_id: UUID, *, because: str, now: datetime) -> Message | None:
    """Cancel a message; None if it is on its way already, or over."""
    rows = await tx.fetch(
        "UPDATE messages SET state = $2, because = $3, updated_at = $4, version = version + 1"
        f" WHERE message_id = $1 AND state = ANY($5::text[]) RETURNING {COLUMNS}",
        message_id,
        MOVES[Step.CANCEL].target,
        because,
        now,
        sorted(MOVES[Step.CANCEL].sources),
    )
    return message_of(rows[0]) if rows else None


async def say_sent(
    tx: Tx, message_id: UUID, *, because: str, by_name: str, now: datetime
) -> Message | None:
    """Take it that a message in doubt was sent, by a person's word or since it lies in the Sent folder.

    Returns None if it is in doubt no more.
    """
    rows = await tx.fetch(
        "UPDATE messages m SET state = $2, because = $3, updated_at = $4, version = version + 1,"
        " sent_at = (SELECT max(started_at) FROM send_attempts a WHERE a.message_id = m.message_id)"
        f" WHERE message_id = $1 AND state = 'in_doubt' RETURNING {COLUMNS}",
        message_id,
        MOVES[Step.SAY_SENT].target,
        because,
        now,
    )
    if not rows:
        return None
    message = message_of(rows[0])
    await outbox.add(tx, [MessageSent(**about(message))])
    if message.prospect_id is not None:
        people = (message.workspace_id, [message.prospect_id])
        await prospects.set_stage(tx, *people, Stage.CONTACTED, "A message was sent.", by_name)
    return message


async def say_unsent(tx: Tx, message_id: UUID, *, by_name: str, now: datetime) -> Message | None:
    """Take a person's word that a message in doubt was never sent: it must be approved anew."""
    rows = await tx.fetch(
        "UPDATE messages SET state = $2, because = $3, updated_at = $4, version = version + 1,"
        " approved_by = NULL, approved_by_name = NULL, approved_hash = NULL, approved_at = NULL,"
        " sent_looks = 0, sent_look_at = NULL, sent_look = NULL"
        f" WHERE message_id = $1 AND state = 'in_doubt' RETURNING {COLUMNS}",
        message_id,
        MOVES[Step.SAY_UNSENT].target,
        f"{by_name} found it not sent.",
        now,
    )
    return message_of(rows[0]) if rows else None


def about(message: Message | Parcel) -> dict[str, Any]:
    """Return what every event about a message says."""
    return {
        "workspace_id": message.workspace_id,
        "site_id": message.site_id,
        "message_id": message.message_id,
        "mailbox_id": message.mailbox_id,
        "contact_id": message.contact_id,
        "prospect_id": message.prospect_id,
        "enrollment_id": message.enrollment_id,
        "step_no": message.step_no,
    }
