"""A site from four sides: referring domains, target pages, anchors, and growth."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.profile.domain.anchor import class_of
from services.profile.domain.anchors import (
    AnchorCount,
    KindCount,
    distribution,
    next_placements,
    overlaps,
)
from services.profile.domain.site import Site
from services.profile.domain.velocity import Interval, Period, first_day, periods
from services.profile.store import figures, prepared, sites
from shared import clock
from shared.access import Caller, Scope
from shared.anchor_bands import BANDS, Group
from shared.db import Tx
from shared.dependencies import CallerDep, TxDep
from shared.pages import Page, PageDep
from shared.vocabulary import AnchorKind, Reason, Role

router = APIRouter(prefix="/v1/sites/{site_id}", tags=["reports"])
_TOP_ANCHORS = 100
_ADVICE = 10


async def _site(tx: Tx, caller: Caller, site_id: UUID) -> Site:
    caller.require_scope(Scope.LINKS_READ)
    caller.require(site_id, Role.CLIENT)
    return await sites.get_site(tx, caller.workspace_id, site_id)


class TargetOut(BaseModel):
    """A page of the site that others link to, and how it answers."""

    target_url: str
    links: int
    links_present: int
    referring_domains: int
    links_lost: int
    claimed_links: int | None = Field(
        description="As many links a list of your own pages (Search Console, Moz) says it has."
    )
    claimed_sites: int | None
    broken: bool | None = Field(description="null while nobody could look.")
    broken_since: datetime | None
    http_status: int | None
    final_url: str | None
    reasons: list[Reason]
    checked_at: datetime | None


@router.get("/targets")
async def list_targets(
    site_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    paging: PageDep,
    broken: Annotated[bool | None, Query(description="Only those that do not answer well.")] = None,
) -> Page[TargetOut]:
    """Return the pages of the site that others link to, those with the most links first."""
    await _site(tx, caller, site_id)
    after = None if paging.after is None else (paging.after[0], paging.after[1])
    rows = await figures.list_targets(
        tx, site_id, broken=broken, after=after, limit=paging.limit + 1
    )
    count = await figures.count_targets(tx, site_id, broken=broken) if paging.wants_count else None
    return paging.page(
        rows,
        key=lambda row: (row["links_present"], row["target_key"]),
        item=lambda row: TargetOut(**{name: row[name] for name in TargetOut.model_fields}),
        count=count,
    )


class KindShare(BaseModel):
    """One kind of anchor; `low` and `high` are targets for new links, no alarm."""

    kind: AnchorKind
    count: int
    share: float
    low: float | None
    high: float | None


class AnchorsOut(BaseModel):
    """The anchors of the present links of a site."""

    sentence: str
    domains: int
    links: int
    by_domain: list[KindShare]
    by_link: list[KindShare]
    groups: list[dict[str, Any]] = Field(description="The four groups that have a target.")
    warnings: list[dict[str, Any]]
    overlap: list[str] = Field(description="Keywords that the brand's own name holds.")
    as_of: datetime | None = Field(
        default=None, description="Of a large site: when this was counted; null: now."
    )
    coverage: float = Field(description="Share of the anchors that fall into the four groups.")
    explained: float = Field(
        description="Share of the links whose anchor a rule explains; of the others nobody knows what they are."
    )
    unknown_links: int = Field(description="Links whose anchor no rule explains.")
    next: list[dict[str, Any]] = Field(description="What the next placements should say.")
    items: list[dict[str, Any]] = Field(
        description="The anchors of the most referring domains, with the rule and word that decided."
    )


_BAND_OF = {
    AnchorKind.BRANDED: BANDS[Group.BRANDED],
    AnchorKind.PARTIAL: BANDS[Group.PARTIAL],
    AnchorKind.EXACT: BANDS[Group.EXACT],
}


@router.get("/anchors")
async def get_anchors(site_id: UUID, caller: CallerDep, tx: TxDep) -> AnchorsOut:
    """Return the distribution of anchors, by referring domain and by link."""
    site = await _site(tx, caller, site_id)
    kinds = await figures.list_anchor_kinds(tx, site_id)
    texts = await figures.list_anchor_texts(tx, site_id, limit=_TOP_ANCHORS)
    rows = await figures.list_overviews(tx, [site_id], now=clock.now())
    domains = rows[site_id]["referring_domains"] if site_id in rows else 0
    unknown = sum(kind.unknown_links for kind in kinds)
    overlap = overlaps(site.brands, site.keywords)
    found = distribution(kinds, texts, domains=domains, overlap=overlap)
    return AnchorsOut(
        sentence=found.verdict,
        domains=found.domains,
        links=found.links,
        by_domain=_shares(kinds, "domains"),
        by_link=_shares(kinds, "links"),
        groups=[asdict(share) for share in found.shares],
        warnings=[asdict(warning) for warning in found.warnings],
        overlap=list(found.overlap),
        as_of=await prepared.find_made_at(tx, site_id),
        coverage=found.coverage,
        next=[asdict(advice) for advice in next_placements(found.shares, _ADVICE)],
        explained=1 - unknown / found.links if found.links else 0.0,
        unknown_links=unknown,
        items=[_anchor(site, text) for text in texts],
    )


def _anchor(site: Site, text: AnchorCount) -> dict[str, Any]:
    why = class_of(site, text.text, image=False)
    return {**asdict(text), "flags": sorted(why.flags), "rule": why.rule, "word": why.word}


def _shares(kinds: list[KindCount], unit: str) -> list[KindShare]:
    counts = {kind.kind: getattr(kind, unit) for kind in kinds}
    total = sum(counts.values())
    return [
        KindShare(
            kind=kind,
            count=counts.get(kind, 0),
            share=counts.get(kind, 0) / total if total else 0.0,
            low=_BAND_OF[kind].low if kind in _BAND_OF else None,
            high=_BAND_OF[kind].high if kind in _BAND_OF else None,
        )
        for kind in AnchorKind
    ]


class PeriodOut(BaseModel):
    """One day, week or month."""

    at: date
    gained_links: int
    lost_links: int
    recovered_links: int
    net_links: int
    gained_domains: int
    lost_domains: int
    net_domains: int


class VelocityOut(BaseModel):
    """Growth. What an import brings counts on the day that its source names, or not at all."""

    interval: Interval
    items: list[PeriodOut]
    as_of: datetime | None = Field(
        default=None, description="Of a large site: when this was counted; null: now."
    )
    known_up_to: datetime | None = Field(
        description="Links that came up later than this cannot be known yet."
    )


@router.get("/velocity")
async def get_velocity(
    site_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    interval: Interval = Interval.DAY,
    since: Annotated[date | None, Query(alias="from")] = None,
) -> VelocityOut:
    """Return links and referring domains gained, lost and net, period by period."""
    await _site(tx, caller, site_id)
    until = clock.now().date()
    first = first_day(interval, since, until)
    moves = await figures.get_moves(tx, site_id, since=first)
    known = await figures.list_known_until(tx, [site_id])
    rows = periods(moves, interval=interval, since=first, until=until)
    items = [period_out(row) for row in rows]
    return VelocityOut(
        interval=interval,
        items=items,
        known_up_to=known.get(site_id),
        as_of=await prepared.find_made_at(tx, site_id),
    )


def period_out(row: Period) -> PeriodOut:
    names = set(PeriodOut.model_fields) - {"at"}
    return PeriodOut(at=row.starts_on, **{name: getattr(row, name) for name in names})
