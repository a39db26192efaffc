"""One search over all sites that the caller may see: a domain, or the address of a page."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.profile.store import search, sites
from shared import clock, hostnames, words
from shared.access import Scope
from shared.dependencies import CallerDep, TxDep
from shared.urls import domain_or_host, from_text, host_of, page_id
from shared.vocabulary import LinkStatus

router = APIRouter(prefix="/v1", tags=["overview"])
_SITES = 500
_MOST = 50
_SHORTEST = 2


class Hit(BaseModel):
    """A referring domain of a site, or a link of it."""

    kind: Literal["domain", "link"]
    site_id: UUID
    site_domain: str
    domain: str
    readable_domain: str
    links: int
    links_present: int
    link_id: UUID | None = None
    referring_url: str | None = None
    target_url: str | None = None
    status: LinkStatus | None = None
    label: str | None = Field(default=None, description="The link's status in words.")


class Hits(BaseModel):
    """What was found; of each kind at most fifty."""

    items: list[Hit]


@router.get("/search")
async def search_everywhere(
    caller: CallerDep,
    tx: TxDep,
    q: Annotated[
        str, Query(max_length=2048, description="A domain, how one begins, or a page's address.")
    ] = "",
) -> Hits:
    """Find a domain or a page among the links of all sites that you may see."""
    caller.require_scope(Scope.LINKS_READ)
    text = hostnames.ascii_form(q.strip().lower())
    if len(text) < _SHORTEST:
        return Hits(items=[])
    seen = await sites.list_sites(tx, caller.workspace_id, only=caller.site_ids, limit=_SITES)
    names = {site.site_id: site.domain for site in seen}
    url = from_text(q.strip())
    host = host_of(url) if url else ""
    # An address is looked for as one; its domain comes with it.
    begins = host.removeprefix("www.") or text
    found = await search.search_domains(
        tx, list(names), begins, exact=domain_or_host(host) if host else text, limit=_MOST
    )
    items = [_hit_of_domain(row, names) for row in found]
    if url is not None:
        now = clock.now()
        rows = await search.search_links(tx, list(names), page_id(url), limit=_MOST)
        items += [
            Hit(
                kind="link",
                site_domain=names[row["site_id"]],
                domain=row["referring_domain"],
                readable_domain=hostnames.shown(row["referring_domain"]),
                links=1,
                links_present=int(row["status"] in {LinkStatus.LIVE, LinkStatus.CHANGED}),
                label=words.status(LinkStatus(row["status"]), now=now).label,
                **{name: row[name] for name in _OF_LINK},
            )
            for row in rows
        ]
    return Hits(items=items)


_OF_LINK = ("site_id", "link_id", "referring_url", "target_url", "status")


def _hit_of_domain(row: Mapping[str, Any], names: Mapping[UUID, str]) -> Hit:
    return Hit(
        kind="domain",
        site_domain=names[row["site_id"]],
        readable_domain=hostnames.shown(row["domain"]),
        **row,
    )
