"""Prospects take slots of the plan: the one that fits best, each one at most, free again when they are lost."""

from datetime import date
from typing import Any

from services.outreach.domain.plan.assigning import FreeSlot, Wanting, assign
from services.outreach.domain.plan.filling import Agreed, OpenSlot, fill
from shared.anchor_bands import Group
from shared.db import Database
from shared.events import SiteCreated
from shared.http import ServiceClient
from shared.ids import new_id
from shared.urls import page_id
from shared.vocabulary import Role
from tests.outreach.conftest import a_caller, a_promise
from tests.outreach.plan.builders import CHAIRS, HOME
from tests.outreach.plan.test_plan import Planner
from tests.outreach.test_prospects_api import add, call

CARE = "https://acme.example/care-of-roses"


def a_slot(url: str, day: int, method: str | None = None) -> FreeSlot:
    return FreeSlot(
        slot_id=new_id(),
        target_url=url,
        target_key=page_id(url),
        label="Brand",
        method=method,
        due_on=date(2026, 12, day),
    )


def test_the_page_that_is_offered_comes_before_the_way_and_that_before_shared_words() -> None:
    early, roses, mended = a_slot(HOME, 1), a_slot(CARE, 20), a_slot(CHAIRS, 25, "broken link")
    slots = [early, roses, mended]
    offered = Wanting(prospect_id=new_id(), offered_key=page_id(CHAIRS), words=["roses"])
    [one] = assign(slots, [offered])
    assert (one.slot, one.reason.startswith("It is the page that was found to fit")) == (
        mended,
        True,
    )
    way = Wanting(prospect_id=new_id(), method="broken link", words=["roses"])
    [one] = assign(slots, [way])
    assert one.reason == "It is planned as broken link; of these it is the next one due."
    words = Wanting(prospect_id=new_id(), words=["rose"], language="en")
    [one] = assign(slots, [words])
    assert (one.slot, "“rose”" in one.reason) == (roses, True)
    [one] = assign(slots, [Wanting(prospect_id=new_id())])
    assert (one.slot, one.reason) == (early, "It is the next one due.")
    # Who is offered a page chooses before who is not, however they are named.
    first, second = assign([roses, mended], [words, offered])
    assert (first.prospect_id, first.slot) == (offered.prospect_id, mended)
    assert second.slot is roses
    assert len(assign([early], [words, way])) == 1


def test_a_placement_takes_the_slot_of_its_own_prospect_and_that_of_another_last() -> None:
    key, days = page_id(HOME), [date(2026, 12, day) for day in (1, 2, 3)]
    theirs, free, own = (
        OpenSlot(new_id(), key, Group.PARTIAL, day, domain)
        for day, domain in zip(days, ("b.example", None, "a.example"), strict=True)
    )
    deals = [Agreed(new_id(), key, has_text=False, group=None, domain="a.example") for _ in "xyz"]
    for slots in ([theirs, free, own], [theirs, free], [theirs]):
        filled = fill(slots, deals[:1])
        assert list(filled) == [slots[-1].slot_id]


async def test_slots_are_given_shown_and_free_again(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    alice = Planner(client, site)
    path = f"{alice.base}/assignments"
    made = await add(client, site, "a.example\nb.example\nexample.org")
    ids = [row["prospect_id"] for row in made["results"]]
    rows = [{"prospect_id": one} for one in ids]
    none = await alice.post(path, {"rows": rows})
    assert {row["sentence"] for row in none["results"]} == {
        "No slot is open: make the plan longer first."
    }
    await alice.solve()
    tried = await call(client, "POST", path, site, body={"rows": rows}, query="dry_run=true")
    assert (tried["assigned"], tried["dry_run"]) == (3, True)
    assert (await alice.get("/slots"))["items"][0]["prospect_id"] is None
    slots = (await alice.get("/slots", "limit=500"))["items"]
    named = {"prospect_id": ids[0], "slot_id": slots[5]["slot_id"]}
    stranger = {"prospect_id": str(new_id())}
    twice = {"prospect_id": ids[1], "slot_id": slots[5]["slot_id"]}
    given = await alice.post(path, {"rows": [named, twice, stranger, {"prospect_id": ids[2]}]})
    assert [row["changed"] for row in given["results"]] == [True, False, False, True]
    assert given["results"][0]["sentence"].startswith("By hand.")
    assert given["results"][1]["sentence"] == "That slot is not open, or somebody has it."
    held = {
        slot["prospect_domain"]: slot["slot_id"]
        for slot in (await alice.get("/slots", "limit=500"))["items"]
        if slot["prospect_id"]
    }
    assert held["a.example"] == slots[5]["slot_id"]
    one = await call(client, "GET", f"/v1/prospects/{ids[0]}", site)
    assert one["slot"] == {name: slots[5][name] for name in ("slot_id", "month", "target_url")}
    again = await alice.post(path, {"rows": [named]})
    assert again["results"][0]["sentence"].startswith("It has a slot already")

    await alice.post("/v1/placements", a_promise(site, target_url=None), 201)
    await alice.get()
    filled = (await alice.get("/slots", "state=promised"))["items"]
    assert [slot["slot_id"] for slot in filled] == [held["example.org"]]
    await move(client, site, ids[0], "declined")
    assert (await call(client, "GET", f"/v1/prospects/{ids[0]}", site))["slot"] is None
    refused = await alice.post(path, {"rows": [named]})
    assert refused["results"][0]["sentence"] == "It can fill no slot: declined."
    await alice.post(path, {"rows": [{"prospect_id": ids[1]}]})
    freed = await alice.post(path, {"rows": rows, "release": True})
    assert [row["changed"] for row in freed["results"]] == [False, True, False]
    viewer = a_caller(site, Role.VIEWER)
    await call(client, "POST", path, site, body={"rows": rows}, caller=viewer, status=403)


async def move(client: ServiceClient, site: SiteCreated, prospect_id: str, stage: str) -> None:
    body: dict[str, Any] = {"prospect_ids": [prospect_id], "stage": stage}
    await call(client, "PATCH", f"/v1/sites/{site.site_id}/prospects", site, body=body)
