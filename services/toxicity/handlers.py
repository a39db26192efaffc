"""What toxicity does when it hears of something: keep it, judge what it touches, tell what changed."""

from collections.abc import Sequence
from uuid import UUID

from services.toxicity.domain.ingest import fold, is_news
from services.toxicity.metrics import SCORED
from services.toxicity.store import scores, sights, sites
from shared import clock
from shared.db import Tx
from shared.events import LinkChanged, LinkChecked, PageRead, SiteCreated, SiteDeleted, SiteUpdated

CHUNK = 500


async def on_site_created(events: Sequence[SiteCreated], tx: Tx) -> None:
    await sites.save_sites(tx, events)


async def on_site_updated(events: Sequence[SiteUpdated], tx: Tx) -> None:
    await sites.save_sites(tx, events)


async def on_site_deleted(events: Sequence[SiteDeleted], tx: Tx) -> None:
    await sites.mark_deleted(tx, events)


async def on_link_checked(events: Sequence[LinkChecked], tx: Tx) -> None:
    """Keep what was seen of each link and judge those of which something new was seen."""
    sightings = fold(events)
    await sights.hold_pages(tx, [one.page_id for one in sightings.values()])
    kept = await sights.lock_kept(tx, sightings)
    await sights.save_sightings(tx, sightings.values())
    await _score(tx, [key for key, one in sightings.items() if is_news(one, kept.get(key))])


async def on_page_read(events: Sequence[PageRead], tx: Tx) -> None:
    """Keep the facts of pages and judge the links that stand on them."""
    pages = await sights.save_pages(tx, events)
    after = sites.START
    while pages:
        links = await sights.list_links_of_pages(tx, pages, after=after, limit=CHUNK)
        await _score(tx, links)
        if len(links) < CHUNK:
            return
        after = links[-1]


async def on_link_changed(events: Sequence[LinkChanged], tx: Tx) -> None:
    """Take over losses, recoveries and contracts: a lost link needs no action."""
    await _score(tx, await sights.save_changes(tx, events))


async def _score(tx: Tx, links: Sequence[UUID]) -> None:
    SCORED.inc(await scores.score_links(tx, links, now=clock.now()))
