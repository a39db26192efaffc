"""Connectors against answers as the providers give them, from a server on loopback."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from typing_extensions import override

from services.profile.adapters.connectors import ConnectorClient
from services.profile.domain.connectors import (
    CONNECTORS,
    Ask,
    Provider,
    Reply,
    Request,
    estimate_pull,
)
from services.profile.domain.site import Site
from services.profile.jobs.connectors import ConnectorPuller, queue_due
from shared import clock
from shared.db import Database
from shared.errors import InvalidError
from shared.job_runner import JobRunner
from shared.vocabulary import Role
from tests.http import Http
from tests.profile.conftest import a_caller, as_caller, run_jobs

KEY = "aVerySecretKey-0123456789"
LOGIN = f"me:{KEY}"
OLD = "2025-03-04T10:00:00Z"


@dataclass
class Market:
    """All providers at one address: what they know, what they were asked."""

    url: str = ""
    links: list[tuple[str, str]] = field(default_factory=lambda: [("one", OLD), ("two", OLD)])
    asked: list[web.Request] = field(default_factory=list)
    key: str = KEY

    async def ahrefs(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        if request.headers.get("Authorization") != f"Bearer {self.key}":
            return web.json_response({"error": f"bad key {KEY}"}, status=403)
        begin, limit = int(request.query["offset"]), int(request.query["limit"])
        rows = [
            {"url_from": f"https://{name}.example/a", "url_to": "https://acme.example/"}
            | {"anchor": "Acme\nhome", "first_seen": seen, "is_nofollow": False}
            | {"domain_rating_source": 55.0, "lost_reason": None}
            for name, seen in self.links[begin : begin + limit]
        ]
        told = {"x-api-units-cost-total-actual": str(max(50, 12 * len(rows)))}
        return web.json_response({"backlinks": rows}, headers=told)

    async def semrush(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        if request.query["key"] != self.key:
            return web.Response(text="ERROR 120 :: WRONG KEY - ID PAIR")
        head = "source_url;target_url;anchor;page_ascore;source_title;nofollow;first_seen;last_seen"
        rows = [
            f'https://{name}.example/a;https://acme.example/;"A;c";12;Title;false;1741082400;1790000000'
            for name, _ in self.links
        ]
        return web.Response(text="\n".join([head, *rows]))

    async def dataforseo(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        if request.headers.get("Authorization", "")[:6] != "Basic ":
            return web.json_response({"tasks": None}, status=401)
        items = [
            {"url_from": f"https://{name}.example/a", "url_to": "https://acme.example/"}
            | {"anchor": "x", "dofollow": True, "first_seen": "2025-03-04 10:00:00 +00:00"}
            for name, _ in self.links
        ]
        task = {"status_code": 20000, "cost": 0.02006, "result": [{"items": items}]}
        return web.json_response({"status_code": 20000, "tasks": [task]})


@pytest.fixture
async def market() -> AsyncIterator[Market]:
    found = Market()
    app = web.Application()
    app.router.add_get("/v3/site-explorer/all-backlinks", found.ahrefs)
    app.router.add_get("/analytics/v1/", found.semrush)
    app.router.add_post("/v3/backlinks/backlinks/live", found.dataforseo)
    async with TestServer(app) as server:
        found.url = str(server.make_url("/"))
        yield found


async def connect(http: Http, site: Site, provider: str = "ahrefs", **given: Any) -> Any:
    body = {"key": KEY, "monthly_cap": 1_000_000, "rows_per_pull": 100} | given
    answer = await http.send("PUT", f"/v1/sites/{site.site_id}/connectors/{provider}", body)
    assert answer.status == 200, answer.body
    assert KEY not in str(answer.body)
    return answer.json()


async def work(database: Database, market: Market) -> None:
    client = ConnectorClient(dict.fromkeys(Provider, market.url))
    runner = JobRunner({"connector_pull": ConnectorPuller(database, client)}, db=database)
    while await runner.run_next(asyncio.Event()):
        pass
    await run_jobs(database)


async def pull(
    http: Http, database: Database, market: Market, site: Site, provider: str = "ahrefs"
) -> Any:
    answer = await http.post(f"/v1/sites/{site.site_id}/connectors/{provider}/pulls", None)
    assert answer.status == 202, answer.body
    await work(database, market)
    return (await http.get(answer.header("location") or "")).json()


async def shown(http: Http, site: Site, provider: str = "ahrefs") -> Any:
    return (await http.get(f"/v1/sites/{site.site_id}/connectors/{provider}")).json()


async def links_of(http: Http, site: Site) -> list[str]:
    answer = await http.get(f"/v1/sites/{site.site_id}/links")
    return sorted(one["referring_url"] for one in answer.json()["items"])


@pytest.mark.parametrize(
    ("provider", "key", "used"),
    [("ahrefs", KEY, 50), ("semrush", KEY, 80), ("dataforseo", LOGIN, 2006)],
)
async def test_links_come_as_claims_of_their_provider_at_what_it_charged(
    alice: Http, database: Database, home: Site, market: Market, provider: str, key: str, used: int
) -> None:
    await connect(alice, home, provider, key=key)
    job = await pull(alice, database, market, home, provider)
    assert (job["state"], job["accepted"]) == ("done", 2)
    assert await links_of(alice, home) == ["https://one.example/a", "https://two.example/a"]
    [file] = (await alice.get(f"/v1/sites/{home.site_id}/imports")).json()["items"]
    assert (file["source"], file["accepted"], file["rejected"]) == (provider, 2, 0)
    assert (await shown(alice, home, provider))["used"] == used
    async with database.begin() as tx:
        seen = await tx.fetch(
            "SELECT DISTINCT source, first_seen_at::date::text AS day FROM claims"
        )
    assert [(row["source"], row["day"]) for row in seen] == [(provider, "2025-03-04")]


async def test_a_second_pull_asks_and_keeps_only_what_is_new(
    alice: Http, database: Database, home: Site, market: Market
) -> None:
    await connect(alice, home)
    await pull(alice, database, market, home)
    assert "where" not in market.asked[-1].query
    job = await pull(alice, database, market, home)
    assert (job["state"], job["accepted"], job["done"]) == ("done", 0, 2)
    today = clock.now().date().isoformat()
    assert orjson.loads(market.asked[-1].query["where"]) == {
        "field": "first_seen",
        "is": ["gte", today],
    }
    market.links.insert(0, ("new", f"{today}T00:00:00Z"))
    for _ in range(2):  # the same day again: nothing is made twice
        job = await pull(alice, database, market, home)
        assert (job["state"], job["accepted"]) == ("done", 1)
        assert len(await links_of(alice, home)) == 3


async def test_no_call_is_made_that_could_pass_the_cap(
    alice: Http, database: Database, home: Site, market: Market
) -> None:
    await connect(alice, home, monthly_cap=1_199)  # 100 rows of 12 fields may cost 1,200
    url = f"/v1/sites/{home.site_id}/connectors/ahrefs/pulls"
    dry = await alice.post(f"{url}?dry_run=true", None)
    assert (dry.status, dry.json()["estimate"], dry.json()["fits"]) == (200, 1_200, False)
    refused = await alice.post(url, None)
    assert refused.status == 409
    assert "may cost 1,200 API units. 0 of the 1,199" in refused.json()["detail"]
    await work(database, market)
    assert market.asked == []


async def test_a_pull_stops_between_pages_at_the_cap_and_keeps_what_it_has(
    alice: Http, database: Database, home: Site, market: Market
) -> None:
    market.links = [(f"h{number}", OLD) for number in range(1_500)]
    await connect(alice, home, monthly_cap=12_000, rows_per_pull=2_000)
    job = await pull(alice, database, market, home)
    assert (job["state"], job["accepted"], len(market.asked)) == ("done", 1_000, 1)
    mine = await shown(alice, home)
    assert (mine["used"], mine["pulled_until"]) == (12_000, None)
    assert "so it was not made" in mine["note"]
    await connect(alice, home, monthly_cap=100_000, rows_per_pull=2_000)
    job = await pull(alice, database, market, home)
    assert (job["accepted"], len(market.asked)) == (1_500, 3)
    [file, _] = (await alice.get(f"/v1/sites/{home.site_id}/imports")).json()["items"]
    assert (file["accepted"], file["new_links"]) == (1_500, 500)


class DyingClient(ConnectorClient):
    """Loses its process at the second page."""

    calls = 0

    @override
    async def send(self, provider: Provider, request: Request) -> Reply:
        self.calls += 1
        if self.calls == 2:
            raise ConnectionError
        return await super().send(provider, request)


async def test_a_killed_pull_goes_on_at_the_page_where_it_was(
    alice: Http, database: Database, home: Site, market: Market
) -> None:
    market.links = [(f"h{number}", OLD) for number in range(1_010)]
    await connect(alice, home, rows_per_pull=2_000)
    url = f"/v1/sites/{home.site_id}/connectors/ahrefs/pulls"
    started = await alice.post(url, None)
    dying = ConnectorPuller(database, DyingClient(dict.fromkeys(Provider, market.url)))
    with pytest.raises(ConnectionError):
        await JobRunner({"connector_pull": dying}, db=database).run_next(asyncio.Event())
    assert (await alice.post(url, None)).status == 409  # one at a time
    async with database.begin() as tx:
        await tx.run("UPDATE jobs SET lease_until = now() - interval '1 s'")
    await work(database, market)
    job = (await alice.get(started.header("location") or "")).json()
    assert (job["state"], job["accepted"]) == ("done", 1_010)
    assert [one.query["offset"] for one in market.asked] == ["0", "1000"]
    [file] = (await alice.get(f"/v1/sites/{home.site_id}/imports")).json()["items"]
    assert file["accepted"] == 1_010


@pytest.mark.parametrize("provider", ["ahrefs", "semrush"])
async def test_a_wrong_key_is_told_in_words_costs_nothing_and_is_shown_nowhere(
    alice: Http, database: Database, home: Site, market: Market, provider: str
) -> None:
    market.key = "another"
    await connect(alice, home, provider)
    job = await pull(alice, database, market, home, provider)
    assert job["state"] == "failed"
    assert "does not accept this key" in job["detail"]
    mine = await shown(alice, home, provider)
    assert "does not accept this key" in mine["note"]
    assert mine["used"] == 0
    await _is_nowhere(database)


async def test_the_key_is_shown_nowhere(
    alice: Http, database: Database, home: Site, market: Market, capfd: pytest.CaptureFixture[str]
) -> None:
    await connect(alice, home, "semrush")
    await pull(alice, database, market, home, "semrush")
    market.url = "http://127.0.0.1:9/"
    job = await pull(alice, database, market, home, "semrush")
    assert job["detail"] == "Semrush cannot be reached. Try again later."
    url = f"/v1/sites/{home.site_id}/connectors"
    for body in ({"key": [KEY]}, {"key": KEY}, {"key": f"{KEY} x", "monthly_cap": 1}):
        answer = await alice.send("PUT", f"{url}/semrush", body)
        assert answer.status == 422
        assert KEY not in str(answer.body)
    assert KEY not in str((await alice.get(url)).body)
    await _is_nowhere(database)
    assert KEY not in "".join(capfd.readouterr())
    assert (await alice.send("DELETE", f"{url}/semrush", None)).status == 204
    assert (await alice.get(f"{url}/semrush")).status == 404


async def _is_nowhere(database: Database) -> None:
    async with database.begin() as tx:
        for table in ("jobs", "job_errors", "imports", "import_chunks", "outbox"):
            texts = await tx.fetch(f"SELECT t::text AS text FROM {table} t")
            assert not any(KEY in row["text"] for row in texts), table


async def test_weekly_pulls_wait_until_they_are_switched_on(
    alice: Http, database: Database, home: Site
) -> None:
    now = clock.now()

    async def due(days: int) -> int:
        async with database.begin() as tx:
            return await queue_due(tx, now + timedelta(days=days))

    await connect(alice, home)
    assert await due(0) == 0
    await connect(alice, home, key=None, weekly=True)
    assert [await due(days) for days in (0, 0, 5, 7)] == [1, 0, 0, 1]


async def test_a_viewer_sees_connectors_and_may_not_pull(app: Any, alice: Http, home: Site) -> None:
    await connect(alice, home)
    viewer = as_caller(app, a_caller(home, Role.VIEWER))
    assert (await shown(viewer, home))["has_key"] is True
    url = f"/v1/sites/{home.site_id}/connectors/ahrefs"
    assert (await viewer.post(f"{url}/pulls", None)).status == 403
    assert (await viewer.send("DELETE", url, None)).status == 403


@pytest.mark.parametrize("provider", list(Provider))
@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b'{"backlinks": [1], "tasks": [{}]}'])
def test_nonsense_is_told_in_words(provider: Provider, body: bytes) -> None:
    with pytest.raises(InvalidError, match="not a list of links"):
        CONNECTORS[provider].read(Reply(200, body), Ask("a.example", 10))


def test_estimates_are_what_the_providers_charge() -> None:
    sums = [estimate_pull(CONNECTORS[provider], 1_001) for provider in Provider]
    assert sums == [12_000 + 50, 40_040, 2_000 + 3_000 + 2_003]
