"""Lists of prospects by filters and in an order, and what people write beside many of them at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.outreach.domain.prospect import Stage
from services.outreach.store.prospects import COLUMNS, Prospect, prospect_of
from shared.db import Tx

SORTS = {
    "created": ("p.prospect_id", "uuid"),
    "relevance": ("coalesce(p.relevance, -1)", "int"),
    "quality": ("coalesce(p.quality, -1)", "int"),
    "domain": ("p.domain", "text"),
}
"""By what lists can be sorted: the expression and its type; what was not judged comes below 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which prospects of a site a list is about; empty means any."""

    stages: Sequence[Stage] = ()
    sources: Sequence[str] = ()
    owner: str | None = None
    text: str = ""
    relevance_min: int | None = None
    quality_min: int | None = None
    snoozed: bool | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A prospect with what else a list shows of it."""

    prospect: Prospect
    contacts: int
    placement_id: UUID | None
    placement_seen: str | None
    slot_id: UUID | None
    slot_month: date | None
    slot_url: str | None


_FROM = """
    FROM prospects p
    WHERE p.site_id = $1
      AND ($2::text[] = '{}' OR p.stage = ANY($2::text[]))
      AND ($3::text[] = '{}' OR p.source = ANY($3::text[]))
      AND ($4::text IS NULL OR coalesce(p.owner, '') = $4)
      AND ($5 = '' OR strpos(p.domain, lower($5)) > 0)
      AND ($6::int IS NULL OR p.relevance >= $6)
      AND ($7::int IS NULL OR p.quality >= $7)
      AND ($8::bool IS NULL OR (coalesce(p.snoozed_until, '-infinity') > $9) = $8)
"""
# The placement of a prospect is the newest one that its site agreed for its domain.
_BESIDE = """
    (SELECT count(*) FROM contacts c
        WHERE c.workspace_id = p.workspace_id AND c.domain = p.domain) AS contacts,
    w.placement_id, w.seen AS placement_seen,
    v.slot_id, v.month AS slot_month, v.target_url AS slot_url
"""
_SHOWN = ", ".join(f"p.{name}" for name in COLUMNS.split(", "))
_PLACEMENT = """
    LEFT JOIN LATERAL (SELECT placement_id, seen FROM placements
        WHERE site_id = p.site_id AND referring_domain = p.domain AND cancelled_at IS NULL
        ORDER BY placement_id DESC LIMIT 1) AS w ON true
    LEFT JOIN plan_slots v ON v.prospect_id = p.prospect_id AND v.dropped_at IS NULL
"""


async def list_prospects(
    tx: Tx,
    site_id: UUID,
    filters: Filters,
    *,
    now: datetime,
    sort: str,
    descending: bool,
    after: tuple[Any, UUID] | None,
    limit: int,
) -> list[Row]:
    """Return prospects of a site in an order."""
    expression, kind = SORTS[sort]
    way, sign = ("DESC", "<") if descending else ("ASC", ">")
    key, last = after or (None, None)
    rows = await tx.fetch(
        f"WITH found AS (SELECT p.* {_FROM} AND ($11::uuid IS NULL"
        f" OR ({expression}, p.prospect_id) {sign} ($10::{kind}, $11::uuid))"
        f" ORDER BY {expression} {way}, p.prospect_id {way} LIMIT $12)"
        f" SELECT {_SHOWN}, {_BESIDE} FROM found p {_PLACEMENT}"
        f" ORDER BY {expression} {way}, p.prospect_id {way}",
        *_values(site_id, filters, now),
        key,
        last,
        limit,
    )
    return [_row(row) for row in rows]


async def count_prospects(tx: Tx, site_id: UUID, filters: Filters, *, now: datetime) -> int:
    found = await tx.fetch_value(f"SELECT count(*) {_FROM}", *_values(site_id, filters, now))
    return int(found)


async def count_stages(tx: Tx, site_id: UUID) -> dict[Stage, int]:
    """Return how many prospects of a site are in each stage."""
    rows = await tx.fetch(
        "SELECT stage, count(*) AS count FROM prospects WHERE site_id = $1 GROUP BY stage", site_id
    )
    return {Stage(row["stage"]): row["count"] for row in rows}


async def list_rows(tx: Tx, workspace_id: UUID, prospect_ids: Sequence[UUID]) -> list[Row]:
    """Return these prospects of a workspace as lists show them, the newest first."""
    rows = await tx.fetch(
        f"SELECT {_SHOWN}, {_BESIDE} FROM prospects p {_PLACEMENT}"
        " WHERE p.workspace_id = $1 AND p.prospect_id = ANY($2::uuid[])"
        " ORDER BY p.prospect_id DESC",
        workspace_id,
        list(prospect_ids),
    )
    return [_row(row) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What people write beside prospects; None leaves a field as it is, an empty text clears it."""

    owner: str | None = None
    snooze_until: datetime | None = None
    wake: bool = False


async def edit_prospects(
    tx: Tx, prospect_ids: Collection[UUID], edit: Edit, *, now: datetime
) -> None:
    """Write owner and snooze of prospects, one statement for however many."""
    await tx.run(
        "UPDATE prospects SET"
        " owner = CASE WHEN $2::text IS NULL THEN owner ELSE nullif($2, '') END,"
        " snoozed_until = CASE WHEN $4 THEN NULL ELSE coalesce($3, snoozed_until) END,"
        " updated_at = $5, version = version + 1 WHERE prospect_id = ANY($1::uuid[])",
        list(prospect_ids),
        edit.owner,
        edit.snooze_until,
        edit.wake,
        now,
    )


def _values(site_id: UUID, filters: Filters, now: datetime) -> list[Any]:
    return [
        site_id,
        list(filters.stages),
        list(filters.sources),
        filters.owner,
        filters.text,
        filters.relevance_min,
        filters.quality_min,
        filters.snoozed,
        now,
    ]


def _row(row: asyncpg.Record) -> Row:
    beside = (
        *("contacts", "placement_id", "placement_seen"),
        *("slot_id", "slot_month", "slot_url"),
    )
    return Row(prospect_of(row), *(row[name] for name in beside))
