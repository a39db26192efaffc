"""The receiver of Webmentions: open to everybody, bounded, and silent about what is watched here."""

from typing import Any

import pytest
from fastapi import APIRouter

from services.gateway.settings import Settings
from shared.errors import ConflictError, InvalidError
from shared.http import DirectTransport, ServiceClient
from shared.web import new_web_app
from tests.gateway.conftest import SECRET, House

FORM = {"content_type": "application/x-www-form-urlencoded"}
NOTICE = b"source=https%3A%2F%2Fblog.example%2Fpost&target=https%3A%2F%2Four.example%2F&vouch=x"


class FakeCrawler:
    """Takes notices and remembers them, refuses a wrong one, and is full after three."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        router = APIRouter()
        router.post("/webmention", status_code=202)(self.take)
        settings = Settings(internal_secret=SECRET)
        self.app = new_web_app("crawler", settings=settings, routers=[router])

    async def take(self, body: dict[str, Any]) -> None:
        if body["source"] == body["target"]:
            raise InvalidError("source and target are the same page.")
        if len(self.told) == 3:
            raise ConflictError("Too many notices wait.")
        self.told.append(body)


@pytest.fixture
def crawler(house: House) -> FakeCrawler:
    fake = FakeCrawler()
    client = ServiceClient("crawler", DirectTransport(fake.app), SECRET.encode())
    house.app.state.clients = {**house.app.state.clients, "crawler": client}
    return fake


async def test_a_stranger_tells_of_a_page(house: House, crawler: FakeCrawler) -> None:
    statuses = [(await house.nobody.post("/webmention", NOTICE, **FORM)).status for _ in range(4)]
    assert statuses == [202, 202, 202, 503]
    assert crawler.told[0] == {
        "source": "https://blog.example/post",
        "target": "https://our.example/",
    }
    answer = await house.nobody.post("/webmention", b"source=a&target=a", **FORM)
    assert (answer.status, answer.body) == (400, b"source and target are the same page.")
    for body in (b"", b"source=https://blog.example/", b"source=" + b"a" * 9_000):
        assert (await house.nobody.post("/webmention", body, **FORM)).status == 400
    assert (await house.nobody.post("/webmention", b"{}")).status == 400
    often = [(await house.nobody.post("/webmention", NOTICE, **FORM)).status for _ in range(30)]
    assert often[-1] == 429
