"""Opportunities get the pages of the site that fit from profile, and searches the pages that others know."""

from typing import Any
from uuid import UUID

import orjson
from fastapi import FastAPI

from services.gateway.api.composed import add_facts, add_second_part
from services.gateway.domain.routing import Route, new_table
from shared.access import Caller
from shared.http import DirectTransport, ServiceClient
from shared.ids import new_id

SITE, ONE = str(new_id()), str(new_id())
BELOW = f"/v1/sites/{SITE}/opportunities"
TABLE = new_table(
    {
        "outreach": {
            "paths": {
                "/v1/sites/{site_id}/opportunities": {"get": {}},
                "/v1/sites/{site_id}/opportunities/decisions": {"post": {}},
            }
        },
        "crawler": {"paths": {"/v1/sites/{site_id}/opportunities/searches": {"post": {}}}},
    }
)
PAGE = {"left_context": "Read the", "anchor_text": "guide", "right_context": "first.", "shared": []}
FOUND = {
    "opportunity_id": ONE,
    "kind": "broken_link",
    "subject_url": "https://gone.example/x",
    "anchors": ["guide"],
    "top_pages": [PAGE],
    "title": None,
    "quote": None,
    "match": None,
}
MENTION = FOUND | {"kind": "unlinked_mention", "title": "Us", "quote": "We like Acme."}
MATCH = {"candidates": [{"url": "https://acme.example/x"}], "sentence": "It shares “x”."}


def services(asked: list[Any], *, works: bool = True) -> dict[str, ServiceClient]:
    profile, outreach = FastAPI(), FastAPI()
    if works:

        @profile.post("/internal/sites/{site_id}/matches")
        async def matches(site_id: UUID, body: dict[str, Any]) -> list[Any]:
            asked.extend(body["wanted"])
            return [MATCH for _ in body["wanted"]]

        @profile.get("/internal/sites/{site_id}/competitor-pages")
        async def pages(site_id: UUID) -> list[str]:
            return ["https://b.example/"]

    @outreach.post("/internal/sites/{site_id}/opportunities/subjects")
    async def subjects(site_id: UUID, body: dict[str, Any]) -> list[Any]:
        return [FOUND for _ in body["opportunity_ids"]]

    @outreach.get("/internal/sites/{site_id}/opportunities/pages")
    async def known(site_id: UUID) -> list[str]:
        return ["https://a.example/links"]

    both = {"profile": profile, "outreach": outreach}
    return {
        name: ServiceClient(name, DirectTransport(app), secret=b"secret of tests")
        for name, app in both.items()
    }


def found(path: str) -> tuple[Route, dict[str, str]]:
    route = TABLE.find(path)
    assert route is not None
    return route[0], dict(route[1])


CALLER = Caller(workspace_id=new_id(), actor_id=new_id(), actor="Alice")


async def test_each_opportunity_gets_the_pages_that_fit_or_is_said_to_miss_them() -> None:
    asked: list[Any] = []
    body = orjson.dumps({"items": [FOUND, MENTION], "degraded": []})
    for works in (True, False):
        route, values = found(BELOW)
        clients = services(asked, works=works)
        whole = await add_second_part(body, "GET", route, values, clients, caller=CALLER)
        answer = orjson.loads(whole)
        assert [one["match"] for one in answer["items"]] == ([MATCH] * 2 if works else [None] * 2)
        assert bool(answer["degraded"]) is not works
    assert asked == [
        {
            "url": "https://gone.example/x",
            "anchors": ["guide"],
            "context": ["Read the guide first."],
        },
        {"url": "/", "anchors": ["Us"], "context": ["We like Acme."]},
    ]


async def test_a_decision_takes_the_page_that_fits_along_and_a_search_what_is_known() -> None:
    async def carried(path: str, sent: Any, *, works: bool = True) -> Any:
        route, values = found(path)
        body, clients = orjson.dumps(sent), services([], works=works)
        return orjson.loads(await add_facts(body, "POST", route, values, clients, caller=CALLER))

    accepted = {"decision": "accept", "opportunity_ids": [ONE, "x"], "matches": {"forged": 1}}
    assert (await carried(f"{BELOW}/decisions", accepted))["matches"] == {ONE: MATCH}
    assert (await carried(f"{BELOW}/decisions", accepted, works=False))["matches"] == {}
    for other in ({"decision": "dismiss"}, {"decision": "accept", "opportunity_ids": 7}):
        assert (await carried(f"{BELOW}/decisions", other))["matches"] is None
    wish = {"sources": ["prospects", "competitors", 7], "known": {"prospects": ["forged"]}}
    assert (await carried(f"{BELOW}/searches", wish))["known"] == {
        "prospects": ["https://a.example/links"],
        "competitors": ["https://b.example/"],
    }
    assert (await carried(f"{BELOW}/searches", {"sources": 7}))["known"] == {}
