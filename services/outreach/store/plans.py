"""Plans of sites: their versions, months and slots, and the placements that fill them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from services.outreach.domain.plan.filling import OpenSlot
from services.outreach.domain.plan.needs import Outcomes
from services.outreach.domain.plan.slots import Slot
from shared.anchor_bands import Group
from shared.db import Tx
from shared.ids import new_id
from shared.planning import SiteFacts
from shared.urls import page_id

MOST_UNPLANNED = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One version of a site's plan, with what it follows from."""

    plan_id: UUID
    workspace_id: UUID
    site_id: UUID
    version_no: int
    settings: Mapping[str, Any]
    facts: SiteFacts
    inputs_hash: str
    capped: int
    actor: str
    created_at: datetime


async def lock_site(tx: Tx, site_id: UUID) -> None:
    """Let nobody else plan for this site until the transaction ends."""
    await tx.run("SELECT FROM sites WHERE site_id = $1 FOR NO KEY UPDATE", site_id)


async def find_plan(tx: Tx, site_id: UUID) -> Plan | None:
    """Return the newest version of a site's plan."""
    rows = await tx.fetch(
        "SELECT plan_id, workspace_id, site_id, version_no, settings::text AS settings,"
        " facts::text AS facts, inputs_hash, capped, actor, created_at FROM plans"
        " WHERE site_id = $1 ORDER BY version_no DESC LIMIT 1",
        site_id,
    )
    if not rows:
        return None
    row = dict(rows[0])
    settings = orjson.loads(row.pop("settings"))
    return Plan(settings=settings, facts=SiteFacts.model_validate_json(row.pop("facts")), **row)


async def add_plan(tx: Tx, plan: Plan, months: Sequence[tuple[date, int]]) -> None:
    """Keep a version, and the months as it sees them.

    Months of the past stay as they were planned, as do later ones that have slots.
    """
    await tx.run(
        "INSERT INTO plans (plan_id, workspace_id, site_id, version_no, settings, facts,"
        " inputs_hash, capped, actor, created_at)"
        " VALUES ($1, $2, $3, $4, $5::json, $6::json, $7, $8, $9, $10)",
        *(plan.plan_id, plan.workspace_id, plan.site_id, plan.version_no),
        orjson.dumps(dict(plan.settings)).decode(),
        plan.facts.model_dump_json(),
        *(plan.inputs_hash, plan.capped, plan.actor, plan.created_at),
    )
    await tx.run(
        "INSERT INTO plan_months (site_id, month, planned)"
        " SELECT $1, u.month, u.planned FROM unnest($2::date[], $3::int[]) AS u(month, planned)"
        " ON CONFLICT (site_id, month) DO UPDATE SET planned = excluded.planned",
        plan.site_id,
        [month for month, _ in months],
        [planned for _, planned in months],
    )
    await tx.run(
        "DELETE FROM plan_months m WHERE site_id = $1 AND month > $2 AND NOT EXISTS (SELECT FROM"
        " plan_slots s WHERE s.site_id = m.site_id AND s.month = m.month AND s.dropped_at IS NULL)",
        plan.site_id,
        months[-1][0],
    )


async def add_slots(tx: Tx, site_id: UUID, version_no: int, slots: Sequence[Slot]) -> None:
    """Give out slots, numbered on from those that the site has."""
    await tx.run(
        "INSERT INTO plan_slots (slot_id, site_id, number, version_no, month, due_on, target_url,"
        " target_key, anchor_group, method) SELECT u.slot_id, $1, (SELECT coalesce(max(number), 0)"
        " FROM plan_slots WHERE site_id = $1) + u.place, $2, u.month, u.due_on, u.target_url,"
        " u.target_key, u.anchor_group, u.method FROM unnest($3::uuid[], $4::date[], $5::date[],"
        " $6::text[], $7::uuid[], $8::text[], $9::text[]) WITH ORDINALITY AS u(slot_id, month,"
        " due_on, target_url, target_key, anchor_group, method, place)",
        *(site_id, version_no),
        [new_id() for _ in slots],
        [slot.month for slot in slots],
        [slot.due_on for slot in slots],
        [slot.target_url for slot in slots],
        [page_id(slot.target_url) for slot in slots],
        [slot.group for slot in slots],
        [slot.method for slot in slots],
    )


async def drop_open(tx: Tx, site_id: UUID, *, now: datetime) -> int:
    """Take back the slots that are open and have neither brief nor prospect; only where a person starts over."""
    tag = await tx.run(
        "UPDATE plan_slots s SET dropped_at = $2 WHERE site_id = $1 AND dropped_at IS NULL"
        " AND placement_id IS NULL AND prospect_id IS NULL"
        " AND NOT EXISTS (SELECT FROM briefs b WHERE b.slot_id = s.slot_id)",
        site_id,
        now,
    )
    return int(tag.rpartition(" ")[2])


_STATE = """
    CASE WHEN p.placement_id IS NULL THEN 'open' WHEN p.first_live_at IS NOT NULL THEN 'placed'
        ELSE 'promised' END
"""
_SLOTS = """
    FROM plan_slots s LEFT JOIN placements p ON p.placement_id = s.placement_id
        AND p.cancelled_at IS NULL
    WHERE s.site_id = $1 AND s.dropped_at IS NULL
"""


async def list_issued(tx: Tx, site_id: UUID) -> list[asyncpg.Record]:
    """Return every slot of a site that stands, in the order in which they were given out."""
    return await tx.fetch(
        f"SELECT s.month, s.target_url, s.anchor_group, s.method, {_STATE} AS state,"
        f" p.first_live_at {_SLOTS} ORDER BY s.number",
        site_id,
    )


async def list_slots(
    tx: Tx,
    site_id: UUID,
    *,
    states: Sequence[str],
    month: date | None,
    after: tuple[date, UUID] | None,
    limit: int,
) -> list[asyncpg.Record]:
    """Return slots with their state and brief, the earliest first."""
    return await tx.fetch(
        "SELECT * FROM (SELECT s.slot_id, s.month, s.due_on, s.target_url, s.anchor_group, s.method,"
        f" s.version_no, {_STATE} AS state, p.placement_id, p.referring_domain, s.prospect_id,"
        " (SELECT r.domain FROM prospects r WHERE r.prospect_id = s.prospect_id) AS prospect_domain,"
        f" (SELECT b.brief_id FROM briefs b WHERE b.slot_id = s.slot_id) AS brief_id {_SLOTS}) AS d"
        " WHERE ($2::text[] = '{}' OR state = ANY($2)) AND ($3::date IS NULL OR month = $3)"
        " AND ($4::date IS NULL OR (due_on, slot_id) > ($4, $5::uuid))"
        " ORDER BY due_on, slot_id LIMIT $6",
        site_id,
        list(states),
        month,
        *(after or (None, None)),
        limit,
    )


async def find_next_open(tx: Tx, site_id: UUID, *, target_url: str | None) -> asyncpg.Record | None:
    """Return the earliest slot that nothing fills and that has no brief, of one page where it is named."""
    rows = await tx.fetch(
        "SELECT s.slot_id, s.due_on, s.target_url, s.anchor_group, s.method FROM plan_slots s"
        " WHERE s.site_id = $1 AND s.dropped_at IS NULL AND s.placement_id IS NULL"
        " AND ($2::uuid IS NULL OR s.target_key = $2)"
        " AND NOT EXISTS (SELECT FROM briefs b WHERE b.slot_id = s.slot_id)"
        " ORDER BY s.due_on, s.slot_id LIMIT 1",
        site_id,
        None if target_url is None else page_id(target_url),
    )
    return rows[0] if rows else None


async def find_slot(tx: Tx, slot_id: UUID, *, workspace_id: UUID) -> asyncpg.Record | None:
    """Return a slot that stands, of a site that is there, with its state and brief."""
    rows = await tx.fetch(
        "SELECT s.slot_id, s.site_id, s.month, s.due_on, s.target_url, s.anchor_group, s.method,"
        f" {_STATE} AS state, (SELECT b.brief_id FROM briefs b WHERE b.slot_id = s.slot_id) AS brief_id"
        " FROM plan_slots s JOIN sites t ON t.site_id = s.site_id AND t.deleted_at IS NULL"
        " LEFT JOIN placements p ON p.placement_id = s.placement_id AND p.cancelled_at IS NULL"
        " WHERE s.slot_id = $1 AND t.workspace_id = $2 AND s.dropped_at IS NULL",
        slot_id,
        workspace_id,
    )
    return rows[0] if rows else None


# Placements that count as new: made since the first plan, or promised before it and not seen then.
_BESIDE = """
    FROM placements p WHERE p.site_id = $1 AND p.cancelled_at IS NULL
        AND (p.created_at >= $2 OR coalesce(p.first_live_at, p.lost_at, 'infinity') >= $2)
        AND NOT EXISTS (SELECT FROM plan_slots s WHERE s.placement_id = p.placement_id
            AND s.dropped_at IS NULL)
"""


async def list_months(tx: Tx, site_id: UUID, *, since: datetime) -> list[asyncpg.Record]:
    """Return what each planned month has of slots, and of placements beside the plan."""
    return await tx.fetch(
        "SELECT m.month, m.planned, coalesce(s.open, 0) AS open, coalesce(s.promised, 0) AS promised,"
        " coalesce(s.placed, 0) AS placed, coalesce(b.count, 0) AS unplanned FROM plan_months m"
        " LEFT JOIN (SELECT month, count(*) FILTER (WHERE state = 'open') AS open,"
        " count(*) FILTER (WHERE state = 'promised') AS promised,"
        " count(*) FILTER (WHERE state = 'placed') AS placed"
        f" FROM (SELECT s.month, {_STATE} AS state {_SLOTS}) AS d GROUP BY month) AS s USING (month)"
        " LEFT JOIN (SELECT date_trunc('month', coalesce((p.first_live_at AT TIME ZONE 'UTC')::date,"
        " p.go_live_on, (p.created_at AT TIME ZONE 'UTC')::date))::date AS month, count(*)"
        f" {_BESIDE} GROUP BY 1) AS b USING (month)"
        " WHERE m.site_id = $1 ORDER BY m.month",
        site_id,
        since,
    )


async def get_began_at(tx: Tx, site_id: UUID, *, now: datetime) -> datetime:
    """Return when a site's first plan was made; now where there is none."""
    began: datetime | None = await tx.fetch_value(
        "SELECT min(created_at) FROM plans WHERE site_id = $1", site_id
    )
    return began or now


async def list_beside(tx: Tx, site_id: UUID, *, since: datetime) -> list[asyncpg.Record]:
    """Return placements that fill no slot: what was agreed, and whether the link was seen."""
    return await tx.fetch(
        "SELECT p.placement_id, p.target_key, p.anchor_text, p.first_live_at, p.referring_domain,"
        " date_trunc('month', coalesce((p.first_live_at AT TIME ZONE 'UTC')::date, p.go_live_on,"
        f" (p.created_at AT TIME ZONE 'UTC')::date))::date AS month {_BESIDE}"
        " ORDER BY p.placement_id LIMIT $3",
        site_id,
        since,
        MOST_UNPLANNED,
    )


async def release_cancelled(tx: Tx, site_id: UUID) -> None:
    """Open the slots again whose placement was cancelled."""
    await tx.run(
        "UPDATE plan_slots s SET placement_id = NULL FROM placements p WHERE s.site_id = $1"
        " AND p.placement_id = s.placement_id AND p.cancelled_at IS NOT NULL",
        site_id,
    )


async def list_open(tx: Tx, site_id: UUID) -> list[OpenSlot]:
    """Return the slots of a site that nothing fills."""
    rows = await tx.fetch(
        "SELECT s.slot_id, s.target_key, s.anchor_group, s.due_on, r.domain FROM plan_slots s"
        " LEFT JOIN prospects r ON r.prospect_id = s.prospect_id WHERE s.site_id = $1"
        " AND s.placement_id IS NULL AND s.dropped_at IS NULL ORDER BY s.due_on, s.slot_id",
        site_id,
    )
    return [
        OpenSlot(
            row["slot_id"],
            row["target_key"],
            Group(row["anchor_group"]),
            row["due_on"],
            row["domain"],
        )
        for row in rows
    ]


async def save_filled(tx: Tx, filled: Mapping[UUID, UUID]) -> None:
    """Keep which placement fills which slot."""
    await tx.run(
        "UPDATE plan_slots s SET placement_id = u.placement_id, prospect_id = NULL"
        " FROM unnest($1::uuid[], $2::uuid[]) AS u(slot_id, placement_id)"
        " WHERE s.slot_id = u.slot_id AND s.placement_id IS NULL",
        list(filled),
        list(filled.values()),
    )


async def count_methods(tx: Tx, site_id: UUID) -> dict[str, int]:
    """Return how the links of placements were got that went live."""
    rows = await tx.fetch(
        "SELECT method, count(*) AS count FROM placements WHERE site_id = $1 AND method IS NOT NULL"
        " AND first_live_at IS NOT NULL GROUP BY method ORDER BY count DESC, method LIMIT 20",
        site_id,
    )
    return {row["method"]: row["count"] for row in rows}


_OUTCOMES = """
    SELECT count(*) AS contacted, count(*) FILTER (WHERE replied) AS replied,
        count(*) FILTER (WHERE agreed) AS agreed, count(*) FILTER (WHERE placed) AS placed,
        (SELECT count(*) FROM messages m WHERE m.workspace_id = $2 AND m.site_id = $1
            AND m.sent_at IS NOT NULL) AS mails
    FROM (
        SELECT bool_or(to_stage IN ('engaged', 'agreed', 'declined', 'placed')) AS replied,
            bool_or(to_stage IN ('agreed', 'placed')) AS agreed, bool_or(to_stage = 'placed') AS placed
        FROM prospect_changes c JOIN prospects p USING (prospect_id) WHERE p.site_id = $1
        GROUP BY prospect_id HAVING bool_or(to_stage = 'contacted')
    ) AS d
"""


async def get_outcomes(tx: Tx, site_id: UUID, *, workspace_id: UUID) -> Outcomes:
    """Return what became of the prospects of a site that were written to."""
    [row] = await tx.fetch(_OUTCOMES, site_id, workspace_id)
    return Outcomes(**dict(row))
