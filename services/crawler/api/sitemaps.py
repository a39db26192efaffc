"""The site's own sitemap, read now: its live pages are where dead ones may lead."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.crawler.api.checks import EyesDep
from services.crawler.domain.own_sitemap import OwnSite
from services.crawler.store import sites
from shared import clock
from shared.access import Scope
from shared.dependencies import CallerDep, DbDep
from shared.errors import UnavailableError
from shared.vocabulary import Role

router = APIRouter(prefix="/v1/sites/{site_id}", tags=["sites"])
DEADLINE_S = 25.0


class SitemapOut(BaseModel):
    """What was read; redirects know the pages a moment later."""

    pages: int = Field(description="Pages of the site that its sitemaps name, 50,000 at most.")
    sitemaps: int = Field(description="Documents that were read, those of an index each.")
    whole: bool = Field(
        description="Whether nothing was left out; then pages that older readings named are gone."
    )
    note: str | None


@router.post("/sitemaps", summary="Read the site's own sitemap now")
async def read_sitemaps(site_id: UUID, caller: CallerDep, db: DbDep, eyes: EyesDep) -> SitemapOut:
    """Read the sitemaps that robots.txt names, else /sitemap.xml or /sitemap_index.xml, politely.

    It is done once a week by itself.
    """
    caller.require_scope(Scope.LINKS_WRITE)
    caller.require(site_id, Role.EDITOR)
    async with db.begin() as tx:
        await sites.require_site(tx, site_id, workspace_id=caller.workspace_id)
        hosts = await sites.get_hosts(tx, site_id)
    if eyes is None:
        raise UnavailableError("The crawler is not running.")
    site = OwnSite(site_id, caller.workspace_id, hosts)
    found = await eyes.sources.own_pages(hosts, within_s=DEADLINE_S)
    async with db.begin() as tx:
        await sites.tell_sitemap(tx, site, found, clock.now())
    note = None
    if not found.urls:
        note = "No sitemap was found in robots.txt or beside the home page, or none could be read."
    elif not found.whole:
        note = "Not everything could be read in time; the rest comes with the weekly reading."
    return SitemapOut(pages=len(found.urls), sitemaps=found.sitemaps, whole=found.whole, note=note)
