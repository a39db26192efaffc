"""The profile service's database with a site in it, and what it published."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import pytest
from fastapi import FastAPI
from typing_extensions import override

from services.profile.app import create_app
from services.profile.domain.link import Link
from services.profile.domain.site import Host, Site
from services.profile.jobs.audits import AuditBuilder
from services.profile.jobs.client_reports import ReportMaker
from services.profile.jobs.imports import ImportReader
from services.profile.jobs.refresh import LinkRefresher
from services.profile.jobs.undo import ImportUndoer
from services.profile.settings import Settings
from services.profile.store import links, sites
from shared import clock, outbox
from shared.access import HEADER, Caller, mint
from shared.db import Database, Tx
from shared.events import Event, decode
from shared.ids import new_id
from shared.job_runner import JobRunner
from shared.urls import domain_or_host, host_of, page_id
from shared.vocabulary import DiscoveryReason, Role
from tests.fakes import RecordingBus
from tests.http import Http
from tests.profile.builders import NOON, PAGE, TARGET

E = TypeVar("E", bound=Event)


@pytest.fixture
def database(db_for: Callable[[str], Database]) -> Database:
    return db_for("profile")


@pytest.fixture
async def tx(database: Database) -> AsyncIterator[Tx]:
    """One open transaction: tests of handlers do what the consumer does around them."""
    async with database.begin() as open_tx:
        yield open_tx


@pytest.fixture
async def site(tx: Tx) -> Site:
    return await add_site(tx)


async def add_site(tx: Tx, domain: str = "acme.example", workspace_id: UUID | None = None) -> Site:
    return await sites.add_site(
        tx,
        Site(
            site_id=new_id(),
            workspace_id=workspace_id or new_id(),
            domain=domain,
            name="Acme",
            domains=(Host(domain),),
            brands=("Acme Home",),
            keywords=("garden furniture",),
        ),
    )


async def add_link(
    tx: Tx,
    site: Site,
    *,
    page: str = PAGE,
    target: str | None = TARGET,
    discovery: DiscoveryReason = DiscoveryReason.IMPORTED,
) -> UUID:
    """A link that was imported and not looked at yet."""
    link = Link(
        link_id=new_id(),
        workspace_id=site.workspace_id,
        site_id=site.site_id,
        referring_url=page,
        referring_domain=domain_or_host(host_of(page)),
        page_key=page_id(page),
        target_url=target,
        target_key=page_id(target) if target else None,
        known_since=NOON,
    )
    await links.add_links(tx, [link], [discovery])
    return link.link_id


async def get_link(tx: Tx, link_id: UUID) -> Link:
    return (await links.lock_links(tx, [link_id]))[link_id]


async def published(tx: Tx, kind: type[E]) -> list[E]:
    """What is in the outbox of this type, in order."""
    rows = await outbox.read_oldest(tx, 1_000_000)
    events = [decode(body) for row in rows if row.name == kind.name for body in row.bodies()]
    return [event for event in events if isinstance(event, kind)]


SECRET = "a secret of the tests"
MASTER_KEY = "a master key of the tests: long enough"


@pytest.fixture
def app(database: Database) -> FastAPI:
    """The service's app, without its loops: routes are asked directly."""
    given = Settings.load({}, internal_secret=SECRET, master_key=MASTER_KEY)
    return create_app(given, bus=RecordingBus(), db=database)


@pytest.fixture
async def home(database: Database) -> Site:
    """A committed site, for tests that go through the routes."""
    async with database.begin() as tx:
        return await add_site(tx)


def a_caller(site: Site, role: Role | None = None, **given: Any) -> Caller:
    """Alice owns the workspace; with a role she is somebody granted only this site."""
    grants = {} if role is None else {site.site_id: role}
    values: dict[str, Any] = {
        "workspace_id": site.workspace_id,
        "actor_id": new_id(),
        "actor": "alice",
        "grants": grants,
        "workspace_role": Role.OWNER if role is None else None,
    }
    return Caller(**values | given)


def as_caller(app: FastAPI, caller: Caller) -> Http:
    token = mint(caller, secret=app.state.secret, now=clock.now())
    return Http(app, {HEADER: token})


@pytest.fixture
def alice(app: FastAPI, home: Site) -> Http:
    """The owner of the workspace of `home`."""
    return as_caller(app, a_caller(home))


async def run_jobs(database: Database, **given: int) -> None:
    """Work on what waits, as the service's loop does."""
    reader = ImportReader(database, batch_rows=given.get("batch_rows", 7))
    runner = JobRunner(
        {
            "import": reader,
            "undo_import": ImportUndoer(database, batch=given.get("batch_rows", 7)),
            "refresh_links": LinkRefresher(database),
            "audit": AuditBuilder(database),
            "client_report": ReportMaker(database),
        },
        db=database,
    )
    while await runner.run_next(asyncio.Event()):
        pass


class CountingTx(Tx):
    """A transaction that counts the statements that go through it."""

    __slots__ = ("statements",)

    def __init__(self, inner: Tx) -> None:
        super().__init__(inner._connection, inner._raw, schema=inner.schema)
        self.statements: list[str] = []

    @override
    async def fetch(self, sql: str, *args: object) -> list[asyncpg.Record]:
        self.statements.append(sql)
        return await super().fetch(sql, *args)

    @override
    async def fetch_value(self, sql: str, *args: object) -> object:
        self.statements.append(sql)
        return await super().fetch_value(sql, *args)

    @override
    async def run(self, sql: str, *args: object) -> str:
        if not sql.startswith("NOTIFY"):  # sent at most every 50 ms, so not a matter of the batch
            self.statements.append(sql)
        return await super().run(sql, *args)


def columns(rows: Sequence[asyncpg.Record], name: str) -> list[object]:
    return [row[name] for row in rows]
