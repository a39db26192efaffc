"""Reads the sitemaps of the sites themselves once a week: live pages to which dead ones may lead."""

import asyncio

from services.crawler.adapters.sources import SourceReader
from services.crawler.domain.own_sitemap import OwnSite
from services.crawler.jobs import rounds
from services.crawler.store import sites
from shared import clock as house_clock
from shared.clock import Clock
from shared.db import Database
from shared.log import get_logger

log = get_logger(__name__)

AT_ONCE = 4
_WHAT = "sitemaps of sites"
_IDLE_S = 60.0
_WITHIN_S = 600.0


async def follow(
    stop: asyncio.Event, *, db: Database, reader: SourceReader, clock: Clock = house_clock.now
) -> None:
    """Read sitemaps in their turn until `stop`; readings that have begun are broken off then."""

    async def take() -> int:
        return await read_due(db, reader, clock=clock)

    await rounds.follow(stop, take, what=_WHAT, rest_s=_IDLE_S)


async def read_due(db: Database, reader: SourceReader, *, clock: Clock) -> int:
    """Read the sitemaps of some sites whose turn it is; returns how many there were."""
    async with db.begin() as tx:
        due = await sites.claim_sitemaps(tx, clock(), limit=AT_ONCE)
    async with asyncio.TaskGroup() as readings:
        for site in due:
            readings.create_task(_read(db, reader, site, clock))
    return len(due)


async def _read(db: Database, reader: SourceReader, site: OwnSite, clock: Clock) -> None:
    with rounds.apart(_WHAT, site_id=str(site.site_id)):
        pages = await reader.own_pages(site.hosts, within_s=_WITHIN_S)
        async with db.begin() as tx:
            await sites.tell_sitemap(tx, site, pages, clock())
        log.info(
            "sitemap read", site_id=str(site.site_id), pages=len(pages.urls), whole=pages.whole
        )
