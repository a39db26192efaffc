"""From conclusions about links to one alarm for each attack, on a real PostgreSQL."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.toxicity import handlers
from services.toxicity.jobs.attacks import look_for_attacks
from shared import clock
from shared.db import Database
from shared.events import AttackSuspected, Event, LinkChanged, SiteCreated
from shared.http import ServiceClient
from shared.ids import new_id
from shared.vocabulary import ChangeKind, LinkStatus, Role
from tests.toxicity.builders import a_change, a_check, a_farm_read, a_read, a_site
from tests.toxicity.conftest import a_caller, body_of, call, published

FIRST = date(2026, 6, 1)
CALM = 60
STRUCK = FIRST + timedelta(days=CALM)


@pytest.fixture
async def old_site(database: Database) -> SiteCreated:
    """A site that was added on the first day, as its id says."""
    moment = int(datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC).timestamp() * 1000)
    random_part = new_id().int & ((1 << 80) - 1)
    site = a_site(site_id=UUID(int=moment << 80 | random_part))
    async with database.begin() as tx:
        await handlers.on_events([site], tx)
    return site


def come(
    site: SiteCreated, domain: str, day: date, *, bad: bool = False, **given: Any
) -> list[Event]:
    """Return what is heard of a link that was seen to come."""
    url = f"https://{domain}/post"
    text = "казино онлайн" if bad else "Acme Home"
    check = a_check(site, page=url, anchor_text=text, hidden=bad)
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    change: LinkChanged = a_change(
        check, LinkStatus.LIVE, page=url, kind=given.get("kind", ChangeKind.NEW), checked_at=at
    )
    return [a_farm_read(url) if bad else a_read(url), check, change]


async def send(database: Database, events: list[Event]) -> None:
    for start in range(0, len(events), 150):
        async with database.begin() as tx:
            await handlers.on_events(events[start : start + 150], tx)


def calm_days(site: SiteCreated) -> list[Event]:
    days = (FIRST + timedelta(days=number) for number in range(0, CALM, 2))
    return [one for at, day in enumerate(days) for one in come(site, f"fair{at}.example", day)]


def a_blast(site: SiteCreated, **given: Any) -> list[Event]:
    names = [f"farm{number}.test" for number in range(30)]
    return [one for name in names for one in come(site, name, STRUCK, bad=True, **given)]


async def look(database: Database, day: date) -> int:
    return await look_for_attacks(database, day, asyncio.Event())


async def test_an_attack_is_told_once_with_its_evidence_and_what_to_do(
    database: Database, old_site: SiteCreated, client: ServiceClient
) -> None:
    await send(database, calm_days(old_site))
    assert await look(database, STRUCK) == 0
    await send(database, a_blast(old_site))
    assert await look(database, STRUCK) == 1
    assert await look(database, STRUCK + timedelta(days=1)) == 0
    async with database.begin() as tx:
        (told,) = await published(tx, AttackSuspected)
    assert (told.site_id, told.toxic_domains) == (old_site.site_id, 30)
    answer = await client.send(
        "GET", f"/v1/sites/{old_site.site_id}/attacks", caller=a_caller(old_site)
    )
    (shown,) = body_of(answer.body)["items"]
    assert shown["attack_id"] == str(told.attack_id)
    assert shown["started_on"] == STRUCK.isoformat()
    assert "nothing to do" in shown["todo"]
    assert shown["drift"]["new_script_share"] == 1
    assert shown["drift"]["new_tld_share"] == 1
    assert body_of(answer.body)["known_until"] == STRUCK.isoformat()


async def test_links_of_an_attack_say_that_they_came_in_it(
    database: Database, old_site: SiteCreated, client: ServiceClient
) -> None:
    blast = a_blast(old_site)
    await send(database, calm_days(old_site) + blast)
    await look(database, STRUCK)
    link = blast[1].link_id  # type: ignore[attr-defined]
    answer = await client.send("GET", f"/v1/links/{link}/toxicity", caller=a_caller(old_site))
    assert "in_burst" in [one["code"] for one in body_of(answer.body)["findings"]]


async def test_the_sums_of_a_site_mention_an_attack_until_it_is_over_and_never_to_clients(
    database: Database, old_site: SiteCreated, client: ServiceClient
) -> None:
    await send(database, calm_days(old_site) + a_blast(old_site))
    await look(database, STRUCK)
    path, viewer = f"/v1/sites/{old_site.site_id}/toxicity", a_caller(old_site, Role.VIEWER)
    over = await call(client, "GET", path, viewer)
    assert (over["attack"], "of 60 judged links" in over["sentence"]) == (None, True)
    async with database.begin() as tx:
        await tx.run("UPDATE attacks SET last_on = $1", clock.now().date())
    found = await call(client, "GET", path, viewer)
    assert found["attack"]["url"] == f"/v1/sites/{old_site.site_id}/attacks"
    assert found["attack"]["evidence"]
    assert found["sentence"].startswith(found["attack"]["sentence"])
    shown = await call(client, "GET", path, a_caller(old_site, Role.CLIENT))
    assert (shown["attack"], "bad-looking" in shown["sentence"]) == (None, False)
    assert "junk" not in shown["sentence"]


async def test_what_an_import_brings_is_no_attack(
    database: Database, old_site: SiteCreated
) -> None:
    await send(database, calm_days(old_site) + a_blast(old_site, kind=ChangeKind.VERIFIED))
    assert await look(database, STRUCK) == 0
    async with database.begin() as tx:
        assert await tx.fetch_value("SELECT count(*) FROM arrivals") == CALM / 2


async def test_another_link_of_a_known_domain_is_no_new_domain(
    database: Database, old_site: SiteCreated
) -> None:
    await send(database, come(old_site, "known.example", FIRST, kind=ChangeKind.VERIFIED))
    await send(database, come(old_site, "known.example", STRUCK))
    async with database.begin() as tx:
        assert await tx.fetch_value("SELECT count(*) FROM arrivals") == 0


async def test_a_site_that_was_added_lately_has_no_attack(
    database: Database, site: SiteCreated
) -> None:
    await send(database, calm_days(site) + a_blast(site))
    assert await look(database, STRUCK) == 0


async def test_a_client_and_a_stranger_see_no_attacks(
    database: Database, old_site: SiteCreated, client: ServiceClient
) -> None:
    other = a_site(domain="other.example")
    await send(database, [other])
    path = f"/v1/sites/{old_site.site_id}/attacks"
    answer = await client.send("GET", path, caller=a_caller(other))
    assert answer.status == 404
