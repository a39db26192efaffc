"""Opportunities of sites: listed and sorted, decided about, and what letters about them speak of."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.outreach.domain.opportunities import RELEVANT, Place
from shared.db import Tx
from shared.opportunities import OpportunityKind, OpportunityState

MOST_PAGES = 200
"""Pages that are shown of one opportunity, and that become prospects when it is accepted."""
SORTS = {
    "domains": (
        "o.relevant_domains * 1000000::bigint + o.domains * 1000 + coalesce(o.relevance, 0)",
        "bigint",
    ),
    "relevance": ("coalesce(o.relevance, -1)", "int"),
    "found": ("o.found_at", "timestamptz"),
    "pages": ("o.pages", "int"),
}
"""By what lists can be sorted; `domains`: those near the topic, then all, then the nearest page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opportunity:
    opportunity_id: UUID
    workspace_id: UUID
    site_id: UUID
    kind: OpportunityKind
    subject_url: str
    evidence: Mapping[str, Any]
    pages: int
    domains: int
    relevant_domains: int
    relevance: int | None
    state: OpportunityState
    because: str | None
    decided_by: str | None
    decided_at: datetime | None
    target_url: str | None
    offer: str | None
    found_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which opportunities of a site a list is about; empty means any."""

    kinds: Sequence[OpportunityKind] = ()
    states: Sequence[OpportunityState] = ()
    text: str = ""
    relevance_min: int | None = None


_COLUMNS = ", ".join(f"o.{name}" for name in Opportunity.__dataclass_fields__)
_WHERE = """
    FROM opportunities o WHERE o.site_id = $1
      AND ($2::text[] = '{}' OR o.kind = ANY($2)) AND ($3::text[] = '{}' OR o.state = ANY($3))
      AND ($4::int IS NULL OR o.relevance >= $4)
      AND ($5 = '' OR strpos(lower(o.subject_url), lower($5)) > 0 OR EXISTS (
          SELECT FROM opportunity_pages p WHERE p.opportunity_id = o.opportunity_id
            AND strpos(lower(p.page_url), lower($5)) > 0))
"""
# The pages of an opportunity, those that stand and are nearest first.
_PAGES = """
    SELECT p.*, s.title, s.language, s.relevance, s.judgement, r.stage, place
    FROM (
        SELECT p.*, row_number() OVER (PARTITION BY p.opportunity_id ORDER BY p.stands DESC,
            coalesce(q.relevance, -1) DESC, p.domain, p.page_key) AS place
        FROM opportunity_pages p LEFT JOIN surveyed_pages q
            ON q.site_id = p.site_id AND q.page_key = p.page_key
        WHERE p.opportunity_id = ANY($1::uuid[])
    ) AS p
    LEFT JOIN surveyed_pages s ON s.site_id = p.site_id AND s.page_key = p.page_key
    LEFT JOIN prospects r ON r.prospect_id = p.prospect_id
    WHERE place <= $2 ORDER BY p.opportunity_id, place
"""


async def list_opportunities(
    tx: Tx,
    site_id: UUID,
    filters: Filters,
    *,
    sort: str,
    descending: bool,
    after: tuple[Any, UUID] | None,
    limit: int,
) -> list[tuple[Opportunity, Any]]:
    """Return opportunities of a site in an order, each with its key in it."""
    expression, kind = SORTS[sort]
    way, sign = ("DESC", "<") if descending else ("ASC", ">")
    rows = await tx.fetch(
        f"SELECT {_COLUMNS}, {expression} AS key {_WHERE} AND ($7::uuid IS NULL"
        f" OR ({expression}, o.opportunity_id) {sign} ($6::{kind}, $7::uuid))"
        f" ORDER BY {expression} {way}, o.opportunity_id {way} LIMIT $8",
        *_values(site_id, filters),
        *(after or (None, None)),
        limit,
    )
    return [(opportunity_of(row), row["key"]) for row in rows]


async def count_opportunities(tx: Tx, site_id: UUID, filters: Filters) -> int:
    return int(await tx.fetch_value(f"SELECT count(*) {_WHERE}", *_values(site_id, filters)))


async def list_pages(
    tx: Tx, opportunity_ids: Collection[UUID], *, most: int = MOST_PAGES
) -> dict[UUID, list[asyncpg.Record]]:
    """Return the pages of opportunities, so many of each."""
    found: dict[UUID, list[asyncpg.Record]] = {}
    for row in await tx.fetch(_PAGES, list(opportunity_ids), most):
        found.setdefault(row["opportunity_id"], []).append(row)
    return found


async def list_anchors(
    tx: Tx, opportunity_ids: Collection[UUID], *, most: int = 5
) -> dict[UUID, list[str]]:
    """Return the words of the links to each dead address, those of most domains first."""
    rows = await tx.fetch(
        "SELECT opportunity_id, array_agg(anchor_text ORDER BY domains DESC, anchor_text) AS anchors"
        " FROM (SELECT opportunity_id, anchor_text, count(DISTINCT domain) AS domains, row_number()"
        " OVER (PARTITION BY opportunity_id ORDER BY count(DISTINCT domain) DESC, anchor_text) AS place"
        " FROM opportunity_pages WHERE opportunity_id = ANY($1::uuid[]) AND stands"
        " AND anchor_text <> '' GROUP BY opportunity_id, anchor_text) AS d WHERE place <= $2"
        " GROUP BY opportunity_id",
        *(list(opportunity_ids), most),
    )
    return {row["opportunity_id"]: list(row["anchors"]) for row in rows}


async def get_opportunities(
    tx: Tx, workspace_id: UUID, opportunity_ids: Collection[UUID], *, lock: bool = False
) -> dict[UUID, Opportunity]:
    """Return those of these opportunities that the workspace has, of sites that are there."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM opportunities o JOIN sites t ON t.site_id = o.site_id"
        " AND t.deleted_at IS NULL WHERE o.workspace_id = $1 AND o.opportunity_id = ANY($2::uuid[])"
        f" ORDER BY o.opportunity_id {'FOR UPDATE OF o' if lock else ''}",
        *(workspace_id, list(opportunity_ids)),
    )
    return {row["opportunity_id"]: opportunity_of(row) for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What became of an opportunity; what is None of the offer stays as it was."""

    opportunity_id: UUID
    state: OpportunityState
    because: str | None
    target_url: str | None = None
    offer: str | None = None


async def save_decided(tx: Tx, decided: Sequence[Decided], *, by: str, now: datetime) -> None:
    """Keep what people decided."""
    await tx.run(
        "UPDATE opportunities o SET state = u.state, because = u.because, decided_by = $1,"
        " decided_at = $2, updated_at = $2, target_url = coalesce(u.target_url, o.target_url),"
        " offer = coalesce(u.offer, o.offer) FROM unnest($3::uuid[], $4::text[], $5::text[],"
        " $6::text[], $7::text[]) AS u (opportunity_id, state, because, target_url, offer)"
        " WHERE o.opportunity_id = u.opportunity_id",
        *(by, now),
        [one.opportunity_id for one in decided],
        [one.state for one in decided],
        [one.because for one in decided],
        [one.target_url for one in decided],
        [one.offer for one in decided],
    )


async def link_prospects(
    tx: Tx, opportunity_ids: Collection[UUID], prospects: Mapping[str, UUID]
) -> None:
    """Note which prospect each page of accepted opportunities belongs to, by its domain."""
    await tx.run(
        "UPDATE opportunity_pages p SET prospect_id = u.prospect_id FROM unnest($2::text[],"
        " $3::uuid[]) AS u (domain, prospect_id) WHERE p.opportunity_id = ANY($1::uuid[])"
        " AND p.domain = u.domain AND p.prospect_id IS NULL",
        *(list(opportunity_ids), list(prospects), list(prospects.values())),
    )


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a letter to a prospect speaks of, and where that stands."""

    opportunity_id: UUID
    page_key: UUID
    place: Place


# Of several, the one that stands, is nearest and was decided last.
_SPOKEN = """
    SELECT DISTINCT ON (p.prospect_id) p.prospect_id, o.opportunity_id, p.page_key, o.kind, p.page_url,
        o.subject_url, p.anchor_text, o.target_url, o.offer
    FROM opportunity_pages p JOIN opportunities o USING (opportunity_id)
        LEFT JOIN surveyed_pages s ON s.site_id = p.site_id AND s.page_key = p.page_key
    WHERE p.site_id = $1 AND p.prospect_id = ANY($2::uuid[]) AND p.stands AND o.state = 'accepted'
        AND ($3::text IS NULL OR o.kind = $3)
    ORDER BY p.prospect_id, coalesce(s.relevance, -1) DESC, o.decided_at DESC, p.page_key
"""


async def list_spoken(
    tx: Tx, site_id: UUID, prospect_ids: Collection[UUID], kind: OpportunityKind | None
) -> dict[UUID, Spoken]:
    """Return for prospects what a letter of a kind speaks of, where an accepted opportunity stands."""
    rows = await tx.fetch(_SPOKEN, site_id, list(prospect_ids), kind)
    return {
        row["prospect_id"]: Spoken(
            row["opportunity_id"],
            row["page_key"],
            Place(
                kind=OpportunityKind(row["kind"]),
                page_url=row["page_url"],
                subject_url=row["subject_url"],
                anchor_text=row["anchor_text"],
                ours=row["target_url"],
                offer=row["offer"],
            ),
        )
        for row in rows
    }


def is_near(relevance: int | None) -> bool:
    """Say whether a page counts as one of the topic; what is not known does not."""
    return relevance is not None and relevance >= RELEVANT


def opportunity_of(row: asyncpg.Record) -> Opportunity:
    values = {name: row[name] for name in Opportunity.__dataclass_fields__}
    values["kind"] = OpportunityKind(values["kind"])
    values["state"] = OpportunityState(values["state"])
    return Opportunity(**values)


def _values(site_id: UUID, filters: Filters) -> list[Any]:
    return [
        site_id,
        list(filters.kinds),
        list(filters.states),
        filters.relevance_min,
        filters.text,
    ]
