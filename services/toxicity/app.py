"""The toxicity service: how dangerous each link looks, with the evidence, and disavow files.

Owns schema `toxicity` (copies of sites, pages and links, scores, reviews, disavow versions).
Consumes site.created, site.updated, site.deleted, link.checked, page.read, link.changed,
link.untracked.
Publishes link.scored, toxicity.changed, review.decided, disavow.version_created.
"""

from dataclasses import dataclass

from fastapi import FastAPI

from services.toxicity import handlers, jobs
from services.toxicity.api import ROUTERS
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
)


@dataclass(frozen=True, slots=True)
class LargeSet:
    """From how many new domains on a disavow version needs a confirmation."""

    domains: int
    share: float


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
    app.state.large_set = LargeSet(settings.large_domains, settings.large_share)
    return app


def subscribe(consumer: Consumer) -> Consumer:
    """Give all events that toxicity listens to their one handler."""
    for event in EVENTS:
        consumer.on(event, handlers.on_events)
    return consumer
