"""The suppression list: added to, asked, and lifted with a reason; rows are never deleted."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.outreach.domain.suppression import (
    Subject,
    SuppressionKind,
    SuppressionReason,
    covering,
    covering_domain,
)
from shared.db import Tx
from shared.errors import NotFoundError


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    suppression_id: UUID
    workspace_id: UUID
    kind: SuppressionKind
    value: str
    reason: SuppressionReason
    note: str | None = None
    created_by: str
    created_at: datetime
    lifted_at: datetime | None = None
    lifted_by: str | None = None
    lifted_because: str | None = None


_COLUMNS = (
    "suppression_id, workspace_id, kind, value, reason, note, created_by, created_at, lifted_at,"
    " lifted_by, lifted_because"
)


async def add_suppressions(tx: Tx, suppressions: Sequence[Suppression]) -> set[UUID]:
    """Write suppressions; returns the ids that were new, the others are in force already."""
    rows = await tx.fetch(
        "INSERT INTO suppressions (suppression_id, workspace_id, kind, value, reason, note,"
        " created_by, created_at) SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[],"
        " $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[])"
        " ON CONFLICT (workspace_id, kind, value) WHERE lifted_at IS NULL DO NOTHING"
        " RETURNING suppression_id",
        [one.suppression_id for one in suppressions],
        [one.workspace_id for one in suppressions],
        [one.kind for one in suppressions],
        [one.value for one in suppressions],
        [one.reason for one in suppressions],
        [one.note for one in suppressions],
        [one.created_by for one in suppressions],
        [one.created_at for one in suppressions],
    )
    return {row["suppression_id"] for row in rows}


async def list_suppressions(
    tx: Tx,
    *,
    workspace_id: UUID,
    text: str,
    with_lifted: bool,
    before: UUID | None,
    limit: int,
) -> list[Suppression]:
    """Return suppressions, the newest first."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM suppressions WHERE workspace_id = $1"
        " AND ($2 = '' OR strpos(value, lower($2)) > 0) AND ($3 OR lifted_at IS NULL)"
        " AND ($4::uuid IS NULL OR suppression_id < $4) ORDER BY suppression_id DESC LIMIT $5",
        workspace_id,
        text,
        with_lifted,
        before,
        limit,
    )
    return [_suppression(dict(row)) for row in rows]


async def lift(
    tx: Tx, suppression_id: UUID, *, workspace_id: UUID, by: str, because: str, now: datetime
) -> Suppression:
    """End a suppression; who, when and why stay to be read."""
    rows = await tx.fetch(
        "UPDATE suppressions SET lifted_at = coalesce(lifted_at, $3),"
        " lifted_by = coalesce(lifted_by, $4), lifted_because = coalesce(lifted_because, $5)"
        f" WHERE suppression_id = $1 AND workspace_id = $2 RETURNING {_COLUMNS}",
        suppression_id,
        workspace_id,
        now,
        by,
        because,
    )
    if not rows:
        raise NotFoundError("There is no such suppression.")
    return _suppression(dict(rows[0]))


async def list_covering(
    tx: Tx, addresses: Iterable[str], *, workspace_id: UUID
) -> dict[Subject, Suppression]:
    """Return every suppression in force that could forbid writing to one of these addresses."""
    subjects = {subject for address in addresses for subject in covering(address, workspace_id)}
    return await _list_of(tx, subjects, workspace_id)


async def list_covering_domains(
    tx: Tx, domains: Iterable[str], *, workspace_id: UUID
) -> dict[str, Suppression]:
    """Return of these domains those that must not be written to at all, with what forbids it."""
    covers = {domain: covering_domain(domain) for domain in domains}
    known = await _list_of(tx, {one for some in covers.values() for one in some}, workspace_id)
    return {
        domain: known[found]
        for domain, some in covers.items()
        if (found := next((one for one in some if one in known), None)) is not None
    }


async def _list_of(
    tx: Tx, subjects: Collection[Subject], workspace_id: UUID
) -> dict[Subject, Suppression]:
    ordered = sorted(subjects, key=lambda subject: (subject.kind, subject.value))
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM suppressions s WHERE workspace_id = $1 AND lifted_at IS NULL"
        " AND (kind, value) IN (SELECT * FROM unnest($2::text[], $3::text[]))",
        workspace_id,
        [subject.kind for subject in ordered],
        [subject.value for subject in ordered],
    )
    found = [_suppression(dict(row)) for row in rows]
    return {Subject(one.kind, one.value): one for one in found}


def _suppression(values: dict[str, object]) -> Suppression:
    values["kind"] = SuppressionKind(str(values["kind"]))
    values["reason"] = SuppressionReason(str(values["reason"]))
    return Suppression(**values)  # type: ignore[arg-type]
