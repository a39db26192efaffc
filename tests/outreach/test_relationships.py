"""Everything about a domain on one page, as far as somebody may see the sites that it is about."""

from shared.db import Database
from shared.events import SiteCreated
from shared.http import ServiceClient
from shared.vocabulary import Role
from tests.outreach.conftest import a_caller, a_promise, add_site
from tests.outreach.test_prospects_api import add, call

PRICE = {"amount": "120.50", "currency": "EUR"}


async def test_all_that_is_known_of_a_domain_stands_together(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    other = await add_site(database, "other.example", site.workspace_id)
    made = await add(client, site, "example.org")
    await add(client, other, "example.org")
    for price in (PRICE, {"amount": "9.50", "currency": "EUR"}):
        body = a_promise(site, price=price, target_url=f"https://acme.example/{price['amount']}")
        await call(client, "POST", "/v1/placements", site, body=body, status=201)
    path = "/v1/relationships/www.example.org"
    people = f"/v1/prospects/{made['results'][0]['prospect_id']}/contacts"
    ann = {"email": "ann@example.org"}
    await call(client, "POST", people, site, body=ann, status=201)
    note = await call(client, "POST", f"{path}/notes", site, body={"text": " Kind. "}, status=201)
    whole = await call(client, "GET", path, site)
    assert (whole["domain"], whole["spend"]) == (
        "example.org",
        [{"amount": "130.00", "currency": "EUR"}],
    )
    assert [one["stage"] for one in whole["prospects"]] == ["agreed"]
    assert [one["email"] for one in whole["contacts"]] == ["ann@example.org"]
    assert [one["text"] for one in whole["notes"]] == ["Kind."]
    assert {one["site_id"] for one in whole["history"]} == {str(site.site_id)}
    owner = a_caller(site, Role.OWNER, workspace=True)
    everything = await call(client, "GET", path, site, caller=owner)
    assert len(everything["prospects"]) == 2
    assert len(everything["placements"]) == 2
    # Whose sites have to do with the domain may see it, and nobody else knows of it.
    seen_by_other = await call(client, "GET", path, other)
    assert (seen_by_other["placements"], len(seen_by_other["prospects"])) == ([], 1)
    third = await add_site(database, "third.example", site.workspace_id)
    await call(client, "GET", path, third, status=404)
    await call(client, "GET", "/v1/relationships/unknown.example", site, status=404)
    for role, status in ((Role.CLIENT, 403), (Role.VIEWER, 403)):
        caller = a_caller(site, role)
        body = {"text": "x"}
        await call(client, "POST", f"{path}/notes", site, body=body, caller=caller, status=status)
    await call(client, "GET", path, site, caller=a_caller(site, Role.CLIENT), status=403)
    await call(client, "DELETE", f"{path}/notes/{note['note_id']}", site, status=204)
    await call(client, "DELETE", f"{path}/notes/{note['note_id']}", site, status=404)
