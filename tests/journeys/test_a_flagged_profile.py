"""A tool flags every domain of a site, and a disavow file is in force: what the fetched pages say of each."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.journeys.house import SITE, House, Json, living
from tests.journeys.test_the_life_of_a_link import look_until
from tests.toxicity.test_a_flagged_profile import HEADER
from tests.waiting import eventually
from tests.web import FakeWeb, page

TARGET = f"http://{SITE}/ropes"
WORDS = (
    "We have mended ropes and sails in this harbour for many winters and write down what holds. "
)
HONEST = (
    f"<title>Of ropes</title><p>{WORDS * 30}</p>"
    f'<p>{WORDS} The best ones were from <a href="{TARGET}">Harbour Shop</a>, and they still hold'
    " after all these years of rain and sun.</p>"
    '<footer><a href="/imprint">Imprint</a> <a href="mailto:me@a.example">Write to me</a></footer>'
)
FARM = "<title>Best online casino bonus</title>{link}" + "".join(
    f'<a href="http://out{number}.example/">casino bonus {number}</a> ' for number in range(400)
)
# Everything against it at once: the page, the place of the link, and its text.
MADE = FARM.format(link=f'<div style="display:none"><a href="{TARGET}">online casino</a></div>')
JUNK = FARM.format(link=f'<a href="{TARGET}">Harbour Shop</a>')
UNFOLLOWED = FARM.format(link=f'<a rel="nofollow" href="{TARGET}">online casino</a>')
PLANTED: Mapping[str, int] = {
    "made": 4,
    "junk": 3,
    "unfollowed": 2,
    "honest": 5,
    "gone": 1,
    "unseen": 2,
}
SHOWN = {"made": MADE, "junk": JUNK, "unfollowed": UNFOLLOWED, "honest": HONEST, "gone": HONEST}
GOOD_IN_FILE = ("honest-0.example", "honest-1.example")
IN_FILE = (*GOOD_IN_FILE, "made-0.example", "unfollowed-0.example", "gone-0.example")


def names(kind: str) -> list[str]:
    return [f"{kind}-{number}.example" for number in range(PLANTED[kind])]


def truth() -> dict[str, str]:
    return {name: kind for kind in PLANTED for name in names(kind)}


def url_of(domain: str) -> str:
    return f"http://{domain}/page"


def serve(web: FakeWeb) -> None:
    for domain, kind in truth().items():
        wall = page("<p>No robots.</p>", status=403)
        web.on(url_of(domain), SHOWN.get(kind, wall))


def audit_of_semrush(folder: Path) -> Path:
    """Write the export of a tool that calls everything toxic."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADER.split(","))
    for domain in truth():
        row = ["A page", url_of(domain), TARGET, "Harbour Shop", 75, "Link Network"]
        writer.writerow([*row, "2026-01-02", "2026-10-01", "FALSE"])
    path = folder / "semrush_backlink_audit.csv"
    path.write_text(out.getvalue())
    return path


def file_in_force(folder: Path) -> Path:
    lines = [f"domain:{name}\r\n" for name in (*IN_FILE, "never-heard-of.example", "blogspot.com")]
    path = folder / "disavow.txt"
    path.write_text("".join(lines))
    return path


async def judged(house: House) -> dict[str, Json]:
    """Return what is said of each referring domain, once nothing is on its way any more."""
    found: dict[str, Json] = {}

    async def all_are() -> bool:
        found.update({one["domain"]: one for one in await house.every("toxicity/domains")})
        return set(found) == set(truth()) and found["gone-0.example"]["live"] == 0

    await eventually(all_are, within=60, what="every domain is judged")
    return found


def each_has_one_true_sentence(found: Mapping[str, Json]) -> None:
    for domain, kind in truth().items():
        item = found[domain]
        assert item["sentence"].endswith(".")
        assert "\n" not in item["sentence"]
        says = {name: one["says"] for name, one in item["answers"].items()}
        if kind == "gone":
            assert (item["sentence"], says["passes"]) == ("Gone: nothing to do.", "no")
        elif kind == "unseen":
            assert item["sentence"].startswith("Not enough seen")
            assert set(says.values()) == {"unknown"}
        elif kind == "honest":
            assert (item["good"], item["action"], says["is_real"]) == (1, "none", "yes")
        elif kind in {"junk", "unfollowed"}:
            assert item["action"] == "no_action_needed", item
    candidates = {name for name, one in found.items() if one["action"] == "propose_disavow"}
    assert candidates == set(names("made"))
    assert all(len(found[name]["families"]) >= 3 for name in candidates)
    assert {name for name, one in found.items() if one["in_file"]} == set(IN_FILE)


def the_file_is_told_apart(check: Any) -> None:
    assert {one["entry"] for one in check["good"]} == {f"domain:{name}" for name in GOOD_IN_FILE}
    left = check["without_good"].splitlines()
    assert not {f"domain:{name}" for name in GOOD_IN_FILE} & set(left)
    assert "domain:made-0.example" in left
    assert "2 good, followed links" in check["paragraph"]


async def test_the_pages_of_a_flagged_profile_say_what_is_true_of_each_domain(
    home: Path, web: FakeWeb, tmp_path: Path
) -> None:
    serve(web)
    site = {"brands": ["Harbour Shop"], "keywords": ["ropes"]}
    async with living(home, web, site=site, confirm_after=0) as house:
        job = await house.upload(audit_of_semrush(tmp_path))
        assert job["accepted"] == len(truth())
        await eventually(house.is_decided, within=90, what="every link has a verdict")
        for domain in names("gone"):
            web.on(url_of(domain), "<title>Of ropes</title>" + WORDS * 30)
            await look_until(house, url_of(domain), "lost")
        path = f"/v1/sites/{house.site_id}/disavow/imports"
        taken = await house.api.upload(path, [file_in_force(tmp_path)])
        assert [one["entry"] for one in taken["refused"]] == ["domain:blogspot.com"]

        each_has_one_true_sentence(await judged(house))
        the_file_is_told_apart(await house.get("disavow/check"))
        sums = await house.get("toxicity")
        density = sums["density"]
        assert density["worth_action"]["links"] == PLANTED["made"]
        assert density["ignored_junk"]["links"] == PLANTED["junk"] + PLANTED["unfollowed"]
        assert sums["sentence"].startswith("4 of ")
        need = await house.get("disavow/need")
        assert (need["needed"], need["candidates"]) == ("no", PLANTED["made"])
