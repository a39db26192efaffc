"""The routes of contacts: written down, never twice, and a person's right to see and to be forgotten."""

from services.outreach.domain.suppression import erased
from services.outreach.store import people
from shared import clock
from shared.db import Database
from shared.events import SiteCreated
from shared.http import ServiceClient
from shared.vocabulary import Role
from tests.outreach.conftest import a_caller, add_site
from tests.outreach.test_prospects_api import add, call

ANN = {"email": "Ann.Lee@Rose.example", "name": "Ann Lee", "role": "Editor", "language": "en"}


async def test_a_contact_is_written_down_once_and_may_be_changed(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    made = await add(client, site, "rose.example")
    path = f"/v1/prospects/{made['results'][0]['prospect_id']}/contacts"
    ann = await call(client, "POST", path, site, body=ANN, status=201)
    assert (ann["email"], ann["domain"], ann["found_by"]) == (
        "Ann.Lee@rose.example",
        "rose.example",
        "person",
    )
    body = {"email": "ann.lee+x@rose.example"}
    await call(client, "POST", path, site, body=body, status=409)
    form = {"source_url": "rose.example/contact"}
    assert (await call(client, "POST", path, site, body=form, status=201))["email"] is None
    for wrong in ({}, {"email": "ann"}, {"source_url": "ftp://x"}, {**ANN, "language": "English"}):
        await call(client, "POST", path, site, body=wrong, status=422)
    one = f"/v1/contacts/{ann['contact_id']}"
    changed = await call(client, "PATCH", one, site, body={"role": None, "state": "left"})
    assert (changed["role"], changed["name"], changed["words"]["label"]) == (
        None,
        "Ann Lee",
        "Has left",
    )
    listed = await call(client, "GET", path, site)
    assert [row["email"] for row in listed["items"]] == [None, "Ann.Lee@rose.example"]
    found = await call(client, "GET", "/v1/contacts", site, query="q=lee&state=left")
    assert found["items"] == [changed]
    stranger = a_caller(await add_site(database, "other.example", site.workspace_id))
    await call(client, "GET", one, site, caller=stranger, status=404)
    assert (await call(client, "GET", "/v1/contacts", site, caller=stranger))["items"] == []
    viewer = a_caller(site, Role.VIEWER)
    await call(client, "PATCH", one, site, body={"role": "x"}, caller=viewer, status=403)
    for query in (one, "/v1/contacts", path):
        client_of_site = a_caller(site, Role.CLIENT)
        await call(client, "GET", query, site, caller=client_of_site, status=403)


async def test_a_person_is_handed_everything_and_forgotten_for_good(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    owner = a_caller(site, Role.OWNER, workspace=True)
    made = await add(client, site, "rose.example")
    path = f"/v1/prospects/{made['results'][0]['prospect_id']}/contacts"
    await call(client, "POST", path, site, body=ANN, status=201)
    body = {"values": [ANN["email"]], "note": "She rang."}
    await call(client, "POST", "/v1/suppressions", site, body=body, caller=owner, status=201)
    person = {"email": "ann.lee@rose.example"}
    async with database.begin() as tx:
        assert site.workspace_id is not None
        found = await people.export_person(tx, site.workspace_id, person["email"])
        assert found["contacts"][0]["name"] == "Ann Lee"
        assert found["suppressions"][0]["note"] == "She rang."
        gone = await people.erase_person(
            tx, site.workspace_id, person["email"], actor="Olive", now=clock.now()
        )
        assert (gone["contacts"], gone["suppressions"], gone["messages"]) == (1, 1, 0)
    async with database.begin() as tx:
        for table in ("contacts", "suppressions", "prospects", "prospect_changes"):
            rows = await tx.fetch(f"SELECT row_to_json(t)::text AS whole FROM {table} t")
            assert all("ann" not in row["whole"].lower() for row in rows), table
    both = {"addresses": ["Ann.Lee+news@rose.example", "bob@rose.example"]}
    checked = await call(client, "POST", "/v1/suppressions/checks", site, body=both)
    assert [one["suppressed"] for one in checked["results"]] == [True, False]
    assert checked["results"][0]["sentence"].startswith("Asked that everything about them")
    listed = await call(client, "GET", "/v1/suppressions", site, caller=owner)
    assert site.workspace_id is not None
    left = erased("ann.lee@rose.example", site.workspace_id)
    assert [(one["kind"], one["value"]) for one in listed["items"]] == [("erased", left.value)]
