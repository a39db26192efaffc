"""The outreach service: vendors, placements with their contracts, mail to other sites, and whom never to write to.

Owns schema `outreach` (copies of sites, vendors, placements and their history, suppressions, mailboxes,
messages and what came of them, plans and briefs, opportunities).
Consumes site.created, site.updated, site.deleted, link.changed, link.scored, page.read,
toxicity.changed, review.decided, disavow.version_created, domain.read, page.surveyed,
outlink.judged, mention.found, look.made.
Publishes placement.promised, placement.updated, placement.verified, placement.mismatched,
placement.lost, placement.expiring, prospect.found, prospect.qualified, prospect.rejected,
payment.due, payment.settled, offer.accepted, look.requested, exchange.changed, reading.requested,
outlink.doubted, message.approved, message.sent, message.failed, message.bounced, reply.received,
contact.unsubscribed, plan.updated.
"""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Any

from fastapi import FastAPI

from services.outreach import handlers
from services.outreach.adapters.calendars import PackagedCalendar
from services.outreach.adapters.carrier import Carrier
from services.outreach.adapters.examiner import Examiner
from services.outreach.adapters.inbox import Postbox
from services.outreach.adapters.token_desk import TokenDesk
from services.outreach.api import ROUTERS
from services.outreach.api.mail_house import MailHouse
from services.outreach.domain.mailboxes import MAIL_PORTS
from services.outreach.jobs.doubts import Settler, settle_doubts
from services.outreach.jobs.judging import judge_due
from services.outreach.jobs.notices import give_notices
from services.outreach.jobs.reading import Reader, read_mail
from services.outreach.jobs.refreshing import TokenKeeper
from services.outreach.jobs.sending import Sender, send_mail
from services.outreach.jobs.sequencing import run_sequences
from services.outreach.settings import Settings
from services.outreach.store import keeping
from shared import job_routes, keeper_routes
from shared.access import derive
from shared.bus import Bus
from shared.consumer import Consumer
from shared.db import Database
from shared.events import (
    DisavowVersionCreated,
    DomainRead,
    LinkChanged,
    LinkScored,
    LookMade,
    MentionFound,
    OutlinkJudged,
    PageRead,
    PageSurveyed,
    ReviewDecided,
    SiteCreated,
    SiteDeleted,
    SiteUpdated,
    ToxicityChanged,
    WorkspaceDeleted,
)
from shared.keeper import Keeper
from shared.keeper import subscribe as subscribe_keeping
from shared.service import Loop, Work
from shared.settings import SettingsError
from shared.vault import Vault
from shared.wall import Guard, Route, parse_routes
from shared.web import new_web_app

_CLAIM_PAUSE_S = 5.0
_DOUBT_PAUSE_S = 30.0
_CHECKS_AT_ONCE = 4


def create_app(settings: Settings, *, bus: Bus, db: Database) -> FastAPI:
    """Wire the service. Nothing is opened before the lifespan starts."""
    vault = Vault.of(settings)
    desk = TokenDesk(_web_guard(settings), vault)
    tokens = TokenKeeper(db, desk, vault)
    carrier = Carrier(_guard(settings), vault, tokens.token_of)
    pool = ThreadPoolExecutor(_CHECKS_AT_ONCE, thread_name_prefix="imap-check")
    calendar, reader = PackagedCalendar(), _reader(settings, vault, tokens)
    loops: dict[str, Loop] = {
        "notices": partial(give_notices, db, settings.notice_pause_s),
        "sequences": partial(run_sequences, db, calendar, settings.sequence_pause_s),
        "judging": partial(judge_due, db, settings.judge_pause_s),
        "reading": partial(read_mail, db, reader, _CLAIM_PAUSE_S),
        "doubts": partial(settle_doubts, db, Settler(open_with=reader.open_with), _DOUBT_PAUSE_S),
    }
    if settings.mail_allowed:
        loops["sending"] = partial(send_mail, db, _sender(settings, carrier), settings.send_pause_s)
    keeper = Keeper(
        db,
        shelves_of=keeping.SHELVES,
        mirror=keeping.MIRROR,
        people=keeping.PEOPLE,
        ties=keeping.TIES,
    )
    work = Work(
        "outreach",
        db=db,
        bus=bus,
        consumer=subscribe(Consumer("outreach", db=db, bus=bus)),
        loops={**loops, **keeper.loops},
        grace_s=settings.shutdown_grace_s,
    )
    app = new_web_app(
        "outreach",
        settings=settings,
        lifespan=_lifespan(work, tokens, pool),
        routers=(*ROUTERS, job_routes.router, keeper_routes.router),
        db=db,
        checks=work.checks,
    )
    app.state.keeper = keeper
    app.state.mail_house = MailHouse(
        examiner=Examiner.of(
            carrier, Postbox(_guard(settings), vault, pool, tokens.token_of), settings.public_url
        ),
        vault=vault,
        desk=desk,
        allowed=settings.mail_allowed,
        public_url=settings.public_url,
        calendar=calendar,
    )
    return app


def _lifespan(work: Work, tokens: TokenKeeper, pool: ThreadPoolExecutor) -> Any:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.callback(pool.shutdown, wait=False, cancel_futures=True)
            stack.push_async_callback(tokens.desk.close)
            async with work.lifespan(app):
                try:
                    yield
                finally:
                    await tokens.settle()

    return lifespan


def _guard(settings: Settings) -> Guard:
    """Return the wall through which mail servers are reached."""
    return Guard(ports=MAIL_PORTS, routes=_routes(settings))


def _web_guard(settings: Settings) -> Guard:
    """Return the wall through which providers are asked for tokens."""
    return Guard(routes=_routes(settings))


def _routes(settings: Settings) -> tuple[Route, ...]:
    try:
        return parse_routes(settings.mail_connect_to)
    except ValueError as error:
        raise SettingsError(f"ANCHORWATCH_OUTREACH_MAIL_CONNECT_TO: {error}") from error


def _reader(settings: Settings, vault: Vault, tokens: TokenKeeper) -> Reader:
    guard = _guard(settings)
    return Reader(
        open_with=partial(Postbox, guard, vault, tokens=tokens.token_of),
        key=derive(settings.secret, "message ids"),
        rest=timedelta(seconds=settings.read_pause_s),
    )


def _sender(settings: Settings, carrier: Carrier) -> Sender:
    return Sender(
        carrier=carrier,
        key=derive(settings.secret, "message ids"),
        public_url=settings.public_url,
        lease=timedelta(seconds=settings.send_lease_s),
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
    consumer.on(DomainRead, handlers.on_domain_read)
    consumer.on(LookMade, handlers.on_look_made)
    consumer.on(PageSurveyed, handlers.on_page_surveyed)
    consumer.on(OutlinkJudged, handlers.on_outlink_judged)
    consumer.on(MentionFound, handlers.on_mention_found)
    consumer.on(WorkspaceDeleted, handlers.on_workspace_deleted)
    subscribe_keeping(consumer)
    return consumer
