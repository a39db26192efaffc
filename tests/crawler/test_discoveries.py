"""Searches for links nobody told of: only what a look saw becomes a link, and nothing is growth."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from services.crawler.domain.discovery.candidates import JOB_KIND
from services.crawler.domain.discovery.webmention import webmention_of
from services.crawler.jobs.searching import Searcher
from services.crawler.jobs.webmentions import look_at_told
from shared import clock, urls
from shared.db import Database
from shared.errors import InvalidError
from shared.events import LinkDiscovered, decode
from shared.job_runner import JobRunner
from shared.vocabulary import DiscoveryReason, Outcome, Role
from tests.crawler.asking import Asking, asking_of_acme
from tests.crawler.discovery.archives import packed, response, wat
from tests.web import page

OURS = "http://acme-tools.example/guide"
LINKING = f"<p>Nice <a href='{OURS}'>guide</a></p>"
POST = "http://blog.example/post"


def log_of(*referers: str) -> bytes:
    lines = (
        f'203.0.113.7 - - [{10 + n}/Oct/2026:13:55:36 +0200] "GET /guide HTTP/1.1" 200 1'
        f' "{referer}" "Mozilla/5.0 Firefox/140.0"\n'
        for n, referer in enumerate(referers)
    )
    return "".join(lines).encode()


@pytest.fixture
async def asking(db_for: Callable[[str], Database]) -> AsyncIterator[Asking]:
    async with asking_of_acme(db_for("crawler")) as asking:
        yield asking


async def search(asking: Asking, body: bytes, name: str) -> dict[str, Any]:
    """Upload a file, let its job run, and return the search."""
    status, said = await asking.upload("discoveries", body, name=name)
    assert status == 202, said
    await run_job(asking)
    return (await asking.items("discoveries"))[0]


async def run_job(asking: Asking) -> None:
    searcher = Searcher(asking.db, lambda: asking.eyes)
    assert await JobRunner({JOB_KIND: searcher}, db=asking.db).run_next(asyncio.Event())


async def discovered(asking: Asking) -> list[LinkDiscovered]:
    async with asking.db.begin() as tx:
        rows = await tx.fetch("SELECT body FROM outbox ORDER BY id")
    events = [decode(row["body"]) for row in rows]
    return [event for event in events if isinstance(event, LinkDiscovered)]


async def states(asking: Asking) -> dict[str, str]:
    pages = await asking.items("discoveries/pages", "state=linked,unlinked,unseen")
    return {one["url"]: one["state"] for one in pages}


async def test_a_page_that_sent_readers_is_looked_at_and_only_a_seen_link_is_told(
    asking: Asking,
) -> None:
    asking.site.on(POST, LINKING)
    asking.site.on("http://spam.example/shop", "<p>Buy</p>")
    asking.site.on("http://wall.example/x", page("no", status=403))
    referers = (POST, POST, "http://spam.example/shop", "http://wall.example/x")
    found = await search(asking, log_of(*referers), "access.log")
    assert (found["state"], found["found"], found["source"]) == ("done", 1, "access_log")
    assert found["notes"] == ["Visits from pages of others: 4."]
    assert await states(asking) == {
        POST: "linked",
        "http://spam.example/shop": "unlinked",
        "http://wall.example/x": "unseen",
    }
    [event] = await discovered(asking)
    assert (event.referring_url, event.target_url) == (POST, OURS)
    assert event.reason is DiscoveryReason.REFERER  # profile counts none of these as growth
    assert event.observation.outcome is Outcome.FOUND
    assert event.observation.occurrences[0].anchor_text == "guide"
    # Nothing of who came, and the file itself is gone.
    async with asking.db.begin() as tx:
        assert not await tx.fetch("SELECT 1 FROM search_chunks")


async def test_where_only_the_domain_is_known_its_newest_posts_are_tried(asking: Asking) -> None:
    feed = (
        "<feed><entry><link href='/other'/><updated>2026-10-01T00:00:00Z</updated></entry>"
        "<entry><link href='http://blog.example/post'/><updated>2026-10-10T00:00:00Z</updated></entry></feed>"
    )
    home = "<link rel=alternate type=application/atom+xml href=/feed><a href=/about>About</a>"
    asking.site.on("http://www.blog.example/", home)
    asking.site.on("http://www.blog.example/feed", page(feed, content_type="application/atom+xml"))
    asking.site.on(POST, LINKING)
    found = await search(
        asking, log_of("http://www.blog.example/", "http://quiet.example/"), "x.log"
    )
    assert found["found"] == 1
    assert (await states(asking))[POST] == "linked"
    [unknown] = await asking.items("discoveries/referrers")
    assert (unknown["domain"], unknown["hits"]) == ("quiet.example", 1)


async def test_an_archive_names_pages_and_what_they_show_today_counts(asking: Asking) -> None:
    asking.site.on(POST, LINKING)
    links = [{"path": "A@/href", "url": OURS}]
    gone = wat(links, url="http://gone.example/old")
    found = await search(asking, packed(wat(links, url=POST), gone), "CC-MAIN.warc.wat.gz")
    assert (found["source"], found["found"]) == ("wat", 1)
    [event] = await discovered(asking)
    assert event.reason is DiscoveryReason.COMMONCRAWL
    assert event.observation.checked_at.date() == clock.now().date()

    naming = "http://names.example/us"
    named = packed(response("<p>Acme Tools are good.", url=naming))
    async with asking.db.begin() as tx:
        await tx.run("UPDATE sites SET brands = '{Acme Tools}'")
    asking.site.on(naming, "<title>T</title><p>We like Acme Tools. Really.")
    await search(asking, named, "pages.warc.gz")
    [mention] = await asking.items("discoveries/mentions")
    assert mention["sentence"] == "We like Acme Tools."
    assert (mention["domain"], mention["title"]) == ("names.example", "T")
    assert len(await discovered(asking)) == 1

    asking.site.on(naming, LINKING)
    async with asking.db.begin() as tx:
        await tx.run("UPDATE candidates SET looked_at = now() - interval '8 days'")
    await search(asking, named, "pages.warc.gz")
    assert await asking.items("discoveries/mentions") == []
    assert len(await discovered(asking)) == 2


async def test_new_pages_of_those_who_link_already_are_found(asking: Asking) -> None:
    async with asking.db.begin() as tx:
        await tx.run(
            "INSERT INTO pages (page_id, page_key, url, host, next_check_at)"
            " VALUES (gen_random_uuid(), $1, 'http://blog.example/', 'blog.example', 'infinity')",
            urls.page_id("http://blog.example/"),
        )
        await tx.run(
            "INSERT INTO watches (link_id, page_id, site_id, workspace_id, tracked_seq)"
            " SELECT gen_random_uuid(), page_id, $1, $2, 1 FROM pages",
            *(asking.site_id, asking.caller.workspace_id),
        )
    asking.site.on("http://blog.example/", "<a href=/post>Newest post</a>")
    asking.site.on(POST, LINKING)
    status, _ = await asking.ask("discoveries", {"source": "crawl"})
    assert status == 202
    await run_job(asking)
    assert await states(asking) == {POST: "linked"}  # the home page is watched anyhow
    [event] = await discovered(asking)
    assert event.reason is DiscoveryReason.PAGE_FOUND


async def test_a_search_that_was_killed_goes_on_and_tells_nothing_twice(asking: Asking) -> None:
    asking.site.on(POST, LINKING)
    await asking.upload("discoveries", log_of(POST), name="access.log")
    searcher, stop = Searcher(asking.db, lambda: asking.eyes), asyncio.Event()
    runner = JobRunner({JOB_KIND: searcher}, db=asking.db)
    stop.set()
    await runner.run_next(stop)  # given back before its first step
    stop.clear()
    await runner.run_next(stop)
    async with asking.db.begin() as tx:
        # As if the process had died between the look and the end of the job.
        await tx.run("UPDATE jobs SET state = 'queued', ended_at = NULL")
        await tx.run("UPDATE candidates SET state = 'waiting'")
    await runner.run_next(stop)
    assert len(await discovered(asking)) == 1


async def test_a_webmention_is_believed_only_after_a_look(asking: Asking) -> None:
    asking.site.on(POST, LINKING)
    asking.site.on("http://liar.example/", "<p>nothing</p>")
    for source in (POST, "http://liar.example/", "http://acme-tools.example/own"):
        body = {"source": source, "target": "http://www.acme-tools.example/guide"}
        answer = await asking.client.send("POST", "/webmention", caller=None, body=body)
        assert answer.status == 202
    assert await look_at_told(asking.db, lambda: asking.eyes, clock=clock.now) == 2
    [event] = await discovered(asking)
    assert (event.referring_url, event.reason) == (POST, DiscoveryReason.WEBMENTION)

    # For a stranger the answer is the same, and nothing is kept.
    body = {"source": POST, "target": "http://stranger.example/"}
    answer = await asking.client.send("POST", "/webmention", caller=None, body=body)
    assert (answer.status, answer.body) == (202, b"null")
    assert await look_at_told(asking.db, lambda: asking.eyes, clock=clock.now) == 0


@pytest.mark.parametrize("source", ["http://10.0.0.1/x", "ftp://a.example/", f"{OURS}#x", "x"])
def test_a_webmention_that_cannot_be_one_is_refused(source: str) -> None:
    with pytest.raises(InvalidError):
        webmention_of(source, OURS, ports={80, 443})


async def test_what_is_no_search_is_refused_and_leaves_nothing_behind(asking: Asking) -> None:
    status, _ = await asking.ask("discoveries", {"source": "feeds"}, role=Role.VIEWER)
    assert status == 403
    bodies: dict[str, list[dict[str, Any]]] = {
        "/source": [{"source": "wat"}, {}],
        "/more": [{"source": "feeds", "more": 1}],
    }
    for pointer, wrong in bodies.items():
        for body in wrong:
            status, said = await asking.ask("discoveries", body)
            assert (status, said["errors"][0]["pointer"]) == (422, pointer)
    status, said = await asking.upload("discoveries", b"", name="empty.log")
    assert (status, said["errors"][0]["pointer"]) == (422, "/file")
    async with asking.db.begin() as tx:
        assert not await tx.fetch("SELECT 1 FROM searches")
