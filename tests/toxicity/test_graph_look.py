"""The nightly look: pages in, standings and networks out, on a real PostgreSQL."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from services.toxicity import handlers
from services.toxicity.jobs.graph import GraphLook
from services.toxicity.store import graphs
from shared import clock, jobs
from shared.access import Caller
from shared.db import Database
from shared.events import Event, LinkChecked, LinkScored, NetworkDetected, SiteCreated
from shared.http import ServiceClient
from shared.ids import new_id
from shared.job_runner import JobRunner
from shared.vocabulary import JobState, Role
from tests.toxicity.builders import a_check, a_read, a_site
from tests.toxicity.conftest import a_caller, body_of, published, row_of

TRUSTED = ("nature.com", "nist.gov", "bbc.co.uk", "w3.org", "un.org", "heise.de")
MONEY = tuple(f"money{number}.example" for number in range(6))
HOST = {"ip": "81.2.3.4", "name_servers": ("ns1.small.example", "ns2.small.example")}


class Web:
    """Pages that link to a site, sent as the crawler would."""

    def __init__(self, site: SiteCreated) -> None:
        self.site = site
        self.events: list[Event] = []
        self.checks: dict[str, LinkChecked] = {}

    def page(self, domain: str, *, outlinks: Sequence[str] = (), **facts: Any) -> None:
        url = f"https://{domain}/post"
        self.checks[domain] = a_check(self.site, page=url, anchor_text="Acme Home")
        self.events += [self.checks[domain], a_read(url, outlink_domains=outlinks, **facts)]

    async def send(self, database: Database) -> None:
        for start in range(0, len(self.events), 100):
            async with database.begin() as tx:
                await handlers.on_events(self.events[start : start + 100], tx)
        self.events = []


async def look(database: Database, site: SiteCreated, **bounds: int) -> None:
    assert site.workspace_id is not None
    assert site.site_id is not None
    async with database.begin() as tx:
        job = await graphs.add_job(tx, workspace_id=site.workspace_id, site_id=site.site_id)
    given = {"max_edges": 100_000, "max_pages": 10_000} | bounds
    runner = JobRunner({graphs.KIND: GraphLook(database, **given)}, db=database)
    assert await runner.run_next(asyncio.Event())
    async with database.begin() as tx:
        ended = await jobs.get_job(tx, job.job_id, workspace_id=site.workspace_id)
    assert (ended.state, ended.detail) == (JobState.DONE, None)
    assert ended.done == ended.total


def an_ordinary_web(site: SiteCreated) -> Web:
    web = Web(site)
    for number in range(30):
        others = [f"blog{(number + step) % 30}.example" for step in (1, 4, 9)]
        web.page(f"blog{number}.example", outlinks=others)
    for name in TRUSTED:
        web.page(name, outlinks=["blog3.example"])
    return web


async def test_authority_reaches_the_links_of_a_domain(
    database: Database, site: SiteCreated, client: ServiceClient
) -> None:
    web = an_ordinary_web(site)
    await web.send(database)
    await look(database, site)
    answer = await client.send("GET", "/v1/domains/blog3.example/toxicity", caller=a_caller(site))
    standing = body_of(answer.body)["standing"]
    assert standing["authority"] > 90
    assert standing["trust_rank"] == standing["authority"]
    async with database.begin() as tx:
        told = {event.link_id: event for event in await published(tx, LinkScored)}
        row = await row_of(tx, web.checks["blog3.example"].link_id)
    assert told[row["link_id"]].authority == row["authority"] == round(standing["authority"])
    assert told[web.checks["w3.org"].link_id].authority is None


async def test_a_second_look_that_sees_the_same_tells_nothing(
    database: Database, site: SiteCreated
) -> None:
    await an_ordinary_web(site).send(database)
    await look(database, site)
    async with database.begin() as tx:
        before = len(await published(tx, LinkScored))
    await look(database, site)
    async with database.begin() as tx:
        assert len(await published(tx, LinkScored)) == before


async def test_a_network_is_found_told_once_and_shown_with_its_evidence(
    database: Database, site: SiteCreated, client: ServiceClient
) -> None:
    web = an_ordinary_web(site)
    members = [f"member{number}.example" for number in range(4)]
    for name in members:
        web.page(name, outlinks=MONEY, **HOST)
    await web.send(database)
    await look(database, site)
    await look(database, site)
    async with database.begin() as tx:
        (told,) = await published(tx, NetworkDetected)
    assert list(told.domains) == members
    assert told.site_id == site.site_id
    answer = await client.send("GET", f"/v1/sites/{site.site_id}/networks", caller=a_caller(site))
    (shown,) = body_of(answer.body)["items"]
    assert shown["network_id"] == str(told.network_id)
    assert [node["domain"] for node in shown["nodes"]] == members
    assert {edge["source"] for edge in shown["edges"]} <= set(members)
    assert {one["kind"] for one in shown["evidence"]} == {"outlinks", "subnet", "name_servers"}
    assert "one owner" in shown["sentence"]
    link = web.checks[members[0]].link_id
    why = await client.send("GET", f"/v1/links/{link}/toxicity", caller=a_caller(site))
    assert "in_strong_network" in [one["code"] for one in body_of(why.body)["findings"]]


async def test_sister_sites_are_a_network_and_no_evidence(
    database: Database, site: SiteCreated, client: ServiceClient
) -> None:
    web = an_ordinary_web(site)
    for country in ("de", "fr", "it", "es"):
        web.page(f"magazine.{country}", tracker_ids=("UA-1234567-1",))
    await web.send(database)
    await look(database, site)
    answer = await client.send("GET", f"/v1/sites/{site.site_id}/networks", caller=a_caller(site))
    (shown,) = body_of(answer.body)["items"]
    assert shown["is_open"]
    link = web.checks["magazine.de"].link_id
    why = await client.send("GET", f"/v1/links/{link}/toxicity", caller=a_caller(site))
    body = body_of(why.body)
    assert not {"in_network", "in_strong_network"} & {one["code"] for one in body["findings"]}


async def test_a_network_keeps_its_name_as_it_grows_and_goes_when_it_is_gone(
    database: Database, site: SiteCreated
) -> None:
    web = Web(site)
    for number in range(3):
        web.page(f"member{number}.example", outlinks=MONEY, **HOST)
    await web.send(database)
    await look(database, site)
    for number in range(3, 6):
        web.page(f"member{number}.example", outlinks=MONEY, **HOST)
    await web.send(database)
    await look(database, site)
    async with database.begin() as tx:
        rows = await tx.fetch("SELECT network_id, domains FROM networks")
        (told,) = await published(tx, NetworkDetected)
    assert [(row["network_id"], row["domains"]) for row in rows] == [(told.network_id, 6)]
    for number in range(6):
        url = f"https://member{number}.example/post"
        web.events.append(a_read(url, seq=2, outlink_domains=()))
    await web.send(database)
    await look(database, site)
    async with database.begin() as tx:
        assert await tx.fetch_value("SELECT count(*) FROM networks") == 0
        assert await tx.fetch_value("SELECT count(*) FROM network_domains") == 0


async def test_another_workspace_sees_nothing_of_it(
    database: Database, site: SiteCreated, client: ServiceClient
) -> None:
    web = Web(site)
    for number in range(3):
        web.page(f"member{number}.example", outlinks=MONEY, **HOST)
    await web.send(database)
    await look(database, site)
    other = a_site(domain="other.example")
    async with database.begin() as tx:
        await handlers.on_events([other], tx)
    await look(database, other)
    answer = await client.send("GET", f"/v1/sites/{other.site_id}/networks", caller=a_caller(other))
    assert body_of(answer.body)["items"] == []
    denied = await client.send("GET", f"/v1/sites/{site.site_id}/networks", caller=a_caller(other))
    assert denied.status == 404


async def test_a_look_that_reaches_its_bound_says_so(
    database: Database, site: SiteCreated, client: ServiceClient
) -> None:
    await an_ordinary_web(site).send(database)
    await look(database, site, max_edges=10)
    answer = await client.send("GET", f"/v1/sites/{site.site_id}/networks", caller=a_caller(site))
    assert body_of(answer.body)["is_cut"] is True


async def test_a_workspace_is_looked_at_when_its_last_look_is_too_long_ago_or_it_has_grown(
    database: Database, site: SiteCreated
) -> None:
    async def due(*, before: int, settled: int) -> int:
        """Queue what is due if looks older than so many hours are."""
        async with database.begin() as tx:
            return await graphs.add_due_jobs(
                tx,
                before=clock.now() - timedelta(hours=before),
                settled=clock.now() - timedelta(hours=settled),
                limit=5,
            )

    assert await due(before=0, settled=0) == 0
    web = an_ordinary_web(site)
    await web.send(database)
    assert await due(before=24, settled=1) == 1
    assert await due(before=0, settled=0) == 0
    runner = JobRunner(
        {graphs.KIND: GraphLook(database, max_edges=1_000, max_pages=1_000)}, db=database
    )
    assert await runner.run_next(asyncio.Event())
    assert await due(before=24, settled=0) == 0
    for number in range(40):
        web.page(f"more{number}.example")
    await web.send(database)
    assert await due(before=24, settled=1) == 0
    assert await due(before=24, settled=0) == 1


@pytest.mark.parametrize(("role", "status"), [(Role.EDITOR, 202), (Role.VIEWER, 403)])
async def test_an_editor_can_ask_for_a_look(
    site: SiteCreated, client: ServiceClient, role: Role, status: int
) -> None:
    caller: Caller = a_caller(site, role)
    answer = await client.send("POST", f"/v1/sites/{site.site_id}/networks/looks", caller=caller)
    assert answer.status == status
    if status == 202:
        again = await client.send("POST", f"/v1/sites/{site.site_id}/networks/looks", caller=caller)
        assert body_of(again.body)["id"] == body_of(answer.body)["id"]


async def test_a_stranger_cannot_ask_for_a_look(site: SiteCreated, client: ServiceClient) -> None:
    path = f"/v1/sites/{new_id()}/networks/looks"
    answer = await client.send("POST", path, caller=a_caller(site))
    assert answer.status == 404
