"""The outreach service's database, a site in it, and its routes called as the gateway would."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

import orjson
import pytest

from services.outreach import handlers
from services.outreach.app import create_app
from services.outreach.settings import Settings
from services.outreach.store import people
from shared import clock
from shared.access import Caller
from shared.db import Database, Tx
from shared.events import Event, LinkChanged, SiteCreated, SiteHost, decode
from shared.http import DirectTransport, ServiceClient
from shared.ids import new_id
from shared.vocabulary import ChangeKind, LinkStatus, Role
from shared.wire import Answer
from tests.fakes import RecordingBus

E = TypeVar("E", bound=Event)
SECRET = "outreach-tests-secret"
PAGE = "https://blog.example.org/post"
TARGET = "https://acme.example/pricing"
NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)


@pytest.fixture
def database(db_for: Callable[[str], Database]) -> Database:
    return db_for("outreach")


@pytest.fixture
async def tx(database: Database) -> AsyncIterator[Tx]:
    """One open transaction: tests of handlers do what the consumer does around them."""
    async with database.begin() as open_tx:
        yield open_tx


@pytest.fixture
async def site(database: Database) -> SiteCreated:
    return await add_site(database)


@pytest.fixture
def client(database: Database) -> ServiceClient:
    """The service's routes; its consumer and loops do not run."""
    settings = Settings.load({}, internal_secret=SECRET)
    app = create_app(settings, bus=RecordingBus(), db=database)
    return ServiceClient("outreach", DirectTransport(app), secret=SECRET.encode())


async def add_site(
    database: Database, domain: str = "acme.example", workspace_id: UUID | None = None
) -> SiteCreated:
    created = SiteCreated(
        workspace_id=workspace_id or new_id(),
        site_id=new_id(),
        version_no=1,
        domain=domain,
        domains=(SiteHost(host=domain),),
    )
    async with database.begin() as tx:
        await handlers.on_site_created([created], tx)
    return created


def a_caller(site: SiteCreated, role: Role = Role.EDITOR, *, workspace: bool = False) -> Caller:
    """Somebody with a role in this one site, or in the whole workspace."""
    assert site.workspace_id is not None
    assert site.site_id is not None
    return Caller(
        workspace_id=site.workspace_id,
        actor_id=new_id(),
        actor="Alice",
        grants={} if workspace else {site.site_id: role},
        workspace_role=role if workspace else None,
    )


def a_promise(site: SiteCreated, **given: Any) -> dict[str, Any]:
    values = {"site_id": str(site.site_id), "referring_url": PAGE, "target_url": TARGET}
    return {key: value for key, value in (values | given).items() if value is not ...}


def a_conclusion(
    site: SiteCreated, placement_id: UUID | None, status: LinkStatus, **given: Any
) -> LinkChanged:
    values: dict[str, Any] = {
        "workspace_id": site.workspace_id,
        "site_id": site.site_id,
        "link_id": new_id(),
        "change_id": new_id(),
        "kind": ChangeKind.CONTRACT,
        "from_status": LinkStatus.PENDING,
        "to_status": status,
        "referring_url": PAGE,
        "referring_domain": "example.org",
        "target_url": TARGET,
        "placement_id": placement_id,
    }
    return LinkChanged(**values | given)


async def published(database: Database, kind: type[E]) -> list[E]:
    """What is in the outbox of this type, in order."""
    async with database.begin() as tx:
        rows = await tx.fetch("SELECT body FROM outbox WHERE name = $1 ORDER BY id", kind.name)
    events = [decode(row["body"]) for row in rows]
    return [event for event in events if isinstance(event, kind)]


async def erased(database: Database, site: SiteCreated, address: str) -> dict[str, int]:
    """Erase a person as the job of a request does; how many rows of what went."""
    assert site.workspace_id is not None
    async with database.begin() as tx:
        return await people.erase_person(
            tx, site.workspace_id, address, actor="Alice", now=clock.now()
        )


def body_of(answer: Answer, status: int = 200) -> Any:
    """Return the JSON of an answer that has this status."""
    assert answer.status == status, answer.body
    return orjson.loads(answer.body) if answer.body else None
