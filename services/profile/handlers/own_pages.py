"""What the sitemap of a site names: its live pages, to which dead ones may lead."""

from collections.abc import Sequence

from services.profile.store import own_pages, sites
from shared.db import Tx
from shared.events import SitemapRead


async def on_sitemap_read(events: Sequence[SitemapRead], tx: Tx) -> None:
    """Keep the pages; a whole reading takes away those that only older ones named."""
    known = await sites.find_sites(tx, {event.site_id for event in events if event.site_id})
    for event in sorted(events, key=lambda one: (str(one.site_id), one.read_at, one.part_no)):
        if event.site_id is None or event.site_id not in known:
            continue
        pages = [(url, None) for url in event.urls]
        await own_pages.save_pages(
            tx, event.site_id, pages, source=own_pages.SITEMAP, now=event.read_at
        )
        if event.whole:
            await own_pages.forget_older(tx, event.site_id, read_at=event.read_at)
