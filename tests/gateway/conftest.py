"""A gateway on a real database, with tiny services behind it that keep what they are asked to."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import pytest
from fastapi import APIRouter, FastAPI, Query, Request, UploadFile
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, ConfigDict

from services.gateway.app import create_app
from services.gateway.settings import Settings
from services.gateway.store import logins
from shared import clock
from shared.bus.embedded import EmbeddedBus
from shared.db import Database
from shared.errors import NotFoundError
from shared.http import DirectTransport
from shared.ids import new_id
from shared.pages import Page, PageDep
from shared.vocabulary import Role
from shared.web import CallerDep, new_web_app
from tests.gateway.receiver import HOSTS, MASTER_KEY, Receiver, receiving, routes_to
from tests.http import Http
from tests.web import Authority, new_authority

SECRET = "a secret of the tests only"


class SiteIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    domain: str


@dataclass(frozen=True, slots=True)
class Site:
    site_id: UUID
    workspace_id: UUID
    domain: str

    def shown(self) -> dict[str, Any]:
        return {"id": str(self.site_id), "domain": self.domain, "price": 12, "vendor_id": "v"}


@dataclass(slots=True)
class FakeAlert:
    """An alert, as much of it as the gateway asks for."""

    site_id: UUID
    state: str = "open"
    by: str | None = None
    links: int = 3
    taken: int = 0
    checks: int = 0
    is_lost: bool = False

    def shown(self) -> dict[str, Any]:
        at = None if self.by is None else "2026-11-30T13:50:00Z"
        return {"state": self.state, "acknowledged_at": at, "acknowledged_by": self.by}


class FakeProfile:
    """A service of sites, as small as it can be and as strict as the real one."""

    def __init__(self, db: Database) -> None:
        self.sites: dict[UUID, Site] = {}
        self.uploads: list[int] = []
        self.seen: list[Request] = []
        self.dead: list[dict[str, Any]] | None = []
        self.alerts: dict[UUID, FakeAlert] = {}
        router = APIRouter()
        router.get("/v1/sites", response_model=Page[dict[str, Any]])(self.list_sites)
        router.post("/v1/sites", status_code=201)(self.add_site)
        router.get("/v1/sites/{site_id}")(self.get_site)
        router.delete("/v1/sites/{site_id}", status_code=204)(self.delete_site)
        router.post("/v1/sites/{site_id}/imports", status_code=202)(self.upload)
        router.get("/v1/sites/{site_id}/export")(self.export)
        router.post("/v1/sites/{site_id}/proposals")(self.propose)
        router.post("/v1/sites/{site_id}/evaluations")(self.look_at_places)
        router.get("/v1/sites/{site_id}/redirects")(self.redirects)
        router.get("/v1/alerts/{alert_id}")(self.get_alert)
        router.post("/v1/alerts/{alert_id}/ack")(self.acknowledge)
        router.post("/v1/alerts/{alert_id}/checks", status_code=202)(self.check)
        settings = Settings(internal_secret=SECRET)
        self.app = new_web_app("profile", settings=settings, routers=[router], db=db)

    async def list_sites(
        self, caller: CallerDep, page: PageDep, q: Annotated[str, Query()] = ""
    ) -> Page[dict[str, Any]]:
        after = page.after[0] if page.after else UUID(int=0)
        mine = [
            site
            for _, site in sorted(self.sites.items())
            if site.workspace_id == caller.workspace_id
            and caller.may_see(site.site_id)
            and site.site_id > after
            and q in site.domain
        ]
        rows = mine[: page.limit + 1]
        return page.page(rows, key=lambda s: (s.site_id,), item=Site.shown)

    async def add_site(self, body: SiteIn, caller: CallerDep) -> dict[str, Any]:
        caller.require_workspace(Role.EDITOR)
        site = Site(new_id(), caller.workspace_id, body.domain)
        self.sites[site.site_id] = site
        return site.shown()

    async def get_site(self, site_id: UUID, caller: CallerDep, request: Request) -> dict[str, Any]:
        self.seen.append(request)
        return self._site(site_id, caller).shown()

    async def delete_site(self, site_id: UUID, caller: CallerDep) -> None:
        caller.require(self._site(site_id, caller).site_id, Role.EDITOR)

    async def upload(
        self, site_id: UUID, caller: CallerDep, file: UploadFile, response: Response
    ) -> dict[str, int]:
        self._site(site_id, caller)
        self.uploads.append(len(await file.read()))
        response.headers["Location"] = f"/v1/jobs/{new_id()}"
        return {"bytes": self.uploads[-1]}

    async def propose(self, site_id: UUID, caller: CallerDep) -> dict[str, Any]:
        """The crawler's part, told here: the fake is all services in one."""
        self._site(site_id, caller)
        return {"domain": "alice.example", "dead_targets": [], "degraded": []}

    async def look_at_places(self, site_id: UUID, caller: CallerDep) -> dict[str, Any]:
        """Another part of the crawler's."""
        self._site(site_id, caller)
        seen = {"domain": "blog.example", "evaluation": None}
        return {"items": [{**seen, "address": name} for name in "ab"], "degraded": []}

    async def redirects(self, site_id: UUID, caller: CallerDep, limit: int) -> dict[str, Any]:
        self._site(site_id, caller)
        if self.dead is None:
            raise NotFoundError("Not now.")
        return {"items": self.dead[:limit], "live_pages": 3}

    async def get_alert(self, alert_id: UUID, caller: CallerDep) -> dict[str, Any]:
        return self._alert(alert_id, caller, Role.VIEWER).shown()

    async def acknowledge(self, alert_id: UUID, caller: CallerDep) -> dict[str, Any]:
        alert = self._alert(alert_id, caller, Role.EDITOR)
        if alert.state == "open":
            alert.state, alert.by = "acknowledged", caller.actor
            alert.taken += 1
        return alert.shown()

    async def check(self, alert_id: UUID, caller: CallerDep) -> dict[str, int]:
        alert = self._alert(alert_id, caller, Role.EDITOR)
        alert.checks += 1
        return {"requested": alert.links, "matched": alert.links}

    def _alert(self, alert_id: UUID, caller: CallerDep, role: Role) -> "FakeAlert":
        alert = self.alerts.get(alert_id)
        if alert is None or alert.is_lost:
            raise NotFoundError("There is no such alert.")
        self._site(alert.site_id, caller)
        caller.require(alert.site_id, role)
        return alert

    async def export(self, site_id: UUID, caller: CallerDep) -> StreamingResponse:
        self._site(site_id, caller)

        async def lines() -> AsyncIterator[bytes]:
            for number in range(1000):
                yield b"line %d\n" % number

        return StreamingResponse(lines(), media_type="text/csv")

    def _site(self, site_id: UUID, caller: CallerDep) -> Site:
        site = self.sites.get(site_id)
        is_ours = site is not None and site.workspace_id == caller.workspace_id
        if site is None or not is_ours or not caller.may_see(site_id):
            raise NotFoundError("There is no such site.")
        return site


@dataclass(slots=True)
class House:
    """The gateway, its database, and Alice, who owns the operator's workspace."""

    app: FastAPI
    db: Database
    profile: FakeProfile
    alice: Http
    login_token: str
    workspace_id: UUID
    workers: dict[str, Database]
    """The databases of the services behind; they have jobs."""

    @property
    def nobody(self) -> Http:
        return Http(self.app)

    async def a_site(self, domain: str = "alice.example") -> UUID:
        answer = await self.alice.post("/v1/sites", {"domain": domain})
        return UUID(answer.json()["id"])

    async def a_key(self, **body: Any) -> Http:
        given = {"name": "test", "scopes": ["links:read", "links:write", "events:read"], **body}
        answer = await self.alice.post("/v1/keys", given)
        assert answer.status == 201, answer.body
        return self.alice.using(answer.json()["key"])


@pytest.fixture
async def start_house(
    database_url: str, db_for: Callable[[str], Database]
) -> AsyncIterator[Callable[..., Any]]:
    """`house = await start_house(rate_limit=3)`; its loops run until the test ends."""
    started: list[Any] = []

    async def start(**given: Any) -> House:
        db, bus = db_for("gateway"), EmbeddedBus(db_for("bus"))
        settings = Settings(internal_secret=SECRET, **given)
        workers = {name: db_for(name) for name in ("crawler", "profile", "toxicity", "outreach")}
        profile = FakeProfile(workers["profile"])
        transports = {
            name: DirectTransport(new_web_app(name, settings=settings, db=worker))
            for name, worker in workers.items()
        }
        transports["profile"] = DirectTransport(profile.app)
        app = create_app(
            settings,
            bus=bus,
            db=db,
            transports=transports,
            documents_of_services={"profile": profile.app.openapi()},
        )
        lifespan = app.router.lifespan_context(app)
        await lifespan.__aenter__()
        started.append(lifespan)
        async with db.begin() as tx:
            made = await logins.bootstrap(tx, now=clock.now())
        assert made.key is not None
        alice = Http(app).using(made.key)
        return House(app, db, profile, alice, made.login_token, made.workspace_id, workers)

    yield start
    for lifespan in reversed(started):
        await lifespan.__aexit__(None, None, None)


@pytest.fixture
async def house(start_house: Callable[..., Any]) -> House:
    started: House = await start_house()
    return started


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    folder: Path = tmp_path_factory.mktemp("authority")
    return new_authority(folder)


@pytest.fixture
async def receiver(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Receiver]:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    async with receiving(authority.server(*HOSTS)) as made:
        yield made


@pytest.fixture
async def chatty(start_house: Callable[..., Any], receiver: Receiver) -> House:
    started: House = await start_house(
        webhook_connect_to=routes_to(receiver),
        master_key=MASTER_KEY,
        public_url="https://watch.example",
    )
    return started
