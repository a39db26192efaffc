"""A key of one site gets 404 for another site of the same workspace: on every route, list and event.

The routes come from the public OpenAPI document, so a new one is walked as soon as it is there.
Each GET is first asked by the owner, who must get it: a test that only sees 404 would prove nothing.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

import services.crawler.app
import services.crawler.settings
import services.gateway.app
import services.gateway.settings
import services.outreach.app
import services.outreach.settings
import services.profile.app
import services.profile.settings
import services.toxicity.app
import services.toxicity.settings
from services import contracts
from services.gateway.domain.documents import operations
from services.gateway.store import logins
from shared import clock, outbox, urls
from shared.bus.embedded import EmbeddedBus
from shared.db import Database
from shared.events import LinkChecked, Observation, Occurrence, PageFacts, PageRead
from shared.http import DirectTransport
from shared.ids import new_id
from shared.vocabulary import Outcome
from shared.wire import Answer
from tests.http import Http
from tests.waiting import eventually

_DOCUMENT: dict[str, Any] = json.loads((contracts.FOLDER / "openapi.json").read_text("utf-8"))
_SECRET = "a secret of the tests only"
_MODULES: dict[str, tuple[Any, Any]] = {
    "crawler": (services.crawler.app, services.crawler.settings.Settings),
    "profile": (services.profile.app, services.profile.settings.Settings),
    "toxicity": (services.toxicity.app, services.toxicity.settings.Settings),
    "outreach": (services.outreach.app, services.outreach.settings.Settings),
}
_MULTIPART = (
    b'--xx\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    b"Source URL,Target URL,Anchor\nhttps://secret-blog.example/p,https://other.example/,x\n"
    b"\r\n--xx--\r\n"
)


@dataclass(frozen=True, slots=True)
class Product:
    """All five services, two sites of one workspace, and keys for all of it and for one of them."""

    owner: Http
    editor_of_mine: Http
    client_of_mine: Http
    ids: dict[str, str]
    """Values of path parameters that lead to things of the other site."""
    mine: str

    @property
    def secrets(self) -> set[str]:
        """Return what no answer to a stranger of the other site may contain."""
        unique = ("site_id", "link_id", "import_id", "audit_id", "placement_id", "job_id")
        return {self.ids[name] for name in unique} | {"secret-blog.example", "other.example"}


@pytest.fixture
async def product(db_for: Callable[[str], Database]) -> AsyncIterator[Product]:
    async with AsyncExitStack() as stack:
        bus = EmbeddedBus(db_for("bus"))
        apps = {}
        for name, (module, settings) in _MODULES.items():
            apps[name] = module.create_app(
                settings(internal_secret=_SECRET), bus=bus, db=db_for(name)
            )
            if name != "crawler":  # it would look at the pages, and there is no web here
                await stack.enter_async_context(apps[name].router.lifespan_context(apps[name]))
        db = db_for("gateway")
        gateway = services.gateway.app.create_app(
            services.gateway.settings.Settings(internal_secret=_SECRET),
            bus=bus,
            db=db,
            transports={name: DirectTransport(app) for name, app in apps.items()},
        )
        await stack.enter_async_context(gateway.router.lifespan_context(gateway))
        async with db.begin() as tx:
            house = await logins.bootstrap(tx, now=clock.now())
        async with asyncio.timeout(60):
            yield await _furnish(Http(gateway).using(house.key), db_for("profile"))


async def _furnish(owner: Http, profile: Database) -> Product:
    """Make two sites, and on the other one at least one thing of every kind."""
    mine = (await made(owner, "/v1/sites", {"domain": "mine.example"}))["id"]
    site = (await made(owner, "/v1/sites", {"domain": "other.example"}))["id"]
    ids = {"site_id": site, "domain": "secret-blog.example", "version_no": "1", "other_no": "1"}
    ids |= await _import(owner, site)
    ids["link_id"] = (await first(owner, f"/v1/sites/{site}/links"))["id"]
    await made(owner, f"/v1/sites/{site}/audits", None)
    ids["audit_id"] = (await first(owner, f"/v1/sites/{site}/audits"))["id"]
    ids["vendor_id"] = (await made(owner, "/v1/vendors", {"name": "A vendor"}))["vendor_id"]
    terms = {"site_id": site, "referring_domain": "secret-blog.example"}
    ids["placement_id"] = (await made(owner, "/v1/placements", terms))["placement_id"]
    await made(owner, "/v1/suppressions", {"values": ["no.example"]})
    ids["suppression_id"] = (await first(owner, "/v1/suppressions"))["suppression_id"]
    ids["review_id"] = await _decide(owner, ids)
    await _see(profile, ids)
    toxicity = f"/v1/links/{ids['link_id']}/toxicity"
    await eventually(lambda: _answers(owner, toxicity), what="the link is scored")
    return Product(
        owner=owner,
        editor_of_mine=await a_key(owner, {mine: "editor"}),
        client_of_mine=await a_key(owner, {mine: "client"}),
        ids=ids,
        mine=mine,
    )


async def _import(owner: Http, site: str) -> dict[str, str]:
    uploading = owner.sending(content_type="multipart/form-data; boundary=xx")
    answer = await uploading.send("POST", f"/v1/sites/{site}/imports", _MULTIPART)
    assert answer.status == 202, answer.body
    job_id = (answer.header("location") or "").rpartition("/")[2]

    async def is_done() -> bool:
        return bool((await owner.get(f"/v1/jobs/{job_id}")).json()["state"] == "done")

    await eventually(is_done, what="the import is done")
    return {"job_id": job_id, "import_id": (await first(owner, f"/v1/sites/{site}/imports"))["id"]}


async def _decide(owner: Http, ids: dict[str, str]) -> str:
    """Decide about a domain, and write the disavow file with it."""
    site = ids["site_id"]
    decision = {"site_id": site, "domains": [ids["domain"]], "decision": "disavow", "reason": "x"}
    await eventually(lambda: _answers(owner, f"/v1/sites/{site}/toxicity"))
    review: dict[str, Any] = (await made(owner, "/v1/reviews", decision))["reviews"][0]
    await made(owner, f"/v1/sites/{site}/disavow/versions", {"reason": "x"})
    return str(review["review_id"])


async def _see(profile: Database, ids: dict[str, str]) -> None:
    """Let the bus bring what a crawler would have seen on the page of the other site's link."""
    now = clock.now()
    target = "https://other.example/"
    seen = Occurrence(target_url=target, target_key=urls.key_id(urls.url_key(target)))
    page_id = new_id()
    observation = Observation(
        page_id=page_id,
        check_id=new_id(),
        check_seq=1,
        checked_at=now,
        outcome=Outcome.FOUND,
        http_status=200,
        indexable=True,
        page_followed=True,
        occurrences=(seen,),
        occurrence_count=1,
    )
    async with profile.begin() as tx:
        workspace_id = await tx.fetch_value("SELECT workspace_id FROM sites LIMIT 1")
        event = LinkChecked(
            workspace_id=workspace_id,
            site_id=UUID(ids["site_id"]),
            link_id=UUID(ids["link_id"]),
            observation=observation,
        )
        facts = PageFacts(
            url="https://secret-blog.example/p",
            final_url="https://secret-blog.example/p",
            referring_domain="secret-blog.example",
            host="secret-blog.example",
            http_status=200,
        )
        key = urls.key_id(urls.url_key("https://secret-blog.example/p"))
        read = PageRead(page_id=page_id, page_key=key, facts_seq=1, read_at=now, facts=facts)
        await outbox.add(tx, [event, read])


async def _answers(http: Http, path: str) -> bool:
    return (await http.get(path)).status == 200


async def made(http: Http, path: str, body: Any) -> dict[str, Any]:
    answer = await http.post(path, body)
    assert answer.status in {200, 201, 202}, (path, answer.body)
    found: dict[str, Any] = answer.json()
    return found


async def first(http: Http, path: str) -> dict[str, Any]:
    async def found() -> bool:
        return bool((await http.get(path)).json()["items"])

    await eventually(found, what=f"{path} has something")
    item: dict[str, Any] = (await http.get(path)).json()["items"][0]
    return item


async def a_key(owner: Http, sites: dict[str, str]) -> Http:
    scopes = ["links:read", "links:write", "toxicity:read", "toxicity:write", "disavow:write"]
    scopes += ["outreach:read", "outreach:write", "events:read"]
    body = {"name": "of one site", "scopes": scopes, "sites": sites}
    return owner.using((await made(owner, "/v1/keys", body))["key"])


# ---- the walk ---------------------------------------------------------------------------------------

# These are about no site: checks store nothing, and vendors and suppressions are the workspace's.
_OF_NO_SITE = {
    ("POST", "/v1/checks"),
    ("POST", "/v1/sites"),
    ("POST", "/v1/vendors"),
    ("POST", "/v1/suppressions"),
    ("POST", "/v1/suppressions/checks"),
    ("DELETE", "/v1/suppressions/{suppression_id}"),
}
_OF_THE_WORKSPACE = {
    *(("GET", "/v1/vendors"), ("GET", "/v1/vendors/{vendor_id}")),
    *(("PATCH", "/v1/vendors/{vendor_id}"), ("GET", "/v1/suppressions")),
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


def body_of(method: str, path: str, ids: Mapping[str, str]) -> Any:
    """Return a body that is valid and about the other site."""
    bodies: dict[str, Any] = {
        "/v1/placements": {"site_id": ids["site_id"], "referring_domain": "a.example"},
        "/v1/placements/imports": {"site_id": ids["site_id"], "text": "https://a.example/x"},
        "/v1/reviews": {"links": [ids["link_id"]], "decision": "keep", "reason": "x"},
        "/v1/reviews/undo": {"review_ids": [ids["review_id"]]},
        "/v1/sites/{site_id}/links": {"links": [{"referring_url": "https://a.example/x"}]},
    }
    return bodies.get(path, {}) if method == "POST" else {}


async def ask(http: Http, method: str, path: str, operation: Mapping[str, Any], ids: Any) -> Answer:
    url = url_of(path, operation, ids)
    if method == "GET":
        return await http.get(url)
    if "multipart/form-data" in operation.get("requestBody", {}).get("content", {}):
        uploading = http.sending(content_type="multipart/form-data; boundary=xx")
        return await uploading.send(method, url, _MULTIPART)
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
        name: product.ids[name] for name in ("domain", "version_no", "other_no")
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
