"""Requests that need what profile knows get it from profile alone, and go on without it where it is away."""

import re
from typing import Any
from uuid import UUID

import orjson
import pytest
from fastapi import FastAPI

from services.gateway.api.composed import add_facts
from services.gateway.domain.routing import Route
from shared.access import Caller
from shared.http import DirectTransport, ServiceClient
from shared.ids import new_id

SITE = new_id()
ROUTE = Route("/v1/briefs", "outreach", frozenset({"POST"}), re.compile("/v1/briefs"))


class Profile:
    """Answers for its figures of one site, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.app = FastAPI()
        self.app.post("/internal/sites/{site_id}/planning")(self._answer)

    async def _answer(self, site_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(body)
        return {"domain": "acme.example", "site_id": str(site_id)}

    async def carry(self, body: bytes, values: dict[str, str]) -> bytes:
        client = ServiceClient("profile", DirectTransport(self.app), secret=b"secret of tests")
        caller = Caller(workspace_id=new_id(), actor_id=new_id(), actor="Alice")
        clients = {"profile": client}
        return await add_facts(body, "POST", ROUTE, values, clients, caller=caller)


@pytest.fixture
def profile() -> Profile:
    return Profile()


async def test_what_a_caller_sends_for_facts_is_replaced(profile: Profile) -> None:
    sent = {
        "facts": {"domain": "forged.example"},
        "page_weights": [{"url": "https://a.example/"}, 7],
    }
    carried = orjson.loads(await profile.carry(orjson.dumps(sent), {"site_id": str(SITE)}))
    assert carried == {**sent, "facts": {"domain": "acme.example", "site_id": str(SITE)}}
    assert profile.asked == [
        {"referring_domain": None, "target_urls": ["https://a.example/"]},
    ]


async def test_the_site_of_the_body_is_asked_where_the_path_names_none(profile: Profile) -> None:
    sent = {
        "site_id": str(SITE),
        "referring_domain": "b.example",
        "target_url": "https://a.example/",
    }
    carried = orjson.loads(await profile.carry(orjson.dumps(sent), {}))
    assert carried["facts"]["site_id"] == str(SITE)
    assert profile.asked[0]["referring_domain"] == "b.example"


@pytest.mark.parametrize("body", [b"", b"[]", b'{"a": 1, "a": 2}', b'{"facts": {}, "a": NaN}'])
async def test_a_body_that_is_none_goes_on_for_the_service_to_refuse(
    profile: Profile, body: bytes
) -> None:
    assert await profile.carry(body, {"site_id": str(SITE)}) == body


@pytest.mark.parametrize("site_id", ["../../livez", 7, None])
async def test_no_figures_are_null(profile: Profile, site_id: object) -> None:
    sent = orjson.dumps({"site_id": site_id, "facts": {"domain": "forged.example"}})
    assert orjson.loads(await profile.carry(sent, {}))["facts"] is None
    assert profile.asked == []
