"""Sequences of a site, the versions of their steps, and what became of those they wrote to."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.outreach.domain.sequences.funnel import Counts
from services.outreach.domain.sequences.steps import Step, Thread, Variant
from services.outreach.domain.sequences.template import KNOWN, person_values
from services.outreach.store.contacts import Contact
from shared import jsontext
from shared.db import Tx
from shared.errors import ConflictError, FieldError, NotFoundError


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A sequence without its steps. What is known of its mailbox is None where that is gone."""

    sequence_id: UUID
    workspace_id: UUID
    site_id: UUID
    name: str
    mailbox_id: UUID | None = None
    mailbox_address: str | None = None
    sender_name: str | None = None
    zone: str | None = None
    our_domain: str = ""
    method: str | None = None
    campaign: str | None = None
    version_no: int = 1
    version: int = 1
    created_by: UUID
    created_at: datetime
    archived_at: datetime | None = None

    def values_for(self, contact: Contact | None, variables: Mapping[str, str]) -> dict[str, str]:
        """Return the values of the texts for somebody, or samples for nobody in particular.

        What was given by hand counts most.
        """
        ours = {"site": self.our_domain}
        if self.sender_name:
            ours["sender"] = self.sender_name
        if contact is None:
            known = {one.name: one.sample for one in KNOWN}
        else:
            known = person_values(contact.name, contact.role, contact.domain)
        return {**known, **ours, **variables}


StepsKey = tuple[UUID, int]
"""A sequence and a version of its steps."""

_COLUMNS = (
    "s.sequence_id, s.workspace_id, s.site_id, s.name, s.mailbox_id, b.address AS mailbox_address,"
    " coalesce(nullif(b.sender_name, ''), o.sender_name) AS sender_name, b.zone, t.domain AS our_domain, s.method, s.campaign, s.version_no, s.version,"
    " s.created_by, s.created_at, s.archived_at"
)
_FROM = """
    FROM sequences s JOIN sites t ON t.site_id = s.site_id AND t.deleted_at IS NULL
        LEFT JOIN mailboxes b ON b.mailbox_id = s.mailbox_id AND b.workspace_id = s.workspace_id
            AND b.removed_at IS NULL
        LEFT JOIN outreach_settings o ON o.workspace_id = s.workspace_id
"""


async def add_sequence(tx: Tx, plan: Plan) -> None:
    """Write a sequence; raises ConflictError if the site has one of this name."""
    tag = await tx.run(
        "INSERT INTO sequences (sequence_id, workspace_id, site_id, name, mailbox_id, method,"
        " campaign, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        " ON CONFLICT (site_id, lower(name)) WHERE archived_at IS NULL DO NOTHING",
        plan.sequence_id,
        plan.workspace_id,
        plan.site_id,
        plan.name,
        plan.mailbox_id,
        plan.method,
        plan.campaign,
        plan.created_by,
        plan.created_at,
    )
    if tag.endswith(" 0"):
        raise _name_taken(plan.name)


async def add_steps(
    tx: Tx, key: StepsKey, steps: Sequence[Step], *, by: str, now: datetime
) -> None:
    """Write the steps of a version; they are never changed."""
    sequence_id, version_no = key
    await tx.run(
        "INSERT INTO sequence_steps (sequence_id, version_no, step_no, delay_days, thread, subject,"
        " body, template_id, weight, others, created_by, created_at)"
        " SELECT $1, $2, u.*, $3, $4 FROM unnest($5::int[], $6::int[], $7::text[], $8::text[],"
        " $9::text[], $10::uuid[], $11::int[], $12::json[]) AS u",
        sequence_id,
        version_no,
        by,
        now,
        [step.step_no for step in steps],
        [step.delay_days for step in steps],
        [step.thread for step in steps],
        [step.subject for step in steps],
        [step.body for step in steps],
        [step.template_id for step in steps],
        [step.weight for step in steps],
        [jsontext.dumps([asdict(one) for one in step.others]).decode() for step in steps],
    )


async def get_sequence(
    tx: Tx, sequence_id: UUID, *, workspace_id: UUID, lock: bool = False
) -> Plan:
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} {_FROM} WHERE s.sequence_id = $1 AND s.workspace_id = $2"
        f" AND s.archived_at IS NULL{' FOR UPDATE OF s' if lock else ''}",
        sequence_id,
        workspace_id,
    )
    if not rows:
        raise NotFoundError("There is no such sequence.")
    return Plan(**dict(rows[0]))


async def list_sequences(
    tx: Tx,
    *,
    workspace_id: UUID,
    site_ids: Iterable[UUID] | None,
    before: UUID | None,
    limit: int,
) -> list[Plan]:
    """Return sequences, the newest first."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} {_FROM} WHERE s.workspace_id = $1 AND s.archived_at IS NULL"
        " AND ($2::uuid[] IS NULL OR s.site_id = ANY($2))"
        " AND ($3::uuid IS NULL OR s.sequence_id < $3) ORDER BY s.sequence_id DESC LIMIT $4",
        workspace_id,
        None if site_ids is None else list(site_ids),
        before,
        limit,
    )
    return [Plan(**dict(row)) for row in rows]


async def list_plans(tx: Tx, sequence_ids: Collection[UUID]) -> dict[UUID, Plan]:
    """Return these sequences, archived ones, too; those of deleted sites are left out."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} {_FROM} WHERE s.sequence_id = ANY($1::uuid[])", list(sequence_ids)
    )
    return {row["sequence_id"]: Plan(**dict(row)) for row in rows}


async def list_steps(tx: Tx, keys: Collection[StepsKey]) -> dict[StepsKey, list[Step]]:
    """Return the steps of versions, in order."""
    wanted = sorted(set(keys))
    rows = await tx.fetch(
        "SELECT p.sequence_id, p.version_no, p.step_no, p.delay_days, p.thread, p.subject, p.body,"
        " p.template_id, p.weight, p.others FROM sequence_steps p JOIN unnest($1::uuid[], $2::int[])"
        " AS u(sequence_id, version_no) USING (sequence_id, version_no)"
        " ORDER BY p.sequence_id, p.version_no, p.step_no",
        [sequence_id for sequence_id, _ in wanted],
        [version_no for _, version_no in wanted],
    )
    found: dict[StepsKey, list[Step]] = {key: [] for key in wanted}
    for row in rows:
        found[row["sequence_id"], row["version_no"]].append(_step(row))
    return found


async def list_versions(tx: Tx, sequence_id: UUID, *, limit: int) -> list[asyncpg.Record]:
    """Return the versions of a sequence with who wrote each, when, and how many it is used for."""
    return await tx.fetch(
        "SELECT p.version_no, p.created_at, p.created_by, coalesce(e.enrolled, 0) AS enrolled"
        " FROM sequence_steps p LEFT JOIN (SELECT version_no, count(*) AS enrolled FROM enrollments"
        "   WHERE sequence_id = $1 GROUP BY version_no) AS e USING (version_no)"
        " WHERE p.sequence_id = $1 AND p.step_no = 1 ORDER BY p.version_no DESC LIMIT $2",
        sequence_id,
        limit,
    )


async def save_sequence(tx: Tx, plan: Plan, *, now: datetime) -> None:
    """Write a changed sequence; raises ConflictError if another one of the site has the name."""
    taken = await tx.fetch_value(
        "SELECT 1 FROM sequences WHERE site_id = $1 AND lower(name) = lower($2)"
        " AND sequence_id <> $3 AND archived_at IS NULL",
        plan.site_id,
        plan.name,
        plan.sequence_id,
    )
    if taken:
        raise _name_taken(plan.name)
    await tx.run(
        "UPDATE sequences SET name = $2, mailbox_id = $3, method = $4, campaign = $5,"
        " version_no = $6, archived_at = $7, updated_at = $8, version = version + 1"
        " WHERE sequence_id = $1",
        plan.sequence_id,
        plan.name,
        plan.mailbox_id,
        plan.method,
        plan.campaign,
        plan.version_no,
        plan.archived_at,
        now,
    )


@dataclass(frozen=True, slots=True)
class Origin:
    """What a placement that came of a sequence is called."""

    method: str | None
    campaign: str | None


async def find_origin(tx: Tx, workspace_id: UUID, site_id: UUID, domain: str) -> Origin | None:
    """Return what the last sequence of a site says that wrote to somebody at a domain."""
    rows = await tx.fetch(
        "SELECT s.method, s.campaign FROM enrollments e JOIN sequences s USING (sequence_id)"
        " WHERE e.workspace_id = $1 AND e.domain = $2 AND e.site_id = $3 AND e.sent_at IS NOT NULL"
        " ORDER BY e.enrollment_id DESC LIMIT 1",
        workspace_id,
        domain,
        site_id,
    )
    return Origin(**dict(rows[0])) if rows else None


async def has_mailbox(tx: Tx, workspace_id: UUID, mailbox_id: UUID) -> bool:
    found = await tx.fetch_value(
        "SELECT 1 FROM mailboxes WHERE mailbox_id = $1 AND workspace_id = $2"
        " AND removed_at IS NULL",
        mailbox_id,
        workspace_id,
    )
    return found is not None


_COUNTS = """
    SELECT e.sequence_id, count(*) AS enrolled, count(e.sent_at) AS sent,
        count(*) FILTER (WHERE e.state IN ('active', 'paused')) AS open,
        count(*) FILTER (WHERE e.sent_at IS NOT NULL AND e.state = 'bounced') AS bounced,
        count(*) FILTER (WHERE e.state IN ('replied', 'company_replied')) AS replied,
        count(*) FILTER (WHERE e.sent_at IS NOT NULL AND p.stage IN ('agreed', 'placed')) AS agreed,
        count(*) FILTER (WHERE e.sent_at IS NOT NULL AND p.stage = 'placed') AS placed
    FROM enrollments e LEFT JOIN prospects p USING (prospect_id)
    WHERE e.sequence_id = ANY($1::uuid[]) GROUP BY e.sequence_id
"""


_INTENTS = """
    SELECT sequence_id, coalesce(intent, 'other') AS intent, count(*) AS count FROM enrollments
    WHERE sequence_id = ANY($1::uuid[]) AND state IN ('replied', 'company_replied')
    GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2
"""


async def count_outcomes(tx: Tx, sequence_ids: Collection[UUID]) -> dict[UUID, Counts]:
    """Return what became of those whom each of these sequences was meant for."""
    intents: dict[UUID, dict[str, int]] = {}
    for row in await tx.fetch(_INTENTS, list(sequence_ids)):
        intents.setdefault(row["sequence_id"], {})[row["intent"]] = row["count"]
    counts = {}
    for row in await tx.fetch(_COUNTS, list(sequence_ids)):
        known = dict(row)
        sequence_id = known.pop("sequence_id")
        counts[sequence_id] = Counts(**known, intents=intents.get(sequence_id, {}))
    return counts


def _step(row: asyncpg.Record) -> Step:
    return Step(
        step_no=row["step_no"],
        delay_days=row["delay_days"],
        thread=Thread(row["thread"]),
        subject=row["subject"],
        body=row["body"],
        template_id=row["template_id"],
        weight=row["weight"],
        others=tuple(_variant(one) for one in row["others"]),
    )


def _variant(kept: Mapping[str, Any]) -> Variant:
    template_id = kept["template_id"]
    return Variant(**{**kept, "template_id": UUID(template_id) if template_id else None})


def _name_taken(name: str) -> ConflictError:
    fault = FieldError("/name", "name-taken", "Use the sequence that is there, or another name.")
    detail = f"There is a sequence called {name!r} already."
    return ConflictError(detail, [fault], code="name-taken")
