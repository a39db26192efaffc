"""Messages of which nobody knows whether they were sent, and what the Sent folder says of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from shared.db import Tx

WAITS = (
    timedelta(minutes=2),
    timedelta(minutes=15),
    timedelta(hours=2),
    timedelta(hours=12),
    timedelta(days=1),
)
"""How long after each look the next one comes; after the last one there is none."""


@dataclass(frozen=True, slots=True)
class Doubt:
    message_id: UUID
    mailbox_id: UUID
    rfc_message_id: str


_CLAIM = """
    UPDATE messages SET sent_looks = sent_looks + 1,
        sent_look_at = $1::timestamptz + ($3::interval[])[sent_looks + 1]
    WHERE message_id IN (
        SELECT m.message_id FROM messages m JOIN mailboxes b USING (mailbox_id)
            JOIN mailbox_readings r USING (mailbox_id)
        WHERE m.state = 'in_doubt' AND m.rfc_message_id IS NOT NULL AND b.removed_at IS NULL
          AND b.imap_host IS NOT NULL AND m.sent_looks < cardinality($3::interval[])
          AND coalesce(m.sent_look_at, '-infinity') <= $1
        ORDER BY m.message_id LIMIT $2 FOR UPDATE OF m SKIP LOCKED)
    RETURNING message_id, mailbox_id, rfc_message_id
"""


async def claim_doubts(tx: Tx, *, now: datetime, limit: int) -> list[Doubt]:
    """Return messages whose Sent folder is to be looked into now; nobody else does meanwhile."""
    rows = await tx.fetch(_CLAIM, now, limit, list(WAITS))
    return [Doubt(row["message_id"], row["mailbox_id"], row["rfc_message_id"]) for row in rows]


async def note_looks(tx: Tx, sentences: Mapping[UUID, str], *, now: datetime) -> None:
    """Write beside messages that stay in doubt what a look at the Sent folder showed."""
    await tx.run(
        "UPDATE messages m SET sent_look = u.sentence, updated_at = $3, version = m.version + 1"
        " FROM unnest($1::uuid[], $2::text[]) AS u(message_id, sentence)"
        " WHERE m.message_id = u.message_id AND m.state = 'in_doubt'",
        list(sentences),
        list(sentences.values()),
        now,
    )


def by_mailbox(doubts: Sequence[Doubt]) -> dict[UUID, list[Doubt]]:
    groups: dict[UUID, list[Doubt]] = {}
    for one in doubts:
        groups.setdefault(one.mailbox_id, []).append(one)
    return groups
