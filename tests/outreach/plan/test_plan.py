"""The plan through its routes: made once, added to, filled by placements, never taken back by itself."""

from collections import Counter
from typing import Any

import pytest

from services.outreach import handlers
from shared.db import Database
from shared.events import PlanUpdated, SiteCreated
from shared.http import ServiceClient
from shared.vocabulary import ContractState, LinkStatus, Role
from tests.outreach.conftest import (
    a_caller,
    a_conclusion,
    a_promise,
    add_site,
    body_of,
    published,
)
from tests.outreach.plan.builders import CHAIRS, HOME, some_facts


def a_wish(**given: Any) -> dict[str, Any]:
    return {"months": 3, "facts": some_facts().model_dump(mode="json")} | given


class Planner:
    """Alice, who plans for one site."""

    def __init__(self, client: ServiceClient, site: SiteCreated) -> None:
        self.client, self.site = client, site
        self.base = f"/v1/sites/{site.site_id}/plan"

    async def solve(self, *, status: int = 200, query: str = "", **given: Any) -> Any:
        answer = await self.client.send(
            "POST",
            f"{self.base}/solve",
            caller=a_caller(self.site),
            body=a_wish(**given),
            query=query,
        )
        return body_of(answer, status)

    async def get(self, path: str = "", query: str = "") -> Any:
        answer = await self.client.send(
            "GET", self.base + path, caller=a_caller(self.site, Role.VIEWER), query=query
        )
        return body_of(answer)

    async def post(self, path: str, body: Any, status: int = 200) -> Any:
        answer = await self.client.send("POST", path, caller=a_caller(self.site), body=body)
        return body_of(answer, status)


@pytest.fixture
def alice(client: ServiceClient, site: SiteCreated) -> Planner:
    return Planner(client, site)


async def test_a_plan_is_tried_made_and_not_made_twice_of_the_same(
    alice: Planner, database: Database
) -> None:
    assert (await alice.get())["version_no"] is None
    tried = await alice.solve(query="dry_run=true")
    assert (tried["dry_run"], tried["slots_added"], tried["version_no"]) == (True, 30, 1)
    assert (await alice.get())["version_no"] is None
    made = await alice.solve()
    assert [row["planned"] for row in made["months"]] == [10, 10, 10]
    assert [row["open"] for row in made["months"]] == [10, 10, 10]
    again = await alice.solve()
    assert (again["version_no"], again["slots_added"]) == (1, None)
    [told] = await published(database, PlanUpdated)
    assert (told.slots_added, told.version_no) == (30, 1)
    pages = Counter(slot["target_url"] for slot in (await alice.get("/slots"))["items"])
    assert pages == {HOME: 15, CHAIRS: 15}
    assert "8 new referring domains" in made["sentences"][0]
    assert made["needs"]["prospects_to_write_to"] is None


async def test_more_months_add_slots_and_fewer_take_none_back(alice: Planner) -> None:
    first = await alice.solve()
    longer = await alice.solve(months=4, page_weights=[{"url": CHAIRS, "weight": 5}])
    assert (longer["version_no"], longer["slots_added"]) == (2, longer["months"][3]["planned"])
    kept = (await alice.get("/slots", "limit=500"))["items"]
    before = {slot["slot_id"] for slot in first["open_slots"]}
    assert before <= {slot["slot_id"] for slot in kept}
    assert {slot["target_url"] for slot in kept if slot["slot_id"] not in before} == {CHAIRS}
    slower = await alice.solve(months=3, cap=2)
    assert slower["slots_added"] == 0
    assert [row["open"] for row in slower["months"]][:3] == [10, 10, 10]
    assert slower["months"][3] == longer["months"][3]
    assert "begins with 2 links" in slower["pace"]["sentence"]
    anew = await alice.solve(months=3, cap=2, start_over=True)
    assert [row["open"] for row in anew["months"]] == [2, 2, 2]


async def test_a_placement_fills_its_slot_by_itself_and_opens_it_when_cancelled(
    alice: Planner, database: Database
) -> None:
    slot = (await alice.solve())["open_slots"][0]
    assert slot["anchor_group"] in {"partial", "url_generic"}
    said = "acme.example" if slot["anchor_group"] == "url_generic" else "Acme Home garden chairs"
    terms = a_promise(alice.site, target_url=slot["target_url"], anchor_text=said)
    placement = await alice.post("/v1/placements", terms, 201)
    beside = a_promise(
        alice.site, target_url="https://acme.example/x", referring_url="https://b.example/"
    )
    await alice.post("/v1/placements", beside, 201)
    months = (await alice.get())["months"]
    assert sum(row["promised"] for row in months) == 1
    [filled] = (await alice.get("/slots", "state=promised"))["items"]
    assert (filled["slot_id"], filled["placement_id"]) == (
        slot["slot_id"],
        placement["placement_id"],
    )
    live = a_conclusion(
        alice.site, placement["placement_id"], LinkStatus.LIVE, contract_state=ContractState.MET
    )
    async with database.begin() as tx:
        await handlers.on_link_changed([live], tx)
    assert [one["slot_id"] for one in (await alice.get("/slots", "state=placed"))["items"]] == [
        slot["slot_id"]
    ]
    await alice.client.send(
        "DELETE", f"/v1/placements/{placement['placement_id']}", caller=a_caller(alice.site)
    )
    assert (await alice.get("/slots", "state=placed,promised"))["items"] == []


async def test_a_suggestion_is_of_the_next_slot_and_never_what_the_host_said(
    alice: Planner,
) -> None:
    slot = (await alice.solve())["open_slots"][0]
    host = {"domain": "blog.example", "links": 2, "texts": ["acme.example"], "targets": []}
    facts = some_facts().model_dump(mode="json") | {"host": host}
    body = {"referring_domain": "https://www.blog.example/post", "facts": facts}
    found = await alice.post(f"{alice.base}/suggestions", body)
    assert (found["slot_id"], found["referring_domain"]) == (slot["slot_id"], "blog.example")
    assert found["anchor_group"] == slot["anchor_group"]
    assert found["anchor_text"] not in {None, "acme.example"}
    assert "acme.example" in {one["text"] for one in found["forbidden"]}
    terms = a_promise(
        alice.site, referring_url="https://blog.example/a", anchor_text=found["anchor_text"]
    )
    await alice.post("/v1/placements", terms, 201)
    other = await alice.post(f"{alice.base}/suggestions", body)
    assert other["anchor_text"] != found["anchor_text"]


async def test_what_cannot_be_planned_is_named(alice: Planner) -> None:
    strange = await alice.solve(
        status=422, page_weights=[{"url": "https://other.example/", "weight": 1}]
    )
    assert [one["pointer"] for one in strange["errors"]] == ["/page_weights/0/url"]
    body = {"referring_domain": "acme.example", "facts": a_wish()["facts"]}
    own = await alice.post(f"{alice.base}/suggestions", body, 422)
    assert [one["pointer"] for one in own["errors"]] == ["/referring_domain"]
    assert (await alice.solve(status=503, facts=None))["code"] == "no-figures"


async def test_a_page_is_the_same_in_every_spelling(alice: Planner) -> None:
    broken = some_facts()
    broken.targets[1].broken = True
    weights = [{"url": "http://www.acme.example/", "weight": 1}, {"url": CHAIRS, "weight": 9}]
    facts = broken.model_dump(mode="json")
    made = await alice.solve(page_weights=weights, facts=facts)
    assert {slot["target_url"] for slot in made["open_slots"]} == {HOME}
    assert CHAIRS in made["sentences"][-1]


async def test_without_new_figures_the_older_ones_are_used_and_that_is_said(
    alice: Planner,
) -> None:
    await alice.solve()
    later = await alice.solve(facts=None, months=4)
    assert later["degraded"] == [{"service": "profile", "code": "older-figures"}]
    assert len(later["months"]) == 4


async def test_open_slots_of_the_past_count_for_the_next_month(
    alice: Planner, database: Database
) -> None:
    await alice.solve()
    async with database.begin() as tx:
        await tx.run("UPDATE plan_slots SET month = month - interval '2 months' WHERE number <= 10")
    again = await alice.solve(cap=10)
    assert (again["version_no"], again["slots_added"]) == (2, 0)


async def test_clients_and_strangers_do_not_see_the_plan(
    client: ServiceClient, database: Database, alice: Planner
) -> None:
    other = await add_site(database, "other.example")
    answer = await client.send("GET", alice.base, caller=a_caller(other))
    assert answer.status == 404
    answer = await client.send("GET", alice.base, caller=a_caller(alice.site, Role.CLIENT))
    assert answer.status == 403
    body = a_wish()
    viewer = a_caller(alice.site, Role.VIEWER)
    answer = await client.send("POST", f"{alice.base}/solve", caller=viewer, body=body)
    assert answer.status == 403
