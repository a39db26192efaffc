"""What the crawler does when profile tells it about links and sites: a batch at a time."""

from collections.abc import Sequence

from services.crawler.domain import tracking
from services.crawler.store import outlinks, readings, sites, wanted_looks, watches
from shared import clock
from shared.db import Tx
from shared.events import (
    CheckRequested,
    LinkTracked,
    LinkUntracked,
    LookRequested,
    OutlinkDoubted,
    ReadingRequested,
    SiteCreated,
    SiteDeleted,
    SiteUpdated,
)


async def on_link_tracked(events: Sequence[LinkTracked], tx: Tx) -> None:
    """Watch links, and the pages they point at."""
    links = tracking.newest_tracked(events)
    await watches.save_tracked(tx, links, tracking.targets_of(links), clock.now())


async def on_link_untracked(events: Sequence[LinkUntracked], tx: Tx) -> None:
    """Stop watching links; their pages come to rest at the next claim."""
    await watches.save_untracked(tx, tracking.newest_untracked(events), clock.now())


async def on_check_requested(events: Sequence[CheckRequested], tx: Tx) -> None:
    """Look at links before anything else that is due on their hosts."""
    await watches.request_checks(tx, sorted({event.link_id for event in events}), clock.now())


async def on_reading_requested(events: Sequence[ReadingRequested], tx: Tx) -> None:
    """Read domains in their turn."""
    await readings.want(tx, {event.domain for event in events}, clock.now())


async def on_outlink_doubted(events: Sequence[OutlinkDoubted], tx: Tx) -> None:
    """Look once more at dead links that somebody writes about."""
    await outlinks.add_doubts(tx, events, clock.now())


async def on_look_requested(events: Sequence[LookRequested], tx: Tx) -> None:
    """Look at pages for single links in their turn."""
    await wanted_looks.want(tx, events, clock.now())


async def on_site_created(events: Sequence[SiteCreated], tx: Tx) -> None:
    await sites.save_sites(tx, events, clock.now())


async def on_site_updated(events: Sequence[SiteUpdated], tx: Tx) -> None:
    await sites.save_sites(tx, events, clock.now())


async def on_site_deleted(events: Sequence[SiteDeleted], tx: Tx) -> None:
    await sites.save_sites(tx, events, clock.now())
