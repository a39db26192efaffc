"""The list of a site's links, and links added by hand."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from services.profile.api.filters import FilterDep, SortDep
from services.profile.api.link_models import FIELDS, LinkOut, link_item
from services.profile.domain.adding import read_pairs
from services.profile.domain.filters import LinkFilter
from services.profile.domain.history import tracked_event
from services.profile.domain.link import Link
from services.profile.store import adding, figures, listing, sites
from shared import clock, outbox, queries
from shared.access import Scope, for_client
from shared.db import Tx
from shared.dependencies import CallerDep, SnapshotDep, TxDep
from shared.pages import Page, PageDep
from shared.vocabulary import Role

router = APIRouter(tags=["links"])


class LinksOut(Page[LinkOut]):
    """One page of links."""

    new_links_known_until: datetime | None = Field(
        default=None,
        description="Of a list by when links came: those that came up later cannot be known yet.",
    )


@router.get("/v1/sites/{site_id}/links", response_model=LinksOut)
async def list_links(
    site_id: UUID,
    caller: CallerDep,
    tx: SnapshotDep,
    wanted: FilterDep,
    sort: SortDep,
    paging: PageDep,
    fields: Annotated[
        str | None, Query(max_length=1000, description="Only these columns, comma between them.")
    ] = None,
) -> Response:
    """Return the links of a site, filtered and sorted; the cost of a page does not grow with depth."""
    # A page of the list is more than one statement: a link that changes meanwhile is in none or in two.
    caller.require_scope(Scope.LINKS_READ)
    caller.require(site_id, Role.CLIENT)
    await sites.get_site(tx, caller.workspace_id, site_id)
    columns = queries.fields(fields, FIELDS)
    rows = await listing.list_links(
        tx, site_id, wanted, sort=sort, after=_place(paging.after), limit=paging.limit + 1
    )
    shown = rows[: paging.limit]
    claims = await listing.list_claims(tx, [row["link_id"] for row in shown])
    count = await listing.count_links(tx, site_id, wanted) if paging.wants_count else None
    beside = {"new_links_known_until": await _known_until(tx, site_id, wanted)}
    now, everything = clock.now(), caller.sees_everything_in(site_id)

    def item(row: Any) -> dict[str, Any]:
        made = link_item(row, claims.get(row["link_id"], ()), now=now)
        if columns:
            made = {name: made[name] for name in columns}
        return made if everything else for_client(made)

    return paging.encoded(
        rows,
        key=lambda row: (row["sort_value"], row["link_id"]),
        item=item,
        count=count,
        beside=beside,
    )


async def _known_until(tx: Tx, site_id: UUID, wanted: LinkFilter) -> datetime | None:
    if not wanted.asks_for_new:
        return None
    return (await figures.list_known_until(tx, [site_id])).get(site_id)


def _place(after: tuple[Any, ...] | None) -> tuple[Any, UUID] | None:
    return None if after is None else (after[0], after[1])


class NewLink(BaseModel):
    """A page that links to the site, and the page it links to where that is known."""

    model_config = ConfigDict(extra="forbid")

    referring_url: str = Field(max_length=4096)
    target_url: str | None = Field(default=None, max_length=4096)


class NewLinks(BaseModel):
    model_config = ConfigDict(extra="forbid")

    links: list[NewLink] = Field(min_length=1, max_length=1000)


class AddedLink(BaseModel):
    """Where a link that was given is kept now; one for each, in the order of the request."""

    id: UUID
    referring_url: str
    target_url: str | None
    created: bool = Field(description="Whether this made a new link.")
    duplicate: bool = Field(description="Whether the same link stands further up in the request.")


class AddedLinks(BaseModel):
    items: list[AddedLink]


@router.post("/v1/sites/{site_id}/links", status_code=201)
async def add_links(site_id: UUID, body: NewLinks, caller: CallerDep, tx: TxDep) -> AddedLinks:
    """Add links by hand; a link that is known already stays as it is. They are checked soon."""
    caller.require_scope(Scope.LINKS_WRITE)
    caller.require(site_id, Role.EDITOR)
    site = await sites.get_site(tx, caller.workspace_id, site_id)
    now = clock.now()
    pairs = [(link.referring_url, link.target_url) for link in body.links]
    meant = read_pairs(site, pairs, now=now)
    wanted = list({link.link_id: link for link in meant}.values())
    added = await adding.add_by_hand(tx, wanted, actor=caller.actor, now=now)
    await outbox.add(tx, [tracked_event(link, site.hosts, priority=1) for link in added.watch])
    return AddedLinks(items=list(_told(meant, added)))


def _told(meant: Iterable[Link], added: adding.Added) -> Iterator[AddedLink]:
    told: set[UUID] = set()
    for link in meant:
        link_id = added.kept[link.page_key, link.target_key]
        is_double = link.link_id in told
        told.add(link.link_id)
        yield AddedLink(
            id=link_id,
            referring_url=link.referring_url,
            target_url=link.target_url,
            created=link_id in added.created and not is_double,
            duplicate=is_double,
        )
