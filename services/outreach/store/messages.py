"""Messages to people of other sites: written down for approval, read, and cancelled."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from services.outreach.domain.address import address_key, domain_of
from services.outreach.domain.messages import MOVES, OPEN, Draft, MessageState, Step, hash_of
from services.outreach.domain.suppression import covering
from services.outreach.tables import MESSAGES
from shared import ids
from shared.db import Tx
from shared.errors import NotFoundError

_LEAVE_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    message_id: UUID
    workspace_id: UUID
    site_id: UUID
    mailbox_id: UUID
    contact_id: UUID | None
    prospect_id: UUID | None
    enrollment_id: UUID | None
    step_no: int | None
    variant: str | None
    to_email: str
    to_name: str | None
    address_key: str
    subject: str
    text: str
    body_hash: str
    parent_message_id: UUID | None
    answers: Sequence[str]
    rfc_message_id: str | None
    state: MessageState
    because: str | None
    due_at: datetime
    approved_by_name: str | None
    approved_at: datetime | None
    attempts: int
    sent_at: datetime | None
    sent_look: str | None
    emptied_at: datetime | None
    created_at: datetime
    version: int


COLUMNS = (
    "message_id, workspace_id, site_id, mailbox_id, contact_id, prospect_id, enrollment_id, step_no,"
    " variant, to_email, to_name, address_key, subject, text, body_hash, parent_message_id, answers,"
    " rfc_message_id, state, because, due_at, approved_by_name, approved_at, attempts, sent_at,"
    " sent_look, emptied_at, created_at, version"
)


async def add_messages(
    tx: Tx, drafts: Sequence[Draft], *, created_by: UUID | None = None
) -> list[UUID]:
    """Write messages down for approval; returns the ids of those that are new, in order.

    A second one for the same step of an enrollment is left out.
    """
    if not drafts:
        return []
    statement = (
        insert(MESSAGES)
        .on_conflict_do_nothing(
            index_elements=["enrollment_id", "step_no"],
            index_where=MESSAGES.c.enrollment_id.is_not(None),
        )
        .returning(MESSAGES.c.message_id)
    )
    made = await tx.execute(statement, [_row(draft, created_by) for draft in drafts])
    return sorted(made.scalars())


def _row(draft: Draft, created_by: UUID | None) -> dict[str, Any]:
    key = address_key(draft.to_email)
    return {
        "message_id": ids.new_id(),
        "workspace_id": draft.workspace_id,
        "site_id": draft.site_id,
        "mailbox_id": draft.mailbox_id,
        "contact_id": draft.contact_id,
        "prospect_id": draft.prospect_id,
        "enrollment_id": draft.enrollment_id,
        "step_no": draft.step_no,
        "variant": draft.variant,
        "to_email": draft.to_email,
        "to_name": draft.to_name,
        "address_key": key,
        "recipient_domain": domain_of(draft.to_email),
        "covered_by": [subject.value for subject in covering(key, draft.workspace_id)],
        "subject": draft.subject,
        "text": draft.text,
        "body_hash": hash_of(draft),
        "parent_message_id": draft.parent_message_id,
        "answers": list(draft.answers),
        "leave_token": secrets.token_urlsafe(_LEAVE_TOKEN_BYTES),
        "state": MessageState.PENDING_APPROVAL,
        "due_at": draft.due_at,
        "created_by": created_by,
    }


async def cancel_open(
    tx: Tx,
    workspace_id: UUID,
    *,
    enrollment_ids: Collection[UUID] = (),
    address_keys: Collection[str] = (),
    because: str,
) -> int:
    """Cancel what is not on its way yet, of these enrollments or to these people; returns how many."""
    rows = await tx.fetch(
        "UPDATE messages SET state = $2, because = $3, updated_at = now(), version = version + 1"
        " WHERE message_id IN (SELECT message_id FROM messages"
        "  WHERE workspace_id = $1 AND state = ANY($4::text[])"
        "   AND (enrollment_id = ANY($5::uuid[]) OR address_key = ANY($6::text[]))"
        "  ORDER BY message_id FOR UPDATE)"
        " RETURNING message_id",
        workspace_id,
        MOVES[Step.CANCEL].target,
        because,
        sorted(MOVES[Step.CANCEL].sources),
        list(enrollment_ids),
        list(address_keys),
    )
    return len(rows)


async def get_message(tx: Tx, message_id: UUID, *, workspace_id: UUID) -> Message:
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM messages WHERE message_id = $1 AND workspace_id = $2",
        message_id,
        workspace_id,
    )
    if not rows:
        raise NotFoundError("There is no such message.")
    return message_of(rows[0])


async def find_messages(
    tx: Tx, message_ids: Collection[UUID], *, workspace_id: UUID
) -> dict[UUID, Message]:
    """Return those of these messages that the workspace has, by their ids."""
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM messages WHERE message_id = ANY($1::uuid[]) AND workspace_id = $2",
        list(message_ids),
        workspace_id,
    )
    return {row["message_id"]: message_of(row) for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which messages are wanted; None and empty mean all that may be seen."""

    site_ids: Collection[UUID] | None
    states: Sequence[MessageState] = ()
    enrollment_id: UUID | None = None
    contact_id: UUID | None = None


SORTS: Mapping[str, str] = {"created": "message_id", "due": "due_at"}
_MATCHING = """
    workspace_id = $1 AND ($2::uuid[] IS NULL OR site_id = ANY($2))
    AND ($3::text[] = '{}' OR state = ANY($3)) AND ($4::uuid IS NULL OR enrollment_id = $4)
    AND ($5::uuid IS NULL OR contact_id = $5)
"""


async def list_messages(
    tx: Tx,
    workspace_id: UUID,
    filters: Filters,
    *,
    sort: str,
    descending: bool,
    after: tuple[Any, UUID] | None,
    limit: int,
) -> list[Message]:
    """Return messages by when they were written, or by when they are due."""
    column, (than, order) = SORTS[sort], ("<", "DESC") if descending else (">", "ASC")
    kind = "timestamptz" if sort == "due" else "uuid"
    value, message_id = after or (None, None)
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM messages WHERE {_MATCHING}"
        f" AND ($6::{kind} IS NULL OR ({column}, message_id) {than} ($6, $7::uuid))"
        f" ORDER BY {column} {order}, message_id {order} LIMIT $8",
        *_matching(workspace_id, filters),
        value,
        message_id,
        limit,
    )
    return [message_of(row) for row in rows]


async def count_messages(tx: Tx, workspace_id: UUID, filters: Filters) -> int:
    counted: int = await tx.fetch_value(
        f"SELECT count(*) FROM messages WHERE {_MATCHING}", *_matching(workspace_id, filters)
    )
    return counted


def _matching(workspace_id: UUID, filters: Filters) -> tuple[Any, ...]:
    site_ids = None if filters.site_ids is None else list(filters.site_ids)
    states = [str(state) for state in filters.states]
    return workspace_id, site_ids, states, filters.enrollment_id, filters.contact_id


async def put_off(tx: Tx, until: Mapping[UUID, datetime]) -> None:
    """Let what these enrollments have written, and is not on its way yet, wait at least until then."""
    await tx.run(
        "UPDATE messages m SET due_at = u.due_at, updated_at = now(), version = m.version + 1"
        " FROM unnest($1::uuid[], $2::timestamptz[]) AS u(enrollment_id, due_at)"
        " WHERE m.enrollment_id = u.enrollment_id AND m.state = ANY($3::text[])"
        " AND m.due_at < u.due_at",
        list(until),
        list(until.values()),
        sorted(OPEN),
    )


async def list_by_enrollment(tx: Tx, enrollment_ids: Collection[UUID]) -> dict[UUID, list[Message]]:
    """Return the messages of enrollments, each in the order of its steps."""
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM messages WHERE enrollment_id = ANY($1::uuid[])"
        " ORDER BY enrollment_id, step_no",
        list(enrollment_ids),
    )
    found: dict[UUID, list[Message]] = {one: [] for one in enrollment_ids}
    for row in rows:
        found[row["enrollment_id"]].append(message_of(row))
    return found


def message_of(row: Mapping[str, Any]) -> Message:
    values = dict(row)
    return Message(**values | {"state": MessageState(values["state"])})
