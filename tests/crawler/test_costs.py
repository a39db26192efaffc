"""Costs and budgets: what looking took is charged to who wanted it, and a spent budget only delays."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.crawler import handlers
from services.crawler.app import create_app
from services.crawler.domain.claim import CheckRecord, Memory
from services.crawler.domain.costs import charges
from services.crawler.settings import Settings
from shared import clock
from shared.access import Caller
from shared.http import DirectTransport, ServiceClient
from shared.vocabulary import Role
from tests.crawler.builders import SITE, WORKSPACE, DatabaseFor, a_site, a_tracked
from tests.crawler.test_checking import BARE, LINKED, POST, Crew
from tests.fakes import RecordingBus
from tests.web import fake_web, page, redirect

SECRET = "crawler-tests-secret"
ALICE = Caller(WORKSPACE, UUID(int=2), "Alice", workspace_role=Role.OWNER)
STRANGER = Caller(UUID(int=77), UUID(int=3), "Charlie", workspace_role=Role.OWNER)
NOW = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
PATH = f"/v1/sites/{SITE}"


@pytest.fixture
async def crew(db_for: DatabaseFor) -> AsyncIterator[Crew]:
    async with fake_web() as site:
        crew = Crew(db_for("crawler"), site)
        async with crew.db.begin() as tx:
            await handlers.on_site_created([a_site()], tx)
        yield crew


def client_of(crew: Crew) -> ServiceClient:
    app = create_app(Settings.load({}, internal_secret=SECRET), bus=RecordingBus(), db=crew.db)
    return ServiceClient("crawler", DirectTransport(app), secret=SECRET.encode())


async def test_a_day_shows_requests_bytes_and_cpu_of_each_check(crew: Crew) -> None:
    crew.site.on(POST, redirect("/moved"))
    crew.site.on("http://blog.example/moved", page(LINKED))
    await crew.track(a_tracked(POST))
    await crew.check()
    answer = await client_of(crew).send("GET", f"{PATH}/costs", caller=ALICE)
    told = answer.json()
    [day] = told["days"]
    assert day["requests"] >= 3  # robots.txt, the redirect, the page
    assert day["bytes"] >= len(LINKED)
    assert day["cpu_seconds"] > 0
    assert day["requests_per_check"] == pytest.approx(day["requests"] / day["checks"])
    assert (told["used_up"], told["budget"]["requests_per_day"]) == (False, None)


async def test_a_spent_budget_puts_pages_off_and_loses_nothing(crew: Crew) -> None:
    crew.site.on(POST, page(LINKED))
    await crew.track(a_tracked(POST))
    await crew.check()
    client = client_of(crew)
    answer = await client.send("PUT", f"{PATH}/budget", caller=ALICE, body={"requests_per_day": 1})
    assert answer.json()["used_up"] is True
    assert "Nothing is called lost" in answer.json()["sentence"]
    crew.site.on(POST, page(BARE))
    asked = len(crew.site.asked(POST))
    await crew.make_due()
    due = "SELECT count(*) FROM pages WHERE next_check_at <= now()"
    async with crew.working(), asyncio.timeout(20):
        while await crew.value(due):  # noqa: ASYNC110 - what we wait for is a row
            await asyncio.sleep(0.02)
    assert len(crew.site.asked(POST)) == asked
    assert await crew.value("SELECT last_outcome FROM watches") == "found"
    tomorrow = clock.now().date() + timedelta(days=1)
    assert (await crew.value("SELECT next_check_at FROM pages LIMIT 1")).date() == tomorrow


async def test_only_the_sites_own_people_see_and_set_it(crew: Crew) -> None:
    client = client_of(crew)
    assert (await client.send("GET", f"{PATH}/costs", caller=STRANGER)).status == 404
    viewer = Caller(WORKSPACE, UUID(int=4), "Dora", workspace_role=Role.VIEWER)
    assert (await client.send("GET", f"{PATH}/costs", caller=viewer)).status == 200
    body = {"bytes_per_day": 10}
    assert (await client.send("PUT", f"{PATH}/budget", caller=viewer, body=body)).status == 403


def a_check(*sites: UUID, at: datetime = NOW) -> CheckRecord:
    return CheckRecord(
        page_id=UUID(int=9),
        host="blog.example",
        check_seq=1,
        next_check_at=NOW + timedelta(days=1),
        memory=Memory(checked_at=at),
        sites=sites,
        requests=2,
        wire_bytes=100,
    )


def test_a_page_of_two_sites_is_charged_to_both_by_half() -> None:
    one, other = UUID(int=1), UUID(int=2)
    found = charges([a_check(one, other), a_check(one, at=NOW + timedelta(hours=2))], cpu_s=1.0)
    by_day = {(charge.site_id, charge.day.day): charge for charge in found}
    assert by_day[one, 22].requests == by_day[other, 22].requests == 1.0
    assert by_day[one, 23].requests == 2.0
    assert sum(charge.cpu_s for charge in found) == pytest.approx(1.0)
    assert sum(charge.checks for charge in found) == pytest.approx(2.0)
