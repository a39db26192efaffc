"""Looks through the real fetcher: pages that send on by themselves, and hosts that answer for all."""

import asyncio
import gc
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest
from typing_extensions import override

from services.crawler.adapters.eyes import Sightline, open_eyes
from services.crawler.adapters.observer import Observer, Question
from services.crawler.adapters.siblings import SiblingMemory
from services.crawler.adapters.web import Limits
from services.crawler.domain.answer import CheckAnswer, answer_of
from services.crawler.domain.claim import Memory
from services.crawler.domain.page import Page
from services.crawler.domain.sibling import KEPT, Sibling
from services.crawler.domain.target import sites_for, watch_for
from services.crawler.domain.target_health import AS_BEFORE
from services.crawler.store.siblings import StoredSiblings, remove_stale
from shared import clock
from shared.vocabulary import Outcome, Reason
from shared.wall import parse_routes
from tests import web as fakes
from tests.crawler.builders import DatabaseFor
from tests.web import FakeWeb, page, redirect

POST = "http://blog.example/posts/one"
LINKED = '<title>A post</title><p>See <a href="https://our.example/page">us</a>.</p>'
BARE = (
    "<title>A post</title><h1>A post</h1><p>A long story about boats, harbours and the weather that"
    " nobody wrote for search engines, with a beginning, a middle and, at last, an end.</p>"
)
EVERYTHING = (
    "<title>Our blog</title><p>What you look for has moved on, as all things under the sun.</p>"
)


class Probed:
    """What was probed, in a dict."""

    def __init__(self) -> None:
        self.known: dict[str, Sibling] = {}
        self.wires: dict[str, bytes] = {}

    async def find(self, host: str) -> Sibling | None:
        return self.known.get(host)

    async def find_wire(self, host: str) -> bytes | None:
        return self.wires.get(host)

    async def save(self, sibling: Sibling, wire: bytes) -> None:
        self.known[sibling.host] = sibling
        self.wires[sibling.host] = wire


@asynccontextmanager
async def observing(
    site: FakeWeb, memory: SiblingMemory | None = None, *, now: datetime | None = None
) -> AsyncIterator[Observer]:
    sightline = Sightline(
        min_delay_s=0, limits=Limits(connect_s=1, total_s=1), routes=parse_routes(site.connect_to)
    )
    moment = now or clock.now()
    async with open_eyes(sightline, siblings=memory, clock=lambda: moment) as eyes:
        yield eyes.observer


async def look(observer: Observer, url: str = POST, target: str = "our.example") -> CheckAnswer:
    watch = watch_for(target, pointer="/target")
    return answer_of(
        await observer.look(Question(url=url, watches=(watch,), sites=sites_for(watch)))
    )


def onward(to: str, seconds: int = 0) -> str:
    return f"<title>Moving</title><meta http-equiv=refresh content='{seconds};url={to}'>"


async def test_a_refresh_is_followed_as_a_redirect(site: FakeWeb) -> None:
    site.on(POST, onward("/new", 5))
    site.on("http://blog.example/new", redirect("/newer", status=301))
    site.on("http://blog.example/newer", LINKED)
    async with observing(site) as observer:
        answer = await look(observer)
    assert (answer.outcome, answer.reasons) == (Outcome.FOUND, (Reason.PAGE_REDIRECTED,))
    assert answer.final_url == "http://blog.example/newer"
    assert [(hop.url, hop.status, hop.location) for hop in answer.redirects] == [
        (POST, 200, "http://blog.example/new"),
        ("http://blog.example/new", 301, "/newer"),
    ]


async def test_a_slow_refresh_or_one_beside_the_link_is_not_followed(site: FakeWeb) -> None:
    site.on(POST, onward("/new", 6) + BARE)
    linked = "http://blog.example/posts/two"
    site.on(linked, onward("/new") + LINKED)
    async with observing(site) as observer:
        assert (await look(observer)).reasons == (Reason.LINK_REMOVED,)
        assert (await look(observer, linked)).outcome is Outcome.FOUND
    assert site.asked("http://blog.example/new") == []


async def test_a_refresh_to_our_site_is_a_link_itself(site: FakeWeb) -> None:
    site.on(POST, onward("https://our.example/page"))
    async with observing(site) as observer:
        answer = await look(observer)
    assert answer.outcome is Outcome.FOUND
    assert answer.occurrences[0].kind == "refresh"


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        ("http://10.0.0.1/", Reason.ADDRESS_NOT_ALLOWED),
        ("/posts/circle", Reason.REDIRECT_LOOP),
        ("/long/0", Reason.REDIRECT_LOOP),
        ("http://closed.example/", Reason.ROBOTS_DISALLOWS_US),
    ],
    ids=["private", "circle", "long", "robots"],
)
async def test_a_refresh_goes_past_the_same_gates_as_a_redirect(
    site: FakeWeb, to: str, reason: Reason
) -> None:
    site.on(POST, onward(to))
    site.on("http://blog.example/posts/circle", onward("/posts/one"))
    for number in range(12):
        site.on(f"http://blog.example/long/{number}", onward(f"/long/{number + 1}"))
    site.on("http://closed.example/robots.txt", page("User-agent: *\nDisallow: /"))
    async with observing(site) as observer:
        answer = await look(observer)
    assert (answer.outcome, answer.reasons) == (Outcome.UNKNOWN, (reason,))
    assert len(answer.redirects) <= 11
    assert site.asked("http://closed.example/") == []


async def test_a_host_is_probed_once_beside_the_page(site: FakeWeb) -> None:
    site.otherwise = page(EVERYTHING)
    site.on("http://blog.example/robots.txt", page("", status=404))
    site.on("http://blog.example/posts/two", BARE)
    memory = Probed()
    async with observing(site, memory) as observer:
        assert (await look(observer)).reasons == (Reason.SOFT_404,)
        assert (await look(observer, POST + "-b")).reasons == (Reason.SOFT_404,)
        assert (await look(observer, "http://blog.example/posts/two")).reasons == (
            Reason.LINK_REMOVED,
        )
    async with observing(site, memory) as observer:  # another process, another day
        assert (await look(observer)).reasons == (Reason.SOFT_404,)
    probes = [
        request.path
        for request in site.requests
        if re.fullmatch(r"/posts/[0-9a-f]{16}", request.path)
    ]
    assert len(probes) == 1
    assert memory.known["blog.example"].title == "Our blog"


async def test_a_host_is_probed_again_after_a_month(site: FakeWeb) -> None:
    site.otherwise = page(EVERYTHING)
    site.on("http://blog.example/robots.txt", page("", status=404))
    memory = Probed()
    async with observing(site, memory) as observer:
        await look(observer)
    site.otherwise = page("<h1>Not here</h1>", status=404)
    site.on(POST, EVERYTHING)
    async with observing(site, memory, now=clock.now() + KEPT) as observer:
        assert (await look(observer)).reasons == (Reason.LINK_REMOVED,)


class Slow(Probed):
    """A memory that takes as long as a host that is asked by many."""

    def __init__(self, waiting: int) -> None:
        super().__init__()
        self.all_wait = asyncio.Barrier(waiting)
        self.answers = asyncio.Event()

    @override
    async def find(self, host: str) -> Sibling | None:
        await self.all_wait.wait()
        await self.answers.wait()
        return await super().find(host)


async def test_looks_that_wait_for_a_probe_hold_no_trees(site: FakeWeb) -> None:
    urls = [f"http://blog{number}.example/posts/one" for number in range(12)]
    site.otherwise = page(EVERYTHING)
    for url in urls:
        site.on(url.replace("posts/one", "robots.txt"), page("", status=404))
    memory = Slow(waiting=len(urls) + 1)
    async with observing(site, memory) as observer, asyncio.TaskGroup() as group:
        looks = [group.create_task(look(observer, url)) for url in urls]
        await memory.all_wait.wait()
        assert not [one for one in gc.get_objects() if isinstance(one, Page)]
        memory.answers.set()
    assert {one.result().reasons for one in looks} == {(Reason.SOFT_404,)}


async def test_a_found_link_costs_no_probe(site: FakeWeb) -> None:
    site.on(POST, LINKED)
    async with observing(site) as observer:
        await look(observer)
    assert [request.path for request in site.requests] == ["/robots.txt", "/posts/one"]


async def test_a_probe_obeys_robots(site: FakeWeb) -> None:
    site.on("http://blog.example/robots.txt", page("User-agent: *\nDisallow: /\nAllow: /posts/one"))
    site.on(POST, BARE)
    memory = Probed()
    async with observing(site, memory) as observer:
        assert (await look(observer)).reasons == (Reason.LINK_REMOVED,)
    assert [request.path for request in site.requests] == ["/robots.txt", "/posts/one"]
    assert memory.known == {}


async def test_a_soft_404_of_a_target_is_noticed_by_its_sibling(site: FakeWeb) -> None:
    site.otherwise = page(EVERYTHING)
    site.on("http://our.example/robots.txt", page("", status=404))
    site.on("http://our.example/fine", BARE)
    async with observing(site) as observer:
        health = {
            path: (
                await observer.look(Question(url=f"http://our.example{path}", wants_health=True))
            ).health
            for path in ("/gone", "/fine", "/")
        }
    told = {path: (one.broken, one.reasons) for path, one in health.items() if one is not None}
    assert told == {
        "/gone": (True, (Reason.TARGET_SOFT_404,)),
        "/fine": (False, ()),
        "/": (False, ()),
    }


FINE = "http://our.example/fine"


async def test_a_target_that_was_seen_lately_is_asked_for_its_head_only(site: FakeWeb) -> None:
    site.on(FINE, page(BARE, ETag='"v1"'))
    now = clock.now()
    async with observing(site, now=now) as observer:
        first = await observer.look(Question(url=FINE, wants_health=True))
        assert first.health is not None
        assert first.health.broken is False
        memory = Memory(fingerprint=first.fingerprint, full_at=now, etag='"v1"')
        question = Question(url=FINE, wants_health=True, memory=memory)
        assert (await observer.look(question)).health == AS_BEFORE
        assert [request.method for request in site.asked(FINE)] == ["GET", "HEAD"]
        stale = question._replace(memory=memory._replace(short_run=4))
        assert (await observer.look(stale)).health == first.health
        assert site.asked(FINE)[-1].method == "GET"


@pytest.mark.parametrize("status", [405, 501, 403, 404, 500])
async def test_a_server_that_answers_no_head_is_asked_for_the_page(
    site: FakeWeb, status: int
) -> None:
    async def no_head(exchange: fakes.Exchange) -> None:
        refuses = exchange.request.method == "HEAD"
        await page(b"" if refuses else BARE, status=status if refuses else 200)(exchange)

    site.on(FINE, no_head)
    now = clock.now()
    async with observing(site, now=now) as observer:
        first = await observer.look(Question(url=FINE, wants_health=True))
        memory = Memory(fingerprint=first.fingerprint, full_at=now)
        look = await observer.look(Question(url=FINE, wants_health=True, memory=memory))
        assert look.health == first.health
        assert [request.method for request in site.asked(FINE)] == ["GET", "HEAD", "GET"]
        site.on(FINE, page(BARE.replace("story", "tale"), status=410))
        gone = await observer.look(Question(url=FINE, wants_health=True, memory=memory))
    assert gone.health is not None
    assert (gone.health.broken, gone.health.reasons) == (True, (Reason.TARGET_ERROR,))


async def test_probes_outlive_the_process_for_a_month(db_for: DatabaseFor) -> None:
    db = db_for("crawler")
    store = StoredSiblings(db)
    now = clock.now()
    old = Sibling(host="a.example", probed_at=now - KEPT, url="http://a/x", final_url="http://a/")
    new = Sibling(
        **{name: getattr(old, name) for name in ("host", "url", "final_url")},
        probed_at=now,
        status=200,
        title="t",
        fingerprint="0" * 16,
    )
    assert await store.find("a.example") is None
    await store.save(new, b"new")
    await store.save(old, b"old")
    assert await store.find("a.example") == new
    assert await store.find_wire("a.example") == b"new"
    async with db.begin() as tx:
        assert await remove_stale(tx, now + timedelta(seconds=1)) == 1
