"""A link goes: after the second look the team reads of it in its chat, once; and when it is back."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.gateway.receiver import HOSTS, PLACES, Receiver, receiving, routes_to
from tests.journeys.house import SITE, House, living
from tests.waiting import eventually
from tests.web import FakeWeb, new_authority, page

TARGET = f"http://{SITE}/ropes"
TEXT = "<p>Of boats, ropes and how to mend them in the winter, when nobody sails.</p>" * 6
LINKED = f'<title>Ropes</title>{TEXT}<p>All from <a href="{TARGET}">the Shop</a>.</p>'
EMPTY = f"<title>Ropes</title>{TEXT}"
FIRST, SECOND, WALLED = (
    *(f"http://blog.example/{name}" for name in ("first", "second")),
    "http://walled.example/post",
)
CONFIRM_S = 1.0


async def look_until(house: House, url: str, status: str) -> None:
    async def has_it() -> bool:
        return bool((await house.look())[url]["status"] == status)

    await eventually(has_it, within=60, what=f"{url} is {status}")


@pytest.fixture
async def chat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Receiver]:
    """What plays the chat of the team."""
    authority = new_authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    async with receiving(authority.server(*HOSTS)) as made:
        yield made


async def tell_in_chat(house: House) -> str:
    """Have what the rule of lost links raises told in the chat; returns the id of the channel."""
    channel = await house.api.post(
        "/v1/channels", {"name": "the team", "kind": "slack", **PLACES["slack"]}
    )
    rules = (await house.api.get("/v1/alerts/rules", {}))["items"]
    [rule] = [one for one in rules if one["kinds"] == ["link_lost"]]
    change = {"channel_ids": [channel["id"]]}
    answer = await house.http.patch(f"/v1/alerts/rules/{rule['id']}", change, if_match="*")
    assert answer.status == 200
    return str(channel["id"])


async def heard(chat: Receiver, text: str) -> None:
    async def is_there() -> bool:
        return any(text.encode() in body for _, body in chat.got)

    await eventually(is_there, within=60, what=f"the chat has {text!r}")


async def test_a_lost_link_raises_an_alert_that_ends_when_it_is_back(
    home: Path, web: FakeWeb, chat: Receiver
) -> None:
    web.on(TARGET, f"<title>Our ropes</title>{TEXT}")
    for url in (FIRST, SECOND, WALLED):
        web.on(url, LINKED)
    doors = {"webhook_connect_to": routes_to(chat)}
    async with living(home, web, gateway=doors, confirm_after=CONFIRM_S) as house:
        channel = await tell_in_chat(house)
        await house.add(*((url, TARGET) for url in (FIRST, SECOND, WALLED)))
        await eventually(house.is_decided, within=60, what="every link has a verdict")

        # Two pages of one domain lose the link; a third may not be looked at any more.
        for url in (FIRST, SECOND):
            web.on(url, EMPTY)
        web.on(WALLED, page("<p>No.</p>", status=403))
        for url in (FIRST, SECOND):
            await look_until(house, url, "lost")
        [event] = await house.told_of(1, "alert.raised")
        alert = event["data"]
        assert "from blog.example" in alert["title"]
        assert alert["channel_ids"] == [channel]
        assert alert["site_name"]
        await heard(chat, f"{alert['site_name']}: {alert['title']}")

        # In the console it stands with what it is about.
        shown = await house.api.get(f"/v1/alerts/{alert['alert_id']}", {})
        assert shown["state"] == "open"
        assert {item["url"] for item in shown["items"]} <= {FIRST, SECOND}

        for url in (FIRST, SECOND):
            web.on(url, LINKED)
            await look_until(house, url, "live")
        [ended] = await house.told_of(1, "alert.resolved")
        assert ended["data"]["alert_id"] == alert["alert_id"]
        assert ended["data"]["resolved_by"] == "itself"
        assert (await house.api.get("/v1/alerts", {"state": "open"}))["items"] == []
        told_twice = [body for _, body in chat.got if alert["title"].encode() in body]
        assert len(told_twice) <= 2  # that it is so, and that it is over
        assert len(await house.told("alert.raised")) == 1
