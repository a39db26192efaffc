"""A domain is enough to start: proposals from the home page and the sitemap, each with its reason."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest

from services.crawler.domain.proposals import propose
from services.crawler.jobs.own_sitemaps import read_due
from shared import clock
from shared.access import Caller
from shared.db import Database
from shared.events import SitemapRead, decode
from shared.ids import new_id
from shared.vocabulary import Role
from tests.crawler.asking import Asking, asking_of_acme
from tests.web import Behaviour, page

SECRET = "crawler-tests-secret"
HOME = """<html lang="en-GB"><head><title>Garden furniture | Acme Tools</title>
<meta property="og:site_name" content="Acme Tools"><meta name="description" content="Garden furniture and
garden tools made of oak."><link rel="alternate" hreflang="de" href="https://acme-tools.de/">
<link rel="alternate" hreflang="x-default" href="/"></head><body><h1>Garden furniture</h1>
<h2>Oak benches</h2><nav><a href="/about">About us</a><a href="/benches">Oak benches</a>
<a href="/chairs/oak">Oak chairs</a></nav><a href="https://acme-tools.fr/x">en francais</a>
<a href="https://elsewhere.example/">Friends</a></body></html>"""
SITEMAP = """<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<url><loc>http://acme-tools.example/benches</loc></url>
<url><loc>http://acme-tools.example/guides/how-to-oil-oak</loc></url>
<url><loc>http://shop.acme-tools.example/</loc></url></urlset>"""


@pytest.fixture
async def asking(db_for: Callable[[str], Database]) -> AsyncIterator[Asking]:
    async with asking_of_acme(db_for("crawler")) as asking:
        yield asking


def values(found: dict[str, Any], name: str) -> list[str]:
    assert all(one["why"] for one in found[name])
    return [one["value"] for one in found[name]]


async def test_the_home_page_and_the_sitemap_are_enough(asking: Asking) -> None:
    asking.site.on("http://acme-tools.example/", HOME)
    asking.site.on("http://acme-tools.example/sitemap.xml", page(SITEMAP, content_type="text/xml"))
    status, found = await asking.ask("proposals")
    assert status == 200
    assert (found["home_status"], found["notes"]) == (200, [])
    assert values(found, "brands")[0] == "Acme Tools"
    assert values(found, "languages") == ["en", "de"]
    assert "garden furniture" in values(found, "keywords")
    assert not {"acme", "tools", "about"} & set(values(found, "keywords"))
    assert values(found, "hosts") == ["acme-tools.de", "acme-tools.fr"]
    urls = [one["url"] for one in found["key_pages"]]
    assert urls[0] == "http://acme-tools.example/benches"
    assert "http://acme-tools.example/guides/how-to-oil-oak" in urls
    assert not [url for url in urls if "about" in url]
    assert found["sitemap_pages"] == 3
    assert "sc-domain%3Aacme-tools.example" in found["search_console"]["url"]
    assert found["dead_targets_url"].endswith("/redirects")
    assert found["dead_targets"] == []  # the gateway adds them from profile


def test_the_name_in_a_domain_is_read_as_its_owner_writes_it() -> None:
    (brand,) = propose(None, "xn--mnchner-brot-dlb.example", ()).brands
    assert brand.value == "Münchner Brot"


async def test_a_site_that_cannot_be_read_is_told_as_that(asking: Asking) -> None:
    asking.site.on("http://acme-tools.example/", page("<h1>No</h1>", status=503))
    status, found = await asking.ask("proposals")
    assert status == 200
    assert values(found, "brands")[-1] == "Acme Tools"  # the domain itself tells as much
    assert len(found["notes"]) >= 1


async def test_an_index_of_sitemaps_is_read_below(asking: Asking) -> None:
    index = (
        "<sitemapindex><sitemap><loc>http://acme-tools.example/a.xml</loc></sitemap></sitemapindex>"
    )
    asking.site.on("http://acme-tools.example/", HOME)
    asking.site.on("http://acme-tools.example/sitemap.xml", page(index, content_type="text/xml"))
    asking.site.on("http://acme-tools.example/a.xml", page(SITEMAP, content_type="text/xml"))
    assert (await asking.ask("proposals"))[1]["sitemap_pages"] == 3


async def test_only_editors_of_the_site_ask_and_strangers_find_nothing(asking: Asking) -> None:
    assert (await asking.ask("proposals", role=Role.VIEWER))[0] == 403
    stranger = Caller(new_id(), new_id(), "eve", workspace_role=Role.OWNER)
    answer = await asking.client.send(
        "POST", f"/v1/sites/{asking.site_id}/proposals", caller=stranger
    )
    assert answer.status == 404


# ---- the site's own sitemap ---------------------------------------------------------------------

ROOT = "http://acme-tools.example"


def urlset(*paths: str, host: str = ROOT) -> Behaviour:
    locs = "".join(f"<url><loc>{host}{path}</loc></url>" for path in paths)
    return page(f"<urlset>{locs}</urlset>", content_type="text/xml")


async def read(asking: Asking, status: int = 200) -> dict[str, Any]:
    path = f"/v1/sites/{asking.site_id}/sitemaps"
    answer = await asking.client.send("POST", path, caller=asking.caller, deadline_s=30)
    assert answer.status == status
    found: dict[str, Any] = answer.json()
    return found


async def told(asking: Asking) -> list[SitemapRead]:
    async with asking.db.begin() as tx:
        rows = await tx.fetch("SELECT body FROM outbox ORDER BY id")
    events = [decode(row["body"]) for row in rows]
    assert all(isinstance(event, SitemapRead) for event in events)
    return [event for event in events if isinstance(event, SitemapRead)]


async def test_the_sitemaps_that_robots_names_are_read_and_told_in_parts(asking: Asking) -> None:
    robots = (
        f"Sitemap: {ROOT}/one.xml\nSitemap: {ROOT}/more.xml\nSitemap: https://else.example/x.xml\n"
    )
    asking.site.on(f"{ROOT}/robots.txt", page(robots, content_type="text/plain"))
    asking.site.on(f"{ROOT}/one.xml", urlset(*(f"/p{number}" for number in range(700))))
    index = f"<sitemapindex><sitemap><loc>{ROOT}/deep.xml</loc></sitemap></sitemapindex>"
    asking.site.on(f"{ROOT}/more.xml", page(index, content_type="text/xml"))
    asking.site.on(f"{ROOT}/deep.xml", urlset("/p1", "/deep"))
    found = await read(asking)
    assert found == {"pages": 701, "sitemaps": 3, "whole": True, "note": None}
    events = await told(asking)
    assert [(one.part_no, one.parts, len(one.urls)) for one in events] == [
        (0, 3, 300), (1, 3, 300), (2, 3, 101),
    ]  # fmt: skip
    assert {one.site_id for one in events} == {asking.site_id}
    assert len({one.read_at for one in events}) == 1


async def test_without_a_word_in_robots_the_usual_places_are_tried(asking: Asking) -> None:
    asking.site.on(f"{ROOT}/sitemap_index.xml", urlset("/a", "/b"))
    assert (await read(asking))["pages"] == 2
    assert (await told(asking))[0].whole


async def test_pages_of_others_are_left_out_and_a_missing_part_is_told(asking: Asking) -> None:
    index = "".join(f"<sitemap><loc>{ROOT}/{name}.xml</loc></sitemap>" for name in "ab")
    asking.site.on(f"{ROOT}/sitemap.xml", page(f"<sitemapindex>{index}</sitemapindex>"))
    asking.site.on(f"{ROOT}/a.xml", urlset("/mine"))
    found = await read(asking)
    assert (found["pages"], found["whole"]) == (1, False)
    asking.site.on(f"{ROOT}/b.xml", urlset("/theirs", host="https://else.example"))
    assert (await read(asking))["pages"] == 1


async def test_a_site_without_a_sitemap_is_told_so_and_no_page_is_taken_away(
    asking: Asking,
) -> None:
    found = await read(asking)
    assert (found["pages"], found["whole"]) == (0, False)
    assert "No sitemap" in found["note"]
    assert await told(asking) == []


async def test_sitemaps_are_read_again_after_a_week_and_those_that_failed_after_a_day(
    asking: Asking,
) -> None:
    asking.site.on(f"{ROOT}/sitemap.xml", urlset("/a"))
    now = clock.now()

    async def due(days: float) -> int:
        reader = asking.eyes.sources
        return await read_due(asking.db, reader, clock=lambda: now + timedelta(days=days))

    assert [await due(days) for days in (1, 1, 5, 9)] == [1, 0, 0, 1]
    asking.site.gone(f"{ROOT}/sitemap.xml")
    assert [await due(days) for days in (18, 18.5, 19.5)] == [1, 0, 1]
    async with asking.db.begin() as tx:
        await tx.run("UPDATE sites SET active = false")
    assert await due(60) == 0
