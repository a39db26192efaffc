"""The figures of a site, and of all sites that a caller may see."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.profile.domain.site import Site
from services.profile.store import figures, sites
from shared import clock
from shared.access import Scope
from shared.dependencies import CallerDep, TxDep
from shared.pages import Page, PageDep
from shared.vocabulary import LinkStatus, Role

router = APIRouter(prefix="/v1", tags=["overview"])


class Figures(BaseModel):
    """The figures of one site; each is the count of a list of links."""

    site_id: UUID
    domain: str
    name: str
    links: int = Field(description="All links that we know of.")
    links_present: int = Field(description="Live or changed.")
    links_counting: int = Field(description="Present, followed and on an indexable page.")
    links_followed: int = Field(description="Present and followed.")
    referring_domains: int = Field(description="Domains with a present link.")
    statuses: dict[LinkStatus, int]
    confirming: int = Field(description="Missed once; a second look will decide.")
    gained_30d: int
    lost_30d: int
    off_contract: int
    worth_a_look: int = Field(description="Links that toxicity wants a person to see.")
    unseen_14d: int = Field(
        description="Could not be looked at, and last seen 14 days ago or more."
    )
    new_links_known_until: datetime | None = Field(
        description="Links that came up later than this cannot be known yet."
    )
    last_checked_at: datetime | None
    as_of: datetime | None = Field(
        default=None, description="Of a large site: when the figures were counted; null: now."
    )


_COUNTS = (
    *("links", "links_present", "links_counting", "links_followed", "referring_domains"),
    *("confirming", "gained_30d", "lost_30d", "off_contract", "worth_a_look", "unseen_14d"),
)


def figures_of(site: Site, row: Mapping[str, Any], known_until: datetime | None) -> Figures:
    """Return the figures of a site; one without links has zeros."""
    return Figures(
        site_id=site.site_id,
        domain=site.domain,
        name=site.name,
        statuses={status: row.get(status, 0) for status in LinkStatus},
        new_links_known_until=known_until,
        last_checked_at=row.get("last_checked_at"),
        as_of=row.get("made_at"),
        **{name: row.get(name, 0) for name in _COUNTS},
    )


@router.get("/overview")
async def get_overview(
    caller: CallerDep, tx: TxDep, site_id: Annotated[UUID, Query(description="The site.")]
) -> Figures:
    """Return the figures of one site."""
    caller.require_scope(Scope.LINKS_READ)
    caller.require(site_id, Role.CLIENT)
    site = await sites.get_site(tx, caller.workspace_id, site_id)
    rows = await figures.list_overviews(tx, [site_id], now=clock.now())
    known = await figures.list_known_until(tx, [site_id])
    return figures_of(site, rows.get(site_id, {}), known.get(site_id))


@router.get("/portfolio")
async def list_portfolio(caller: CallerDep, tx: TxDep, paging: PageDep) -> Page[Figures]:
    """Return the figures of every site that you may see."""
    caller.require_scope(Scope.LINKS_READ)
    found = await sites.list_sites(
        tx,
        caller.workspace_id,
        only=caller.site_ids,
        after=paging.after[0] if paging.after else None,
        limit=paging.limit + 1,
    )
    ids = [site.site_id for site in found[: paging.limit]]
    rows = await figures.list_overviews(tx, ids, now=clock.now())
    known = await figures.list_known_until(tx, ids)
    return paging.page(
        found,
        key=lambda site: (site.site_id,),
        item=lambda site: figures_of(site, rows.get(site.site_id, {}), known.get(site.site_id)),
    )
