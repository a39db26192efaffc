"""The routes of prospects: one way in, filters, moves with a history, and what moves them by itself."""

from typing import Any

import pytest

from services.outreach import handlers
from services.outreach.domain.candidates import read_list
from shared.db import Database
from shared.events import ProspectFound, ProspectQualified, SiteCreated
from shared.http import ServiceClient
from shared.ids import new_id
from shared.vocabulary import ContractState, LinkStatus, Role
from tests.outreach.conftest import a_caller, a_conclusion, a_promise, add_site, body_of, published

PASTE = """domain
blog.example.org,3
https://www.garden.example/links?x=1\tAnn
example.org
acme.example
https://medium.com/@ann
not a domain
ann.blogspot.com
ann@rose.example
"""


async def call(
    client: ServiceClient, method: str, path: str, site: SiteCreated, **given: Any
) -> Any:
    status = given.pop("status", 200)
    caller = given.pop("caller", None) or a_caller(site)
    return body_of(await client.send(method, path, caller=caller, **given), status)


async def add(client: ServiceClient, site: SiteCreated, text: str, **given: Any) -> Any:
    path = f"/v1/sites/{site.site_id}/prospects"
    status = given.pop("status", 201)
    return await call(client, "POST", path, site, body={"text": text, **given}, status=status)


def test_each_row_that_cannot_be_taken_says_why() -> None:
    rows = read_list(PASTE, own_hosts=("acme.example",))
    assert [(row.line, row.domain) for row in rows if row.domain] == [
        (2, "example.org"),
        (3, "garden.example"),
        (8, "ann.blogspot.com"),
    ]
    assert rows[1].url == "https://www.garden.example/links?x=1"
    assert {row.line: row.fault.code for row in rows if row.fault} == {
        4: "twice",
        5: "own-site",
        6: "platform",
        7: "not-a-domain",
        9: "not-a-domain",
    }


async def test_a_list_is_taken_once_and_a_dry_run_writes_nothing(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    path = f"/v1/sites/{site.site_id}/prospects"
    tried = await call(client, "POST", path, site, body={"text": PASTE}, query="dry_run=true")
    assert (tried["rows"], tried["accepted"], tried["known"], tried["rejected"]) == (8, 3, 0, 5)
    assert (await call(client, "GET", path, site))["items"] == []
    made = await add(client, site, PASTE, source="competitor", source_note="rival.example")
    assert made["accepted"] == 3
    again = await add(client, site, PASTE)
    assert (again["accepted"], again["known"]) == (0, 3)
    told = await published(database, ProspectFound)
    assert {(one.domain, one.source) for one in told} == {
        ("example.org", "competitor"),
        ("garden.example", "competitor"),
        ("ann.blogspot.com", "competitor"),
    }
    found = await call(client, "GET", path, site, query="sort=domain&limit=2&include=count")
    assert [one["domain"] for one in found["items"]] == ["ann.blogspot.com", "example.org"]
    rest = await call(
        client,
        "GET",
        path,
        site,
        query=f"sort=domain&limit=2&include=count&cursor={found['next_cursor']}",
    )
    assert [one["source_label"] for one in rest["items"]] == ["A competitor's link"]
    for query, count in (
        ("q=garden", 1),
        ("source=list", 0),
        ("stage=discovered,agreed", 3),
        ("relevance_min=1", 0),
        ("snoozed=true", 0),
        ("owner=", 3),
        ("sort=-relevance", 3),
    ):
        assert len((await call(client, "GET", path, site, query=query))["items"]) == count, query
    await add(client, site, "\n \n", status=422)
    await add(client, site, "a.example\n" * 5_001, status=422)


async def test_prospects_are_moved_given_and_put_off_by_people(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    made = await add(client, site, "a.example\nb.example")
    ids = [row["prospect_id"] for row in made["results"]]
    path = f"/v1/sites/{site.site_id}/prospects"
    move = {"prospect_ids": [*ids, str(new_id())], "stage": "qualified", "owner": "Bob"}
    tried = await call(client, "PATCH", path, site, body=move, query="dry_run=true")
    assert tried == {"matched": 2, "moved": 2, "changed": 0, "dry_run": True}
    assert (await call(client, "PATCH", path, site, body=move))["changed"] == 2
    assert len(await published(database, ProspectQualified)) == 2
    one = f"/v1/prospects/{ids[0]}"
    shown = await call(client, "GET", one, site)
    assert (shown["stage"], shown["owner"], shown["status"]) == (
        "qualified",
        "Bob",
        "Moved by hand.",
    )
    body = {"stage": "rejected", "reason": "Too far off.", "snooze_until": "2999-01-01T00:00:00Z"}
    await call(client, "PATCH", one, site, body=body, status=428)
    headers = {"If-Match": f'W/"{shown["version"]}"'}
    after = await call(client, "PATCH", one, site, body=body, headers=headers)
    assert (after["stage"], after["status"]) == ("rejected", "Too far off.")
    (put_off,) = (await call(client, "GET", path, site, query="snoozed=true"))["items"]
    assert put_off == {name: after[name] for name in put_off}
    for wrong in ({"reason": "only"}, {"snooze_until": "2001-01-01T00:00:00Z"}):
        await call(client, "PATCH", one, site, body=wrong, headers={"If-Match": "*"}, status=422)
    changes = (await call(client, "GET", f"{one}/changes", site))["items"]
    assert [(row["to_stage"], row["actor"]) for row in changes] == [
        ("rejected", "Alice"),
        ("qualified", "Alice"),
        ("discovered", "Alice"),
    ]
    stages = (await call(client, "GET", f"{path}/stages", site))["stages"]
    assert (stages["rejected"], stages["qualified"], stages["placed"]) == (1, 1, 0)


async def test_a_placement_moves_its_prospect_until_the_link_is_seen(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    path = f"/v1/sites/{site.site_id}/prospects"
    await add(client, site, "example.org")
    promise = await call(client, "POST", "/v1/placements", site, body=a_promise(site), status=201)
    (one,) = (await call(client, "GET", path, site))["items"]
    assert (one["stage"], one["placement"]["state"]) == ("agreed", "promised")
    event = a_conclusion(
        site, promise["placement_id"], LinkStatus.LIVE, contract_state=ContractState.MET
    )
    async with database.begin() as tx:
        await handlers.on_link_changed([event], tx)
    (one,) = (await call(client, "GET", path, site))["items"]
    assert (one["stage"], one["placement"]["state"]) == ("placed", "live")
    assert one["words"]["label"] == "Link verified"


async def test_what_is_known_of_a_domain_decides_where_it_begins(
    client: ServiceClient, site: SiteCreated
) -> None:
    owner = a_caller(site, Role.OWNER, workspace=True)
    body = {"values": ["spam.example"], "reason": "complained"}
    await call(client, "POST", "/v1/suppressions", site, body=body, caller=owner, status=201)
    await call(client, "POST", "/v1/placements", site, body=a_promise(site), status=201)
    made = await add(client, site, "spam.example\nexample.org\nlater.example")
    assert made["results"][0]["note"].startswith("Taken, but never written to: marked")
    body = {"values": ["later.example"]}
    await call(client, "POST", "/v1/suppressions", site, body=body, caller=owner, status=201)
    path = f"/v1/sites/{site.site_id}/prospects"
    items = (await call(client, "GET", path, site, query="sort=domain"))["items"]
    assert [(one["domain"], one["stage"]) for one in items] == [
        ("example.org", "agreed"),
        ("later.example", "blocked"),
        ("spam.example", "blocked"),
    ]
    assert items[2]["do_not_contact"] == "Marked a message as spam (spam.example)."


@pytest.mark.parametrize(("role", "status"), [(Role.VIEWER, 200), (Role.CLIENT, 403)])
async def test_clients_see_no_prospects_and_viewers_change_none(
    client: ServiceClient, database: Database, site: SiteCreated, role: Role, status: int
) -> None:
    made = await add(client, site, "a.example")
    one = f"/v1/prospects/{made['results'][0]['prospect_id']}"
    caller = a_caller(site, role)
    path = f"/v1/sites/{site.site_id}/prospects"
    for read in (path, f"{path}/stages", one, f"{one}/changes"):
        await call(client, "GET", read, site, caller=caller, status=status)
    body = {"text": "b.example"}
    await call(client, "POST", path, site, body=body, caller=caller, status=403)
    headers = {"If-Match": "*"}
    body = {"owner": "Eve"}
    await call(client, "PATCH", one, site, body=body, caller=caller, headers=headers, status=403)
    stranger = a_caller(await add_site(database, "other.example", site.workspace_id))
    await call(client, "GET", one, site, caller=stranger, status=404)
    await call(client, "PATCH", one, site, body=body, caller=stranger, headers=headers, status=404)
    found = await call(client, "GET", one, site)
    assert (found["domain"], found["owner"]) == ("a.example", None)
    assert len((await call(client, "GET", path, site))["items"]) == 1
