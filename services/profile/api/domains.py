"""Where a site's links come from: referring domains, and groups of hosts, addresses, languages."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from services.profile.api.filters import FilterDep
from services.profile.domain.filters import LinkFilter
from services.profile.store import domains, figures, origins, sites
from services.profile.store.domains import DomainFilter
from services.profile.store.origins import Origin
from shared import hostnames, queries
from shared.access import Caller, Scope
from shared.db import Tx
from shared.dependencies import CallerDep, TxDep, at_once
from shared.pages import Page, PageDep
from shared.vocabulary import Role

router = APIRouter(prefix="/v1/sites/{site_id}", tags=["reports"])


async def _check(tx: Tx, caller: Caller, site_id: UUID) -> None:
    caller.require_scope(Scope.LINKS_READ)
    caller.require(site_id, Role.CLIENT)
    await sites.get_site(tx, caller.workspace_id, site_id)


class DomainOut(BaseModel):
    """A referring domain; one that other tools only claim has no links of its own yet."""

    domain: str
    readable_domain: str = Field(
        description="As people read it; the ASCII form follows where it could deceive."
    )
    links: int
    links_present: int
    links_counting: int
    links_lost: int
    first_seen_at: datetime | None
    last_seen_at: datetime | None
    authority: float | None
    toxicity: int | None = Field(description="The highest score among its links.")
    claimed_links: int | None = Field(description="Links that other tools say it has.")
    claimed_by: list[str]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The parameters about the domain as a whole; those of lists of links come beside them."""

    only_claimed: Annotated[
        bool | None,
        Query(description="true: only those without a link of their own; false: only with one."),
    ] = None
    sitewide: Annotated[
        bool, Query(description="Only those of which many pages link to one page of the site.")
    ] = False
    domain_gained_from: datetime | None = None
    domain_gained_to: datetime | None = None
    domain_lost_from: datetime | None = None
    domain_lost_to: datetime | None = None


class DomainsOut(Page[DomainOut]):
    """One page of referring domains."""

    new_links_known_until: datetime | None = Field(
        default=None,
        description="Of a list by when links came: those that came up later cannot be known yet.",
    )


@router.get("/domains")
async def list_domains(
    site_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    paging: PageDep,
    links: FilterDep,
    given: Annotated[_Wanted, Depends(at_once(_Wanted))],
    sort: Annotated[
        str, Query(max_length=40, description=", ".join(domains.SORTS))
    ] = "-links_present",
) -> DomainsOut:
    """Return the referring domains of a site; with a filter of links, those that have such a link.

    Without any filter of links, a large site's are those of the last minutes. Without any filter also those that other tools claim and of which no link is known. `q` is
    looked for in the domain. With a filter the counts are of the links that it means.
    """
    await _check(tx, caller, site_id)
    column, descending = queries.sort(sort, domains.SORTS)
    wanted = _wanted(links, given)
    after = None if paging.after is None else (paging.after[0], paging.after[1])
    rows = await domains.list_domains(
        tx,
        site_id,
        wanted,
        sort=column,
        descending=descending,
        after=after,
        limit=paging.limit + 1,
    )
    count = await domains.count_domains(tx, site_id, wanted) if paging.wants_count else None
    known: Mapping[UUID, datetime] = {}
    if links.asks_for_new or given.domain_gained_from or given.domain_gained_to:
        known = await figures.list_known_until(tx, [site_id])
    page = paging.page(
        rows,
        key=lambda row: (row[column], row["domain"]),
        item=lambda row: DomainOut(readable_domain=hostnames.shown(row["domain"]), **row),
        count=count,
    )
    return DomainsOut(**dict(page), new_links_known_until=known.get(site_id))


def _wanted(links: LinkFilter, given: _Wanted) -> DomainFilter:
    return DomainFilter(
        links=replace(links, q=None),
        q=links.q,
        only_claimed=given.only_claimed,
        sitewide=given.sitewide,
        gained_from=given.domain_gained_from,
        gained_to=given.domain_gained_to,
        lost_from=given.domain_lost_from,
        lost_to=given.domain_lost_to,
    )


class OriginOut(BaseModel):
    """A group of present links whose pages have something in common."""

    value: str = Field(description="What they have in common; `unknown` can be asked for as well.")
    links: int
    referring_domains: int


@router.get("/origins")
async def list_origins(
    site_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    paging: PageDep,
    by: Annotated[
        Origin, Query(description="What to group by; a block is a /24, of IPv6 a /48.")
    ] = Origin.HOST,
) -> Page[OriginOut]:
    """Return where the present links come from, the largest group first."""
    await _check(tx, caller, site_id)
    after = None if paging.after is None else (paging.after[0], paging.after[1])
    rows = await origins.list_origins(tx, site_id, by, after=after, limit=paging.limit + 1)
    count = await origins.count_origins(tx, site_id, by) if paging.wants_count else None
    return paging.page(
        rows,
        key=lambda row: (row["links"], row["value"]),
        item=lambda row: OriginOut(**row),
        count=count,
    )
