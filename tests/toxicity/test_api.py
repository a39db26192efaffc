"""The routes of toxicity: the waterfall, the two figures, decisions with undo, disavow versions."""

from typing import Any
from uuid import UUID

import pytest

from services.toxicity import handlers, jobs
from shared.db import Database
from shared.events import LinkChecked, ReviewDecided, SiteCreated
from shared.http import ServiceClient
from shared.ids import new_id
from shared.vocabulary import Role
from tests.toxicity.builders import a_check, a_read, a_site
from tests.toxicity.conftest import FARM, a_caller, call, published


async def test_a_score_is_shown_with_lines_that_add_up(
    client: ServiceClient, site: SiteCreated, toxic: LinkChecked
) -> None:
    path = f"/v1/links/{toxic.link_id}/toxicity"
    answer = await call(client, "GET", path, a_caller(site, Role.CLIENT))
    assert answer["log_odds"] == sum(line["weight"] for line in answer["waterfall"])
    assert (answer["band"], answer["action"]) == ("propose_disavow", "propose_disavow")
    codes = {finding["code"] for finding in answer["findings"]}
    assert {"poison_anchor", "hidden_link", "bare_link_list"} <= codes
    assert all(finding["policy"]["url"].startswith("https://") for finding in answer["findings"])
    assert answer["what_would_change_it"]
    assert answer["referring_url"] == FARM


async def test_a_link_of_another_site_or_workspace_is_as_if_it_did_not_exist(
    client: ServiceClient, database: Database, site: SiteCreated, toxic: LinkChecked
) -> None:
    other = a_site(workspace_id=site.workspace_id, domain="other.example")
    async with database.begin() as tx:
        await handlers.on_events([other], tx)
    path = f"/v1/links/{toxic.link_id}/toxicity"
    missing = await call(
        client, "GET", f"/v1/links/{new_id()}/toxicity", a_caller(site), status=404
    )
    for stranger in (a_caller(other), a_caller(a_site())):
        found = await call(client, "GET", path, stranger, status=404)
        assert (found["code"], found["detail"]) == (missing["code"], missing["detail"])
        for name in ("toxicity", "reviews", "decisions", "disavow/versions"):
            await call(client, "GET", f"/v1/sites/{site.site_id}/{name}", stranger, status=404)
        domain = "/v1/domains/example.net/toxicity"
        await call(client, "GET", domain, stranger, status=404)
        body = {"links": [str(toxic.link_id)], "decision": "keep"}
        await call(client, "POST", "/v1/reviews", stranger, body=body, status=422)


async def test_density_is_two_figures_and_a_client_sees_the_second(
    client: ServiceClient, database: Database, site: SiteCreated, toxic: LinkChecked
) -> None:
    fine = a_check(site)
    junk = a_check(site, page=FARM, anchor_text="Acme Home")
    async with database.begin() as tx:
        await handlers.on_events([a_read()], tx)
        await handlers.on_events([fine, junk], tx)
    path = f"/v1/sites/{site.site_id}/toxicity"
    answer = await call(client, "GET", path, a_caller(site, Role.VIEWER))
    density = answer["density"]
    assert (answer["judged"], answer["waiting_for_decision"]) == (3, 1)
    assert (density["ignored_junk"]["links"], density["worth_action"]["links"]) == (1, 1)
    assert sum(answer["bands"].values()) == 3
    shown = await call(client, "GET", path, a_caller(site, Role.CLIENT))
    assert shown["density"] == {"ignored_junk": None, "worth_action": density["worth_action"]}


async def test_a_domain_shows_its_worst_links_and_why_it_would_be_guarded(
    client: ServiceClient, site: SiteCreated, toxic: LinkChecked
) -> None:
    answer = await call(client, "GET", "/v1/domains/www.example.net/toxicity", a_caller(site))
    assert (answer["domain"], answer["links"]) == ("example.net", 1)
    assert (answer["worst_band"], answer["guard"]) == ("propose_disavow", None)
    await call(client, "GET", "/v1/domains/co.uk/toxicity", a_caller(site), status=422)


async def test_a_decision_leaves_the_queue_and_an_undo_brings_it_back(
    client: ServiceClient, database: Database, site: SiteCreated, toxic: LinkChecked
) -> None:
    caller, queue = a_caller(site), f"/v1/sites/{site.site_id}/reviews"
    (item,) = (await call(client, "GET", queue, caller))["items"]
    assert (item["link_id"], item["action"]) == (str(toxic.link_id), "propose_disavow")
    body = {"site_id": str(site.site_id), "domains": ["WWW.example.net"], "decision": "keep"}
    made = await call(client, "POST", "/v1/reviews", caller, body=body, status=201)
    (review,) = made["reviews"]
    assert (review["domains"], review["decided_by"]) == (["example.net"], "Alice")
    link = f"/v1/links/{toxic.link_id}/toxicity"
    kept = await call(client, "GET", link, caller)
    assert (kept["action"], kept["sentence"]) == ("no_action_needed", "Kept by your team")
    assert (await call(client, "GET", queue, caller))["items"] == []
    undo = {"review_ids": [review["review_id"]]}
    for _ in range(2):
        await call(client, "POST", "/v1/reviews/undo", caller, body=undo)
    assert len((await call(client, "GET", queue, caller))["items"]) == 1
    (listed,) = (await call(client, "GET", f"/v1/sites/{site.site_id}/decisions", caller))["items"]
    assert listed["undone_by"] == "Alice"
    async with database.begin() as tx:
        told = [event.decision for event in await published(tx, ReviewDecided)]
    assert told == ["keep", "undone"]


async def test_a_decision_survives_a_new_score(
    client: ServiceClient, database: Database, site: SiteCreated, toxic: LinkChecked
) -> None:
    caller = a_caller(site)
    body = {"links": [str(toxic.link_id)], "decision": "ignore"}
    await call(client, "POST", "/v1/reviews", caller, body=body, status=201)
    again = a_check(site, link_id=toxic.link_id, seq=2, page=FARM, anchor_text="casino bonus")
    async with database.begin() as tx:
        await handlers.on_events([again], tx)
    answer = await call(client, "GET", f"/v1/links/{toxic.link_id}/toxicity", caller)
    assert answer["action"] == "no_action_needed"


@pytest.mark.parametrize(
    ("domain", "code"),
    [
        ("blogspot.com", "public_suffix"),
        ("www.youtube.com", "platform"),
        ("ox.ac.uk", "public_body"),
        ("acme.example", "own_site"),
        ("partner.example", "partner"),
        ("1.2.3.4", "ip_address"),
    ],
)
async def test_a_guarded_domain_cannot_be_decided_for_disavowing(
    client: ServiceClient, database: Database, domain: str, code: str
) -> None:
    site = a_site(partners=("partner.example",))
    async with database.begin() as tx:
        await handlers.on_events([site], tx)
    body = {"site_id": str(site.site_id), "domains": [domain], "decision": "disavow"}
    problem = await call(client, "POST", "/v1/reviews", a_caller(site), body=body, status=422)
    assert [(one["pointer"], one["code"]) for one in problem["errors"]] == [
        ("/domains/0", code.replace("_", "-"))
    ]


async def test_readers_decide_nothing(
    client: ServiceClient, site: SiteCreated, toxic: LinkChecked
) -> None:
    caller = a_caller(site, Role.VIEWER)
    body = {"links": [str(toxic.link_id)], "decision": "keep"}
    await call(client, "POST", "/v1/reviews", caller, body=body, status=403)
    versions = f"/v1/sites/{site.site_id}/disavow/versions"
    bodies: tuple[Any, ...] = ({}, None)  # nothing has to be said to build a version
    for said in bodies:
        await call(client, "POST", versions, caller, body=said, status=403)
    empty = {"decision": "keep"}
    await call(client, "POST", "/v1/reviews", a_caller(site), body=empty, status=422)
    for path in (f"/v1/sites/{site.site_id}/decisions", versions):
        assert (await call(client, "GET", path, a_caller(site)))["items"] == []


async def test_the_queue_goes_page_by_page(
    client: ServiceClient, database: Database, site: SiteCreated, toxic: LinkChecked
) -> None:
    more = [a_check(site, page=FARM, anchor_text="online casino", hidden=True) for _ in range(4)]
    async with database.begin() as tx:
        await handlers.on_events(more, tx)
    path, query, seen = f"/v1/sites/{site.site_id}/reviews", "limit=2&include=count", set[UUID]()
    while True:
        page = await call(client, "GET", path, a_caller(site), query=query)
        seen |= {UUID(item["link_id"]) for item in page["items"]}
        assert page["count"] == 5
        if not page["has_more"]:
            break
        query = f"limit=2&include=count&cursor={page['next_cursor']}"
    assert seen == {toxic.link_id, *(one.link_id for one in more)}


async def test_each_month_keeps_its_last_count_and_the_running_one_is_counted_now(
    client: ServiceClient, database: Database, site: SiteCreated, toxic: LinkChecked
) -> None:
    assert await jobs.count_once(database)
    assert not await jobs.count_once(database)
    async with database.begin() as tx:
        await tx.run("UPDATE density_months SET month = '2020-01-01'")
    path = f"/v1/sites/{site.site_id}/toxicity"
    months = (await call(client, "GET", path, a_caller(site)))["by_month"]
    assert [one["judged"] for one in months] == [1, 1]
    assert months[1]["month"] == "2020-01-01"
    assert months[1]["density"] == months[0]["density"]
    fine = a_check(site)
    async with database.begin() as tx:
        await handlers.on_events([a_read(), fine], tx)
    months = (await call(client, "GET", path, a_caller(site)))["by_month"]
    assert [one["judged"] for one in months] == [2, 1]
