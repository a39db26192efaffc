"""An editorial link goes and comes back: second look, loss with its sentence, a held draft, won back."""

from datetime import datetime, timedelta
from pathlib import Path

from tests.journeys.house import SITE, House, Json, living
from tests.waiting import eventually
from tests.web import FakeWeb

TARGET = f"http://{SITE}/ropes"
POST, OTHER, THIRD = (f"http://blog.example/{name}" for name in ("post", "other", "third"))
CONFIRM_S = 1.0
TEXT = "<p>Of boats, ropes and how to mend them in the winter, when nobody sails.</p>" * 6
SENTENCE = (
    f'<p>We buy all our lines from <a href="{TARGET}">the rope makers</a> of the harbour.</p>'
)
LINKED = f"<title>Ropes</title>{TEXT}{SENTENCE}"
EMPTY = f"<title>Ropes</title>{TEXT}"


async def look_until(house: House, url: str, status: str) -> Json:
    found: Json = {}

    async def has_it() -> bool:
        found.update((await house.look())[url])
        return bool(found["status"] == status)

    await eventually(has_it, within=60, what=f"{url} is {status}")
    return found


async def the_queue(house: House, **query: str) -> list[Json]:
    return await house.every("recoveries", **query)


async def test_a_lost_editorial_link_is_queued_with_a_held_draft_and_won_back(
    home: Path, web: FakeWeb
) -> None:
    web.on(TARGET, f"<title>Our ropes</title>{TEXT}")
    for url in (POST, OTHER, THIRD):
        web.on(url, LINKED)
    async with living(home, web, confirm_after=CONFIRM_S) as house:
        await house.add(*((url, TARGET) for url in (POST, OTHER, THIRD)))
        await eventually(house.is_decided, within=60, what="every link has a verdict")

        # Removal: one look is no loss, and nothing is queued.
        web.on(POST, EMPTY)
        missed = (await house.look())[POST]
        assert (missed["status"], missed["confirming_since"] is None) == ("live", False)
        assert await the_queue(house) == []

        # The second look confirms it.
        lost = await look_until(house, POST, "lost")
        [change] = [one for one in await house.history(lost) if one["kind"] == "lost"]
        assert (
            "We buy all our lines from the rope makers of the harbour" in change["sentence_before"]
        )
        assert change["sentence_after"] is None
        assert change["domain_links"] == 2
        diff = await house.api.get(
            f"/v1/links/{lost['id']}/evidence/{change['evidence_id']}/diff", {}
        )
        assert diff["place_before"]["anchor_text"] == "the rope makers"
        assert diff["place_after"] is None

        [item] = await the_queue(house)
        assert (item["link_id"], item["action"], item["state"]) == (lost["id"], "ask", "open")
        assert item["domain_sentence"] == "blog.example still links to you from 2 other pages."
        assert "the rope makers" in item["sentence"]
        assert item["draft"] is None
        held = datetime.fromisoformat(item["draft_from"]) - datetime.fromisoformat(item["lost_at"])
        assert held == timedelta(hours=48)
        detail = await house.api.get(f"/v1/links/{lost['id']}", {})
        assert detail["domain_links"] == 2

        # The link is back: the item closes itself and counts.
        web.on(POST, LINKED)
        await look_until(house, POST, "live")
        assert await the_queue(house) == []
        [won] = await the_queue(house, state="won_back")
        assert (won["id"], won["closed_at"] is None) == (item["id"], False)
        summary = await house.get("recoveries/summary")
        assert summary["won_back"] == {"items": 1, "value": won["value"]}
        worth = await house.get("value")
        month = worth["months"][-1]
        assert (month["lost_links"], month["recovered_links"]) == (1, 1)
        assert month["lost_value"] == month["recovered_value"] == won["value"]
