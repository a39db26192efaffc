"""A key of one site gets 404 for another site of the same workspace: on every route, list and event.

The routes come from the public OpenAPI document, so a new one is walked as soon as it is there.
Each GET is first asked by the owner, who must get it: a test that only sees 404 would prove nothing.
"""

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

import pytest

from services import contracts
from services.gateway.domain.documents import operations
from shared.db import Database
from shared.ids import new_id
from shared.vocabulary import Todo
from shared.wire import Answer
from tests.gateway.product import MULTIPART, Product, a_product
from tests.http import Http
from tests.waiting import eventually

_DOCUMENT: dict[str, Any] = json.loads((contracts.FOLDER / "openapi.json").read_text("utf-8"))


@pytest.fixture
async def product(db_for: Callable[[str], Database]) -> AsyncIterator[Product]:
    async with a_product(db_for) as running:
        yield running


# ---- the walk ---------------------------------------------------------------------------------------

# These are about no site: checks store nothing, vendors and suppressions are the workspace's, and
# hosts that opted out are the whole house's.
_OF_NO_SITE = {
    ("POST", "/v1/checks"),
    ("POST", "/v1/sites"),
    ("POST", "/v1/vendors"),
    ("POST", "/v1/templates"),
    ("POST", "/v1/suppressions"),
    ("POST", "/v1/suppressions/checks"),
    ("DELETE", "/v1/suppressions/{suppression_id}"),
    *((method, "/v1/opt-outs") for method in ("GET", "PUT", "POST")),
    ("DELETE", "/v1/opt-outs/{host}"),
    # Apps at mail providers are the workspace's; who comes back from one has no mailbox in hand.
    ("GET", "/v1/mail-apps"),
    *((method, "/v1/mail-apps/{provider}") for method in ("GET", "PUT", "DELETE")),
    ("POST", "/v1/mail-sign-ins"),
}
_OF_THE_WORKSPACE = {
    *(("GET", "/v1/vendors"), ("GET", "/v1/vendors/{vendor_id}")),
    *(("POST", "/v1/contacts/exports"), ("POST", "/v1/contacts/erasures")),
    *(("PATCH", "/v1/vendors/{vendor_id}"), ("GET", "/v1/suppressions")),
    *(("GET", "/v1/templates"), ("GET", "/v1/templates/{template_id}")),
    *((method, "/v1/templates/{template_id}") for method in ("PATCH", "DELETE")),
    *((method, "/v1/outreach/settings") for method in ("GET", "PUT")),
    *((method, "/v1/mailboxes") for method in ("GET", "POST")),
    *((method, "/v1/mailboxes/{mailbox_id}") for method in ("GET", "PATCH", "DELETE")),
    *(
        ("POST", f"/v1/mailboxes/{{mailbox_id}}/{deed}")
        for deed in ("preflight", "pause", "resume", "sign-in")
    ),
    ("POST", "/v1/messages/approve"),
    *(("GET", "/v1/mappings"), ("DELETE", "/v1/mappings/{fingerprint}")),
    *(("GET", f"/v1/block-lists{rest}") for rest in ("", "/{list_id}", "/{list_id}/domains")),
    ("DELETE", "/v1/block-lists/{list_id}"),
}
"""A key of single sites may be told that it needs the workspace (403), which names no site."""


def service_routes() -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for method, path, operation in operations(_DOCUMENT):
        is_ours = operation["operationId"].startswith("gateway_")
        if (not is_ours or path.startswith("/v1/jobs")) and (method, path) not in _OF_NO_SITE:
            yield method, path, operation


def url_of(path: str, operation: Mapping[str, Any], ids: Mapping[str, str]) -> str:
    """Return the path with things of the other site in it, also where the query takes a site."""
    names = {one["name"] for one in operation.get("parameters", []) if one["in"] == "query"}
    return path.format(**ids) + (f"?site_id={ids['site_id']}" if "site_id" in names else "")


def _of_opportunities(ids: Mapping[str, str]) -> dict[str, Any]:
    below = "/v1/sites/{site_id}/opportunities"
    decision = {"opportunity_ids": [ids["opportunity_id"]], "decision": "reopen"}
    return {
        "/v1/sites/{site_id}/plan/assignments": {"rows": [{"prospect_id": ids["prospect_id"]}]},
        f"{below}/searches": {"pages": ["https://a.example/x"]},
        f"{below}/decisions": decision,
    }


def body_of(method: str, path: str, ids: Mapping[str, str]) -> Any:
    """Return a body that is valid and about the other site."""
    rule = {"name": "A rule", "kinds": ["link_lost"], "site_id": ids["site_id"]}
    bodies: dict[str, Any] = {
        "/v1/placements": {"site_id": ids["site_id"], "referring_domain": "a.example"},
        "/v1/placements/imports": {"site_id": ids["site_id"], "text": "https://a.example/x"},
        "/v1/sites/{site_id}/prospects": {"text": "a.example"},
        "/v1/prospects/{prospect_id}/contacts": {"email": "ann@a.example"},
        "/v1/messages": {
            **{name: ids[name] for name in ("site_id", "mailbox_id")},
            "to_email": "bob@a.example",
            "subject": "x",
            "text": "x",
        },
        "/v1/messages/{message_id}/resolve": {"outcome": "sent"},
        "/v1/relationships/{domain}/notes": {"text": "x"},
        "/v1/threads/{thread_id}/replies": {"text": "x"},
        "/v1/mailboxes/{mailbox_id}/sign-in": {},
        "/v1/payments": {"placement_id": ids["placement_id"], "amount": "1", "currency": "EUR"},
        "/v1/payments/paid": {"paid_on": "2026-01-01"},
        "/v1/offers": {"site_id": ids["site_id"], "referring_domain": "a.example", "made_by": "us"},
        "/v1/offers/{offer_id}/turns": {"made_by": "us"},
        "/v1/campaigns": {"site_id": ids["site_id"], "name": "x"},
        "/v1/campaigns/{campaign_id}/prospects": {"prospect_ids": [ids["prospect_id"]]},
        "/v1/exchanges": {
            "site_id": ids["site_id"],
            "our_url": "https://other.example/x",
            "their_url": "https://a.example/",
        },
        "/v1/contacts/exports": {"email": "ann@a.example"},
        "/v1/contacts/erasures": {"email": "ann@a.example"},
        "/v1/briefs": {"site_id": ids["site_id"]},
        "/v1/reviews": {"links": [ids["link_id"]], "decision": "keep", "reason": "x"},
        "/v1/sequences": {"site_id": ids["site_id"], "name": "x", "steps": [{"body": "x"}]},
        "/v1/sequences/{sequence_id}/enrollments": {"rows": [{}]},
        "/v1/reviews/undo": {"review_ids": [ids["review_id"]]},
        "/v1/sites/{site_id}/pages": {"pages": [{"url": "https://other.example/x"}]},
        "/v1/sites/{site_id}/reviews/calibration/proposal": {"accept": False},
        "/v1/sites/{site_id}/disavow/lifts": {"entries": ["a.example"], "reason": "x"},
        "/v1/sites/{site_id}/removals": {"domains": ["a.example"], "step": "asked"},
        "/v1/sites/{site_id}/removals/undo": {"removal_ids": [ids["link_id"]]},
        "/v1/sites/{site_id}/evaluations": {"addresses": ["a.example"]},
        "/v1/sites/{site_id}/plan/suggestions": {"referring_domain": "a.example"},
        **_of_opportunities(ids),
        "/v1/alerts/rules": rule,
        "/v1/alerts/rules/previews": rule,
        "/v1/sites/{site_id}/links": {"links": [{"referring_url": "https://a.example/x"}]},
    }
    if path == "/v1/sites/{site_id}/connectors/{provider}" and method == "PUT":
        return {"key": "a-key-of-tests", "monthly_cap": 0}
    if path == "/v1/sites/{site_id}/reports/schedule":
        return {"day": 1}
    if path == "/v1/threads/{thread_id}/mails/{inbound_id}":
        return {"kind": "human"}
    if path == "/v1/sites/{site_id}/prospects" and method == "PATCH":
        return {"prospect_ids": [ids["prospect_id"]], "owner": "Eve"}
    return bodies.get(path, {}) if method == "POST" else {}


async def ask(http: Http, method: str, path: str, operation: Mapping[str, Any], ids: Any) -> Answer:
    url = url_of(path, operation, ids)
    if method == "GET":
        return await http.get(url)
    if "multipart/form-data" in operation.get("requestBody", {}).get("content", {}):
        uploading = http.sending(content_type="multipart/form-data; boundary=xx")
        return await uploading.send(method, url, MULTIPART)
    asking = http.sending(if_match="*") if method in {"PATCH", "DELETE"} else http
    return await asking.send(method, url, body_of(method, path, ids))


async def test_the_owner_gets_what_strangers_of_the_site_are_refused(product: Product) -> None:
    """The control: with the same paths, whoever may see the site gets an answer."""
    refused = []
    for method, path, operation in service_routes():
        if method == "GET":
            answer = await ask(product.owner, method, path, operation, product.ids)
            if answer.status != 200:
                refused.append((path, answer.status, answer.body))

    assert refused == []


async def test_every_route_to_another_site_is_404_as_if_it_were_not_there(
    product: Product,
) -> None:
    nowhere = {name: str(new_id()) for name in product.ids} | {
        name: product.ids[name]
        for name in ("domain", "version_no", "other_no", "provider", "step_no", "variant")
    }
    nowhere["domain"] = "unknown-blog.example"
    wrong = []
    for method, path, operation in service_routes():
        names_a_site = "{" in path or "?" in url_of(path, operation, product.ids)
        if (method, path) in _OF_THE_WORKSPACE or (method == "GET" and not names_a_site):
            continue
        for http in (product.editor_of_mine, product.client_of_mine):
            other = await ask(http, method, path, operation, product.ids)
            absent = await ask(http, method, path, operation, nowhere)
            same = [(a.json().get("code"), a.json().get("detail")) for a in (other, absent)]
            # Ids in a body are checked before anything is done: unknown ones are refused as 422.
            refusals = {404} if "{" in path else {404, 422}
            if not {other.status, absent.status} <= refusals or same[0] != same[1]:
                wrong.append((method, path, other.status, absent.status, same))

    assert wrong == []


async def test_no_list_tells_a_key_of_one_site_about_another(product: Product) -> None:
    told = []
    for method, path, _ in service_routes():
        if method != "GET" or "{" in path or path == "/v1/overview":
            continue
        for http in (product.editor_of_mine, product.client_of_mine):
            answer = await http.get(path)
            found = [one for one in product.secrets if one in answer.body.decode()]
            if found or answer.status not in {200, 403}:
                told.append((path, answer.status, found))
        whole = (await product.owner.get(path)).body.decode()
        if path in {"/v1/sites", "/v1/portfolio", "/v1/placements", "/v1/jobs"}:
            assert any(one in whole for one in product.secrets), f"{path} proves nothing"

    assert told == []


async def test_the_work_list_is_of_all_services_and_only_of_sites_that_one_may_see(
    product: Product,
) -> None:
    found = (await product.owner.get("/v1/today")).json()
    assert found["degraded"] == []
    kinds = [one["kind"] for one in found["items"]]
    assert "recovery" in kinds
    assert kinds == sorted(kinds, key=list(Todo).index)
    [lost] = [one for one in found["items"] if one["kind"] == "recovery"]
    assert (lost["domain"], lost["sentence"]) == ("other.example", "1 link may be won back.")
    for http in (product.editor_of_mine, product.client_of_mine):
        assert (await http.get("/v1/today")).json() == {"items": [], "degraded": []}
        assert (await http.get(f"/v1/today?site_id={product.ids['site_id']}")).status == 404
    of_mine = await product.owner.get(f"/v1/today?site_id={product.mine}")
    assert of_mine.json() == {"items": [], "degraded": []}
    of_other = (await product.owner.get(f"/v1/today?site_id={product.ids['site_id']}")).json()
    assert of_other == found


async def test_what_waits_for_a_word_is_of_all_services_and_only_of_sites_that_one_may_see(
    product: Product,
) -> None:
    found = (await product.owner.get("/v1/approvals")).json()
    assert (found["degraded"], found["more"]) == ([], False)
    [message] = [one for one in found["items"] if one["kind"] == "message"]
    assert (message["id"], message["domain"]) == (product.ids["message_id"], "other.example")
    assert message["title"] == "Your page — to ann@secret-blog.example"
    assert message["may"] is False, "a key approves no message"
    read = (await product.owner.get(f"/v1/messages/{message['id']}")).json()
    assert message["hash"] == read["hash"]
    only = (await product.owner.get("/v1/approvals?kind=brief,disavow")).json()
    assert {one["kind"] for one in only["items"]} <= {"brief", "disavow"}
    for http in (product.editor_of_mine, product.client_of_mine):
        seen = (await http.get("/v1/approvals")).json()
        assert (seen["items"], seen["degraded"]) == ([], [])
        refused = await http.get(f"/v1/approvals?site_id={product.ids['site_id']}")
        assert refused.status == 404


async def test_the_history_of_events_tells_a_key_of_one_site_nothing_about_another(
    product: Product,
) -> None:
    path = "/v1/events/history?limit=500"

    async def owner_sees_it() -> bool:
        return product.ids["site_id"] in (await product.owner.get(path)).body.decode()

    await eventually(owner_sees_it, what="the event log has the other site")
    for http in (product.editor_of_mine, product.client_of_mine):
        text = (await http.get(path)).body.decode()
        assert [one for one in product.secrets if one in text] == []
        assert (await http.get(f"{path}&site_id={product.ids['site_id']}")).status == 404


async def test_after_all_refusals_the_other_site_is_as_it_was(product: Product) -> None:
    before = await product.owner.get(f"/v1/sites/{product.ids['site_id']}/links")
    for method, path, operation in service_routes():
        if method != "GET":
            await ask(product.editor_of_mine, method, path, operation, product.ids)

    after = await product.owner.get(f"/v1/sites/{product.ids['site_id']}/links")
    assert [link["id"] for link in after.json()["items"]] == [product.ids["link_id"]]
    assert after.json()["items"][0]["version"] == before.json()["items"][0]["version"]
