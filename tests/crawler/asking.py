"""The crawler's routes about one site, with a web of the test's own behind them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from fastapi import FastAPI

from services.crawler.adapters.eyes import Eyes, Sightline, open_eyes
from services.crawler.adapters.web import Limits
from services.crawler.app import create_app
from services.crawler.settings import Settings
from shared.access import Caller
from shared.db import Database
from shared.http import DirectTransport, ServiceClient
from shared.ids import new_id
from shared.vocabulary import Role
from shared.wall import parse_routes
from shared.wire import Outgoing
from tests.fakes import RecordingBus
from tests.web import FakeWeb, fake_web

SECRET = "crawler-tests-secret"


@dataclass(frozen=True, slots=True)
class Routes:
    """The crawler's routes, the web that they look at, and what they look with."""

    client: ServiceClient
    site: FakeWeb
    eyes: Eyes
    app: FastAPI


@asynccontextmanager
async def routes_over(db: Database) -> AsyncIterator[Routes]:
    """Open the routes on a database, looking at a web of the test's own without pauses."""
    async with fake_web() as site:
        routes = parse_routes(site.connect_to)
        sightline = Sightline(min_delay_s=0, routes=routes, limits=Limits(connect_s=1, total_s=1))
        app = create_app(Settings.load({}, internal_secret=SECRET), bus=RecordingBus(), db=db)
        async with open_eyes(sightline) as eyes:
            app.state.eyes = eyes
            client = ServiceClient("crawler", DirectTransport(app), secret=SECRET.encode())
            yield Routes(client, site, eyes, app)


@dataclass(slots=True)
class Asking:
    client: ServiceClient
    site: FakeWeb
    site_id: UUID
    caller: Caller
    db: Database
    eyes: Eyes

    async def ask(
        self, what: str, body: Any = None, *, role: Role = Role.EDITOR
    ) -> tuple[int, dict[str, Any]]:
        """POST to a route below the site as somebody with this role."""
        caller = Caller(self.caller.workspace_id, new_id(), "x", workspace_role=role)
        path = f"/v1/sites/{self.site_id}/{what}"
        answer = await self.client.send("POST", path, caller=caller, body=body, deadline_s=30)
        return answer.status, answer.json()

    async def upload(self, what: str, body: bytes, *, name: str) -> tuple[int, dict[str, Any]]:
        """POST a file to a route below the site."""
        head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        request = Outgoing(
            "POST",
            f"/v1/sites/{self.site_id}/{what}",
            headers=(("content-type", "multipart/form-data; boundary=x"),),
            body=head.encode() + body + b"\r\n--x--\r\n",
        )
        caller = Caller(self.caller.workspace_id, new_id(), "x", workspace_role=Role.EDITOR)
        async with self.client.stream(request, caller=caller, deadline_s=30) as answer:
            said = b"".join([chunk async for chunk in answer.chunks])
            return answer.status, orjson.loads(said)

    async def items(self, what: str, query: str = "") -> list[dict[str, Any]]:
        """Return what a list below the site holds."""
        path = f"/v1/sites/{self.site_id}/{what}"
        answer = await self.client.send("GET", path, query=query, caller=self.caller)
        assert answer.status == 200, answer.body
        found: list[dict[str, Any]] = answer.json()["items"]
        return found


@asynccontextmanager
async def asking_of_acme(db: Database) -> AsyncIterator[Asking]:
    """Open the routes with one site, acme-tools.example."""
    caller = Caller(new_id(), new_id(), "alice", workspace_role=Role.OWNER)
    site_id = UUID(int=7)
    async with db.begin() as tx:
        await tx.run(
            "INSERT INTO sites (site_id, workspace_id, version_no, hosts, active)"
            " VALUES ($1, $2, 1, '{acme-tools.example}', true)",
            *(site_id, caller.workspace_id),
        )
    async with routes_over(db) as routes:
        yield Asking(routes.client, routes.site, site_id, caller, db, routes.eyes)
