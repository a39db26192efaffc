"""A placement from the promise to the loss, told to a subscriber step by step."""

from contextlib import suppress
from pathlib import Path

from shared.errors import AnchorwatchError
from tests.journeys.house import SITE, House, Json, living
from tests.waiting import eventually
from tests.web import FakeWeb

PAGE = "http://magazine.example/ropes"
TARGET = f"http://{SITE}/ropes"
TEXT = "<p>Of boats, ropes and how to mend them in the winter, when nobody sails.</p>" * 6
AGREED = f'<title>Ropes</title>{TEXT}<p>All from <a href="{TARGET}">the Shop</a>.</p>'
STEPS = ("promised", "verified", "mismatched", "lost")


async def promise(house: House) -> Json:
    """Write the placement down as soon as outreach has heard of the new site."""
    terms = {"referring_url": PAGE, "target_url": TARGET, "anchor_text": "the Shop", "rel": []}
    made: Json = {}

    async def is_taken() -> bool:
        with suppress(AnchorwatchError):
            made.update(await house.api.post("/v1/placements", {"site_id": house.site_id, **terms}))
        return bool(made)

    await eventually(is_taken, what="outreach knows the site")
    return made


async def test_a_placement_is_promised_verified_mismatched_and_lost(
    home: Path, web: FakeWeb
) -> None:
    web.on(PAGE, f"<title>Ropes</title>{TEXT}")
    types = [f"placement.{step}" for step in STEPS]
    async with (
        living(home, web, confirm_after=0) as house,
        house.listening(*types) as stream,
    ):

        async def stands(*steps: str) -> Json:
            """Look again, wait for these events and return the placement as it stands then."""
            for step in steps:
                await house.look()
                event = await stream.next()
                assert event["type"] == f"placement.{step}"
                assert event["data"]["placement_id"] == made["placement_id"]
            found: Json = await house.api.get(f"/v1/placements/{made['placement_id']}")
            return found

        made = await promise(house)
        promised = await stream.next()
        assert promised["type"] == "placement.promised"
        assert made["state"] == "promised"

        web.on(PAGE, AGREED)
        live = await stands("verified")
        assert (live["state"], live["reasons"]) == ("live", [])
        assert live["first_live_at"] is not None
        [link] = (await house.links()).values()
        assert (link["status"], link["contract_state"]) == ("live", "met")

        web.on(PAGE, AGREED.replace("<a ", '<a rel="nofollow" '))
        off = await stands("mismatched")
        assert (off["state"], off["reasons"]) == ("mismatched", ["nofollow_added"])
        [link] = (await house.links()).values()
        assert (link["status"], link["contract_state"]) == ("changed", "mismatched")

        web.on(PAGE, TEXT)
        await house.look()
        [link] = (await house.links()).values()
        assert (link["status"], link["confirming_since"] is None) == ("changed", False)
        gone = await stands("lost")
        assert (gone["state"], gone["words"]["label"]) == ("lost", "Gone")
        assert gone["lost_at"] is not None
