"""Opportunities: ways to a link on pages of others, ranked, with what shows them."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.outreach.api.opportunity_shapes import (
    MOST_AT_ONCE,
    OpportunityOut,
    PageOut,
    opportunity_out,
    page_out,
)
from services.outreach.api.prospects import require_site
from services.outreach.domain.suppression import REASON_WORDS
from services.outreach.store import opportunities, suppressions, surveying
from services.outreach.store.opportunities import SORTS, Filters, Opportunity
from shared import queries
from shared.access import Caller
from shared.db import Tx
from shared.errors import NotFoundError
from shared.opportunities import OpportunityKind, OpportunityState
from shared.pages import Page, PageDep
from shared.vocabulary import Role
from shared.web import CallerDep, TxDep

router = APIRouter(prefix="/v1/sites/{site_id}/opportunities", tags=["opportunities"])
internal = APIRouter(prefix="/internal/sites/{site_id}/opportunities", include_in_schema=False)
_FEW = 3


class OpportunitiesOut(Page[OpportunityOut]):
    """One page of opportunities."""

    degraded: list[dict[str, str]] = Field(
        default_factory=list, description="Services whose part is missing in this answer."
    )


@router.get("")
async def list_opportunities(
    site_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    page: PageDep,
    kind: Annotated[str | None, Query(description="Only these kinds (comma = or).")] = None,
    state: Annotated[str | None, Query(description="Only these states (comma = or).")] = "open",
    q: Annotated[str, Query(max_length=253, description="Part of an address.")] = "",
    relevance_min: Annotated[int | None, Query(ge=0, le=100)] = None,
    sort: Annotated[str, Query(max_length=40, description=", ".join(SORTS))] = "-domains",
) -> OpportunitiesOut:
    """Return ways to a link, those on most domains near your topic first, with a page of yours that fits."""
    await require_site(tx, caller, site_id, Role.VIEWER)
    column, descending = queries.sort(sort, SORTS)
    filters = Filters(
        kinds=queries.choices("kind", kind, OpportunityKind),
        states=queries.choices("state", state, OpportunityState),
        text=q.strip(),
        relevance_min=relevance_min,
    )
    rows = await opportunities.list_opportunities(
        tx,
        site_id,
        filters,
        sort=column,
        descending=descending,
        after=None if page.after is None else (page.after[0], page.after[1]),
        limit=page.limit + 1,
    )
    count = None
    if page.wants_count:
        count = await opportunities.count_opportunities(tx, site_id, filters)
    shown = await _shown(tx, caller, [one for one, _ in rows], most=_FEW)
    found = page.page(
        rows,
        key=lambda row: (row[1], row[0].opportunity_id),
        item=lambda row: shown[row[0].opportunity_id],
        count=count,
    )
    return OpportunitiesOut(**dict(found))


@router.get("/{opportunity_id}")
async def get_opportunity(
    site_id: UUID, opportunity_id: UUID, caller: CallerDep, tx: TxDep
) -> OpportunityOut:
    """Return one opportunity with its pages: the link with its words, both looks, how near each page is."""
    await require_site(tx, caller, site_id, Role.VIEWER)
    known = await opportunities.get_opportunities(tx, caller.workspace_id, [opportunity_id])
    one = known.get(opportunity_id)
    if one is None or one.site_id != site_id:
        raise NotFoundError("There is no such opportunity.")
    shown = await _shown(tx, caller, [one], most=opportunities.MOST_PAGES)
    return shown[opportunity_id]


async def _shown(
    tx: Tx, caller: Caller, found: Sequence[Opportunity], *, most: int
) -> dict[UUID, OpportunityOut]:
    ids = [one.opportunity_id for one in found]
    pages = await opportunities.list_pages(tx, ids, most=most)
    anchors = await opportunities.list_anchors(tx, ids)
    forbidden = await forbidden_domains(
        tx, caller, {row["domain"] for rows in pages.values() for row in rows}
    )
    return {
        one.opportunity_id: opportunity_out(
            one,
            [_page(row, forbidden) for row in pages.get(one.opportunity_id, [])],
            anchors.get(one.opportunity_id, []),
        )
        for one in found
    }


def _page(row: Any, forbidden: dict[str, str]) -> PageOut:
    return page_out(row, forbidden=forbidden.get(row["domain"]))


async def forbidden_domains(tx: Tx, caller: Caller, domains: set[str]) -> dict[str, str]:
    """Return for each domain that must not be written to what forbids it."""
    known = await suppressions.list_covering_domains(tx, domains, workspace_id=caller.workspace_id)
    return {domain: f"{REASON_WORDS[one.reason]} ({one.value})." for domain, one in known.items()}


class SubjectsIn(BaseModel):
    opportunity_ids: list[UUID] = Field(max_length=MOST_AT_ONCE)


@internal.post("/subjects")
async def list_subjects(
    site_id: UUID, body: SubjectsIn, caller: CallerDep, tx: TxDep
) -> list[dict[str, Any]]:
    """Return of opportunities what a page that fits is looked for by; asked by the gateway only."""
    await require_site(tx, caller, site_id, Role.VIEWER)
    known = await opportunities.get_opportunities(tx, caller.workspace_id, body.opportunity_ids)
    ours = [one for one in known.values() if one.site_id == site_id]
    shown = await _shown(tx, caller, ours, most=_FEW)
    return [one.model_dump(mode="json") for one in shown.values()]


@internal.get("/pages")
async def list_known_pages(site_id: UUID, caller: CallerDep, tx: TxDep) -> list[str]:
    """Return pages of prospects that are worth a search; asked by the gateway only."""
    await require_site(tx, caller, site_id, Role.VIEWER)
    return await surveying.list_prospect_pages(tx, site_id)
