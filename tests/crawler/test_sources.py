"""Sitemaps and feeds bring watched pages forward, politely, boundedly, and never later."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.crawler import handlers
from services.crawler.adapters.eyes import Eyes, Sightline, open_eyes
from services.crawler.adapters.web import Limits
from services.crawler.domain.optouts import OptOuts
from services.crawler.domain.robotsfile import RobotsFile
from services.crawler.domain.sources import EVERY, Named, SourceKind, named_by
from services.crawler.jobs.checking import Checking
from services.crawler.jobs.sources import follow, visit_due
from services.crawler.store import sources
from services.crawler.store.frontier import ClaimLimits
from shared import clock
from shared.db import Database
from shared.vocabulary import Reason
from shared.wall import parse_routes
from tests.crawler.builders import DatabaseFor, a_site, a_tracked
from tests.waiting import eventually
from tests.web import FakeWeb, cached, fake_web, page, silent

NOW = clock.now()
LOOKED = NOW - timedelta(days=3)
LATER = NOW + timedelta(days=20)
HOST = "http://blog.example"
SITEMAP, FEED = f"{HOST}/sitemap.xml", f"{HOST}/feed"


def named(url: str, kind: SourceKind = SourceKind.SITEMAP) -> Named:
    return Named("blog.example", url, kind, NOW - timedelta(days=2))


def urlset(*entries: tuple[str, timedelta]) -> str:
    said = (f"<url><loc>{HOST}{path}</loc><lastmod>{(NOW - age).isoformat()}</lastmod></url>"
            for path, age in entries)  # fmt: skip
    return f"<urlset>{''.join(said)}</urlset>"


def index(*entries: tuple[str, timedelta]) -> str:
    text = urlset(*entries)
    return text.replace("urlset", "sitemapindex").replace("url>", "sitemap>")


@dataclass(slots=True)
class Watch:
    """A host with watched pages, and the reader that visits its sources."""

    db: Database
    site: FakeWeb
    eyes: Eyes
    now: datetime = NOW

    async def track(self, *paths: str, host: str = HOST) -> None:
        async with self.db.begin() as tx:
            await handlers.on_link_tracked([a_tracked(f"{host}{path}") for path in paths], tx)
            await tx.run("UPDATE pages SET next_check_at = $1, checked_at = $2", LATER, LOOKED)
            await tx.run("UPDATE hosts SET due_at = $1", LATER)

    async def learn(self, *found: Named) -> None:
        async with self.db.begin() as tx:
            await sources.learn(tx, found)
            await tx.run("UPDATE sources SET due_at = $1", self.now)

    async def visit(self) -> int:
        return await visit_due(self.db, self.eyes.sources, clock=lambda: self.now)

    async def soon(self) -> list[str]:
        rows = await self.rows(
            "SELECT url FROM pages WHERE next_check_at <= $1 ORDER BY url",
            self.now + timedelta(hours=1),
        )
        return [row["url"].removeprefix(HOST) for row in rows]

    async def rows(self, sql: str, *given: Any) -> Any:
        async with self.db.begin() as tx:
            return await tx.fetch(sql, *given)


@pytest.fixture
async def watch(db_for: DatabaseFor) -> AsyncIterator[Watch]:
    db = db_for("crawler")
    async with fake_web() as site:
        limits = Limits(connect_s=1, total_s=2)
        sightline = Sightline(min_delay_s=0, routes=parse_routes(site.connect_to), limits=limits)
        async with open_eyes(sightline) as eyes:
            yield Watch(db, site, eyes)


async def test_pages_that_changed_since_our_look_come_soon_those_of_other_hosts_not(
    watch: Watch,
) -> None:
    await watch.track("/new", "/old", "/unsaid", "/fed")
    await watch.track("/theirs", host="http://else.example")
    day = timedelta(days=1)
    said = urlset(("/new/", day), ("/old", 9 * day), ("/theirs", day))
    watch.site.on(SITEMAP, said.replace(f"{HOST}/theirs", "http://else.example/theirs"))
    fed = f"<entry><link href='/fed'/><updated>{(NOW - day).isoformat()}</updated></entry>"
    watch.site.on(FEED, f"<feed>{fed}</feed>")
    await watch.learn(named(SITEMAP), named(FEED, SourceKind.FEED))
    assert await watch.visit() == 2
    assert await watch.soon() == ["/fed", "/new"]
    [host] = await watch.rows("SELECT due_at FROM hosts WHERE host = 'blog.example'")
    assert host["due_at"] <= NOW + timedelta(hours=1)
    [cost] = await watch.rows("SELECT requests FROM costs")
    assert cost["requests"] == 3  # robots.txt, the sitemap and the feed


async def test_an_index_is_followed_one_level_to_its_newest_sitemaps(watch: Watch) -> None:
    await watch.track("/0", "/9", "/deep")
    watch.site.on(SITEMAP, index(*((f"/s{n}.xml.gz", timedelta(days=10 - n)) for n in range(10))))
    for n in range(9):
        body = gzip.compress(urlset((f"/{n}", timedelta(days=1))).encode())
        watch.site.on(f"{HOST}/s{n}.xml.gz", page(body, Content_Type="application/x-gzip"))
    watch.site.on(f"{HOST}/s9.xml.gz", index(("/deep.xml", timedelta(0))))
    watch.site.on(f"{HOST}/s8.xml.gz", urlset(("/9", timedelta(days=1))))
    watch.site.on(f"{HOST}/deep.xml", urlset(("/deep", timedelta(days=1))))
    await watch.learn(named(SITEMAP))
    await watch.visit()
    assert await watch.soon() == ["/9"]
    assert [r.path for r in watch.site.requests if r.path.startswith("/s")] == [
        "/sitemap.xml",
        *(f"/s{n}.xml.gz" for n in (9, 8, 7, 6, 5)),
    ]


async def test_one_sitemap_of_a_host_has_its_turn_a_day(watch: Watch) -> None:
    await watch.track("/a")
    two = [f"{HOST}/1.xml", f"{HOST}/2.xml"]
    for url in two:
        watch.site.on(url, urlset(("/x", timedelta(0))))
    await watch.learn(*map(named, two))
    assert (await watch.visit(), await watch.visit()) == (1, 0)
    watch.now += timedelta(days=2)
    assert (await watch.visit(), await watch.visit()) == (1, 0)
    assert [len(watch.site.asked(url)) for url in two] == [1, 1]


async def test_who_has_no_news_answers_without_a_body(watch: Watch) -> None:
    await watch.track("/a")
    watch.site.on(SITEMAP, cached(urlset(("/x", timedelta(0))), etag='"1"'))
    await watch.learn(named(SITEMAP))
    await watch.visit()
    watch.now += timedelta(days=2)
    await watch.visit()
    asked = [request.headers.get("if-none-match") for request in watch.site.asked(SITEMAP)]
    assert asked == [None, '"1"']
    assert len(await watch.rows("SELECT 1 FROM sources WHERE etag = '\"1\"'")) == 1


async def test_pages_that_come_sooner_rest_failed_or_are_taken_stay(watch: Watch) -> None:
    paths = ("/due", "/resting", "/failed", "/taken", "/free")
    await watch.track(*paths)
    for path, change in {
        "/due": f"next_check_at = '{NOW}'::timestamptz - interval '1 hour'",
        "/resting": "next_check_at = 'infinity'",
        "/failed": "failure_run = 1",
        "/taken": f"lease_until = '{LATER}'",
    }.items():
        await watch.rows(f"UPDATE pages SET {change} WHERE url = $1", HOST + path)
    watch.site.on(SITEMAP, urlset(*((path, timedelta(days=1)) for path in paths)))
    await watch.learn(named(SITEMAP))
    await watch.visit()
    assert await watch.soon() == ["/due", "/free"]
    [due] = await watch.rows("SELECT next_check_at FROM pages WHERE url = $1", f"{HOST}/due")
    assert due["next_check_at"] == NOW - timedelta(hours=1)


async def test_a_visit_brings_no_more_forward_than_its_cap(watch: Watch) -> None:
    paths = [f"/{n}" for n in range(sources.MOST_PULLED + 5)]
    await watch.track(*paths)
    entries = [(path, timedelta(hours=n + 1)) for n, path in enumerate(paths[:60])]
    watch.site.on(SITEMAP, cached(urlset(*entries), etag='"1"'))
    await watch.learn(named(SITEMAP))
    await watch.visit()
    assert len(await watch.soon()) == sources.MOST_PULLED
    assert len(await watch.rows("SELECT 1 FROM sources WHERE etag IS NULL")) == 1


async def test_what_is_no_source_is_forgotten_and_what_fails_is_kept(watch: Watch) -> None:
    await watch.track("/a")
    watch.site.on(FEED, "<h1>Our feed has moved</h1>")
    watch.site.on(SITEMAP, page("Oh", status=503))
    await watch.learn(named(SITEMAP), named(FEED, SourceKind.FEED))
    assert await watch.visit() == 2
    assert [row["url"] for row in await watch.rows("SELECT url FROM sources")] == [SITEMAP]


async def test_opted_out_and_disallowed_sources_are_not_asked(watch: Watch) -> None:
    await watch.track("/a")
    watch.site.on(f"{HOST}/robots.txt", page("User-agent: *\nDisallow: /sitemap.xml"))
    await watch.learn(named(SITEMAP))
    await watch.visit()
    watch.eyes.politeness.opt_outs = OptOuts(["blog.example"])
    watch.now += timedelta(days=2)
    await watch.visit()
    assert watch.site.asked(SITEMAP) == []
    assert len(watch.site.requests) == 1


async def test_hosts_that_nobody_watches_and_spent_budgets_are_not_asked(watch: Watch) -> None:
    await watch.track("/a")
    async with watch.db.begin() as tx:
        await handlers.on_site_created([a_site()], tx)
    await watch.rows("INSERT INTO budgets (site_id, requests_per_day) SELECT site_id, 0 FROM sites")
    await watch.rows(
        "INSERT INTO costs (site_id, day, checks, requests, wire_bytes, cpu_s)"
        " SELECT site_id, $1, 0, 0, 0, 0 FROM sites",
        NOW.date(),
    )
    await watch.learn(named(SITEMAP))
    assert await watch.visit() == 1
    await watch.rows("UPDATE watches SET removed_at = now()")
    watch.now += timedelta(days=2)
    await watch.visit()
    assert watch.site.requests == []
    assert await watch.rows("SELECT 1 FROM sources") == []


async def test_a_visit_that_hangs_holds_nobody_up_who_stops(watch: Watch) -> None:
    await watch.track("/a")
    watch.site.on(SITEMAP, silent())
    await watch.learn(named(SITEMAP))
    stop = asyncio.Event()

    async def it_is_asked() -> bool:
        return bool(watch.site.asked(SITEMAP))

    async with asyncio.TaskGroup() as group:
        reader = watch.eyes.sources
        following = group.create_task(
            follow(stop, db=watch.db, reader=reader, clock=lambda: watch.now)
        )
        await eventually(it_is_asked)
        stop.set()
        async with asyncio.timeout(10):
            await following


async def test_a_look_at_a_page_learns_what_its_host_names(watch: Watch) -> None:
    watch.site.on(f"{HOST}/robots.txt", page(f"User-agent: *\nAllow: /\nSitemap: {SITEMAP}"))
    feeds = ("/feed", "http://feeds.else.example/blog")
    links = "".join(
        f'<link rel=alternate type="application/rss+xml" href="{url}">' for url in feeds
    )
    watch.site.on(f"{HOST}/a", f"<html><head>{links}</head><body><p>Of boats and ropes.</p>")
    async with watch.db.begin() as tx:
        await handlers.on_link_tracked([a_tracked(f"{HOST}/a")], tx)
    checking = Checking(
        db=watch.db,
        observer=watch.eyes.observer,
        politeness=watch.eyes.politeness,
        limits=ClaimLimits(floor_s=0),
    )

    async def both_are_known() -> bool:
        return len(await watch.rows("SELECT 1 FROM sources")) == 2

    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(checking.run(stop))
        try:
            await eventually(both_are_known)
        finally:
            stop.set()
    rows = await watch.rows(
        "SELECT url, kind, due_at - named_at AS wait FROM sources ORDER BY kind"
    )
    assert [(row["url"], row["kind"]) for row in rows] == [(FEED, "feed"), (SITEMAP, "sitemap")]
    assert [row["wait"] <= EVERY[row["kind"]] for row in rows] == [True, True]


def test_robots_txt_names_a_few_sitemaps_of_its_own_host() -> None:
    lines = [f"Sitemap: {HOST}/{n}.xml" for n in range(9)]
    text = "\n".join(["Sitemap: http://else.example/x.xml", "Sitemap: /own.xml", *lines])
    file = RobotsFile(origin=HOST, body=text.encode(), fetched_at=NOW, expires_at=NOW)
    found = [one.url for one in named_by([file], ())]
    assert found == [f"{HOST}/own.xml", *(f"{HOST}/{n}.xml" for n in range(3))]


def test_of_a_host_that_names_no_sitemap_the_usual_places_are_guessed() -> None:
    def learned(host: str, body: bytes, refusal: Reason | None = None) -> list[tuple[str, bool]]:
        file = RobotsFile(origin=host, body=body, refusal=refusal, fetched_at=NOW, expires_at=NOW)
        return [(one.url, one.guessed) for one in named_by([file], ())]

    guessed = [(SITEMAP, True), (f"{HOST}/sitemap_index.xml", True)]
    assert learned(HOST, b"") == guessed
    assert learned(HOST, b"Sitemap: http://else.example/x.xml") == guessed
    assert learned(HOST, f"Sitemap: {HOST}/own.xml".encode()) == [(f"{HOST}/own.xml", False)]
    assert learned(HOST, b"", Reason.TIMEOUT) == []


async def test_a_wrong_guess_rests_for_a_month_and_a_right_one_is_a_source(watch: Watch) -> None:
    await watch.track("/new")
    other = f"{HOST}/sitemap_index.xml"
    guesses = [replace(named(url), guessed=True) for url in (SITEMAP, other)]
    watch.site.on(SITEMAP, page("No", status=403))
    watch.site.on(other, urlset(("/new", timedelta(days=1))))
    await watch.learn(*guesses)
    for _ in range(4):
        await watch.visit()
        watch.now += timedelta(days=2)
    assert await watch.soon() == ["/new"]
    assert (len(watch.site.asked(SITEMAP)), len(watch.site.asked(other))) == (1, 3)
    watch.now += timedelta(days=30)
    await watch.visit()
    await watch.visit()
    assert len(watch.site.asked(SITEMAP)) == 2


async def test_what_a_host_names_comes_before_every_guess(watch: Watch) -> None:
    await watch.track("/a")
    watch.site.on(SITEMAP, page("No", status=404))
    await watch.learn(replace(named(SITEMAP), guessed=True))
    await watch.visit()
    own = f"{HOST}/own.xml"
    await watch.learn(named(own), named(SITEMAP))
    rows = await watch.rows("SELECT url, guessed, absent_until FROM sources ORDER BY url")
    assert [tuple(row) for row in rows] == [(own, False, None), (SITEMAP, False, None)]
    async with watch.db.begin() as tx:
        await sources.learn(tx, [replace(named(f"{HOST}/y.xml"), guessed=True)])
    assert len(await watch.rows("SELECT 1 FROM sources")) == 2
