"""A link goes: after the second look somebody is told, once; it comes back, and that is told, too."""

from pathlib import Path

from tests.journeys.house import SITE, House, Json, living
from tests.waiting import eventually
from tests.web import FakeWeb, page

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


async def told(house: House, name: str, count: int) -> list[Json]:
    """Wait until so many alerts were told of, and return what was told."""

    async def are_there() -> bool:
        return len(await house.told(name)) >= count

    await eventually(are_there, within=30, what=f"{count} times {name}")
    return list(await house.told(name))


async def test_a_lost_link_raises_an_alert_that_ends_when_it_is_back(
    home: Path, web: FakeWeb
) -> None:
    web.on(TARGET, f"<title>Our ropes</title>{TEXT}")
    for url in (FIRST, SECOND, WALLED):
        web.on(url, LINKED)
    async with living(home, web, confirm_after=CONFIRM_S) as house:
        await house.add(*((url, TARGET) for url in (FIRST, SECOND, WALLED)))
        await eventually(house.is_decided, within=60, what="every link has a verdict")

        # Two pages of one domain lose the link; a third may not be looked at any more.
        for url in (FIRST, SECOND):
            web.on(url, EMPTY)
        web.on(WALLED, page("<p>No.</p>", status=403))
        for url in (FIRST, SECOND):
            await look_until(house, url, "lost")
        [event] = await told(house, "alert.raised", 1)
        alert = event["data"]
        assert "from blog.example" in alert["title"]
        assert alert["channel_ids"] == []

        # In the console it stands with what it is about.
        shown = await house.api.get(f"/v1/alerts/{alert['alert_id']}", {})
        assert shown["state"] == "open"
        assert {item["url"] for item in shown["items"]} <= {FIRST, SECOND}

        for url in (FIRST, SECOND):
            web.on(url, LINKED)
            await look_until(house, url, "live")
        [ended] = await told(house, "alert.resolved", 1)
        assert ended["data"]["alert_id"] == alert["alert_id"]
        assert ended["data"]["resolved_by"] == "itself"
        assert (await house.api.get("/v1/alerts", {"state": "open"}))["items"] == []
        assert len(await house.told("alert.raised")) == 1
