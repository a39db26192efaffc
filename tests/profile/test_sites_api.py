"""Sites over HTTP: hosts, versions, snapshots for the others, and who may."""

from typing import Any

import pytest
from fastapi import FastAPI

from services.profile.domain.site import Site
from services.profile.handlers.observations import on_link_checked
from shared.db import Database
from shared.events import LinkTracked, SiteCreated, SiteDeleted, SiteUpdated
from shared.ids import new_id
from shared.vocabulary import Role
from tests.http import Http
from tests.profile.builders import a_check, an_occurrence
from tests.profile.conftest import a_caller, add_link, as_caller, get_link, published, run_jobs

NEW = {
    "domain": "https://www.Beta.example/shop",
    "domains": [{"host": "old-beta.example", "role": "former"}],
    "brands": [" Beta   Shop ", "Beta Shop"],
    "competitors": ["gamma.example"],
}


async def make(http: Http, **given: Any) -> dict[str, Any]:
    answer = await http.post("/v1/sites", NEW | given)
    assert answer.status == 201, answer.body
    site: dict[str, Any] = answer.json()
    return site


async def test_a_site_is_made_from_whatever_names_its_domain(
    alice: Http, database: Database
) -> None:
    site = await make(alice)
    assert site["domain"] == "beta.example"
    assert site["domains"] == [
        {"host": "beta.example", "role": "main"},
        {"host": "old-beta.example", "role": "former"},
    ]
    assert site["brands"] == ["Beta Shop"]
    async with database.begin() as tx:
        told = (await published(tx, SiteCreated))[0]
    assert (told.domain, len(told.domains), told.version_no) == ("beta.example", 2, 1)


async def test_a_site_without_a_name_is_called_as_its_owner_writes_the_domain(alice: Http) -> None:
    site = await make(alice, domain="https://www.Münchner-Brot.example/")
    assert site["domain"] == "xn--mnchner-brot-dlb.example"
    assert site["name"] == "münchner-brot.example"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"domain": "co.uk"}, "/domain"),
        ({"domain": "nonsense"}, "/domain"),
        ({"domain": "127.0.0.1"}, "/domain"),
        ({"domain": "a..b.example"}, "/domain"),
        ({"domain": "a" * 64 + ".example"}, "/domain"),
        ({"domain": "somebody@example.com"}, "/domain"),
        ({"domain": "beta.example", "domains": [{"host": "?"}]}, "/domains/0/host"),
        ({"domain": "beta.example", "competitors": ["github.io"]}, "/competitors/0"),
        ({"domain": "beta.example", "colour": "red"}, "/colour"),
        ({}, "/domain"),
    ],
)
async def test_a_site_that_cannot_be_one_is_refused_by_name(
    alice: Http, body: dict[str, Any], pointer: str
) -> None:
    answer = await alice.post("/v1/sites", body)
    assert answer.status == 422
    assert pointer in {error["pointer"] for error in answer.json()["errors"]}


async def test_a_workspace_has_a_domain_once(alice: Http) -> None:
    made = await make(alice)
    again = await alice.post("/v1/sites", NEW)
    assert (again.status, again.json()["errors"][0]["pointer"]) == (409, "/domain")
    assert again.header("location") == f"/v1/sites/{made['id']}"


async def test_a_change_needs_the_version_that_was_read_and_is_told(
    alice: Http, database: Database
) -> None:
    site = await make(alice)
    path = f"/v1/sites/{site['id']}"
    assert (await alice.patch(path, {"name": "Beta"})).status == 428
    tag = (await alice.get(path)).header("etag") or ""
    answer = await alice.patch(path, {"name": "Beta"}, if_match=tag)
    assert (answer.json()["name"], answer.json()["version"]) == ("Beta", 2)
    assert answer.json()["brands"] == ["Beta Shop"]
    assert (await alice.patch(path, {"name": "x"}, if_match=tag)).status == 412
    assert (await alice.sending(if_none_match=answer.header("etag") or "").get(path)).status == 304
    async with database.begin() as tx:
        assert [event.version_no for event in await published(tx, SiteUpdated)] == [2]


async def test_a_site_that_moves_keeps_its_former_domain(alice: Http) -> None:
    site = await make(alice)
    path = f"/v1/sites/{site['id']}"
    moved = (await alice.patch(path, {"domain": "beta.test"}, if_match="*")).json()
    assert (moved["domain"], moved["domains"][0]["host"]) == ("beta.test", "beta.test")
    assert {"host": "beta.example", "role": "former"} in moved["domains"]


async def test_new_brands_classify_again_and_new_hosts_watch_again(
    alice: Http, database: Database, home: Site
) -> None:
    async with database.begin() as tx:
        link_id = await add_link(tx, home)
        place = an_occurrence(anchor_text="garden tables")
        await on_link_checked([a_check(link_id, 1, occurrences=(place,))], tx)
        assert (await get_link(tx, link_id)).anchor_kind != "exact"
    path = f"/v1/sites/{home.site_id}"
    body = {"brands": ["Zed"], "keywords": ["garden tables"], "domains": [{"host": "acme.test"}]}
    assert (await alice.patch(path, body, if_match="*")).status == 200
    await run_jobs(database)
    async with database.begin() as tx:
        link = await get_link(tx, link_id)
        told = (await published(tx, LinkTracked))[-1]
    assert link.anchor_kind == "exact"
    assert (told.hosts, told.tracked_seq) == (("acme.example", "acme.test"), link.tracked_seq)


async def test_a_deleted_site_is_gone_and_can_be_brought_back(
    alice: Http, database: Database
) -> None:
    site = await make(alice)
    path = f"/v1/sites/{site['id']}"
    assert (await alice.sending(if_match="*").delete(path)).status == 204
    assert (await alice.get(path)).status == 404
    assert (await alice.patch(path, {"name": "x"}, if_match="*")).status == 404
    assert (await alice.patch(path, {"deleted": False}, if_match="*")).status == 200
    assert (await alice.get(path)).status == 200
    async with database.begin() as tx:
        assert len(await published(tx, SiteDeleted)) == 1
        assert len(await published(tx, SiteCreated)) == 2


async def test_only_granted_sites_are_listed_and_only_owners_delete(
    app: FastAPI, alice: Http, home: Site
) -> None:
    await make(alice)
    everything = (await alice.get("/v1/sites?include=count")).json()
    assert (len(everything["items"]), everything["count"]) == (2, 2)
    bob = as_caller(app, a_caller(home, Role.EDITOR))
    own = (await bob.get("/v1/sites?include=count")).json()
    assert ([site["id"] for site in own["items"]], own["count"]) == ([str(home.site_id)], 1)
    assert (await bob.sending(if_match="*").delete(f"/v1/sites/{home.site_id}")).status == 403
    assert (await bob.post("/v1/sites", NEW)).status == 403
    assert (await alice.get(f"/v1/sites/{new_id()}")).status == 404
