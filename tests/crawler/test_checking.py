"""The worker against a real database and a loopback web: what it sees, says, spares and gives back."""

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

import pytest

from services.crawler import handlers
from services.crawler.adapters import renderer
from services.crawler.adapters.eyes import Sightline, open_eyes
from services.crawler.adapters.siblings import SiblingMemory
from services.crawler.adapters.web import Limits
from services.crawler.jobs import checking as jobs
from services.crawler.jobs.checking import Checking
from services.crawler.store.frontier import ClaimLimits
from shared.db import Database
from shared.events import (
    Event,
    LinkChecked,
    LinkDiscovered,
    LinkTracked,
    PageRead,
    TargetChecked,
    decode,
)
from shared.vocabulary import Outcome, Reason, RenderState
from shared.wall import parse_routes
from tests import web as fakes
from tests.crawler import browsers
from tests.crawler.builders import DatabaseFor, a_site, a_tracked
from tests.waiting import eventually
from tests.web import FakeWeb, fake_web, page, redirect

POST = "http://blog.example/post"
LINKED = '<html><title>A post</title><body><p>See <a href="https://our.example/page">us</a>.</p>'
BARE = "<html><title>A post</title><body><p>Nothing about anybody here, only words.</p>"
FAST = Sightline(min_delay_s=0, limits=Limits(connect_s=1, total_s=1, keep_wire=100_000))


E = TypeVar("E", bound=Event)
SHELL = '<div id=root></div><script src="/app.js"></script>'


class Crew:
    """A worker, its database and its web."""

    def __init__(self, db: Database, site: FakeWeb) -> None:
        self.db = db
        self.site = site
        self.sightline = replace(FAST, routes=parse_routes(site.connect_to))
        self.confirm_after: timedelta | None = None
        self.evidence_body = 100_000
        self.claims = ClaimLimits(floor_s=0)
        self.look_s = 60.0
        self.siblings: SiblingMemory | None = None

    async def track(self, *events: LinkTracked) -> None:
        async with self.db.begin() as tx:
            await handlers.on_link_tracked(events, tx)

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        stop = asyncio.Event()
        async with (
            open_eyes(self.sightline, siblings=self.siblings) as eyes,
            asyncio.TaskGroup() as group,
        ):
            checking = Checking(
                db=self.db,
                observer=eyes.observer,
                politeness=eyes.politeness,
                limits=replace(self.claims, floor_s=self.sightline.min_delay_s),
                confirm_after=self.confirm_after,
                evidence_body=self.evidence_body,
                look_s=self.look_s,
            )
            group.create_task(checking.run(stop))
            try:
                yield
            finally:
                stop.set()

    async def work_until(self, done: Callable[[list[Event]], bool]) -> list[Event]:
        """Work until what was published is enough."""
        async with self.working(), asyncio.timeout(20):
            while not done(events := await self.published()):  # noqa: ASYNC110 - what we wait for is a row
                await asyncio.sleep(0.02)
            return events

    async def check(self, count: int = 1) -> list[LinkChecked]:
        """Work until `count` more links were checked and return these checks."""
        before = len(checks(await self.published()))
        await self.make_due()
        events = await self.work_until(lambda events: len(checks(events)) >= before + count)
        return checks(events)[before:]

    async def make_due(self) -> None:
        async with self.db.begin() as tx:
            await tx.run("UPDATE hosts SET due_at = now(), next_free_at = '-infinity'")
            await tx.run("UPDATE pages SET next_check_at = now() WHERE lease_until IS NULL")

    async def published(self) -> list[Event]:
        async with self.db.begin() as tx:
            rows = await tx.fetch("SELECT body FROM outbox ORDER BY id")
        return [decode(row["body"]) for row in rows]

    async def value(self, sql: str) -> Any:
        async with self.db.begin() as tx:
            return await tx.fetch_value(sql)


def checks(events: list[Event]) -> list[LinkChecked]:
    return [event for event in events if isinstance(event, LinkChecked)]


def of(kind: type[E], events: list[Event]) -> list[E]:
    return [event for event in events if isinstance(event, kind)]


@pytest.fixture
async def crew(db_for: DatabaseFor) -> AsyncIterator[Crew]:
    async with fake_web() as site:
        yield Crew(db_for("crawler"), site)


async def test_looks_begin_as_there_is_room_for_their_requests(
    crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_HANDFUL", 2)
    crew.sightline = replace(crew.sightline, limits=replace(FAST.limits, concurrency=1))
    asked, may_answer = asyncio.Event(), asyncio.Event()

    async def held(exchange: fakes.Exchange) -> None:
        asked.set()
        await may_answer.wait()
        await page(LINKED)(exchange)

    urls = [f"http://blog{number}.example/post" for number in range(20)]
    for url in urls:
        crew.site.on(url, held)
    await crew.track(*map(a_tracked, urls))
    async with crew.working():
        await asked.wait()
        begun = [task for task in asyncio.all_tasks() if "Checking._visit" in repr(task.get_coro())]
        may_answer.set()
        await eventually(lambda: has_checks(crew, len(urls)))
    assert 1 <= len(begun) < len(urls) // 2


async def has_checks(crew: Crew, count: int) -> bool:
    return len(checks(await crew.published())) == count


async def test_a_tracked_link_is_looked_at_and_told(crew: Crew) -> None:
    crew.site.on(POST, page(LINKED, Server="nginx"))
    event = a_tracked(POST)
    await crew.track(event)
    [check] = await crew.check()
    assert (check.link_id, check.site_id) == (event.link_id, event.site_id)
    seen = check.observation
    assert (seen.outcome, seen.http_status, seen.title) == (Outcome.FOUND, 200, "A post")
    assert seen.occurrences[0].anchor_text == "us"
    assert seen.check_seq == await crew.value(
        "SELECT check_seq FROM pages WHERE host = 'blog.example'"
    )
    assert check.next_check_at == await crew.value(
        "SELECT next_check_at FROM pages WHERE host = 'blog.example'"
    )
    [read] = of(PageRead, await crew.published())
    assert (read.facts.server, read.facts.referring_domain) == ("nginx", "blog.example")


async def test_one_fetch_serves_every_link_of_the_page(crew: Crew) -> None:
    crew.site.on(POST, LINKED)
    other = a_tracked(POST, site_id=UUID(int=8), workspace_id=UUID(int=9), hosts=("else.example",),
                      target_url="https://else.example/")  # fmt: skip
    await crew.track(a_tracked(POST), other)
    outcomes = {check.link_id: check.observation.outcome for check in await crew.check(2)}
    assert outcomes[other.link_id] is Outcome.MISSING
    assert len({check.observation.check_seq for check in checks(await crew.published())}) == 1
    assert len(crew.site.asked(POST)) == 1


async def test_an_unchanged_page_is_told_again_without_being_read_again(crew: Crew) -> None:
    crew.site.on(POST, fakes.cached(LINKED, etag='"v1"'))
    await crew.track(a_tracked(POST, target_url=None))
    [first] = await crew.check()
    [second] = await crew.check()
    assert "if-none-match" in crew.site.asked(POST)[1].headers
    assert second.observation.check_seq > first.observation.check_seq
    assert second.observation.check_id != first.observation.check_id
    changing = {"check_id", "check_seq", "checked_at", "elapsed_ms"}
    assert first.observation.model_dump(exclude=changing) == second.observation.model_dump(
        exclude=changing
    )
    assert first.targets == second.targets != ()
    assert len(of(PageRead, await crew.published())) == 1


async def test_a_page_with_the_same_body_but_another_header_is_judged_again(crew: Crew) -> None:
    crew.site.on(POST, LINKED)
    await crew.track(a_tracked(POST))
    [first] = await crew.check()
    crew.site.on(POST, page(LINKED, X_Robots_Tag="noindex"))
    [second] = await crew.check()
    assert (first.observation.indexable, second.observation.indexable) == (True, False)


async def test_every_fifth_look_asks_for_the_whole_page(crew: Crew) -> None:
    crew.site.on(POST, fakes.cached(LINKED, etag='"v1"'))
    await crew.track(a_tracked(POST, target_url=None))
    for _ in range(6):
        await crew.check()
    asked = ["if-none-match" in request.headers for request in crew.site.asked(POST)]
    assert asked == [False, True, True, True, True, False]


async def test_a_missing_link_is_counted_twice_only_after_the_wait(crew: Crew) -> None:
    crew.site.on(POST, LINKED)
    await crew.track(a_tracked(POST))
    await crew.check()
    crew.site.on(POST, BARE)
    [first] = await crew.check()
    assert (first.observation.reasons, first.missing_streak) == ((Reason.LINK_REMOVED,), 1)
    assert first.next_check_at is not None
    assert first.missing_since == first.observation.checked_at
    waited = first.next_check_at - first.observation.checked_at
    assert timedelta(hours=1) <= waited < timedelta(hours=1.2)
    [soon] = await crew.check()
    assert (soon.missing_streak, soon.missing_since) == (1, first.missing_since)
    async with crew.db.begin() as tx:
        await tx.run("UPDATE watches SET missing_since = missing_since - interval '61 minutes'")
    [later] = await crew.check()
    assert later.missing_streak == 2
    crew.site.on(POST, LINKED)
    [back] = await crew.check()
    assert (back.missing_streak, back.missing_since) == (0, None)


async def test_with_an_override_the_second_look_comes_by_itself(crew: Crew) -> None:
    crew.confirm_after = timedelta(0)
    crew.site.on(POST, BARE)
    await crew.track(a_tracked(POST, ever_live=True, target_url=None))
    await crew.make_due()
    events = await crew.work_until(
        lambda events: any(check.missing_streak >= 2 for check in checks(events))
    )
    assert [check.missing_streak for check in checks(events)][:2] == [1, 2]


NOT_OBSERVED = {
    "403": (page("<h1>Forbidden</h1>", status=403), Reason.BLOCKED_BY_WALL),
    "challenge": (
        page("<title>Just a moment...</title>", status=403, cf_mitigated="challenge"),
        Reason.BLOCKED_BY_WALL,
    ),
    "401": (page("<h1>Sign in</h1>", status=401), Reason.LOGIN_WALL),
    "429": (page("slow down", status=429), Reason.RATE_LIMITED),
    "500": (page("<h1>Oops</h1>", status=500), Reason.PAGE_5XX),
    "503": (page("<h1>Oops</h1>", status=503), Reason.PAGE_5XX),
    "silent": (fakes.silent(), Reason.TIMEOUT),
    "drip": (fakes.drip(), Reason.TIMEOUT),
    "hung up": (fakes.raw(b""), Reason.UNREACHABLE),
    "oversized": (fakes.endless(), Reason.TOO_LARGE),
    "stacked": (fakes.encoded("gzip, gzip", b"x" * 500), Reason.UNDECODABLE),
    "wrong coding": (fakes.encoded("gzip", LINKED.encode()), Reason.UNDECODABLE),
    "loop": (redirect("/post"), Reason.REDIRECT_LOOP),
    "private": (redirect("http://10.0.0.1/"), Reason.ADDRESS_NOT_ALLOWED),
    "no link here": (page("<p>" * 400_000), Reason.TOO_LARGE),
}


@pytest.mark.parametrize("name", NOT_OBSERVED)
async def test_what_was_not_observed_is_unknown_and_never_missing(crew: Crew, name: str) -> None:
    behaviour, reason = NOT_OBSERVED[name]
    crew.site.on(POST, LINKED)
    await crew.track(a_tracked(POST, target_url=None))
    await crew.check()
    crew.site.on(POST, behaviour)
    [check] = await crew.check()
    assert (check.observation.outcome, check.observation.reasons) == (Outcome.UNKNOWN, (reason,))
    assert (check.missing_streak, check.missing_since) == (0, None)
    assert check.next_check_at is not None
    assert check.next_check_at > check.observation.checked_at + timedelta(minutes=30)


async def test_a_page_that_robots_close_is_not_asked(crew: Crew) -> None:
    crew.site.on("http://blog.example/robots.txt", page("User-agent: *\nDisallow: /"))
    crew.site.on(POST, LINKED)
    await crew.track(a_tracked(POST, target_url=None))
    [check] = await crew.check()
    assert check.observation.reasons == (Reason.ROBOTS_DISALLOWS_US,)
    assert crew.site.asked(POST) == []


async def test_robots_that_close_the_page_to_google_are_told(crew: Crew) -> None:
    crew.site.on("http://blog.example/robots.txt", page("User-agent: Googlebot\nDisallow: /"))
    crew.site.on(POST, LINKED)
    await crew.track(a_tracked(POST, target_url=None))
    [check] = await crew.check()
    assert Reason.ROBOTS_DISALLOWS_GOOGLE in check.observation.reasons
    assert (check.observation.outcome, check.observation.indexable) == (Outcome.FOUND, False)


async def test_further_links_to_sites_of_the_workspace_are_discovered_once(crew: Crew) -> None:
    async with crew.db.begin() as tx:
        second = a_site(site_id=UUID(int=5), domain="second.example", domains=())
        stranger = a_site(
            site_id=UUID(int=6), workspace_id=UUID(int=7), domain="stranger.example", domains=()
        )
        await handlers.on_site_created([a_site(), second, stranger], tx)
    crew.site.on(
        POST,
        LINKED + '<a href="https://our.example/new">new</a> <a href="https://second.example/">2</a>'
        '<a href="https://stranger.example/">3</a>',
    )
    await crew.track(a_tracked(POST))
    await crew.check()
    await crew.check()
    found = of(LinkDiscovered, await crew.published())
    assert Counter(one.target_url for one in found) == {
        "https://our.example/new": 1,
        "https://second.example/": 1,
    }
    assert {one.site_id for one in found} == {UUID(int=1), UUID(int=5)}


async def test_the_health_of_targets_is_told(crew: Crew) -> None:
    crew.site.on(POST, LINKED)
    crew.site.gone("http://our.example/gone")
    crew.site.on("http://our.example/moved", redirect("/fine", status=301))
    crew.site.on("http://our.example/fine", "<title>Fine</title><p>All is well here.</p>")
    crew.site.on("http://our.example/down", page("x", status=500))
    targets = {name: f"http://our.example/{name}" for name in ("gone", "moved", "fine", "down")}
    await crew.track(*(a_tracked(POST, target_url=url) for url in targets.values()))
    events = await crew.work_until(lambda events: len(of(TargetChecked, events)) >= 4)
    told = {one.target_url.rpartition("/")[2]: one for one in of(TargetChecked, events)}
    assert {name: one.broken for name, one in told.items()} == {
        "gone": True,
        "moved": False,
        "fine": False,
        "down": None,
    }
    assert told["gone"].reasons == (Reason.TARGET_ERROR,)
    assert told["moved"].reasons == (Reason.TARGET_REDIRECTS,)
    assert told["moved"].final_url == "http://our.example/fine"


async def test_a_host_that_asks_for_a_pause_is_left_alone(crew: Crew) -> None:
    other = "http://blog.example/other"
    crew.site.on(POST, LINKED)
    crew.site.on(other, LINKED)
    await crew.track(a_tracked(POST, target_url=None))
    await crew.check()
    crew.site.on(POST, page("slow down", status=429, Retry_After="3600"))
    [limited] = await crew.check()
    assert limited.observation.reasons == (Reason.RATE_LIMITED,)
    assert limited.next_check_at is not None
    pause = limited.next_check_at - limited.observation.checked_at
    assert pause >= timedelta(minutes=59)
    # A link that was never judged is told at once that we may not look now; nothing is asked.
    new = a_tracked(other, target_url=None)
    await crew.track(new)
    async with crew.db.begin() as tx:
        await tx.run("UPDATE pages SET next_check_at = now()")
    before = len(crew.site.requests)
    events = await crew.work_until(
        lambda events: any(check.link_id == new.link_id for check in checks(events))
    )
    assert checks(events)[-1].observation.reasons == (Reason.RATE_LIMITED,)
    assert len(crew.site.requests) == before
    # The other page waits until the pause is over, and its last word stands.
    assert await crew.value(
        "SELECT bool_and(next_check_at > now() + interval '50 minutes') FROM pages"
    )


async def test_requests_to_one_host_keep_their_distance(crew: Crew) -> None:
    crew.sightline = replace(crew.sightline, min_delay_s=0.15)
    for number in range(4):
        crew.site.on(f"http://blog.example/{number}", redirect(f"/end{number}"))
        crew.site.on(f"http://blog.example/end{number}", LINKED)
    await crew.track(*(a_tracked(f"http://blog.example/{n}", target_url=None) for n in range(4)))
    await crew.check(4)
    moments = [request.at for request in crew.site.requests]
    gaps = [later - earlier for earlier, later in itertools.pairwise(moments)]
    assert len(moments) == 9
    assert min(gaps) > 0.14


async def test_work_that_is_stopped_is_given_back(crew: Crew) -> None:
    crew.sightline = replace(crew.sightline, min_delay_s=1.0)
    crew.site.on("http://blog.example/0", LINKED)
    await crew.track(*(a_tracked(f"http://blog.example/{n}", target_url=None) for n in range(3)))
    asked = asyncio.Event()

    async def robots(exchange: fakes.Exchange) -> None:
        asked.set()
        await page("", status=404)(exchange)

    crew.site.on("http://blog.example/robots.txt", robots)
    async with asyncio.timeout(15), crew.working():
        await asked.wait()
    async with crew.db.begin() as tx:
        leased = await tx.fetch_value("SELECT count(*) FROM pages WHERE lease_until IS NOT NULL")
        due = await tx.fetch_value("SELECT count(*) FROM pages WHERE next_check_at <= now()")
    assert (leased, due) == (0, 2)


async def test_a_page_made_by_scripts_is_never_answered_from_memory(crew: Crew) -> None:
    crew.site.on(POST, fakes.cached(SHELL, etag='"1"'))
    await crew.track(a_tracked(POST))
    for _ in range(2):
        [seen] = await crew.check()
        assert seen.observation.reasons == (Reason.JS_ONLY,)
        assert seen.observation.rendering is not None
        assert seen.observation.rendering.state is RenderState.OFF
    # Rendering may be on by the next look: equal bytes must not stand in its way.
    assert not any("if-none-match" in request.headers for request in crew.site.asked(POST))
    # A page without scripts is remembered as before.
    crew.site.on(POST, fakes.cached(LINKED, etag='"2"'))
    assert [seen.observation.outcome for seen in await crew.check()] == [Outcome.FOUND]
    assert [seen.observation.rendering for seen in await crew.check()] == [None]
    assert crew.site.asked(POST)[-1].headers["if-none-match"] == '"2"'


async def slow(exchange: fakes.Exchange) -> None:
    await asyncio.sleep(0.2)
    await page(LINKED)(exchange)


@pytest.mark.parametrize("lease_s", [60.0, 2.0])
async def test_a_page_that_waits_for_our_other_looks_is_never_told_as_a_timeout(
    crew: Crew, lease_s: float
) -> None:
    # Twelve looks of 0.2 s, one at a time: most wait longer than a look may take, and with the
    # short lease longer than their lease; those are given back and come again.
    crew.sightline = replace(crew.sightline, limits=Limits(concurrency=1, total_s=1))
    crew.claims, crew.look_s = ClaimLimits(lease_s=lease_s), 1.5
    for number in range(12):
        crew.site.on(f"http://blog{number}.example/post", slow)
    await crew.track(*(a_tracked(f"http://blog{n}.example/post") for n in range(12)))
    seen = await crew.check(12)
    assert [check.observation.reasons for check in seen] == [()] * 12
    assert {check.observation.outcome for check in seen} == {Outcome.FOUND}
    assert len({check.link_id for check in seen}) == 12


async def test_a_page_for_which_no_browser_was_free_keeps_its_last_word(
    crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    crew.site.on(POST, LINKED)
    await crew.track(a_tracked(POST))
    assert [seen.observation.outcome for seen in await crew.check()] == [Outcome.FOUND]
    monkeypatch.setattr(renderer, "_MOST_WAITING", 0)
    crew.sightline = replace(crew.sightline, render=browsers.limits())
    crew.site.on(POST, SHELL)
    await crew.make_due()
    before = len(checks(await crew.published()))

    async def given_back() -> bool:
        later = "SELECT count(*) FROM pages WHERE next_check_at > now() + interval '20 min'"
        leased = " AND lease_until IS NULL"
        return len(crew.site.asked(POST)) > 1 and bool(await crew.value(later + leased))

    async with crew.working():
        await eventually(given_back)
    assert len(checks(await crew.published())) == before
    # A link that nobody has judged yet is told that we could not look.
    other = "http://other.example/post"
    crew.site.on(other, SHELL)
    await crew.track(a_tracked(other))
    events = await crew.work_until(lambda events: len(checks(events)) > before)
    seen = checks(events)[-1]
    assert seen.observation.rendering is not None
    assert seen.observation.rendering.state is RenderState.PUT_OFF
