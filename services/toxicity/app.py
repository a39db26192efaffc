"""The toxicity service: how dangerous each link looks, with the evidence, and disavow files.

Owns schema `toxicity` (copies of sites, pages and links, scores, the graph and networks, attacks,
reviews, disavow versions).
Consumes site.created, site.updated, site.deleted, link.checked, link.adopted, page.read,
link.changed, link.untracked, placement.promised, placement.updated, registration.read.
Publishes link.scored, toxicity.changed, review.decided, disavow.version_created,
network.detected, attack.suspected, domain.flagged, job.updated.
"""

from datetime import timedelta
from functools import partial

from fastapi import FastAPI

from services.toxicity import handlers
from services.toxicity.api import ROUTERS
from services.toxicity.domain.disavow.safeguards import Limits
from services.toxicity.jobs.attacks import watch_for_attacks
from services.toxicity.jobs.graph import GraphLook, queue_due_looks
from services.toxicity.jobs.months import PAUSE_S, count_months
from services.toxicity.jobs.recalibrate import queue_due_looks_at_decisions, recalibrate
from services.toxicity.jobs.rescore import rescore
from services.toxicity.jobs.walk import walk_sites
from services.toxicity.settings import Settings
from services.toxicity.store import graphs, keeping, proposals, rescores
from shared import job_routes, keeper_routes
from shared.bus import Bus
from shared.consumer import Consumer
from shared.db import Database
from shared.events import (
    Event,
    LinkAdopted,
    LinkChanged,
    LinkChecked,
    LinkUntracked,
    PageRead,
    PlacementPromised,
    PlacementUpdated,
    RegistrationRead,
    SiteCreated,
    SiteDeleted,
    SiteUpdated,
)
from shared.job_runner import JobRunner
from shared.keeper import Keeper
from shared.keeper import subscribe as subscribe_keeping
from shared.service import Loop, Work
from shared.web import new_web_app

EVENTS: tuple[type[Event], ...] = (
    SiteCreated,
    SiteUpdated,
    SiteDeleted,
    LinkChecked,
    LinkAdopted,
    PageRead,
    LinkChanged,
    LinkUntracked,
    PlacementPromised,
    PlacementUpdated,
    RegistrationRead,
)


def create_app(settings: Settings, *, bus: Bus, db: Database) -> FastAPI:
    """Wire the service. Nothing is opened before the lifespan starts."""
    keeper = Keeper(
        db,
        shelves_of=keeping.SHELVES,
        mirror=keeping.MIRROR,
        people=keeping.PEOPLE,
        ties=keeping.TIES,
    )
    work = Work(
        "toxicity",
        db=db,
        bus=bus,
        consumer=subscribe(Consumer("toxicity", db=db, bus=bus)),
        loops={**_loops(db, settings), **keeper.loops},
        grace_s=settings.shutdown_grace_s,
    )
    app = new_web_app(
        "toxicity",
        settings=settings,
        lifespan=work.lifespan,
        routers=(*ROUTERS, job_routes.router, keeper_routes.router),
        db=db,
        checks=work.checks,
    )
    app.state.keeper = keeper
    app.state.limits = Limits(
        a_week=settings.large_domains,
        share=settings.large_share,
        authority=settings.large_authority,
    )
    return app


def _loops(db: Database, settings: Settings) -> dict[str, Loop]:
    look = GraphLook(db, max_edges=settings.graph_max_edges, max_pages=settings.graph_max_pages)
    return {
        "walk": partial(walk_sites, db, settings.walk_pause_s),
        "months": partial(count_months, db, PAUSE_S),
        "attacks": partial(watch_for_attacks, db, settings.attack_pause_s),
        "jobs": JobRunner({graphs.KIND: look}, db=db, slots=1).run,
        # A look at a large graph takes long; a re-score must not wait for it.
        "rescores": JobRunner(
            {rescores.KIND: rescore, proposals.KIND: recalibrate}, db=db, slots=1
        ).run,
        "due calibrations": partial(
            queue_due_looks_at_decisions,
            db,
            timedelta(seconds=settings.calibration_every_s),
            settings.calibration_pause_s,
        ),
        "due looks": partial(
            queue_due_looks,
            db,
            timedelta(seconds=settings.graph_every_s),
            settings.graph_pause_s,
        ),
    }


def subscribe(consumer: Consumer) -> Consumer:
    """Give all events that toxicity listens to their one handler."""
    for event in EVENTS:
        consumer.on(event, handlers.on_events)
    subscribe_keeping(consumer)
    return consumer
