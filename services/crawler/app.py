"""The crawler: looks at pages and says what it saw.

Owns: schema `crawler` - pages, watches, hosts and when each is due.
Consumes: link.tracked link.untracked check.requested reading.requested outlink.doubted look.requested
site.created site.updated site.deleted.
Publishes: link.checked page.read link.discovered target.checked sitemap.read registration.read
domain.read page.surveyed outlink.judged mention.found look.made.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial

from fastapi import FastAPI

from services.crawler import handlers
from services.crawler.adapters.eyes import Eyes, Sightline, open_eyes, sightline_of
from services.crawler.adapters.registry import load_registries
from services.crawler.api import (
    checks,
    costs,
    discoveries,
    evaluations,
    evidence,
    optouts,
    proposals,
    shares,
    sitemaps,
    surveys,
    webmentions,
)
from services.crawler.domain.discovery.candidates import JOB_KIND
from services.crawler.domain.survey.wanted import JOB_KIND as SURVEY_KIND
from services.crawler.jobs import optouts as following
from services.crawler.jobs import (
    own_sitemaps,
    readings,
    registrations,
    second_looks,
    sources,
    wanted_looks,
    workers,
)
from services.crawler.jobs import webmentions as told
from services.crawler.jobs.checking import Checking
from services.crawler.jobs.erasing import erase_evidence
from services.crawler.jobs.housekeeping import keep_evidence, keep_house
from services.crawler.jobs.looking import EyesOf
from services.crawler.jobs.searching import Searcher
from services.crawler.jobs.surveying import Surveyor
from services.crawler.jobs.takeover import Takeover
from services.crawler.jobs.turns import SharedTurns
from services.crawler.jobs.workers import Workers
from services.crawler.settings import Settings
from services.crawler.store import keeping
from services.crawler.store.frontier import ClaimLimits
from services.crawler.store.rendered import StoredShares
from services.crawler.store.retention import Keep
from services.crawler.store.siblings import StoredSiblings
from shared import job_routes, keeper_routes
from shared.bus import Bus
from shared.consumer import Consumer
from shared.db import Database
from shared.errors import UnavailableError
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
from shared.job_runner import JobRunner
from shared.keeper import Keeper
from shared.keeper import subscribe as subscribe_keeping
from shared.service import Loop, Work, supervise
from shared.settings import SettingsError
from shared.web import new_web_app

_ROUTERS = (
    checks.router,
    costs.router,
    discoveries.router,
    evaluations.router,
    proposals.router,
    sitemaps.router,
    surveys.router,
    optouts.router,
    evidence.router,
    shares.router,
    shares.public,
    webmentions.public,
    job_routes.router,
    keeper_routes.router,
)


def create_app(settings: Settings, *, bus: Bus, db: Database) -> FastAPI:
    """Wire the service. Nothing is opened before the lifespan starts."""
    try:
        sightline = sightline_of(settings)
    except ValueError as error:
        raise SettingsError(f"ANCHORWATCH_CRAWLER_{error}") from error
    if settings.shard >= settings.shards:
        raise SettingsError(
            f"ANCHORWATCH_CRAWLER_SHARD is {settings.shard}, but the shards are numbered from 0 to"
            f" {settings.shards - 1} (ANCHORWATCH_CRAWLER_SHARDS)"
        )

    keeper = _keeper(settings, db)
    work = Work(
        "crawler",
        db=db,
        bus=bus,
        consumer=subscribe(Consumer("crawler", db=db, bus=bus)),
        loops={
            **_taking_over(settings, db, _looking(settings, db, lambda: app.state.eyes)),
            **_searching(settings, db, lambda: app.state.eyes),
            "keep house": partial(keep_house, db=db),
            "keep evidence": partial(keep_evidence, db=db, keep=_keep(settings)),
            **keeper.loops,
        },
        grace_s=settings.shutdown_grace_s,
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with _open_eyes(settings, sightline, db) as eyes:
            app.state.eyes = eyes
            async with work.lifespan(app):
                yield
            app.state.eyes = None

    app = new_web_app(
        "crawler",
        settings=settings,
        lifespan=lifespan,
        routers=_ROUTERS,
        db=db,
        checks=work.checks,
    )
    app.state.keeper = keeper
    app.state.eyes = None
    app.state.allowed_ports = settings.allowed_ports
    app.state.public_url = settings.public_url
    return app


def _keeper(settings: Settings, db: Database) -> Keeper:
    """Return what forgets and erases; kept pages are packed, so they are searched by the crawler itself."""
    return Keeper(
        db,
        shelves_of=keeping.shelves_of(settings.evidence_days),
        mirror=keeping.MIRROR,
        people=replace(keeping.PEOPLE, more=erase_evidence),
        ties=keeping.TIES,
        beside=keeping.BESIDE,
    )


def _looking(settings: Settings, db: Database, eyes_of: EyesOf) -> dict[str, Loop]:
    """Return the loops that look, or have others look; the list of opted-out hosts is read first."""

    def eyes_now() -> Eyes:
        eyes = eyes_of()
        if eyes is None:
            raise UnavailableError("The crawler's connections are not open")
        return eyes

    async def check_due(stop: asyncio.Event) -> None:
        eyes = eyes_now()
        await following.read(db, eyes.politeness)
        await _checking(settings, db, eyes).run(stop)

    async def follow_opt_outs(stop: asyncio.Event) -> None:
        await following.follow(stop, db=db, politeness=eyes_now().politeness)

    if settings.workers > 1:
        return {"check due": workers_of(settings).run, "follow opt-outs": follow_opt_outs}
    asking = _asking(db, eyes_now) if settings.follow_sources else {}
    if settings.ask_registries:
        asking["ask registries"] = _asking_registries(settings, db, eyes_now)
    return {
        "check due": check_due,
        "follow opt-outs": follow_opt_outs,
        **_answering(db, eyes_now),
        **asking,
    }


def _answering(db: Database, eyes_now: Callable[[], Eyes]) -> dict[str, Loop]:
    """Return the loops that read and look at what other services asked for."""

    async def read_domains(stop: asyncio.Event) -> None:
        eyes = eyes_now()
        await following.read(db, eyes.politeness)
        await readings.follow(stop, db=db, observer=eyes.observer)

    async def look_where_asked(stop: asyncio.Event) -> None:
        eyes = eyes_now()
        await following.read(db, eyes.politeness)
        await wanted_looks.follow(stop, db=db, observer=eyes.observer)

    return {"read domains": read_domains, "look where asked": look_where_asked}


def _asking(db: Database, eyes_now: Callable[[], Eyes]) -> dict[str, Loop]:
    """Return the loops that ask hosts what is new on them, and sites which pages they have."""

    async def follow_sources(stop: asyncio.Event) -> None:
        await sources.follow(stop, db=db, reader=eyes_now().sources)

    async def read_sitemaps(stop: asyncio.Event) -> None:
        await own_sitemaps.follow(stop, db=db, reader=eyes_now().sources)

    return {"follow sources": follow_sources, "read sitemaps": read_sitemaps}


def _asking_registries(settings: Settings, db: Database, eyes_now: Callable[[], Eyes]) -> Loop:
    """Return the loop that asks registries until when domains are registered."""
    try:
        registries = load_registries(settings.registries_file)
    except (OSError, ValueError) as error:
        raise SettingsError(f"ANCHORWATCH_CRAWLER_REGISTRIES_FILE: {error}") from error
    delay = timedelta(seconds=settings.registry_delay)

    async def ask_registries(stop: asyncio.Event) -> None:
        asking = registrations.Asking(db, eyes_now().registry, registries, delay=delay)
        await asking.follow(stop)

    return ask_registries


def _searching(settings: Settings, db: Database, eyes_of: EyesOf) -> dict[str, Loop]:
    """Return the loops that search for links nobody told of and for ways to new ones."""
    confirm_after = _confirm_after(settings)
    surveyor = Surveyor(db, eyes_of, confirm_after=confirm_after)
    return {
        "jobs": JobRunner({JOB_KIND: Searcher(db, eyes_of), SURVEY_KIND: surveyor}, db=db).run,
        "follow webmentions": partial(told.follow, db=db, eyes_of=eyes_of),
        "second looks": partial(
            second_looks.follow, db=db, eyes_of=eyes_of, confirm_after=confirm_after
        ),
    }


def _confirm_after(settings: Settings) -> timedelta | None:
    after = settings.confirm_after
    return None if after is None else timedelta(seconds=after)


def _taking_over(settings: Settings, db: Database, looking: Mapping[str, Loop]) -> dict[str, Loop]:
    """Return the loops with what comes before the first claim; workers of ours leave it to us."""
    takeover = Takeover(db, floor_s=settings.min_delay)

    async def check_due(stop: asyncio.Event) -> None:
        await takeover.once()
        await looking["check due"](stop)

    return {**looking, "check due": check_due}


def subscribe(consumer: Consumer) -> Consumer:
    """Give each event that crawler listens to its handler."""
    consumer.on(LinkTracked, handlers.on_link_tracked)
    consumer.on(LinkUntracked, handlers.on_link_untracked)
    consumer.on(CheckRequested, handlers.on_check_requested)
    consumer.on(ReadingRequested, handlers.on_reading_requested)
    consumer.on(LookRequested, handlers.on_look_requested)
    consumer.on(OutlinkDoubted, handlers.on_outlink_doubted)
    consumer.on(SiteCreated, handlers.on_site_created)
    consumer.on(SiteUpdated, handlers.on_site_updated)
    consumer.on(SiteDeleted, handlers.on_site_deleted)
    subscribe_keeping(consumer)
    return consumer


async def run_worker(settings: Settings, stop: asyncio.Event) -> None:
    """Look at the pages of this worker's share until `stop`, and report; no HTTP, no bus."""
    db = Database(settings.database_dsn, schema="crawler", pool_size=settings.database_pool_size)
    sightline = sightline_of(settings)
    try:
        async with (
            _open_eyes(settings, sightline, db) as eyes,
            asyncio.TaskGroup() as group,
        ):
            loops = _looking(settings, db, lambda: eyes)
            for name, loop in loops.items():
                group.create_task(supervise(f"crawler worker {name}", loop, stop))
            group.create_task(workers.report(stop, _tell))
    finally:
        await db.close()


def _open_eyes(
    settings: Settings, sightline: Sightline, db: Database
) -> AbstractAsyncContextManager[Eyes]:
    """Return the eyes of one of several processes: what they share is in the database."""
    shares = StoredShares(db, per_host=settings.render_host_daily, in_all=settings.render_daily)
    return open_eyes(sightline, turns=SharedTurns(db), siblings=StoredSiblings(db), shares=shares)


def _tell(line: bytes) -> None:
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()


def workers_of(settings: Settings) -> Workers:
    """Return the processes that look for us; all shares of all replicas are numbered as one."""

    def share(number: int) -> bytes:
        given = {
            "workers": 1,
            "shards": settings.shards * settings.workers,
            "shard": settings.shard * settings.workers + number,
            "per_address": max(1, settings.per_address // settings.workers),
        }
        return settings.as_json(**given)

    return Workers(
        command=(sys.executable, "-m", "services.cli.worker"),
        count=settings.workers,
        share=share,
        grace_s=settings.shutdown_grace_s,
    )


def _keep(settings: Settings) -> Keep:
    return Keep(
        days=settings.evidence_days,
        total_bytes=settings.evidence_max_bytes,
        site_bytes=settings.evidence_site_bytes,
    )


def _checking(settings: Settings, db: Database, eyes: Eyes) -> Checking:
    return Checking(
        db=db,
        observer=eyes.observer,
        politeness=eyes.politeness,
        limits=ClaimLimits(
            floor_s=settings.min_delay,
            pages=settings.claim_pages,
            shard=settings.shard,
            shards=settings.shards,
        ),
        confirm_after=_confirm_after(settings),
        evidence_body=settings.evidence_body,
        budget=settings.daily_checks,
    )
