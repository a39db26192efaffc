"""Inbound mail that sequences did not take into account yet, and which enrollments it concerns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.outreach.domain.address import domain_of
from services.outreach.domain.contact import ContactState
from services.outreach.domain.inbound.verdict import InboundKind
from services.outreach.domain.sequences.hearing import Heard
from shared.db import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Unheard:
    inbound_id: UUID
    workspace_id: UUID
    enrollment_id: UUID | None
    intent: str | None
    heard: Heard


async def claim_unheard(tx: Tx, *, limit: int) -> list[Unheard]:
    """Return what came in, the oldest first; nobody else takes it meanwhile."""
    rows = await tx.fetch(
        "SELECT i.inbound_id, i.workspace_id, i.enrollment_id, i.intent, i.kind, i.auto_kind,"
        " i.from_email, i.address_key, i.hard, i.bounce_reason, i.resume_on, i.received_at,"
        " c.state AS contact_state FROM inbound_messages i LEFT JOIN contacts c USING (contact_id)"
        " WHERE i.handled_at IS NULL ORDER BY i.inbound_id LIMIT $1 FOR UPDATE OF i SKIP LOCKED",
        limit,
    )
    return [
        Unheard(
            inbound_id=row["inbound_id"],
            workspace_id=row["workspace_id"],
            enrollment_id=row["enrollment_id"],
            intent=row["intent"],
            heard=Heard(
                kind=InboundKind(row["kind"]),
                auto_kind=row["auto_kind"],
                from_email=row["from_email"],
                from_key=row["address_key"],
                hard=row["hard"],
                bounce_reason=row["bounce_reason"],
                resume_on=row["resume_on"],
                received_at=row["received_at"],
                contact=ContactState(row["contact_state"]) if row["contact_state"] else None,
            ),
        )
        for row in rows
    ]


_BY_PEOPLE = frozenset({InboundKind.HUMAN, InboundKind.UNSUBSCRIBE})
# Who writes may be in another sequence than the one whose message is answered, or a colleague is.
_OPEN_AT = """
    SELECT u.inbound_id, e.enrollment_id
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[])
        AS u(inbound_id, workspace_id, address_key, domain)
    JOIN enrollments e ON e.workspace_id = u.workspace_id AND e.state IN ('active', 'paused')
        AND (e.address_key = u.address_key OR e.domain = u.domain)
"""


async def list_concerned(tx: Tx, found: Sequence[Unheard]) -> Mapping[UUID, set[UUID]]:
    """Return the enrollments that each mail concerns: whose message it answers, and who is open there."""
    concerned = {
        one.inbound_id: {one.enrollment_id} if one.enrollment_id else set() for one in found
    }
    people = [one for one in found if one.heard.kind in _BY_PEOPLE]
    rows = await tx.fetch(
        _OPEN_AT,
        [one.inbound_id for one in people],
        [one.workspace_id for one in people],
        [one.heard.from_key for one in people],
        [domain_of(one.heard.from_email) for one in people],
    )
    for row in rows:
        concerned[row["inbound_id"]].add(row["enrollment_id"])
    return concerned


async def mark_handled(tx: Tx, inbound_ids: Sequence[UUID], *, now: datetime) -> None:
    await tx.run(
        "UPDATE inbound_messages SET handled_at = $2 WHERE inbound_id = ANY($1::uuid[])",
        list(inbound_ids),
        now,
    )
