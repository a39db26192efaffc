"""Placements: written in bulk, read by filters, changed one by one under a version."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.outreach.domain.placement import Seen, State
from services.outreach.domain.record import Placement
from services.outreach.domain.terms import Terms
from shared.currencies import exact
from shared.db import Tx
from shared.errors import NotFoundError
from shared.ids import new_id
from shared.vocabulary import Position, Reason

_COLUMNS = """
    p.placement_id, p.workspace_id, p.site_id, p.vendor_id, v.name AS vendor_name, p.referring_url,
    p.referring_domain, p.target_url, p.anchor_text, p.rel, p.position, p.go_live_on, p.until_on,
    p.max_outlinks, p.price, p.currency, p.method, p.campaign, p.note, p.terms_seq, p.version, p.seen, p.reasons,
    p.link_id, p.first_live_at, p.lost_at, p.page_title, p.page_contacts, p.page_outlinks,
    p.toxicity_sentence, p.created_by, p.created_at, p.updated_at, p.cancelled_at
"""
_FROM = """
    FROM placements p
    JOIN sites s ON s.site_id = p.site_id AND s.deleted_at IS NULL
    LEFT JOIN vendors v ON v.vendor_id = p.vendor_id
"""

_ADD = """
    INSERT INTO placements (placement_id, workspace_id, site_id, vendor_id, referring_url, page_key,
        referring_domain, target_url, target_key, anchor_text, rel, position, go_live_on, until_on,
        max_outlinks, price, currency, note, created_by, created_at, method, campaign)
    SELECT u.placement_id, u.workspace_id, u.site_id, u.vendor_id, u.referring_url, u.page_key,
        u.referring_domain, u.target_url, u.target_key, u.anchor_text,
        string_to_array(u.rel, ' '), u.position, u.go_live_on, u.until_on, u.max_outlinks, u.price,
        u.currency, u.note, u.created_by, u.created_at, u.method, u.campaign
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::uuid[], $7::text[],
        $8::text[], $9::uuid[], $10::text[], $11::text[], $12::text[], $13::date[], $14::date[],
        $15::int[], $16::numeric[], $17::text[], $18::text[], $19::uuid[], $20::timestamptz[],
        $21::text[], $22::text[])
      AS u(placement_id, workspace_id, site_id, vendor_id, referring_url, page_key,
        referring_domain, target_url, target_key, anchor_text, rel, position, go_live_on, until_on,
        max_outlinks, price, currency, note, created_by, created_at, method, campaign)
    ON CONFLICT (site_id, page_key, target_key) WHERE page_key IS NOT NULL AND cancelled_at IS NULL
        DO NOTHING
    RETURNING placement_id
"""


async def add_placements(tx: Tx, placements: Sequence[Placement]) -> set[UUID]:
    """Write placements; returns the ids that were new, the others are agreed for that page already."""
    terms = [one.terms for one in placements]
    rows = await tx.fetch(
        _ADD,
        [one.placement_id for one in placements],
        [one.workspace_id for one in placements],
        [one.site_id for one in placements],
        [one.vendor_id for one in placements],
        [one.referring_url for one in terms],
        [one.page_key for one in terms],
        [one.referring_domain for one in terms],
        [one.target_url for one in terms],
        [one.target_key for one in terms],
        [one.anchor_text for one in terms],
        [None if one.rel is None else " ".join(one.rel) for one in terms],
        [one.position for one in terms],
        [one.go_live_on for one in terms],
        [one.until_on for one in terms],
        [one.max_outlinks for one in terms],
        [one.price for one in terms],
        [one.currency for one in terms],
        [one.note for one in placements],
        [one.created_by for one in placements],
        [one.created_at for one in placements],
        [one.method for one in terms],
        [one.campaign for one in terms],
    )
    return {row["placement_id"] for row in rows}


async def get_placement(
    tx: Tx, placement_id: UUID, *, workspace_id: UUID, lock: bool = False
) -> Placement:
    """Return one placement; with `lock` nobody else changes it until the transaction ends."""
    found = await find_placement(tx, placement_id, workspace_id=workspace_id, lock=lock)
    if found is None:
        raise NotFoundError("There is no such placement.")
    return found


async def find_placement(
    tx: Tx, placement_id: UUID, *, workspace_id: UUID, lock: bool = False
) -> Placement | None:
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} {_FROM} WHERE p.placement_id = $1 AND p.workspace_id = $2"
        f"{' FOR UPDATE OF p' if lock else ''}",
        placement_id,
        workspace_id,
    )
    return placement_of(rows[0]) if rows else None


async def list_by_ids(tx: Tx, placement_ids: Sequence[UUID]) -> list[Placement]:
    """Return these placements; those of deleted sites are left out."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} {_FROM} WHERE p.placement_id = ANY($1::uuid[]) ORDER BY p.placement_id",
        list(placement_ids),
    )
    return [placement_of(row) for row in rows]


async def list_of_domains(
    tx: Tx,
    workspace_id: UUID,
    domains: Sequence[str],
    *,
    site_ids: Iterable[UUID] | None,
    each: int,
) -> list[Placement]:
    """Return the placements on these domains, of each the newest."""
    rows = await tx.fetch(
        "SELECT f.* FROM unnest($2::text[]) AS u(domain) CROSS JOIN LATERAL ("
        f"SELECT {_COLUMNS} {_FROM} WHERE p.workspace_id = $1 AND p.referring_domain = u.domain"
        " AND ($3::uuid[] IS NULL OR p.site_id = ANY($3::uuid[]))"
        " ORDER BY p.placement_id DESC LIMIT $4) AS f",
        workspace_id,
        list(domains),
        None if site_ids is None else list(site_ids),
        each,
    )
    return [placement_of(row) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which placements a list is about; empty means any."""

    site_ids: Sequence[UUID] | None = None
    site_id: UUID | None = None
    vendor_id: UUID | None = None
    states: Sequence[State] = ()
    domain: str | None = None
    is_overdue: bool | None = None
    campaign: str | None = None


_STATE = """
    CASE WHEN p.cancelled_at IS NOT NULL THEN 'cancelled' WHEN p.until_on < $2 THEN 'expired'
        ELSE p.seen END
"""
_WHERE = f"""
    WHERE p.workspace_id = $1
      AND ($3::uuid[] IS NULL OR p.site_id = ANY($3::uuid[]))
      AND ($4::uuid IS NULL OR p.site_id = $4)
      AND ($5::uuid IS NULL OR p.vendor_id = $5)
      AND ($6::text[] = '{{}}' OR {_STATE} = ANY($6::text[]))
      AND ($7::text IS NULL OR p.referring_domain = $7)
      AND ($8::bool IS NULL OR coalesce({_STATE} = 'promised' AND p.go_live_on < $2, false) = $8)
      AND ($9::text IS NULL OR p.campaign = $9)
"""


async def list_placements(
    tx: Tx,
    *,
    workspace_id: UUID,
    today: date,
    filters: Filters,
    before: UUID | None,
    limit: int,
) -> list[Placement]:
    """Return placements, the newest first."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} {_FROM} {_WHERE} AND ($10::uuid IS NULL OR p.placement_id < $10)"
        " ORDER BY p.placement_id DESC LIMIT $11",
        *_values(workspace_id, today, filters),
        before,
        limit,
    )
    return [placement_of(row) for row in rows]


async def list_after(
    tx: Tx, workspace_id: UUID, *, site_id: UUID | None, after: UUID, limit: int
) -> list[Placement]:
    """Return the next placements of living sites, by id."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} {_FROM} WHERE p.workspace_id = $1 AND p.placement_id > $3"
        " AND ($2::uuid IS NULL OR p.site_id = $2) ORDER BY p.placement_id LIMIT $4",
        *(workspace_id, site_id, after, limit),
    )
    return [placement_of(row) for row in rows]


async def count_placements(tx: Tx, *, workspace_id: UUID, today: date, filters: Filters) -> int:
    found = await tx.fetch_value(
        f"SELECT count(*) {_FROM} {_WHERE}", *_values(workspace_id, today, filters)
    )
    return int(found)


def _values(workspace_id: UUID, today: date, filters: Filters) -> list[Any]:
    return [
        workspace_id,
        today,
        None if filters.site_ids is None else list(filters.site_ids),
        filters.site_id,
        filters.vendor_id,
        list(filters.states),
        filters.domain,
        filters.is_overdue,
        filters.campaign,
    ]


_SAVE = """
    UPDATE placements SET vendor_id = $2, referring_url = $3, page_key = $4, referring_domain = $5,
        target_url = $6, target_key = $7, anchor_text = $8, rel = $9, position = $10,
        go_live_on = $11, until_on = $12, max_outlinks = $13, price = $14, currency = $15,
        note = $16, updated_at = $17, version = version + 1, terms_seq = $18, method = $19,
        campaign = $20,
        told_days = CASE WHEN until_on IS DISTINCT FROM $12 THEN NULL ELSE told_days END,
        expired_at = CASE WHEN until_on IS DISTINCT FROM $12 THEN NULL ELSE expired_at END,
        overdue_at = CASE WHEN go_live_on IS DISTINCT FROM $11 THEN NULL ELSE overdue_at END
    WHERE placement_id = $1
"""


async def save_placement(tx: Tx, placement: Placement, *, now: datetime) -> None:
    """Write the changed terms of a placement; new dates are told of anew."""
    terms = placement.terms
    await tx.run(
        _SAVE,
        placement.placement_id,
        placement.vendor_id,
        terms.referring_url,
        terms.page_key,
        terms.referring_domain,
        terms.target_url,
        terms.target_key,
        terms.anchor_text,
        None if terms.rel is None else list(terms.rel),
        terms.position,
        terms.go_live_on,
        terms.until_on,
        terms.max_outlinks,
        terms.price,
        terms.currency,
        placement.note,
        now,
        placement.terms_seq,
        terms.method,
        terms.campaign,
    )


async def find_same(tx: Tx, placement: Placement) -> UUID | None:
    """Return another placement that is agreed for the same page and target."""
    found: UUID | None = await tx.fetch_value(
        "SELECT placement_id FROM placements WHERE site_id = $1 AND page_key = $2"
        " AND target_key IS NOT DISTINCT FROM $3 AND cancelled_at IS NULL AND placement_id <> $4",
        placement.site_id,
        placement.terms.page_key,
        placement.terms.target_key,
        placement.placement_id,
    )
    return found


async def list_agreed(
    tx: Tx, site_id: UUID, terms: Sequence[Terms]
) -> set[tuple[UUID, UUID | None]]:
    """Return which (page, target) of these are agreed for already."""
    rows = await tx.fetch(
        "SELECT page_key, target_key FROM placements WHERE site_id = $1 AND cancelled_at IS NULL"
        " AND page_key = ANY($2::uuid[])",
        site_id,
        [one.page_key for one in terms],
    )
    return {(row["page_key"], row["target_key"]) for row in rows}


async def cancel(tx: Tx, placement_id: UUID, *, now: datetime) -> None:
    """End a placement; its row and its history stay."""
    await tx.run(
        "UPDATE placements SET cancelled_at = $2, updated_at = $2, version = version + 1,"
        " terms_seq = terms_seq + 1 WHERE placement_id = $1",
        placement_id,
        now,
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a placement's history."""

    placement_id: UUID
    kind: str
    sentence: str
    at: datetime
    reasons: Sequence[str] = ()
    actor: str = ""


async def add_history(tx: Tx, entries: Iterable[Entry]) -> None:
    lines = list(entries)
    if lines:
        await tx.run(
            "INSERT INTO placement_changes (change_id, placement_id, kind, sentence, reasons, actor,"
            " at) SELECT u.change_id, u.placement_id, u.kind, u.sentence,"
            " string_to_array(u.reasons, ' '), u.actor, u.at FROM unnest($1::uuid[], $2::uuid[],"
            " $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])"
            " AS u(change_id, placement_id, kind, sentence, reasons, actor, at)",
            [new_id() for _ in lines],
            [line.placement_id for line in lines],
            [line.kind for line in lines],
            [line.sentence for line in lines],
            [" ".join(line.reasons) for line in lines],
            [line.actor for line in lines],
            [line.at for line in lines],
        )


async def list_history(
    tx: Tx, placement_id: UUID, *, before: UUID | None, limit: int
) -> list[asyncpg.Record]:
    """Return what happened to a placement, the newest first."""
    return await tx.fetch(
        "SELECT change_id, kind, sentence, reasons, actor, at FROM placement_changes"
        " WHERE placement_id = $1 AND ($2::uuid IS NULL OR change_id < $2)"
        " ORDER BY change_id DESC LIMIT $3",
        placement_id,
        before,
        limit,
    )


def placement_of(row: asyncpg.Record) -> Placement:
    """Return the placement of a row with all columns."""
    return Placement(
        placement_id=row["placement_id"],
        workspace_id=row["workspace_id"],
        site_id=row["site_id"],
        terms=_terms(row),
        vendor_id=row["vendor_id"],
        vendor_name=row["vendor_name"],
        note=row["note"],
        terms_seq=row["terms_seq"],
        version=row["version"],
        seen=Seen(row["seen"]),
        reasons=tuple(map(Reason, row["reasons"])),
        link_id=row["link_id"],
        first_live_at=row["first_live_at"],
        lost_at=row["lost_at"],
        page_title=row["page_title"],
        page_contacts=tuple(row["page_contacts"]),
        page_outlinks=row["page_outlinks"],
        toxicity_sentence=row["toxicity_sentence"],
        created_by=row["created_by"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        cancelled_at=row["cancelled_at"],
    )


def _terms(row: asyncpg.Record) -> Terms:
    return Terms(
        referring_url=row["referring_url"],
        referring_domain=row["referring_domain"],
        target_url=row["target_url"],
        anchor_text=row["anchor_text"],
        rel=None if row["rel"] is None else tuple(row["rel"]),
        position=None if row["position"] is None else Position(row["position"]),
        go_live_on=row["go_live_on"],
        until_on=row["until_on"],
        max_outlinks=row["max_outlinks"],
        price=exact(row["price"], row["currency"]),
        currency=row["currency"],
        method=row["method"],
        campaign=row["campaign"],
    )
