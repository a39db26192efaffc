"""What speaks against a mailbox, counted where it happens, and the pause that follows."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from services.outreach.domain.answers import BOUNCES_OF, Health, Trouble
from services.outreach.domain.mailboxes import MailboxState
from services.outreach.metrics import MAILBOXES_PAUSED
from shared.db import Tx

SPAM = "Somebody marked a message as spam."
_COLUMN = {Trouble.AUTH: "auth_failures", Trouble.BLOCKED: "blocks"}


async def note_trouble(tx: Tx, mailbox_id: UUID, trouble: Trouble, *, now: datetime) -> None:
    """Count a trouble of the mailbox itself; it pauses when that is enough."""
    column = _COLUMN[trouble]
    await tx.run(f"UPDATE mailboxes SET {column} = {column} + 1 WHERE mailbox_id = $1", mailbox_id)
    await rest_if_unwell(tx, mailbox_id, now=now)


async def note_success(tx: Tx, mailbox_id: UUID) -> None:
    """Forget failures to sign in: it works."""
    await tx.run(
        "UPDATE mailboxes SET auth_failures = 0 WHERE mailbox_id = $1 AND auth_failures > 0",
        mailbox_id,
    )


async def note_bounces(tx: Tx, message_ids: Collection[UUID], *, now: datetime) -> None:
    """Note that the addresses of these messages do not exist, as was learned after they were sent."""
    rows = await tx.fetch(
        "UPDATE messages SET hard_bounce = true, updated_at = $2, version = version + 1"
        " WHERE message_id = ANY($1::uuid[]) AND NOT hard_bounce RETURNING mailbox_id",
        list(message_ids),
        now,
    )
    for mailbox_id in sorted({row["mailbox_id"] for row in rows}):
        await rest_if_unwell(tx, mailbox_id, now=now)


async def rest_if_unwell(tx: Tx, mailbox_id: UUID, *, now: datetime) -> None:
    """Pause a mailbox if what speaks against it is enough."""
    rows = await tx.fetch(
        "SELECT auth_failures, blocks, w.sent, w.bounced FROM mailboxes b CROSS JOIN LATERAL ("
        " SELECT count(*) AS sent, count(*) FILTER (WHERE hard_bounce) AS bounced FROM ("
        "  SELECT m.hard_bounce FROM send_attempts a JOIN messages m USING (message_id)"
        "  WHERE a.mailbox_id = b.mailbox_id AND a.started_at >= b.counts_from"
        "   AND m.state IN ('sent', 'rejected') AND a.attempt_no = m.attempts"
        "  ORDER BY a.started_at DESC LIMIT $2) AS last) AS w"
        " WHERE b.mailbox_id = $1",
        mailbox_id,
        BOUNCES_OF,
    )
    for row in rows:
        because = Health(**dict(row)).reason_to_rest
        if because is not None:
            await pause(tx, mailbox_id, because=because, now=now)


async def pause(tx: Tx, mailbox_id: UUID, *, because: str, now: datetime) -> None:
    """Stop a mailbox that was ready; only a person sets it to work again."""
    tag = await tx.run(
        "UPDATE mailboxes SET state = $2, paused_because = $3, updated_at = $4,"
        " version = version + 1 WHERE mailbox_id = $1 AND state <> $2",
        mailbox_id,
        MailboxState.PAUSED,
        because,
        now,
    )
    if tag.endswith(" 1"):
        MAILBOXES_PAUSED.inc()
