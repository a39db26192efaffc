"""Conversations: what we wrote to somebody and what came back, by the first message of ours."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.outreach.domain.inbound.verdict import InboundKind, Intent, Match
from services.outreach.store import messages
from services.outreach.store.inbound import Ours
from services.outreach.store.messages import Message
from shared.db import Tx
from shared.errors import NotFoundError

MOST_SHOWN = 200
"""Messages, and mails, of one conversation."""


class ThreadState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """A mail that came in."""

    inbound_id: UUID
    workspace_id: UUID
    mailbox_id: UUID
    thread_id: UUID
    message_id: UUID
    site_id: UUID
    contact_id: UUID | None
    prospect_id: UUID | None
    enrollment_id: UUID | None
    match: Match
    thread_ids: list[str]
    from_email: str
    from_name: str
    address_key: str
    subject: str
    text: str
    is_list: bool
    received_at: datetime
    kind: InboundKind
    intent: Intent | None
    auto_kind: str | None
    sentence: str
    price_amount: Decimal | None
    price_currency: str | None
    resume_on: date | None
    judged_kind: str | None
    judged_intent: str | None
    corrected_by: str | None
    bounce_reason: str | None
    hard: bool
    emptied_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation by its newest mail."""

    newest: Inbound
    state: ThreadState


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which conversations a list is about; empty means any."""

    site_ids: Collection[UUID] | None = None
    state: ThreadState | None = None
    intents: Collection[str] = ()
    kinds: Collection[str] = ()


_COLUMNS = ", ".join(f"i.{name}" for name in Inbound.__dataclass_fields__)
# A person's mail is open until somebody of ours wrote an answer to it.
_STATE = """
    CASE WHEN i.kind <> 'human' THEN 'closed'
        WHEN EXISTS (SELECT FROM messages m WHERE m.parent_message_id = i.message_id
            AND m.answers <> '{}' AND m.created_at >= i.created_at
            AND m.state NOT IN ('cancelled', 'rejected')) THEN 'answered'
        ELSE 'open' END
"""
_LIST = f"""
    SELECT * FROM (
        SELECT {_COLUMNS}, {_STATE} AS state FROM inbound_messages i
        WHERE i.workspace_id = $1 AND ($2::uuid[] IS NULL OR i.site_id = ANY($2::uuid[]))
          AND ($3::uuid IS NULL OR i.inbound_id < $3)
          AND ($4::text[] = '{{}}' OR i.intent = ANY($4::text[]))
          AND ($5::text[] = '{{}}' OR i.kind = ANY($5::text[]))
          AND NOT EXISTS (SELECT FROM inbound_messages j
            WHERE j.thread_id = i.thread_id AND j.inbound_id > i.inbound_id)
    ) AS newest WHERE $6::text IS NULL OR state = $6 ORDER BY inbound_id DESC LIMIT $7
"""
_OUT = """
    WITH RECURSIVE thread AS (
        SELECT message_id FROM messages WHERE message_id = $1 AND workspace_id = $2
        UNION SELECT m.message_id FROM messages m JOIN thread t ON m.parent_message_id = t.message_id)
"""


async def list_threads(
    tx: Tx, workspace_id: UUID, filters: Filters, *, before: UUID | None, limit: int
) -> list[Thread]:
    """Return conversations in which something came back, the newest mail first."""
    rows = await tx.fetch(
        _LIST,
        workspace_id,
        None if filters.site_ids is None else list(filters.site_ids),
        before,
        list(filters.intents),
        list(filters.kinds),
        filters.state,
        limit,
    )
    return [Thread(_inbound(row), ThreadState(row["state"])) for row in rows]


async def list_mails(tx: Tx, workspace_id: UUID, thread_id: UUID) -> list[Inbound]:
    """Return what came back in a conversation, the oldest first; raises NotFoundError if nothing did."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM inbound_messages i WHERE i.thread_id = $1 AND i.workspace_id = $2"
        " ORDER BY i.inbound_id LIMIT $3",
        thread_id,
        workspace_id,
        MOST_SHOWN,
    )
    if not rows:
        raise NotFoundError("There is no such conversation.")
    return [_inbound(row) for row in rows]


async def list_messages(tx: Tx, workspace_id: UUID, thread_id: UUID) -> list[Message]:
    """Return what we wrote in a conversation, the oldest first."""
    rows = await tx.fetch(
        f"{_OUT} SELECT {messages.COLUMNS} FROM messages JOIN thread USING (message_id)"
        " ORDER BY message_id LIMIT $3",
        thread_id,
        workspace_id,
        MOST_SHOWN,
    )
    return [messages.message_of(row) for row in rows]


async def save_correction(
    tx: Tx, mail: Inbound, *, kind: InboundKind, intent: Intent | None, by: str, now: datetime
) -> None:
    """Write what a person says that a mail is; what the rules said stays, and sequences look again."""
    await tx.run(
        "UPDATE inbound_messages SET judged_kind = coalesce(judged_kind, kind),"
        " judged_intent = coalesce(judged_intent, intent), kind = $2, intent = $3,"
        " corrected_by = $4, corrected_at = $5, handled_at = NULL, version = version + 1"
        " WHERE inbound_id = $1",
        mail.inbound_id,
        kind,
        intent,
        by,
        now,
    )


def ours_of(mail: Inbound, message: Message) -> Ours:
    """Return the message that a mail belongs to, as it was found when the mail came."""
    return Ours(
        message_id=message.message_id,
        thread_id=mail.thread_id,
        mailbox_id=message.mailbox_id,
        site_id=mail.site_id,
        contact_id=mail.contact_id,
        prospect_id=mail.prospect_id,
        enrollment_id=mail.enrollment_id,
        step_no=message.step_no,
        address_key=message.address_key,
        match=mail.match,
    )


def _inbound(row: Mapping[str, Any]) -> Inbound:
    values = {name: row[name] for name in Inbound.__dataclass_fields__}
    values["kind"] = InboundKind(values["kind"])
    values["intent"] = None if values["intent"] is None else Intent(values["intent"])
    values["match"] = Match(values["match"])
    return Inbound(**values)
