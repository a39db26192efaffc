"""The toxicity service's database, a site in it, and its routes called as the gateway would."""

from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import orjson
import pytest
from typing_extensions import override

from services.toxicity import handlers
from services.toxicity.app import create_app
from services.toxicity.settings import Settings
from shared.access import Caller
from shared.db import Database, Tx
from shared.events import Event, LinkChecked, SiteCreated, decode
from shared.http import DirectTransport, ServiceClient
from shared.ids import new_id
from shared.vocabulary import LinkStatus, Role
from shared.wire import Answer, Outgoing
from tests.fakes import RecordingBus
from tests.toxicity.builders import a_change, a_check, a_farm_read, a_site

E = TypeVar("E", bound=Event)
FARM = "https://farm.example.net/list"
SECRET = "toxicity-tests-secret"


@pytest.fixture
def database(db_for: Callable[[str], Database]) -> Database:
    return db_for("toxicity")


@pytest.fixture
async def tx(database: Database) -> AsyncIterator[Tx]:
    """One open transaction: tests of handlers do what the consumer does around them."""
    async with database.begin() as open_tx:
        yield open_tx


@pytest.fixture
async def site(database: Database) -> SiteCreated:
    created = a_site()
    async with database.begin() as tx:
        await handlers.on_events([created], tx)
    return created


@pytest.fixture
def client(database: Database) -> ServiceClient:
    """The service's routes; its consumer and loops do not run."""
    settings = Settings.load({}, internal_secret=SECRET)
    app = create_app(settings, bus=RecordingBus(), db=database)
    return ServiceClient("toxicity", DirectTransport(app), secret=SECRET.encode())


def a_caller(site: SiteCreated, role: Role = Role.EDITOR) -> Caller:
    """Somebody with a role in this one site."""
    assert site.workspace_id is not None
    assert site.site_id is not None
    return Caller(
        workspace_id=site.workspace_id,
        actor_id=new_id(),
        actor="Alice",
        grants={site.site_id: role},
    )


async def published(tx: Tx, kind: type[E]) -> list[E]:
    """What is in the outbox of this type, in order."""
    rows = await tx.fetch("SELECT body FROM outbox WHERE name = $1 ORDER BY id", kind.name)
    events = [decode(row["body"]) for row in rows]
    return [event for event in events if isinstance(event, kind)]


async def row_of(tx: Tx, link_id: UUID) -> dict[str, Any]:
    rows = await tx.fetch("SELECT * FROM links WHERE link_id = $1", link_id)
    return dict(rows[0])


def body_of(answer: bytes) -> Any:
    return orjson.loads(answer)


@pytest.fixture
async def toxic(database: Database, site: SiteCreated) -> LinkChecked:
    """A candidate for disavowing, on farm.example.net."""
    check = a_check(site, page=FARM, anchor_text="online casino", hidden=True)
    async with database.begin() as tx:
        await handlers.on_events([a_farm_read(FARM)], tx)
        await handlers.on_events([check], tx)
        await handlers.on_events([a_change(check, LinkStatus.LIVE, page=FARM)], tx)
    return check


async def call(client: ServiceClient, method: str, path: str, caller: Caller, **given: Any) -> Any:
    status = given.pop("status", 200)
    answer = await client.send(method, path, caller=caller, **given)
    assert answer.status == status, answer.body
    return body_of(answer.body) if answer.body else None


async def upload(
    client: ServiceClient, path: str, caller: Caller, data: bytes, **given: Any
) -> Answer:
    boundary = "a-boundary-of-our-own"
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="d.txt"\r\n\r\n'
    body = head.encode() + data + f"\r\n--{boundary}--\r\n".encode()
    headers = (("content-type", f"multipart/form-data; boundary={boundary}"),)
    request = Outgoing("POST", path, given.get("query", ""), headers, body)
    async with client.stream(request, caller=caller) as answer:
        whole = b"".join([chunk async for chunk in answer.chunks])
        return Answer(answer.status, answer.headers, whole)


class CountingTx(Tx):
    """A transaction that counts the statements that go through it."""

    __slots__ = ("count",)

    def __init__(self, inner: Tx) -> None:
        super().__init__(inner._connection, inner._raw, schema=inner.schema)
        self.count = 0

    @override
    async def fetch(self, sql: str, *args: object) -> list[asyncpg.Record]:
        self.count += 1
        return await super().fetch(sql, *args)

    @override
    async def fetch_value(self, sql: str, *args: object) -> object:
        self.count += 1
        return await super().fetch_value(sql, *args)

    @override
    async def run(self, sql: str, *args: object) -> str:
        self.count += not sql.startswith("NOTIFY")  # sent at most every 50 ms
        return await super().run(sql, *args)
