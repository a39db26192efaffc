"""Prospects and relationships say how many links their domains have to the sites, if profile answers."""

from typing import Any
from uuid import UUID

import orjson
import pytest
from fastapi import FastAPI, Request

from services.gateway.api.composed import add_second_part
from services.gateway.domain.routing import Table, new_table
from shared.access import Caller
from shared.http import DirectTransport, ServiceClient
from shared.ids import new_id

SITE = str(new_id())
PATHS = (
    "/v1/sites/{site_id}/prospects",
    "/v1/prospects/{prospect_id}",
    "/v1/relationships/{domain}",
    "/v1/sites/{site_id}/exchanges/share",
)
TABLE: Table = new_table({"outreach": {"paths": {path: {"get": {}} for path in PATHS}}})


def profile(*, works: bool = True) -> ServiceClient:
    app = FastAPI()

    @app.get("/v1/sites/{site_id}/domains")
    async def domains(site_id: UUID, request: Request) -> dict[str, Any]:
        assert str(site_id) == SITE
        if request.query_params.get("include") == "count":
            assert request.query_params["status"] == "live,changed"
            return {"items": [], "count": 40}
        names = request.query_params["referring_domain"].split(",")
        assert len(names) <= 100
        known = [name for name in names if name.startswith("rose")]
        return {"items": [{"domain": name, "links_present": 2} for name in known]}

    @app.get("/v1/search")
    async def search(q: str) -> dict[str, Any]:
        hit = {"kind": "domain", "site_id": SITE, "site_domain": "acme.example"}
        counts = {"links": 3, "links_present": 2}
        return {"items": [{**hit, **counts, "domain": name} for name in (q, f"{q}.au")]}

    client = ServiceClient("profile", DirectTransport(app), secret=b"secret of tests")
    return client if works else ServiceClient("profile", Gone(), secret=b"secret of tests")


class Gone(DirectTransport):
    """A service without a route: it answers, but not this."""

    def __init__(self) -> None:
        super().__init__(FastAPI())


async def composed(path: str, body: dict[str, Any], *, works: bool = True) -> Any:
    found = TABLE.find(path)
    assert found is not None
    route, values = found
    caller = Caller(workspace_id=new_id(), actor_id=new_id(), actor="Alice")
    clients = {"profile": profile(works=works)}
    whole = orjson.dumps(body)
    return orjson.loads(await add_second_part(whole, "GET", route, values, clients, caller=caller))


@pytest.mark.parametrize("works", [True, False])
async def test_links_stand_beside_prospects_or_are_said_to_be_missing(*, works: bool) -> None:
    names = ["rose.example", "hedge.example", *(f"n{number}.example" for number in range(150))]
    items = [{"domain": name, "links_to_you": None} for name in names]
    body = {"items": items, "degraded": []}
    listed = await composed(f"/v1/sites/{SITE}/prospects", body, works=works)
    assert [one["links_to_you"] for one in listed["items"][:2]] == ([2, 0] if works else [None] * 2)
    assert bool(listed["degraded"]) is not works
    alone = {"domain": "rose.example", "site_id": SITE, "links_to_you": None}
    one = await composed(f"/v1/prospects/{new_id()}", alone, works=works)
    assert one["links_to_you"] == (2 if works else None)
    whole = await composed(
        "/v1/relationships/rose.example", {"domain": "rose.example"}, works=works
    )
    links = whole.get("links", [])
    assert [link["links_present"] for link in links] == ([2] if works else [])


LINKED = {"linked_domains": ["lily.example", "rose.example"], "home_read_at": None}


@pytest.mark.parametrize("works", [True, False])
async def test_the_share_of_reciprocal_domains_is_said_where_it_can_be_had(
    works: bool,
) -> None:
    body = {**LINKED, "live_domains": None, "sentence": "Not now."}
    found = await composed(f"/v1/sites/{SITE}/exchanges/share", body, works=works)
    if not works:
        assert (found["live_domains"], found["sentence"]) == (None, "Not now.")
        assert found["degraded"][0]["service"] == "profile"
        return
    assert (found["live_domains"], found["reciprocal_domains"], found["share"]) == (
        *(40, ["rose.example"]),
        0.025,
    )
    assert found["sentence"].startswith("1 of 40 domains linking to you now (2 %)")
