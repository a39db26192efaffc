"""What a link goes through, seen by the real crawler: gone, confirmed, back; and never lost unseen."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from services.crawler.domain.evidence.verifying import verify
from tests.journeys.house import SITE, House, Json, living
from tests.waiting import eventually
from tests.web import (
    Behaviour,
    FakeWeb,
    encoded,
    endless,
    gzipped,
    page,
    raw,
    redirect,
    silent,
)

TARGET = f"http://{SITE}/ropes"
TEXT = "<p>Of boats, ropes and how to mend them in the winter, when nobody sails.</p>" * 6
LINKED = f'<title>Ropes</title>{TEXT}<p>All from <a href="{TARGET}">the Shop</a>.</p>'
EMPTY = f"<title>Ropes</title>{TEXT}"
POST, NEVER, LATE = (f"http://{name}.example/post" for name in ("blog", "never", "late"))
CONFIRM_S = 1.0
BLIND: Mapping[str, tuple[str, Behaviour]] = {
    "forbidden": ("blocked_by_wall", page("<p>No.</p>", status=403)),
    "legal": ("blocked_by_wall", page("<p>Not in your country.</p>", status=451)),
    "login": ("login_wall", page("<p>Who are you?</p>", status=401)),
    "challenge": (
        "blocked_by_wall",
        page("<title>Just a moment...</title><script>window._cf_chl_opt={}</script>"),
    ),
    "busy": ("rate_limited", page("<p>Later.</p>", status=429, Retry_After="1")),
    "broken": ("page_5xx", page("<p>Oh.</p>", status=500)),
    "down": ("page_5xx", page("<p>Back soon.</p>", status=503)),
    "silent": ("timeout", silent()),
    "tls": ("tls_error", redirect("https://tls.example/post")),
    "big": ("too_large", endless()),
    "twice": ("undecodable", encoded("gzip, gzip", b"no gzip at all, and certainly not twice")),
    "loop": ("redirect_loop", redirect("/post")),
    "hangup": ("unreachable", raw(b"")),
    "inside": ("address_not_allowed", redirect("http://10.0.0.1/post")),
}


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment)


def kinds(history: list[Json]) -> list[str]:
    return [change["kind"] for change in history]


async def look_until(house: House, url: str, status: str) -> Json:
    """Look again and again until the link has this status."""
    found: Json = {}

    async def has_it() -> bool:
        found.update((await house.look())[url])
        return bool(found["status"] == status)

    await eventually(has_it, within=60, what=f"{url} is {status}")
    return found


async def add_and_decide(house: House, *urls: str) -> dict[str, Json]:
    await house.add(*((url, TARGET) for url in urls))
    await eventually(house.is_decided, within=60, what="every link has a verdict")
    return await house.links()


async def the_loss_is_proven(house: House, lost: Json) -> None:
    """The entry of the timeline names evidence that is whole, and that a stranger may be shown."""
    [change] = [one for one in await house.history(lost) if one["kind"] == "lost"]
    path = f"/v1/links/{lost['id']}/evidence/{change['evidence_id']}"
    report = verify((await house.http.get(f"{path}.warc.gz")).body)
    assert (report.faults, report.statements[0]["missing_looks"]) == ([], 2)
    share = await house.api.post(f"{path}/shares", {"hours": 1})
    shown = await house.http.using(None).get(share["path"])
    assert (shown.status, "<mark>the Shop</mark>" in shown.body.decode()) == (200, True)
    chain = await house.every("evidence")
    assert [one["number"] for one in chain] == list(range(1, len(chain) + 1))
    assert {one["fault"] for one in chain} == {None}


async def test_a_link_that_goes_is_confirmed_before_it_is_lost_and_comes_back_with_its_history(
    home: Path, web: FakeWeb
) -> None:
    web.on(POST, LINKED)
    async with living(home, web, confirm_after=CONFIRM_S) as house:
        first = (await add_and_decide(house, POST))[POST]
        assert (first["status"], first["counts"]) == ("live", True)

        web.on(POST, EMPTY)
        missed = (await house.look())[POST]
        assert missed["status"] == "live"
        assert missed["confirming_since"] is not None
        assert await house.told("link.lost") == []

        lost = await look_until(house, POST, "lost")
        waited = at(lost["lost_at"]) - at(missed["confirming_since"])
        assert waited >= timedelta(seconds=CONFIRM_S)
        assert lost["reasons"] == ["link_removed"]
        await the_loss_is_proven(house, lost)

        web.on(POST, LINKED)
        back = await look_until(house, POST, "live")
        assert (back["id"], back["lost_at"], back["confirming_since"]) == (first["id"], None, None)
        assert kinds(await house.history(back)) == ["verified", "lost", "recovered"]

        told = await house.told_of(2, "link.lost", "link.recovered", "link.gained")
        assert [event["type"] for event in told] == ["link.lost", "link.recovered"]
        today = (await house.get("velocity", interval="day"))["items"][-1]
        assert (today["gained_links"], today["lost_links"], today["recovered_links"]) == (0, 1, 1)


async def test_a_link_that_was_never_there_is_not_found_and_no_loss(
    home: Path, web: FakeWeb
) -> None:
    web.on(NEVER, EMPTY)
    web.on(LATE, EMPTY)
    async with living(home, web, confirm_after=0) as house:
        await add_and_decide(house, NEVER, LATE)
        for _ in range(3):
            found = await house.look()
            assert {link["status"] for link in found.values()} == {"not_found"}
            assert {link["confirming_since"] for link in found.values()} == {None}

        web.gone(NEVER)
        web.on(LATE, LINKED)
        found = await house.look()
        assert (found[NEVER]["status"], found[LATE]["status"]) == ("not_found", "live")
        assert kinds(await house.history(found[LATE]))[-1] == "new"
        assert "lost" not in kinds(await house.history(found[NEVER]))
        assert [event["type"] for event in await house.told_of(1, "link.lost", "link.gained")] == [
            "link.gained"
        ]


def place(name: str) -> str:
    return f"http://{name}.example/post"


async def every_page(house: House, web: FakeWeb, behaviour: str) -> set[str]:
    """Serve this on all pages, look once at each, and return the statuses that follow."""
    for name in BLIND:
        web.on(place(name), behaviour)
    return {link["status"] for link in (await house.look()).values()}


async def no_page_can_be_seen(house: House, web: FakeWeb, *, rounds: int) -> None:
    """Every page now stops us in its own way, in several looks."""
    for name, (_, behaviour) in BLIND.items():
        web.on(place(name), behaviour)
    for _ in range(rounds):
        said_why(await house.look())


async def test_what_could_not_be_looked_at_is_unknown_for_its_reason_and_never_lost(
    home: Path, web: FakeWeb
) -> None:
    for name in BLIND:
        web.on(place(name), gzipped(LINKED))
    # Looks of one minute are one look: on a slow machine a page may be seen twice in one round.
    async with living(home, web, confirm_after=60, timeout=5, max_wire=300_000) as house:
        found = await add_and_decide(house, *map(place, BLIND))
        assert {url: link["status"] for url, link in found.items()} == dict.fromkeys(found, "live")

        await no_page_can_be_seen(house, web, rounds=3)
        # A miss in between is the first one, however often we could not look before and after it.
        assert await every_page(house, web, EMPTY) == {"live"}
        await no_page_can_be_seen(house, web, rounds=2)
        assert await every_page(house, web, LINKED) == {"live"}

        assert await house.told("link.lost", "link.recovered", "link.gained") == []
        for link in (await house.links()).values():
            first, *later = kinds(await house.history(link))
            assert (first, set(later)) == ("verified", {"unknown"})


def said_why(found: Mapping[str, Json]) -> None:
    said = {
        name: (link["status"], link["reasons"], link["last_good_status"])
        for name in BLIND
        for link in (found[place(name)],)
    }
    assert said == {name: ("unknown", [reason], "live") for name, (reason, _) in BLIND.items()}


@pytest.mark.parametrize("status", [404, 410])
async def test_a_page_that_is_gone_takes_its_link_with_it_after_a_second_look(
    home: Path, web: FakeWeb, status: int
) -> None:
    web.on(POST, LINKED)
    async with living(home, web, confirm_after=0) as house:
        await add_and_decide(house, POST)
        web.on(POST, page("<h1>Gone</h1>", status=status))
        missed = (await house.look())[POST]
        assert (missed["status"], missed["confirming_since"] is None) == ("live", False)
        lost = await look_until(house, POST, "lost")
        assert lost["reasons"] == [f"page_{status}"]
