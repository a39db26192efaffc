"""A domain is enough to start: what the home page and the sitemap suggest about a site."""

import asyncio
from typing import Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.crawler.adapters.eyes import Eyes
from services.crawler.api.checks import EyesDep
from services.crawler.domain.page import Page
from services.crawler.domain.proposals import Proposals, propose
from services.crawler.store import sites
from shared import words
from shared.access import Scope
from shared.db import Tx
from shared.dependencies import CallerDep, DbDep
from shared.errors import UnavailableError
from shared.vocabulary import Role

router = APIRouter(prefix="/v1/sites/{site_id}", tags=["sites"])

DEADLINE_S = 25.0


class ProposalOut(BaseModel):
    """One value, and where it was read."""

    value: str
    why: str


class KeyPageOut(BaseModel):
    """A page of the site that matters."""

    url: str
    title: str | None
    why: str


class SearchConsole(BaseModel):
    """The exact clicks to the export of Search Console."""

    url: str
    steps: list[str]


class ProposalsOut(BaseModel):
    """What a look at the home page and the sitemap suggests. Nothing of it is taken over by itself."""

    domain: str
    home_url: str
    home_status: int | None
    notes: list[str] = Field(description="What could not be read, in plain words.")
    brands: list[ProposalOut]
    languages: list[ProposalOut]
    keywords: list[ProposalOut]
    hosts: list[ProposalOut] = Field(description="Other hosts that are probably the owner's.")
    key_pages: list[KeyPageOut]
    sitemap_pages: int = Field(
        description="So many pages the sitemap names, as far as it was read."
    )
    dead_targets: list[dict[str, Any]] = Field(
        default_factory=list,
        description="The site's own dead pages whose links are worth most, at most 20: `dead`, `links`,"
        " `referring_domains`, `value`, `reasons`, and where each should lead (`candidates`, `action`,"
        " `words`), as `GET /v1/sites/{site_id}/redirects` lists them all.",
    )
    dead_targets_url: str = Field(description="Where all of them are.")
    degraded: list[dict[str, str]] = Field(
        default_factory=list, description="Services whose part is missing in this answer."
    )
    search_console: SearchConsole


@router.post(
    "/proposals", summary="Propose brands, keywords, pages and hosts from the domain alone"
)
async def create_proposals(
    site_id: UUID, caller: CallerDep, db: DbDep, eyes: EyesDep
) -> ProposalsOut:
    """Look at the home page and the sitemap politely and say what they suggest; nothing is stored.

    Take over what is right with `PATCH /v1/sites/{site_id}`.
    """
    caller.require_scope(Scope.LINKS_WRITE)
    caller.require(site_id, Role.EDITOR)
    async with db.begin() as tx:
        domain = await _domain(tx, site_id, workspace_id=caller.workspace_id)
    if eyes is None:
        raise UnavailableError("The crawler is not running.")
    found = _Found()
    try:
        async with asyncio.timeout(DEADLINE_S):
            await found.look(eyes, domain)
    except TimeoutError:
        found.notes.append("The site answers slowly: this is what could be read in time.")
    proposals = propose(found.page, domain, found.sitemap)
    return _out(site_id, domain, found, proposals)


async def _domain(tx: Tx, site_id: UUID, *, workspace_id: UUID) -> str:
    await sites.require_site(tx, site_id, workspace_id=workspace_id)
    return (await sites.get_hosts(tx, site_id))[0]


class _Found:
    """What was read so far."""

    def __init__(self) -> None:
        self.page: Page | None = None
        self.home_url = ""
        self.status: int | None = None
        self.sitemap: list[str] = []
        self.notes: list[str] = []

    async def look(self, eyes: Eyes, domain: str) -> None:
        """Read the home page, by https or else http, and the sitemap beside it."""
        page, fetched = await eyes.observer.home(domain)
        self.page, self.home_url, self.status = page, fetched.final_url, fetched.status
        if self.page is None:
            why = words.reason(fetched.failure).sentence if fetched.failure else ""
            self.notes.append(f"The home page could not be read. {why}".strip())
        self.sitemap = await eyes.sources.addresses(f"{self.home_url.rstrip('/')}/sitemap.xml")
        if not self.sitemap:
            self.notes.append("There is no sitemap at /sitemap.xml, or it could not be read.")


def _out(site_id: UUID, domain: str, found: _Found, proposals: Proposals) -> ProposalsOut:
    listed = {
        name: [ProposalOut(value=one.value, why=one.why) for one in getattr(proposals, name)]
        for name in ("brands", "languages", "keywords", "hosts")
    }
    return ProposalsOut(
        domain=domain,
        home_url=found.home_url,
        home_status=found.status,
        notes=found.notes,
        key_pages=[
            KeyPageOut(url=page.url, title=page.title, why=page.why) for page in proposals.key_pages
        ],
        sitemap_pages=len(found.sitemap),
        dead_targets_url=f"/v1/sites/{site_id}/redirects",
        search_console=_search_console(domain),
        **listed,
    )


def _search_console(domain: str) -> SearchConsole:
    return SearchConsole(
        url=f"https://search.google.com/search-console/links?resource_id={quote(f'sc-domain:{domain}')}",
        steps=[
            "Open the address and choose the account that owns the site.",
            "At the top right choose “Export external links”.",
            "Choose “Latest links”, then “Download CSV”.",
            "Do the same with “More sample links”.",
            "Import both files here as they are, the ZIP archive as well.",
        ],
    )
