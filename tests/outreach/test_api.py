"""The routes of outreach: contracts, versions, pastes, vendors, suppressions, and who may see what."""

from typing import Any
from uuid import UUID

import pytest

from shared.db import Database
from shared.events import PlacementPromised, PlacementUpdated, SiteCreated
from shared.http import ServiceClient
from shared.ids import new_id
from shared.vocabulary import Position, Role
from tests.outreach.conftest import PAGE, TARGET, a_caller, a_promise, add_site, body_of, published

PRICE = {"amount": "120.50", "currency": "EUR"}


async def post(client: ServiceClient, path: str, site: SiteCreated, body: Any, **given: Any) -> Any:
    status = given.pop("status", 201)
    caller = given.pop("caller", None) or a_caller(site)
    answer = await client.send("POST", path, caller=caller, body=body, **given)
    return body_of(answer, status)


async def get(client: ServiceClient, path: str, site: SiteCreated, **given: Any) -> Any:
    status = given.pop("status", 200)
    caller = given.pop("caller", None) or a_caller(site)
    return body_of(await client.send("GET", path, caller=caller, **given), status)


async def test_a_promise_is_kept_and_its_terms_are_told(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    body = a_promise(
        site, anchor_text="Acme", rel=[], position="content", until_on="2027-01-01", price=PRICE
    )
    made = await post(client, "/v1/placements", site, body)
    assert (made["state"], made["price"], made["version"]) == ("promised", PRICE, 1)
    assert made["warnings"]
    (told,) = await published(database, PlacementPromised)
    assert (str(told.placement_id), told.terms_seq) == (made["placement_id"], 1)
    assert (told.referring_url, told.target_url) == (PAGE, TARGET)
    assert (told.rel, told.position, told.anchor_text) == ((), Position.CONTENT, "Acme")


async def test_a_promise_may_name_only_a_domain_and_a_day(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    body = {
        "site_id": str(site.site_id),
        "referring_domain": "blog.example.org",
        "go_live_on": "2099-01-01",
    }
    first = await post(client, "/v1/placements", site, body)
    await post(client, "/v1/placements", site, body)
    assert (first["referring_domain"], first["referring_url"]) == ("example.org", None)
    assert [one.rel for one in await published(database, PlacementPromised)] == [None, None]


async def test_the_same_page_and_target_are_not_agreed_twice(
    client: ServiceClient, site: SiteCreated
) -> None:
    made = await post(client, "/v1/placements", site, a_promise(site))
    other = a_promise(site, referring_url=f"{PAGE}/?utm_source=x")
    problem = await post(client, "/v1/placements", site, other, status=409)
    assert problem["code"] == "already-agreed"
    assert made["placement_id"] in problem["errors"][0]["detail"]
    await client.send("DELETE", f"/v1/placements/{made['placement_id']}", caller=a_caller(site))
    await post(client, "/v1/placements", site, a_promise(site))


async def test_a_bad_promise_names_field_and_fix(client: ServiceClient, site: SiteCreated) -> None:
    body = a_promise(site, target_url="https://other.example/", rel=["dofollow"])
    problem = await post(client, "/v1/placements", site, body, status=422)
    assert {error["pointer"] for error in problem["errors"]} == {"/target_url", "/rel"}
    strange = a_promise(site, vendor_id="01900000-0000-7000-8000-000000000000")
    problem = await post(client, "/v1/placements", site, strange, status=422)
    assert [error["pointer"] for error in problem["errors"]] == ["/vendor_id"]
    unknown = await post(client, "/v1/placements", site, a_promise(site, colour="red"), status=422)
    assert unknown["errors"]


async def test_changing_terms_needs_the_version_and_tells_the_new_terms(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    made = await post(
        client, "/v1/placements", site, a_promise(site, anchor_text="Acme", price=PRICE)
    )
    path, caller = f"/v1/placements/{made['placement_id']}", a_caller(site)
    body = {"rel": ["sponsored"], "anchor_text": None}
    missing = await client.send("PATCH", path, caller=caller, body=body)
    assert missing.status == 428
    headers = {"If-Match": 'W/"1"'}
    changed = body_of(await client.send("PATCH", path, caller=caller, body=body, headers=headers))
    assert (changed["rel"], changed["anchor_text"], changed["price"]) == (
        ["sponsored"],
        None,
        PRICE,
    )
    stale = await client.send("PATCH", path, caller=caller, body=body, headers=headers)
    assert stale.status == 412
    (told,) = await published(database, PlacementUpdated)
    assert (told.terms_seq, told.rel, told.anchor_text) == (2, ("sponsored",), None)


async def test_a_cancelled_placement_stays_to_be_read(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    made = await post(client, "/v1/placements", site, a_promise(site))
    path = f"/v1/placements/{made['placement_id']}"
    for _ in range(2):
        body_of(await client.send("DELETE", path, caller=a_caller(site)), 204)
    assert (await get(client, path, site))["state"] == "cancelled"
    (told,) = await published(database, PlacementUpdated)
    assert (told.cancelled, told.terms_seq) == (True, 2)


async def test_a_client_sees_no_price_vendor_note_or_contact(
    client: ServiceClient, site: SiteCreated
) -> None:
    editor = a_caller(site)
    vendor = await post(client, "/v1/vendors", site, {"name": "Bob"}, caller=editor)
    body = a_promise(site, price=PRICE, note="cheap", vendor_id=vendor["vendor_id"])
    made = await post(client, "/v1/placements", site, body, caller=editor)
    caller = a_caller(site, Role.CLIENT)
    one = await get(client, f"/v1/placements/{made['placement_id']}", site, caller=caller)
    listed = (await get(client, "/v1/placements", site, caller=caller))["items"][0]
    assert one == listed
    assert one["warnings"] == []  # they would say that it is paid
    for word in ("price", "vendor", "note", "contact", "campaign"):
        assert not [name for name in one if word in name]
    await get(client, "/v1/vendors", site, caller=caller, status=403)
    changes = f"/v1/placements/{made['placement_id']}/changes"
    await get(client, changes, site, caller=caller, status=403)


async def test_another_site_of_the_workspace_is_as_if_it_did_not_exist(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    other = await add_site(database, "other.example", site.workspace_id)
    body = a_promise(other, target_url="https://other.example/")
    theirs = await post(client, "/v1/placements", other, body)
    path = f"/v1/placements/{theirs['placement_id']}"
    caller = a_caller(site)
    assert (await get(client, path, site, caller=caller, status=404))["code"] == "not-found"
    for method in ("PATCH", "DELETE"):
        answer = await client.send(
            method, path, caller=caller, body={} if method == "PATCH" else None
        )
        assert answer.status == 404
    assert (await get(client, "/v1/placements", site, caller=caller))["items"] == []
    await get(
        client, "/v1/placements", site, caller=caller, query=f"site_id={other.site_id}", status=404
    )
    await post(client, "/v1/placements", site, body, caller=caller, status=404)
    vendor = await post(client, "/v1/vendors", other, {"name": "Theirs"})
    await get(client, f"/v1/vendors/{vendor['vendor_id']}", site, caller=caller, status=404)


async def test_a_site_that_was_made_this_moment_is_asked_for_again_and_never_missing(
    client: ServiceClient, site: SiteCreated
) -> None:
    caller = a_caller(site, workspace=True)
    new, old = new_id(), UUID("01900000-0000-7000-8000-000000000001")
    for site_id, status, code in ((new, 503, "not-yet"), (old, 404, "not-found")):
        body = a_promise(site) | {"site_id": str(site_id)}
        answer = await client.send("POST", "/v1/placements", caller=caller, body=body)
        assert (answer.status, answer.json()["code"]) == (status, code)
        assert (answer.header("retry-after") is None) == (status == 404)


async def test_lists_filter_and_go_page_by_page(client: ServiceClient, site: SiteCreated) -> None:
    for number in range(5):
        await post(
            client, "/v1/placements", site, a_promise(site, referring_url=f"{PAGE}/{number}")
        )
    caller = a_caller(site)
    seen: list[str] = []
    query = "limit=2&state=promised&referring_domain=example.org&include=count"
    while True:
        page = await get(client, "/v1/placements", site, caller=caller, query=query)
        seen += [item["referring_url"] for item in page["items"]]
        assert page["count"] == 5
        if not page["has_more"]:
            break
        query = f"limit=2&state=promised&referring_domain=example.org&include=count&cursor={page['next_cursor']}"
    assert seen == [f"{PAGE}/{number}" for number in reversed(range(5))]
    assert (await get(client, "/v1/placements", site, query="state=live"))["items"] == []
    await get(client, "/v1/placements", site, query="state=nonsense", status=422)
    await get(client, "/v1/placements", site, query="colour=red", status=422)


TABLE = """page,target,anchor,rel,go live,price,vendor
https://one.example/a,https://acme.example/,Acme,dofollow,2026-12-01,120 EUR,Bob
two.example,,,,2026-12-01,,bob
https://three.example/a,https://elsewhere.example/,,,,,
https://one.example/a/,https://acme.example,,,soon,,
https://one.example/a?utm_source=x,http://www.acme.example/,,,,,Eve
"""


async def test_a_pasted_table_is_taken_row_by_row(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    body = {"site_id": str(site.site_id), "text": TABLE}
    dry = await post(client, "/v1/placements/imports", site, body, query="dry_run=true", status=200)
    assert await published(database, PlacementPromised) == []
    wet = await post(client, "/v1/placements/imports", site, body)
    for answer in (dry, wet):
        counted = (answer["rows"], answer["accepted"], answer["rejected"], answer["new_vendors"])
        assert counted == (5, 2, 3, ["Bob"])
        errors = {row["line"]: [e["code"] for e in row["errors"]] for row in answer["results"]}
        assert errors == {
            2: [], 3: [], 4: ["not-your-site"], 5: ["unreadable"], 6: ["duplicate"],
        }  # fmt: skip
        pasted = {row["line"]: row["text"] for row in answer["results"]}
        assert [pasted[line] for line in (4, 5, 6)] == TABLE.splitlines()[3:6]
        said = [error["detail"] for row in answer["results"] for error in row["errors"]]
        assert said == [
            "This is no page of this site. Give one of its pages, or name the host among its own.",
            "'soon' is no date; write it as 2026-03-31.",
            "Line 2 has the same page and target: leave one of them out.",
        ]
    assert len(await published(database, PlacementPromised)) == 2
    again = await post(client, "/v1/placements/imports", site, body)
    codes = {row["line"]: [e["code"] for e in row["errors"]] for row in again["results"]}
    assert codes[2] == ["already-agreed"]
    dry_again = await post(
        client, "/v1/placements/imports", site, body, query="dry_run=true", status=200
    )
    assert dry_again["accepted"] == 1
    vendors = await get(client, "/v1/vendors", site)
    assert [(one["name"], one["orders"]) for one in vendors["items"]] == [("Bob", 3)]
    assert vendors["items"][0]["spend"] == [{"amount": "120.00", "currency": "EUR"}]


async def test_how_a_link_is_got_and_what_it_is_part_of_are_kept_and_told(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    given = {"method": "Guest_Post", "campaign": "  Autumn  2026 "}
    made = await post(client, "/v1/placements", site, a_promise(site, **given))
    assert (made["method"], made["campaign"]) == ("guest post", "Autumn 2026")
    table = "page\tTactic\tCampaign\nhttps://two.example/a\tdigital-pr\tSpring\n"
    await post(
        client, "/v1/placements/imports", site, {"site_id": str(site.site_id), "text": table}
    )
    told = await published(database, PlacementPromised)
    assert [(one.method, one.campaign) for one in told] == [
        ("guest post", "Autumn 2026"),
        ("digital pr", "Spring"),
    ]
    path = f"/v1/placements/{made['placement_id']}"
    answer = await client.send(
        "PATCH",
        path,
        caller=a_caller(site),
        body={"campaign": None},
        headers={"If-Match": f'"{made["version"]}"'},
    )
    changed = body_of(answer)
    assert (changed["method"], changed["campaign"]) == ("guest post", None)
    too_long = a_promise(site, referring_url="https://three.example/", campaign="x" * 81)
    await post(client, "/v1/placements", site, too_long, status=422)


async def test_a_vendor_is_written_changed_and_not_doubled(
    client: ServiceClient, site: SiteCreated
) -> None:
    caller = a_caller(site)
    made = await post(
        client, "/v1/vendors", site, {"name": " Bob  Links ", "url": "bob.example"}, caller=caller
    )
    assert (made["name"], made["url"], made["as_agreed_share"]) == (
        "Bob Links",
        "https://bob.example/",
        None,
    )
    doubled = await post(client, "/v1/vendors", site, {"name": "bob links"}, status=409)
    assert doubled["code"] == "name-taken"
    path = f"/v1/vendors/{made['vendor_id']}"
    headers = {"If-Match": 'W/"1"'}
    answer = await client.send("PATCH", path, caller=caller, body={"note": "slow"}, headers=headers)
    assert (body_of(answer)["note"], body_of(answer)["name"]) == ("slow", "Bob Links")


async def test_suppressions_forbid_are_asked_and_lifted_but_never_vanish(
    client: ServiceClient, site: SiteCreated
) -> None:
    owner = a_caller(site, Role.OWNER, workspace=True)
    body = {
        "values": ["Ann@Example.org", "spam.example", "ann+x@example.org"],
        "reason": "unsubscribed",
    }
    made = await post(client, "/v1/suppressions", site, body, caller=owner)
    assert [one["value"] for one in made["added"]] == ["ann@example.org", "spam.example"]
    again = await post(client, "/v1/suppressions", site, body, caller=owner)
    assert (again["added"], len(again["already"])) == ([], 2)
    asked = {
        "addresses": ["ann+news@example.org", "x@mail.spam.example", "bob@example.org", "nobody"]
    }
    checked = await post(client, "/v1/suppressions/checks", site, asked, status=200)
    assert [one["suppressed"] for one in checked["results"]] == [True, True, False, True]
    path = f"/v1/suppressions/{made['added'][0]['suppression_id']}"
    assert (await client.send("DELETE", path, caller=owner)).status == 422
    lifted = body_of(await client.send("DELETE", path, caller=owner, query="because=asked+us+to"))
    assert (lifted["lifted_by"], lifted["lifted_because"]) == ("Alice", "asked us to")
    shown = await get(client, "/v1/suppressions", site, caller=owner, query="lifted=true")
    assert len(shown["items"]) == 2
    assert len((await get(client, "/v1/suppressions", site, caller=owner))["items"]) == 1


@pytest.mark.parametrize("role", [Role.VIEWER, Role.CLIENT])
async def test_readers_write_nothing(client: ServiceClient, site: SiteCreated, role: Role) -> None:
    caller = a_caller(site, role)
    for path, body in (
        ("/v1/placements", a_promise(site)),
        ("/v1/placements/imports", {"site_id": str(site.site_id), "text": "a.example"}),
        ("/v1/vendors", {"name": "Bob"}),
        ("/v1/suppressions", {"values": ["a@b.example"]}),
    ):
        await post(client, path, site, body, caller=caller, status=403)
    for path in ("/v1/placements", "/v1/vendors", "/v1/suppressions"):
        owner = a_caller(site, Role.OWNER, workspace=True)
        assert (await get(client, path, site, caller=owner))["items"] == []
