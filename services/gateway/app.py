"""The gateway: the one door for people and programs.

Owns: workspaces, users, keys, grants, sessions, the audit log, idempotency, the log of outward events,
webhooks, channels and what they are told of alerts, who gets reports by e-mail, what people do about them from chats, saved views.
Consumes: every outward event and `job.updated`.
Publishes: webhook.disabled.
Everything else under `/v1` it passes on to the service that owns it (domain/routing.py).
"""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from importlib.resources import files
from typing import Any

from fastapi import FastAPI
from starlette.middleware import Middleware

from services.gateway import handlers
from services.gateway.adapters.alert_desk import AlertDesk
from services.gateway.adapters.courier import Courier
from services.gateway.adapters.hub import Hub
from services.gateway.adapters.messenger import Messenger
from services.gateway.adapters.postman import Postman
from services.gateway.adapters.report_desk import ReportDesk
from services.gateway.adapters.reporter import Reporter
from services.gateway.adapters.teller import Teller
from services.gateway.api import (
    acting,
    approvals,
    audit_log,
    callbacks,
    channel_buttons,
    channels,
    chat_people,
    documents,
    erasures,
    events,
    grants,
    keys,
    leaving,
    reading,
    rebuilds,
    report_mails,
    report_readers,
    retention,
    robot,
    session,
    shared_evidence,
    shared_exports,
    shared_reports,
    signed_in,
    today,
    unsubscribing,
    users,
    views,
    webhooks,
    webmention,
    words,
    workspaces,
)
from services.gateway.api import jobs as job_routes
from services.gateway.api.console import Console
from services.gateway.api.door import Counters, Door, new_counters
from services.gateway.api.forward import Forward
from services.gateway.api.identity import Identity
from services.gateway.api.once import Once
from services.gateway.api.sites import Sites
from services.gateway.domain.limits import Limiter, Policy
from services.gateway.domain.outward import STREAMED
from services.gateway.domain.routing import new_table
from services.gateway.domain.views import filters_of
from services.gateway.jobs import following, rebuilding
from services.gateway.jobs.alerting import ChannelMessages
from services.gateway.jobs.delivering import deliver
from services.gateway.jobs.mailing import ReportMails
from services.gateway.jobs.reporting import make_due_reports
from services.gateway.jobs.telling import WebhookMessages
from services.gateway.settings import Settings
from services.gateway.store import keeping
from shared.access import derive
from shared.bus import Bus
from shared.consumer import Consumer
from shared.copies import on_copies_wanted
from shared.db import Database
from shared.events import (
    REGISTRY,
    AlertRaised,
    AlertResolved,
    CopiesSent,
    CopiesWanted,
    ErasureDone,
    ReportReady,
    SiteDeleted,
    SiteRemoved,
)
from shared.http import NetworkTransport, ServiceClient, Transport
from shared.keeper import Keeper
from shared.mail_server import MailSecurity, MailServer
from shared.service import Work
from shared.settings import SettingsError
from shared.vault import Vault
from shared.wall import Guard, parse_routes
from shared.web import new_web_app

_ROUTERS = (
    *(session.router, words.router, workspaces.router, users.router, keys.router, grants.router),
    *(audit_log.router, events.router, job_routes.router, documents.router, robot.router),
    *(shared_evidence.router, shared_exports.router, shared_reports.router),
    *(webhooks.router, channels.router),
    *(leaving.router, unsubscribing.router, webmention.router, signed_in.router),
    *(views.router, today.router, approvals.router),
    *(channel_buttons.router, chat_people.router, acting.router, callbacks.router),
    *(report_readers.router, report_mails.router, reading.router),
    *(retention.router, erasures.router, rebuilds.router),
)
_VISITS_A_MINUTE = 300
_PRESSES_A_MINUTE = 120
_PAUSE_S = 2.0
_SERVICES = ("crawler", "profile", "toxicity", "outreach")


def create_app(
    settings: Settings,
    *,
    bus: Bus,
    db: Database,
    transports: Mapping[str, Transport] | None = None,
    documents_of_services: Mapping[str, Any] | None = None,
) -> FastAPI:
    """Wire the gateway. Without `transports` it calls the services over the network."""
    network = {} if transports is not None else _network(settings)
    clients = {
        service: ServiceClient(service, transport, settings.secret)
        for service, transport in (transports or network).items()
    }
    described = services_documents() if documents_of_services is None else documents_of_services
    identity, hub = Identity(db), Hub()
    once = Once(db, Vault(lambda: [settings.secret.decode()]))
    teller, messenger = _senders(settings)
    keeper = _keeper(settings, db, clients)
    desk = ReportDesk(clients["profile"], derive(settings.secret, "reading"), messenger.base)
    mails = ReportMails(db, desk, messenger.postman)
    outgoings = (WebhookMessages(db, teller), ChannelMessages(db, messenger), mails)
    work = Work(
        "gateway",
        db=db,
        bus=bus,
        consumer=subscribe(Consumer("gateway", db=db, bus=bus)),
        loops={
            "event log": partial(
                following.follow_event_log, db=db, hub=hub, remembered=identity.remembered
            ),
            "old rows": partial(following.forget_old_rows, db=db, event_days=settings.event_days),
            "messages": partial(deliver, db=db, outgoings=outgoings),
            "reports": partial(make_due_reports, reporter=Reporter(clients)),
            **keeper.loops,
            "self-checks": partial(rebuilding.watch_copies, db=db),
        },
        grace_s=settings.shutdown_grace_s,
    )
    app = new_web_app(
        "gateway",
        settings=settings,
        lifespan=_lifespan(work, network, teller.courier),
        routers=_ROUTERS,
        db=db,
        checks=work.checks,
        inner=(
            Middleware(Door, identity=identity, counters=_counters(settings), once=once),
            Middleware(Forward, table=new_table(described), clients=clients, db=db),
        ),
        is_public=True,
    )
    _remember(app, settings, identity=identity, hub=hub, clients=clients)
    app.state.readiness.goodbyes.append(hub.close)
    app.state.keeper = keeper
    app.state.teller = teller
    app.state.messenger = messenger
    app.state.report_desk = desk
    app.router.default = Console()
    return app


def _counters(settings: Settings) -> Counters:
    """Return what counts requests, attempts to sign in and looks that somebody waits for."""
    return new_counters(
        rate_limit=settings.rate_limit,
        sign_in_limit=settings.sign_in_limit,
        checks_at_once=settings.checks_at_once,
    )


def _keeper(settings: Settings, db: Database, clients: Mapping[str, ServiceClient]) -> Keeper:
    """Return what forgets, erases and compares; what waits for other services has its own runner."""
    return Keeper(
        db,
        shelves_of=keeping.shelves_of(settings.event_days),
        mirror=keeping.MIRROR,
        people=keeping.PEOPLE,
        ties=keeping.TIES,
        more={
            rebuilding.SELF_CHECK: rebuilding.SelfChecker(db, clients, _PAUSE_S),
            rebuilding.REBUILD: rebuilding.Rebuilder(db, clients, _PAUSE_S),
        },
    )


def services_documents() -> dict[str, Any]:
    """Return the OpenAPI documents of the services, as `python -m services.contracts` wrote them."""
    return {name: _document(name) for name in _SERVICES}


def _document(service: str) -> Any:
    path = files("services.gateway") / "openapi" / f"{service}.json"
    return json.loads(path.read_text("utf-8"))


def subscribe(consumer: Consumer) -> Consumer:
    """Give each event that the gateway listens to its handler."""
    consumer.on(SiteDeleted, handlers.on_site_deleted)
    consumer.on(AlertRaised, handlers.on_told)
    consumer.on(AlertResolved, handlers.on_told)
    consumer.on(ReportReady, handlers.on_told)
    apart = {SiteDeleted.name, AlertRaised.name, AlertResolved.name, ReportReady.name}
    consumer.on(SiteRemoved, handlers.on_site_removed)
    consumer.on(ErasureDone, handlers.on_erasure_done)
    consumer.on(CopiesSent, handlers.on_copies_sent)
    consumer.on(CopiesWanted, on_copies_wanted)
    for name in sorted(STREAMED - apart):
        consumer.on(REGISTRY[name], handlers.on_outward_event)
    return consumer


def _network(settings: Settings) -> dict[str, NetworkTransport]:
    return {name: NetworkTransport(getattr(settings, f"{name}_url")) for name in _SERVICES}


def _guard(settings: Settings) -> Guard:
    """Return the wall through which messages go to receivers."""
    try:
        return Guard(routes=parse_routes(settings.webhook_connect_to))
    except ValueError as error:
        raise SettingsError(f"ANCHORWATCH_GATEWAY_WEBHOOK_CONNECT_TO: {error}") from error


def _senders(settings: Settings) -> tuple[Teller, Messenger]:
    """Return who tells webhooks, and who tells channels; they share the way out."""
    courier, vault = Courier(_guard(settings)), Vault.of(settings)
    messenger = Messenger(
        courier,
        _postman(settings),
        vault,
        base=_base(settings),
        leaving_key=derive(settings.secret, "leaving"),
        acting_key=derive(settings.secret, "acting"),
    )
    return Teller(courier, vault), messenger


def _postman(settings: Settings) -> Postman | None:
    """Return who brings mail to our own users; None while no mail server is set up."""
    if not settings.smtp_host:
        return None
    if not settings.smtp_from:
        raise SettingsError("ANCHORWATCH_GATEWAY_SMTP_FROM: give the address that mail comes from.")
    security = MailSecurity(settings.smtp_security)
    password = settings.smtp_password
    if password is not None and security is MailSecurity.NONE:
        raise SettingsError(
            "ANCHORWATCH_GATEWAY_SMTP_SECURITY: a password goes over an encrypted connection only; "
            "use starttls or tls, or take the password away."
        )
    return Postman(
        MailServer(
            settings.smtp_host,
            settings.smtp_port,
            security,
            user=settings.smtp_user or None,
            password=None if password is None else password.get_secret_value(),
        ),
        sender=settings.smtp_from,
    )


def _base(settings: Settings) -> str:
    """Return where people reach the console, for the links in messages."""
    return (settings.public_url or f"http://{settings.host}:{settings.port}").rstrip("/")


def _lifespan(work: Work, network: Mapping[str, NetworkTransport], courier: Courier) -> Any:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for transport in network.values():
                stack.push_async_callback(transport.close)
            stack.push_async_callback(courier.close)
            await stack.enter_async_context(work.lifespan(app))
            yield

    return lifespan


def _remember(
    app: FastAPI,
    settings: Settings,
    *,
    identity: Identity,
    hub: Hub,
    clients: Mapping[str, ServiceClient],
) -> None:
    """Put what the routes ask for where they find it."""
    app.state.identity = identity
    app.state.hub = hub
    app.state.clients = clients
    app.state.sites = Sites(clients["profile"])
    app.state.session_hours = settings.session_hours
    app.state.secure_cookies = settings.secure_cookies
    app.state.opt_out_limiter = robot.new_limiter()
    app.state.webmention_limits = webmention.Limits()
    app.state.visitors = Limiter(Policy("visitors", _VISITS_A_MINUTE))
    app.state.presses = Limiter(Policy("presses", _PRESSES_A_MINUTE))
    app.state.alert_desk = AlertDesk(clients["profile"])
    app.state.streams_at_once = settings.streams_at_once
    app.state.view_filters = filters_of(_document("profile"))
