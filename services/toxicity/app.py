"""The toxicity service: how dangerous each link looks, with the evidence, and disavow files.

Owns schema `toxicity` (copies of sites, pages and links, scores, reviews, disavow versions).
Consumes site.created, site.updated, site.deleted, link.checked, page.read, link.changed,
link.untracked, placement.promised, placement.updated.
Publishes link.scored, toxicity.changed, review.decided, disavow.version_created.
"""

from fastapi import FastAPI

from services.toxicity import handlers, jobs
from services.toxicity.api import ROUTERS
from services.toxicity.domain.disavow.safeguards import Limits
from services.toxicity.settings import Settings
from shared.bus import Bus
from shared.consumer import Consumer
from shared.db import Database
from shared.events import (
    Event,
    LinkChanged,
    LinkChecked,
    LinkUntracked,
    PageRead,
    PlacementPromised,
    PlacementUpdated,
    SiteCreated,
    SiteDeleted,
    SiteUpdated,
)
from shared.service import Work
from shared.web import new_web_app

EVENTS: tuple[type[Event], ...] = (
    SiteCreated,
    SiteUpdated,
    SiteDeleted,
    LinkChecked,
    PageRead,
    LinkChanged,
    LinkUntracked,
    PlacementPromised,
    PlacementUpdated,
)


def create_app(settings: Settings, *, bus: Bus, db: Database) -> FastAPI:
    """Wire the service. Nothing is opened before the lifespan starts."""
    work = Work(
        "toxicity",
        db=db,
        bus=bus,
        consumer=subscribe(Consumer("toxicity", db=db, bus=bus)),
        loops=jobs.loops(db, walk_pause_s=settings.walk_pause_s),
        grace_s=settings.shutdown_grace_s,
    )
    app = new_web_app(
        "toxicity",
        settings=settings,
        lifespan=work.lifespan,
        routers=ROUTERS,
        db=db,
        checks=work.checks,
    )
    app.state.limits = Limits(
        a_week=settings.large_domains,
        share=settings.large_share,
        authority=settings.large_authority,
    )
    return app


def subscribe(consumer: Consumer) -> Consumer:
    """Give all events that toxicity listens to their one handler."""
    for event in EVENTS:
        consumer.on(event, handlers.on_events)
    return consumer
