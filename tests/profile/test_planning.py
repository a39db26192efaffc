"""What profile tells a plan: growth only of months that are known, pages and hosts with what they say."""

from datetime import UTC, date, datetime, timedelta

from fastapi import FastAPI

from services.profile.domain.competitors import DomainClaim
from services.profile.domain.site import Site
from services.profile.domain.velocity import Known, known_months
from services.profile.store import competitors, own_pages
from shared import clock
from shared.db import Database, Tx
from shared.ids import new_id
from shared.urls import page_id
from shared.vocabulary import Role
from tests.profile.conftest import a_caller, as_caller

TODAY = date(2026, 11, 20)
GAINED = {date(2026, 7, 3): 2, date(2026, 10, 1): 4, date(2026, 11, 2): 9}
_LINK = """
    INSERT INTO links (link_id, workspace_id, site_id, referring_url, referring_host, referring_domain,
        page_key, target_url, target_key, discovery, status, good_status, found_seq, known_since,
        gained_at, anchor_text, anchor_kind)
    VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8, 'link_added', $9, 'live', 1, now(), $10, $11, $12)
"""


def test_a_month_that_is_not_known_as_a_whole_is_no_quiet_month() -> None:
    known = Known(since=date(2026, 6, 10), until=date(2026, 11, 20))
    found = known_months(GAINED, known, today=TODAY, most=6)
    assert [count for _, count in found] == [2, 0, 0, 4]
    until_august = Known(since=date(2026, 6, 10), until=date(2026, 8, 31))
    assert known_months(GAINED, until_august, today=TODAY, most=6) == [
        (date(2026, 7, 1), 2),
        (date(2026, 8, 1), 0),
    ]


async def add_link(tx: Tx, site: Site, domain: str, target: str, text: str, **given: str) -> None:
    page = f"https://{domain}/post"
    await tx.run(
        _LINK,
        *(new_id(), site.workspace_id, site.site_id, page, domain, page_id(page)),
        *(target, page_id(target), given.get("status", "live")),
        *(datetime(2026, 10, 5, tzinfo=UTC), text, given.get("kind", "branded")),
    )


async def test_pages_host_and_competitors_are_told_to_the_team_only(
    app: FastAPI, database: Database, home: Site
) -> None:
    front, chairs = "https://acme.example/", "https://acme.example/chairs"
    async with database.begin() as tx:
        await add_link(tx, home, "one.example", front, "Acme Home")
        await add_link(tx, home, "two.example", front, "garden furniture", kind="exact")
        await add_link(tx, home, "two.example", chairs, "chairs", status="lost", kind="other")
        await own_pages.save_pages(
            tx, home.site_id, [(chairs, "Garden chairs")], source="hand", now=clock.now()
        )
        await competitors.save_claims(
            tx,
            home.site_id,
            [DomainClaim("blog.example", 1, first_seen_at=clock.now() - timedelta(days=40))],
            competitor="rival.example",
            source="ahrefs",
            file_name="a.csv",
            now=clock.now(),
        )
    path = f"/internal/sites/{home.site_id}/planning"
    body = {"referring_domain": "www.two.example", "target_urls": [chairs, "no page"]}
    found = (await as_caller(app, a_caller(home, Role.VIEWER)).post(path, body)).json()

    assert [(one["url"], one["domains"], one["exact"]) for one in found["targets"]][:2] == [
        (front, 2, 1),
        (chairs, 0, 0),
    ]
    assert found["targets"][1]["title"] == "Garden chairs"
    assert {one["text"] for one in found["targets"][0]["texts"]} == {
        "Acme Home",
        "garden furniture",
    }
    assert found["host"]["texts"] == ["chairs", "garden furniture"]
    assert found["kinds"] == {"branded": 1, "exact": 1}
    [rival] = found["competitors"]
    assert sum(one["count"] for one in rival["months"]) == 1
    assert (await as_caller(app, a_caller(home, Role.CLIENT)).post(path, body)).status == 403
