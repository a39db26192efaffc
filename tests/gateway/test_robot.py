"""The page about our robot and its form: for strangers, bounded, and passed on to the crawler."""

from typing import Any

import pytest
from fastapi import APIRouter

from services.gateway.settings import Settings
from shared.http import DirectTransport, ServiceClient
from shared.web import new_web_app
from tests.gateway.conftest import SECRET, House

FORM = {"content_type": "application/x-www-form-urlencoded"}


class FakeCrawler:
    """Takes requests to be left alone and remembers them."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        router = APIRouter()
        router.post("/v1/opt-outs", status_code=202)(self.ask)
        self.app = new_web_app(
            "crawler", settings=Settings(internal_secret=SECRET), routers=[router]
        )

    async def ask(self, body: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(body)
        return {"host": body["host"], "in_force": True, "sentence": "Nothing is fetched any more."}


@pytest.fixture
def crawler(house: House) -> FakeCrawler:
    fake = FakeCrawler()
    client = ServiceClient("crawler", DirectTransport(fake.app), SECRET.encode())
    house.app.state.clients = {**house.app.state.clients, "crawler": client}
    return fake


async def test_the_page_says_who_we_are_and_how_to_keep_us_away(house: House) -> None:
    answer = await house.nobody.get("/robot")
    assert answer.status == 200
    text = answer.body.decode()
    assert "User-agent: AnchorwatchBot" in text
    assert "<form" in text
    assert "script-src" not in (answer.header("content-security-policy") or "script-src")


async def test_a_stranger_may_ask_and_is_told_what_became_of_it(
    house: House, crawler: FakeCrawler
) -> None:
    answer = await house.nobody.post("/robot", b"host=blog.example&note=%3Cb%3Eplease", **FORM)
    assert answer.status == 200
    assert b"Nothing is fetched any more." in answer.body
    assert crawler.asked == [{"host": "blog.example", "note": "<b>please"}]


@pytest.mark.parametrize("body", [b"", b"note=x", b"host=" + b"a" * 9_000, b"host=\xff"])
async def test_a_form_that_says_nothing_is_refused(
    house: House, crawler: FakeCrawler, body: bytes
) -> None:
    assert (await house.nobody.post("/robot", body, **FORM)).status == 422
    assert crawler.asked == []


async def test_nobody_asks_without_end(house: House, crawler: FakeCrawler) -> None:
    statuses = [
        (await house.nobody.post("/robot", b"host=blog.example", **FORM)).status for _ in range(7)
    ]
    assert statuses == [200] * 5 + [429] * 2
    assert len(crawler.asked) == 5
