"""Connectors against answers as the providers give them, from a server on loopback."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import orjson
import pytest
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
from services.profile.jobs.connectors import ConnectorPuller, queue_due, seal_keys
from services.profile.store import connectors
from shared import clock
from shared.db import Database
from shared.errors import InvalidError
from shared.job_runner import JobRunner
from shared.vault import UnreadableError, Vault
from shared.vocabulary import Role
from tests.http import Http
from tests.profile.conftest import MASTER_KEY, a_caller, as_caller, run_jobs
from tests.profile.market import KEY, OLD, Market

LOGIN = f"me:{KEY}"
VAULT = Vault(lambda: [MASTER_KEY])


@pytest.fixture
async def market() -> AsyncIterator[Market]:
    found = Market()
    async with TestServer(found.app()) as server:
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
    runner = JobRunner({"connector_pull": ConnectorPuller(database, client, VAULT)}, db=database)
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
    [
        ("ahrefs", KEY, 50),
        ("semrush", KEY, 80),
        ("dataforseo", LOGIN, 2006),
        ("majestic", KEY, 5_002),
        ("bing", KEY, 6),  # the sites, twice the pages, two pages of links of one, one of the other
        ("yandex", KEY, 3),
    ],
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
    day = None if provider == "bing" else "2025-03-04"  # Bing tells no dates
    assert [(row["source"], row["day"]) for row in seen] == [(provider, day)]


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
    dying = ConnectorPuller(database, DyingClient(dict.fromkeys(Provider, market.url)), VAULT)
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


@pytest.mark.parametrize("provider", ["ahrefs", "semrush", "majestic", "bing", "yandex"])
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


_TABLES = ("jobs", "job_errors", "imports", "import_chunks", "outbox")


async def _is_nowhere(database: Database) -> None:
    async with database.begin() as tx:
        for table in (*_TABLES, "connectors"):
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
    place = {"bing": '["https://a.example/",0,[],false]', "yandex": '["1","https:a.example:443"]'}
    for at in {None, place.get(provider)}:
        with pytest.raises(InvalidError, match=r"not a list of links|knows no verified site"):
            CONNECTORS[provider].read(Reply(200, body), Ask("a.example", 10, place=at))


def test_estimates_are_what_the_providers_charge() -> None:
    sums = [estimate_pull(CONNECTORS[provider], 1_001) for provider in Provider]
    whole = [12_000 + 50, 40_040, 2_000 + 3_000 + 2_003, 6_001, 300, 2 + 11]
    assert sums == whole


@pytest.mark.parametrize("provider", ["majestic", "yandex"])
async def test_without_a_filter_by_date_a_delta_keeps_what_is_new(
    alice: Http, database: Database, home: Site, market: Market, provider: str
) -> None:
    await connect(alice, home, provider)
    await pull(alice, database, market, home, provider)
    today = clock.now().date().isoformat()
    market.links.append(("new", f"{today}T00:00:00Z"))
    job = await pull(alice, database, market, home, provider)
    assert (job["state"], job["accepted"], job["done"]) == ("done", 1, 3)
    assert len(await links_of(alice, home)) == 3


async def test_samples_of_yandex_are_read_page_by_page_to_the_end(
    alice: Http, database: Database, home: Site, market: Market
) -> None:
    market.links = [(f"h{number}", OLD) for number in range(205)]
    await connect(alice, home, "yandex", rows_per_pull=1_000)
    job = await pull(alice, database, market, home, "yandex")
    assert (job["accepted"], (await shown(alice, home, "yandex"))["used"]) == (205, 5)
    limits = [one.query["offset"] for one in market.asked[2:]]
    assert limits == ["0", "100", "200"]


async def test_a_killed_pull_from_bing_goes_on_in_the_middle_of_its_walk(
    alice: Http, database: Database, home: Site, market: Market
) -> None:
    market.links = [(f"h{number}", OLD) for number in range(4)]
    await connect(alice, home, "bing")
    started = await alice.post(f"/v1/sites/{home.site_id}/connectors/bing/pulls", None)
    dying = DyingClient(dict.fromkeys(Provider, market.url))
    dying.calls = -3  # the fourth call is lost
    puller = ConnectorPuller(database, dying, VAULT)
    with pytest.raises(ConnectionError):
        await JobRunner({"connector_pull": puller}, db=database).run_next(asyncio.Event())
    async with database.begin() as tx:
        await tx.run("UPDATE jobs SET lease_until = now() - interval '1 s'")
    await work(database, market)
    job = (await alice.get(started.header("location") or "")).json()
    assert (job["state"], job["accepted"]) == ("done", 4)
    asked = [(one.match_info["method"], one.query.get("page")) for one in market.asked]
    assert len(asked) == len(set(map(str, asked))) + 1  # page 0 of the links of both targets


def test_a_site_that_the_console_does_not_know_is_told_so() -> None:
    sites = orjson.dumps({"d": [{"Url": "https://else.example/", "IsVerified": True}]})
    with pytest.raises(InvalidError, match="knows no verified site"):
        CONNECTORS[Provider.BING].read(Reply(200, sites), Ask("acme.example", 10))


# ---- keys ---------------------------------------------------------------------------------------


async def stored(database: Database) -> Any:
    async with database.begin() as tx:
        [row] = await tx.fetch("SELECT api_key, sealed_key FROM connectors")
    return row


async def test_a_key_is_stored_sealed_and_opens_for_its_connector_only(
    alice: Http, database: Database, home: Site
) -> None:
    await connect(alice, home)
    row = await stored(database)
    assert row["api_key"] is None
    assert KEY not in row["sealed_key"]
    async with database.begin() as tx:
        opened = await connectors.get_key(tx, home.site_id, Provider.AHREFS, vault=VAULT)
        assert opened == KEY
        await tx.run("UPDATE connectors SET provider = 'semrush'")
        with pytest.raises(UnreadableError):
            await connectors.get_key(tx, home.site_id, Provider.SEMRUSH, vault=VAULT)


async def test_keys_that_an_older_version_stored_open_are_sealed_at_the_start(
    alice: Http, database: Database, home: Site, market: Market
) -> None:
    await connect(alice, home)
    async with database.begin() as tx:
        await tx.run("UPDATE connectors SET api_key = $1, sealed_key = NULL", KEY)
    assert await seal_keys(database, VAULT) == 1
    row = await stored(database)
    assert row["api_key"] is None
    assert await seal_keys(database, VAULT) == 0
    job = await pull(alice, database, market, home)
    assert job["state"] == "done"


async def test_a_new_master_key_encrypts_everything_and_the_old_one_may_go(
    alice: Http, database: Database, home: Site, market: Market
) -> None:
    await connect(alice, home)
    before = (await stored(database))["sealed_key"]
    new = "another master key of the tests: long too"
    assert await seal_keys(database, Vault(lambda: [new, MASTER_KEY])) == 1
    assert (await stored(database))["sealed_key"] != before
    only = Vault(lambda: [new])
    async with database.begin() as tx:
        assert await connectors.get_key(tx, home.site_id, Provider.AHREFS, vault=only) == KEY
    # Whoever has only the old key is told, nothing is charged, and setting the key again helps.
    job = await pull(alice, database, market, home)
    assert job["state"] == "failed"
    assert "master key that is not here" in job["detail"]
    assert (await shown(alice, home))["used"] == 0
    assert await seal_keys(database, VAULT) == 0
    await connect(alice, home)
    assert (await pull(alice, database, market, home))["state"] == "done"
