"""The outreach service: vendors, placements with their contracts, and whom never to write to.

Owns schema `outreach` (copies of sites, vendors, placements and their history, suppressions).
Consumes site.created, site.updated, site.deleted, link.changed, link.scored, page.read,
toxicity.changed, review.decided, disavow.version_created.
Publishes placement.promised, placement.updated, placement.verified, placement.mismatched,
placement.lost, placement.expiring.
"""

from functools import partial

from fastapi import FastAPI

from services.outreach import handlers
from services.outreach.api import ROUTERS
from services.outreach.jobs.notices import give_notices
from services.outreach.settings import Settings
from shared.bus import Bus
from shared.consumer import Consumer
from shared.db import Database
from shared.events import (
    DisavowVersionCreated,
    LinkChanged,
    LinkScored,
    PageRead,
    ReviewDecided,
    SiteCreated,
    SiteDeleted,
    SiteUpdated,
    ToxicityChanged,
)
from shared.service import Work
from shared.web import new_web_app


def create_app(settings: Settings, *, bus: Bus, db: Database) -> FastAPI:
    """Wire the service. Nothing is opened before the lifespan starts."""
    work = Work(
        "outreach",
        db=db,
        bus=bus,
        consumer=subscribe(Consumer("outreach", db=db, bus=bus)),
        loops={"notices": partial(give_notices, db, settings.notice_pause_s)},
        grace_s=settings.shutdown_grace_s,
    )
    return new_web_app(
        "outreach",
        settings=settings,
        lifespan=work.lifespan,
        routers=ROUTERS,
        db=db,
        checks=work.checks,
    )


def subscribe(consumer: Consumer) -> Consumer:
    """Give each event that outreach listens to its handler."""
    consumer.on(SiteCreated, handlers.on_site_created)
    consumer.on(SiteUpdated, handlers.on_site_updated)
    consumer.on(SiteDeleted, handlers.on_site_deleted)
    consumer.on(LinkChanged, handlers.on_link_changed)
    consumer.on(LinkScored, handlers.on_link_scored)
    consumer.on(PageRead, handlers.on_page_read)
    consumer.on(ToxicityChanged, handlers.on_toxicity_changed)
    consumer.on(ReviewDecided, handlers.on_review_decided)
    consumer.on(DisavowVersionCreated, handlers.on_disavow_version_created)
    return consumer
