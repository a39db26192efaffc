"""The profile service: what we know about every link.

Owns: schema `profile` - sites, links, claims, contracts' terms, history, imports, audits, reports, alerts.
Consumes: link.checked link.discovered target.checked sitemap.read link.scored toxicity.changed
domain.flagged placement.promised placement.updated payment.due payment.settled.
Publishes: site.created site.updated site.deleted link.tracked link.untracked link.adopted check.requested
link.changed target.broken velocity.anomaly_detected anchors.drifted alert.raised alert.resolved
import.completed audit.completed report.ready job.updated.
"""

from functools import partial

from fastapi import FastAPI

from services.profile.adapters.connectors import ConnectorClient
from services.profile.adapters.pdf import Printer
from services.profile.api import (
    alert_rules,
    approvals,
    bulk,
    changes,
    client_reports,
    competitors,
    coverage,
    exports,
    link_detail,
    matching,
    overview,
    planning,
    previews,
    report_schedule,
    report_shares,
    reports,
    search,
    todo,
)
from services.profile.api import alerts as alert_routes
from services.profile.api import audits as audit_routes
from services.profile.api import connectors as connector_routes
from services.profile.api import domains as domain_routes
from services.profile.api import growth as growth_routes
from services.profile.api import imports as import_routes
from services.profile.api import links as link_routes
from services.profile.api import recoveries as recovery_routes
from services.profile.api import redirects as redirect_routes
from services.profile.api import sites as site_routes
from services.profile.api import survival as survival_routes
from services.profile.domain.connectors import Provider
from services.profile.handlers import (
    contracts,
    observations,
    own_pages,
    payments,
    toxicity,
    workspaces,
)
from services.profile.jobs.alerting import Alerter
from services.profile.jobs.audits import AuditBuilder
from services.profile.jobs.client_reports import ReportMaker
from services.profile.jobs.connectors import ConnectorPuller, keep_sealed
from services.profile.jobs.imports import ImportReader
from services.profile.jobs.nightly import Nightly
from services.profile.jobs.patterns import PatternSeeker
from services.profile.jobs.preparing import Preparer
from services.profile.jobs.refresh import LinkRefresher
from services.profile.jobs.undo import ImportUndoer
from services.profile.settings import Settings
from services.profile.store import keeping
from shared import job_routes, keeper_routes
from shared.bus import Bus
from shared.consumer import Consumer
from shared.db import Database
from shared.events import (
    DomainFlagged,
    LinkChecked,
    LinkDiscovered,
    LinkScored,
    PaymentDue,
    PaymentSettled,
    PlacementPromised,
    PlacementUpdated,
    SitemapRead,
    TargetChecked,
    ToxicityChanged,
    WorkspaceDeleted,
    WorkspaceRestored,
)
from shared.job_runner import JobRunner
from shared.keeper import Keeper
from shared.keeper import subscribe as subscribe_keeping
from shared.service import Work
from shared.vault import Vault
from shared.web import new_web_app

_ROUTERS = (
    site_routes.router,
    import_routes.router,
    previews.router,
    connector_routes.router,
    link_routes.router,
    bulk.router,
    link_detail.router,
    changes.router,
    overview.router,
    todo.router,
    matching.router,
    approvals.router,
    planning.router,
    reports.router,
    growth_routes.router,
    domain_routes.router,
    competitors.router,
    search.router,
    audit_routes.router,
    # The fixed path of the schedule before a report's id.
    *(
        report_schedule.router,
        report_schedule.internal,
        client_reports.router,
        client_reports.internal,
        report_shares.internal,
    ),
    *(report_shares.router, report_shares.public),
    recovery_routes.router,
    redirect_routes.router,
    survival_routes.router,
    *(alert_rules.router, alert_routes.router),  # the fixed paths of rules before an alert's id
    *(exports.router, exports.public, coverage.router),
    *(job_routes.router, keeper_routes.router),
)


def create_app(settings: Settings, *, bus: Bus, db: Database) -> FastAPI:
    """Wire the service. Nothing is opened before the lifespan starts."""
    vault = Vault.of(settings)
    runner = JobRunner(
        {
            "import": ImportReader(db, batch_rows=settings.import_batch_rows),
            "connector_pull": ConnectorPuller(db, connector_client(settings), vault),
            "undo_import": ImportUndoer(db),
            "refresh_links": LinkRefresher(db),
            "audit": AuditBuilder(db),
            client_reports.KIND: ReportMaker(db),
        },
        db=db,
    )
    nightly = Nightly(
        db,
        hour=settings.nightly_hour,
        observation_days=settings.observation_days,
        alert_days=settings.alert_days,
    )
    keeper = Keeper(
        db,
        shelves_of=keeping.shelves_of(
            observation_days=settings.observation_days, alert_days=settings.alert_days
        ),
        mirror=keeping.MIRROR,
        people=keeping.PEOPLE,
        ties=keeping.TIES,
    )
    work = Work(
        "profile",
        db=db,
        bus=bus,
        consumer=subscribe(Consumer("profile", db=db, bus=bus)),
        loops={
            "jobs": runner.run,
            "nightly": nightly.run,
            "figures": Preparer(db).run,
            "alerts": Alerter(db).run,
            "patterns": PatternSeeker(db).run,
            "sealed keys": partial(keep_sealed, db=db, vault=vault),
            **keeper.loops,
        },
        grace_s=settings.shutdown_grace_s,
    )
    app = new_web_app(
        "profile",
        settings=settings,
        lifespan=work.lifespan,
        routers=_ROUTERS,
        db=db,
        checks=work.checks,
    )
    app.state.keeper = keeper
    app.state.import_files = settings.import_files
    app.state.public_url = settings.public_url
    app.state.vault = vault
    app.state.printer = Printer(settings.pdf_program, sandbox=settings.pdf_sandbox)
    return app


def connector_client(settings: Settings) -> ConnectorClient:
    """Return what asks the services that sell links, at the addresses that are set."""
    return ConnectorClient(
        {
            Provider.AHREFS: settings.connector_ahrefs_url,
            Provider.SEMRUSH: settings.connector_semrush_url,
            Provider.DATAFORSEO: settings.connector_dataforseo_url,
            Provider.MAJESTIC: settings.connector_majestic_url,
            Provider.BING: settings.connector_bing_url,
            Provider.YANDEX: settings.connector_yandex_url,
        }
    )


def subscribe(consumer: Consumer) -> Consumer:
    """Give each event that profile listens to its handler."""
    consumer.on(LinkChecked, observations.on_link_checked)
    consumer.on(LinkDiscovered, observations.on_link_discovered)
    consumer.on(TargetChecked, observations.on_target_checked)
    consumer.on(SitemapRead, own_pages.on_sitemap_read)
    consumer.on(LinkScored, toxicity.on_link_scored)
    consumer.on(ToxicityChanged, toxicity.on_toxicity_changed)
    consumer.on(DomainFlagged, toxicity.on_domain_flagged)
    consumer.on(PlacementPromised, contracts.on_placement_promised)
    consumer.on(PlacementUpdated, contracts.on_placement_updated)
    consumer.on(PaymentDue, payments.on_payment_due)
    consumer.on(PaymentSettled, payments.on_payment_settled)
    consumer.on(WorkspaceDeleted, workspaces.on_workspace_deleted)
    consumer.on(WorkspaceRestored, workspaces.on_workspace_restored)
    subscribe_keeping(consumer)
    return consumer
