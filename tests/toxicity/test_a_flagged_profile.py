"""An audit of another tool that flags 471 domains, and a disavow file in force: what is true of each of them.

The truth is planted: which domains carry made links, which are junk that merely names the site, which
link without passing anything, which are honest, which are gone and which nobody could look at.
"""

import csv
import io
from collections import Counter
from typing import Any

import pytest

from services.profile.domain.imports import LinkRow
from services.toxicity import handlers
from shared.db import Database
from shared.events import Event, SiteCreated
from shared.http import ServiceClient
from shared.vocabulary import LinkStatus, Outcome, Reason, Role
from tests.profile.imports.files import read_all
from tests.toxicity.builders import PARAGRAPH, a_change, a_check, a_farm_read, a_read
from tests.toxicity.conftest import a_caller, body_of, call, upload

PLANTED = {"made": 24, "junk": 90, "unfollowed": 110, "honest": 170, "gone": 40, "unseen": 37}
GOOD_IN_FILE, MADE_IN_FILE, GONE_IN_FILE, UNFOLLOWED_IN_FILE = 25, 8, 10, 5
HEADER = (
    "Source title,Source url,Target url,Anchor,Toxicity Score,Toxic markers,First seen,Last seen,"
    "Nofollow"
)


def truth() -> dict[str, str]:
    """Return the kind of each domain."""
    return {
        f"{kind}-{number}.example": kind
        for kind, count in PLANTED.items()
        for number in range(count)
    }


def audit_file() -> bytes:
    """Return the export as the tool writes it: everything is flagged."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADER.split(","))
    for domain in truth():
        page = f"https://{domain}/page"
        writer.writerow(
            [
                "A page",
                page,
                "https://acme.example/",
                "Acme Home",
                75,
                "Link Network",
                "2026-01-02",
                "2026-10-01",
                "FALSE",
            ]
        )
    return out.getvalue().encode()


def seen(site: SiteCreated, page: str, kind: str) -> list[Event]:
    """Return what the crawler and the profile say of a page of this kind."""
    context: dict[str, Any] = {"left_context": PARAGRAPH, "right_context": PARAGRAPH}
    if kind == "made":
        check = a_check(site, page=page, anchor_text="online casino", hidden=True)
        read = a_farm_read(page)
    elif kind == "junk":
        check, read = a_check(site, page=page), a_farm_read(page)
    elif kind == "unfollowed":
        check = a_check(site, page=page, anchor_text="online casino", rel=("nofollow",))
        read = a_farm_read(page)
    elif kind == "unseen":
        check = a_check(site, page=page, outcome=Outcome.UNKNOWN, reasons=(Reason.TIMEOUT,))
        return [check, a_change(check, LinkStatus.UNKNOWN, page=page)]
    else:
        check = a_check(site, page=page, **context)
        read = a_read(page, word_count=600, visible_chars=4_000, anchor_chars=300)
    status = LinkStatus.LOST if kind == "gone" else LinkStatus.LIVE
    return [read, check, a_change(check, status, page=page)]


def names(kind: str, count: int | None = None) -> list[str]:
    return [domain for domain, one in truth().items() if one == kind][:count]


def file_in_force() -> bytes:
    """Return a list as people make them: with what was flagged, and a whole shared host."""
    domains = [
        *names("honest", GOOD_IN_FILE),
        *names("made", MADE_IN_FILE),
        *names("gone", GONE_IN_FILE),
        *names("unfollowed", UNFOLLOWED_IN_FILE),
        *("never-heard-of.example", "blogspot.com"),
    ]
    return "".join(f"domain:{name}\r\n" for name in domains).encode()


@pytest.fixture
async def profile(database: Database, client: ServiceClient, site: SiteCreated) -> SiteCreated:
    """The site after the import, one look at each page, and the file in force taken in."""
    _, counts, rows = read_all(audit_file(), site=("acme.example",))
    assert counts["accepted"] == 471
    events: list[Event] = []
    for row in rows:
        assert isinstance(row, LinkRow)
        domain = row.referring_url.split("/")[2]
        events += seen(site, row.referring_url, truth()[domain])
    async with database.begin() as tx:
        await handlers.on_events(events, tx)
    path = f"/v1/sites/{site.site_id}/disavow/imports"
    taken = body_of((await upload(client, path, a_caller(site), file_in_force())).body)
    assert [one["entry"] for one in taken["refused"]] == ["domain:blogspot.com"]
    return site


async def all_domains(client: ServiceClient, site: SiteCreated) -> dict[str, Any]:
    found, query = {}, "limit=200"
    while True:
        path = f"/v1/sites/{site.site_id}/toxicity/domains"
        page = await call(client, "GET", path, a_caller(site, Role.VIEWER), query=query)
        found.update({item["domain"]: item for item in page["items"]})
        if not page["has_more"]:
            return found
        query = f"limit=200&cursor={page['next_cursor']}"


async def test_each_flagged_domain_gets_one_true_sentence(
    client: ServiceClient, profile: SiteCreated
) -> None:
    found = await all_domains(client, profile)
    assert set(found) == set(truth())
    for domain, kind in truth().items():
        item = found[domain]
        assert item["sentence"].count("\n") == 0
        assert item["sentence"].endswith(".")
        if kind == "gone":
            assert item["sentence"] == "Gone: nothing to do."
        elif kind == "unseen":
            assert item["sentence"].startswith("Not enough seen")
        elif kind == "honest":
            assert (item["good"], item["action"]) == (1, "none")
        elif kind in {"junk", "unfollowed"}:
            assert item["action"] == "no_action_needed"
    candidates = {name for name, one in found.items() if one["action"] == "propose_disavow"}
    assert candidates == set(names("made"))
    assert all(len(found[name]["families"]) >= 3 for name in candidates)
    assert sum(item["in_file"] for item in found.values()) == 48


async def test_the_good_domains_in_the_file_are_named_and_a_file_without_them_is_given(
    client: ServiceClient, profile: SiteCreated
) -> None:
    path = f"/v1/sites/{profile.site_id}/disavow/check"
    found = await call(client, "GET", path, a_caller(profile, Role.VIEWER))
    good = {f"domain:{name}" for name in names("honest", GOOD_IN_FILE)}
    assert {one["entry"] for one in found["good"]} == good
    assert all("Throws away 1 good, followed link" in one["sentence"] for one in found["good"])
    counted = Counter(one["effect"] for one in found["items"])
    assert {key: count for key, count in found["effects"].items() if count} == dict(counted)
    assert counted == {
        "throws_away_good_links": GOOD_IN_FILE,
        "holds": MADE_IN_FILE,
        "gone": GONE_IN_FILE,
        "does_not_count": UNFOLLOWED_IN_FILE,
        "no_link_known": 1,
    }
    left = {line for line in found["without_good"].splitlines() if line.startswith("domain:")}
    assert len(left) == 24
    assert not left & good
    told = found["paragraph"]
    assert "The disavow file of your site has 49 entries." in told
    assert "25 entries tell Google to leave 25 good, followed links to you out of account" in told
    assert "16 entries have nothing to do" in told
    assert "throws_away" not in told


async def test_density_shows_junk_and_what_is_worth_action_apart_now_and_by_month(
    client: ServiceClient, profile: SiteCreated
) -> None:
    path = f"/v1/sites/{profile.site_id}/toxicity"
    found = await call(client, "GET", path, a_caller(profile, Role.VIEWER))
    density = found["density"]
    assert density["worth_action"]["links"] == PLANTED["made"]
    assert density["ignored_junk"]["links"] == PLANTED["junk"] + PLANTED["unfollowed"]
    (month,) = found["by_month"]
    assert month["density"] == density
    shown = await call(client, "GET", path, a_caller(profile, Role.CLIENT))
    assert shown["by_month"][0]["density"]["ignored_junk"] is None


async def test_no_file_is_needed_whatever_the_tool_flagged(
    client: ServiceClient, profile: SiteCreated
) -> None:
    path = f"/v1/sites/{profile.site_id}/disavow/need"
    need = await call(client, "GET", path, a_caller(profile, Role.VIEWER))
    assert (need["needed"], need["candidates"]) == ("no", PLANTED["made"])
