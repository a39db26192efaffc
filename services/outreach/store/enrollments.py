"""Enrollments: who is being written to, each person and each domain once at a time in a workspace."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from services.outreach.domain.messages import MessageState
from services.outreach.domain.sequences.enrollment import Progress, State
from services.outreach.domain.sequences.locks import COOL_DOWN_AFTER_NO, Earlier
from shared import jsontext
from shared.db import Tx
from shared.errors import NotFoundError


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrollment:
    enrollment_id: UUID
    workspace_id: UUID
    site_id: UUID
    sequence_id: UUID
    version_no: int
    contact_id: UUID
    prospect_id: UUID | None
    address_key: str
    domain: str
    variables: dict[str, str]
    progress: Progress
    because: str | None = None
    open_step_no: int | None = None
    intent: str | None = None
    opportunity_id: UUID | None = None
    page_key: UUID | None = None
    link_key: UUID | None = None
    """Of a dead link that was typed by hand; `page_key` is then that of the page that was typed."""
    created_by: UUID
    created_by_name: str
    created_at: datetime
    version: int = 1


COLUMNS = (
    "e.enrollment_id, e.workspace_id, e.site_id, e.sequence_id, e.version_no, e.contact_id,"
    " e.prospect_id, e.address_key, e.domain, e.variables, e.state, e.because, e.step_no,"
    " e.open_step_no, e.sent_at, e.next_at, e.not_before, e.soft_bounced, e.intent, e.created_by,"
    " e.created_by_name, e.created_at, e.version, e.opportunity_id, e.page_key,"
    " e.link_key"
)


async def add_enrollments(tx: Tx, enrollments: Sequence[Enrollment]) -> set[UUID]:
    """Write enrollments; returns the ids of those whose person and domain were free."""
    if not enrollments:
        return set()
    # In the order of their locks, so that two lists that meet do not wait for each other.
    ordered = sorted(enrollments, key=lambda one: (one.domain, one.address_key))
    rows = await tx.fetch(
        "INSERT INTO enrollments (enrollment_id, workspace_id, site_id, sequence_id, version_no,"
        " contact_id, prospect_id, address_key, domain, variables, next_at, created_by,"
        " created_by_name, created_at, opportunity_id, page_key, link_key) SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[],"
        " $4::uuid[], $5::int[], $6::uuid[], $7::uuid[], $8::text[], $9::text[], $10::json[],"
        " $11::timestamptz[], $12::uuid[], $13::text[], $14::timestamptz[], $15::uuid[], $16::uuid[],"
        " $17::uuid[])"
        " ON CONFLICT DO NOTHING RETURNING enrollment_id",
        [one.enrollment_id for one in ordered],
        [one.workspace_id for one in ordered],
        [one.site_id for one in ordered],
        [one.sequence_id for one in ordered],
        [one.version_no for one in ordered],
        [one.contact_id for one in ordered],
        [one.prospect_id for one in ordered],
        [one.address_key for one in ordered],
        [one.domain for one in ordered],
        [jsontext.dumps(one.variables).decode() for one in ordered],
        [one.progress.next_at for one in ordered],
        [one.created_by for one in ordered],
        [one.created_by_name for one in ordered],
        [one.created_at for one in ordered],
        [one.opportunity_id for one in ordered],
        [one.page_key for one in ordered],
        [one.link_key for one in ordered],
    )
    return {row["enrollment_id"] for row in rows}


async def get_enrollment(
    tx: Tx, enrollment_id: UUID, *, workspace_id: UUID, lock: bool = False
) -> Enrollment:
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM enrollments e JOIN sites t ON t.site_id = e.site_id"
        " AND t.deleted_at IS NULL WHERE e.enrollment_id = $1 AND e.workspace_id = $2"
        f"{' FOR UPDATE OF e' if lock else ''}",
        enrollment_id,
        workspace_id,
    )
    if not rows:
        raise NotFoundError("There is no such enrollment.")
    return enrollment_of(rows[0])


async def lock_enrollments(tx: Tx, enrollment_ids: Collection[UUID]) -> dict[UUID, Enrollment]:
    """Return these enrollments; nobody else changes them until the transaction ends."""
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM enrollments e WHERE e.enrollment_id = ANY($1::uuid[])"
        " ORDER BY e.enrollment_id FOR UPDATE",
        list(enrollment_ids),
    )
    return {row["enrollment_id"]: enrollment_of(row) for row in rows}


async def list_enrollments(
    tx: Tx, sequence_id: UUID, *, states: Sequence[State], before: UUID | None, limit: int
) -> list[Enrollment]:
    """Return the enrollments of a sequence, the newest first."""
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM enrollments e WHERE e.sequence_id = $1"
        " AND ($2::text[] = '{}' OR e.state = ANY($2)) AND ($3::uuid IS NULL OR"
        " e.enrollment_id < $3) ORDER BY e.enrollment_id DESC LIMIT $4",
        sequence_id,
        list(states),
        before,
        limit,
    )
    return [enrollment_of(row) for row in rows]


async def save_enrollments(tx: Tx, enrollments: Sequence[Enrollment], *, now: datetime) -> None:
    """Write how far enrollments are; whoever saves has locked them."""
    if not enrollments:
        return
    progress = [one.progress for one in enrollments]
    await tx.run(
        "UPDATE enrollments e SET state = u.state, because = u.because, step_no = u.step_no,"
        " open_step_no = u.open_step_no, sent_at = u.sent_at, next_at = u.next_at,"
        " not_before = u.not_before, soft_bounced = string_to_array(u.soft_bounced, ' ')::uuid[],"
        " intent = u.intent, variables = u.variables, updated_at = $1, version = e.version + 1"
        " FROM unnest($2::uuid[], $3::text[], $4::text[], $5::int[], $6::int[],"
        " $7::timestamptz[], $8::timestamptz[], $9::timestamptz[], $10::text[], $11::text[],"
        " $12::json[])"
        " AS u(enrollment_id, state, because, step_no, open_step_no, sent_at, next_at, not_before,"
        " soft_bounced, intent, variables) WHERE e.enrollment_id = u.enrollment_id",
        now,
        [one.enrollment_id for one in enrollments],
        [one.state for one in progress],
        [one.because for one in enrollments],
        [one.sent_no for one in progress],
        [one.open_step_no for one in enrollments],
        [one.sent_at for one in progress],
        [one.next_at for one in progress],
        [one.not_before for one in progress],
        [" ".join(map(str, sorted(one.soft_bounced))) for one in progress],
        [one.intent for one in enrollments],
        [jsontext.dumps(one.variables).decode() for one in enrollments],
    )


@dataclass(frozen=True, slots=True)
class Followed:
    """An enrollment, and what became of the message that it waited for."""

    enrollment: Enrollment
    message: MessageState
    sent_at: datetime | None
    because: str | None


_DONE = (MessageState.SENT, MessageState.REJECTED, MessageState.CANCELLED)


async def claim_answered(tx: Tx, *, limit: int) -> list[Followed]:
    """Return enrollments whose message is done with; nobody else moves them meanwhile."""
    rows = await tx.fetch(
        f"SELECT {COLUMNS}, m.state AS message_state, m.sent_at AS message_sent_at,"
        " m.because AS message_because FROM enrollments e JOIN messages m"
        " ON m.enrollment_id = e.enrollment_id AND m.step_no = e.open_step_no"
        " WHERE e.open_step_no IS NOT NULL AND m.state = ANY($1::text[])"
        " ORDER BY e.enrollment_id LIMIT $2 FOR UPDATE OF e SKIP LOCKED",
        list(_DONE),
        limit,
    )
    return [
        Followed(
            enrollment_of(row),
            MessageState(row["message_state"]),
            row["message_sent_at"],
            row["message_because"],
        )
        for row in rows
    ]


async def claim_due(tx: Tx, *, now: datetime, lead: timedelta, limit: int) -> list[Enrollment]:
    """Return enrollments that go on; nobody else moves them meanwhile.

    A message is written so much ahead of its time, for a person has to read it first; silence is
    taken for an answer only when the time is over. Those of paused campaigns wait.
    """
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM enrollments e WHERE e.state = 'active' AND e.open_step_no IS NULL"
        " AND NOT EXISTS (SELECT FROM sequences q JOIN campaigns c ON c.site_id = q.site_id"
        " AND c.name = q.campaign WHERE q.sequence_id = e.sequence_id AND c.state <> 'active')"
        " AND e.next_at <= $2 AND (e.next_at <= $1 OR EXISTS (SELECT FROM sequence_steps p"
        " WHERE p.sequence_id = e.sequence_id AND p.version_no = e.version_no"
        " AND p.step_no = e.step_no + 1))"
        " ORDER BY e.next_at, e.enrollment_id LIMIT $3 FOR UPDATE OF e SKIP LOCKED",
        now,
        now + lead,
        limit,
    )
    return [enrollment_of(row) for row in rows]


async def cancel_open(tx: Tx, sequence_id: UUID, *, because: str, now: datetime) -> list[UUID]:
    """End all of a sequence that are open; returns their ids."""
    rows = await tx.fetch(
        "UPDATE enrollments SET state = 'cancelled', because = $2, next_at = NULL,"
        " updated_at = $3, version = version + 1 WHERE sequence_id = $1"
        " AND state IN ('active', 'paused') RETURNING enrollment_id",
        sequence_id,
        because,
        now,
    )
    return [row["enrollment_id"] for row in rows]


# Nothing older than the longest cool-down can forbid anything.
_EARLIER = """
    SELECT e.address_key, e.domain, e.state, e.created_at, e.sent_at, e.intent, e.created_by_name,
        e.site_id, s.name
    FROM enrollments e JOIN sequences s USING (sequence_id)
    WHERE e.workspace_id = $1 AND (e.address_key = ANY($2::text[]) OR e.domain = ANY($3::text[]))
      AND (e.state IN ('active', 'paused') OR e.sent_at > $4)
    ORDER BY e.enrollment_id DESC
"""
_SAID_NO = ("not_interested",)
_TURNED_AWAY = frozenset({State.UNSUBSCRIBED, State.COMPLAINED})


async def list_earlier(
    tx: Tx,
    workspace_id: UUID,
    people: Collection[tuple[str, str]],
    *,
    site_ids: Collection[UUID] | None,
    now: datetime,
) -> dict[tuple[str, str], list[Earlier]]:
    """Return who wrote to these people (address key, domain) or their domains, the latest first.

    What belongs to a site that is not among `site_ids` keeps its names to itself.
    """
    rows = await tx.fetch(
        _EARLIER,
        workspace_id,
        sorted({address_key for address_key, _ in people}),
        sorted({domain for _, domain in people}),
        now - COOL_DOWN_AFTER_NO - timedelta(days=1),
    )
    by_person, by_domain = defaultdict(list), defaultdict(list)
    for row in rows:
        by_person[row["address_key"]].append(row)
        by_domain[row["domain"]].append(row)
    return {
        (address_key, domain): [
            _earlier(row, is_person=row["address_key"] == address_key, site_ids=site_ids)
            for row in (*by_person[address_key], *by_domain[domain])
        ]
        for address_key, domain in people
    }


def _earlier(row: asyncpg.Record, *, is_person: bool, site_ids: Collection[UUID] | None) -> Earlier:
    may_know = site_ids is None or row["site_id"] in site_ids
    state = State(row["state"])
    return Earlier(
        is_person=is_person,
        state=state,
        sequence=row["name"] if may_know else None,
        by=row["created_by_name"] if may_know else None,
        started_at=row["created_at"],
        sent_at=row["sent_at"],
        said_no=row["intent"] in _SAID_NO or state in _TURNED_AWAY,
    )


def enrollment_of(row: asyncpg.Record) -> Enrollment:
    return Enrollment(
        enrollment_id=row["enrollment_id"],
        workspace_id=row["workspace_id"],
        site_id=row["site_id"],
        sequence_id=row["sequence_id"],
        version_no=row["version_no"],
        contact_id=row["contact_id"],
        prospect_id=row["prospect_id"],
        address_key=row["address_key"],
        domain=row["domain"],
        variables=row["variables"],
        progress=Progress(
            state=State(row["state"]),
            sent_no=row["step_no"],
            sent_at=row["sent_at"],
            next_at=row["next_at"],
            not_before=row["not_before"],
            soft_bounced=frozenset(row["soft_bounced"]),
        ),
        because=row["because"],
        open_step_no=row["open_step_no"],
        intent=row["intent"],
        opportunity_id=row["opportunity_id"],
        page_key=row["page_key"],
        link_key=row["link_key"],
        created_by=row["created_by"],
        created_by_name=row["created_by_name"],
        created_at=row["created_at"],
        version=row["version"],
    )
