"""Politeness: robots.txt first, one turn after the other, and pauses that hosts ask for."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from services.crawler.adapters.pacer import HostBusyError, Pacer
from services.crawler.adapters.politeness import Politeness, host_key
from services.crawler.adapters.rulebook import Rulebook
from services.crawler.adapters.web import Limits, Web, open_web
from services.crawler.domain.optouts import OptOuts
from services.crawler.domain.pace import Answer, Pace
from services.crawler.domain.robotsfile import RobotsFile
from shared import urls
from shared.vocabulary import Reason
from shared.wall import Guard, parse_routes
from tests import web as fakes
from tests.web import FakeWeb, page, redirect

ROBOTS = "http://blog.example/robots.txt"
URL = "http://blog.example/post"


class Moments:
    """A clock that only moves when somebody sleeps or the test says so."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, tzinfo=UTC)
        self.slept: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def moments() -> Moments:
    return Moments()


@pytest.fixture
async def politeness(site: FakeWeb, moments: Moments) -> AsyncIterator[Politeness]:
    guard = Guard(routes=parse_routes(site.connect_to))
    limits = Limits(connect_s=1, total_s=1)
    async with open_web(guard=guard, user_agent="AnchorwatchBot/test", limits=limits) as web:
        yield new_politeness(web, moments)


def new_politeness(web: Web, moments: Moments, *, floor_s: float = 1.0) -> Politeness:
    pacer = Pacer(floor_s=floor_s, clock=moments, sleep=moments.sleep)
    return Politeness(web, pacer=pacer, rulebook=Rulebook(), clock=moments)


async def ask(politeness: Politeness, url: str) -> Reason | None:
    """Pass the gate and come back with a good answer, as a fetch does."""
    visit = politeness.visit()
    fault = await visit.enter(url)
    if fault is None:
        await visit.leave(url, Answer(status=200))
    return fault


async def test_robots_are_asked_first_and_once_a_day(
    site: FakeWeb, politeness: Politeness, moments: Moments
) -> None:
    site.on(ROBOTS, page("User-agent: *\nDisallow: /private"))
    assert await ask(politeness, URL) is None
    assert await ask(politeness, "http://blog.example/private/x") is Reason.ROBOTS_DISALLOWS_US
    assert len(site.asked(ROBOTS)) == 1
    moments.now += timedelta(hours=25)
    await ask(politeness, URL)
    assert len(site.asked(ROBOTS)) == 2


ANSWERS = {
    "404": (page("", status=404), None),
    "403": (page("", status=403), None),
    "500": (page("", status=500), Reason.ROBOTS_DISALLOWS_US),
    "429": (page("", status=429), Reason.RATE_LIMITED),
    "silent": (fakes.silent(), Reason.TIMEOUT),
    "hung up": (fakes.raw(b""), Reason.UNREACHABLE),
    "undecodable": (fakes.encoded("gzip", b"x" * 99), Reason.ROBOTS_DISALLOWS_US),
    "endless": (fakes.endless(chunk=b"# words\n" * 1_000), None),
}


@pytest.mark.parametrize("name", ANSWERS)
async def test_what_an_answer_for_robots_means(
    site: FakeWeb, politeness: Politeness, name: str
) -> None:
    behaviour, expected = ANSWERS[name]
    site.on(ROBOTS, behaviour)
    assert await ask(politeness, URL) is expected


async def test_five_redirects_of_robots_are_followed_and_a_sixth_means_none(
    site: FakeWeb, politeness: Politeness
) -> None:
    site.on(ROBOTS, redirect("/r1"))
    for number in range(1, 5):
        site.on(f"http://blog.example/r{number}", redirect(f"/r{number + 1}"))
    site.on("http://blog.example/r5", page("User-agent: *\nDisallow: /"))
    assert await ask(politeness, URL) is Reason.ROBOTS_DISALLOWS_US
    site.on("http://six.example/robots.txt", redirect("/r0"))
    for number in range(6):
        site.on(f"http://six.example/r{number}", redirect(f"/r{number + 1}"))
    site.on("http://six.example/r6", page("User-agent: *\nDisallow: /"))
    assert await ask(politeness, "http://six.example/") is None


async def test_old_rules_outlive_a_failure(
    site: FakeWeb, politeness: Politeness, moments: Moments
) -> None:
    site.on(ROBOTS, page("User-agent: *\nDisallow: /private"))
    await ask(politeness, URL)
    site.on(ROBOTS, page("", status=500))
    moments.now += timedelta(days=2)
    assert await ask(politeness, URL) is None
    moments.now += timedelta(days=40)
    assert await ask(politeness, URL) is Reason.ROBOTS_DISALLOWS_US


async def test_requests_to_one_domain_wait_their_turn_and_others_do_not(
    politeness: Politeness, moments: Moments
) -> None:
    await ask(politeness, URL)  # robots.txt at once, the page a second later
    await ask(politeness, URL)
    assert moments.slept == [1.0, 1.0]
    politeness.pacer.seed("other.example", Pace(free_at=moments.now + timedelta(seconds=5)))
    moments.slept.clear()
    await ask(politeness, "http://sub.other.example/")
    assert moments.slept == [5.0, 1.0]


async def test_a_crawl_delay_is_honoured_up_to_half_a_minute(
    site: FakeWeb, politeness: Politeness, moments: Moments
) -> None:
    site.on(ROBOTS, page("User-agent: *\nCrawl-delay: 900"))
    await ask(politeness, URL)
    await ask(politeness, URL)
    await ask(politeness, URL)
    assert moments.slept == [1.0, 30.0, 30.0]


@pytest.mark.parametrize("value", ["3600", "Sun, 22 Nov 2026 01:00:00 GMT"])
async def test_a_host_that_asks_for_a_pause_gets_it(
    politeness: Politeness, moments: Moments, value: str
) -> None:
    await ask(politeness, URL)
    moments.now = datetime(2026, 11, 22, tzinfo=UTC)
    await politeness.pacer.done("blog.example", Answer(status=429, retry_after=value))
    assert await ask(politeness, URL) is Reason.RATE_LIMITED
    moments.now += timedelta(seconds=3601)
    assert await ask(politeness, URL) is None


async def test_a_short_pause_is_waited_for(politeness: Politeness, moments: Moments) -> None:
    await ask(politeness, URL)
    await politeness.pacer.done("blog.example", Answer(status=503, retry_after="7"))
    moments.slept.clear()
    assert await ask(politeness, URL) is None
    assert moments.slept == [7.0]


async def test_a_host_is_asked_by_one_at_a_time_and_rests_after_each_answer(
    politeness: Politeness, moments: Moments
) -> None:
    await ask(politeness, URL)
    first, second = politeness.visit(), politeness.visit()
    assert await first.enter(URL) is None
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(second.enter("http://www.blog.example/other"))
        await asyncio.sleep(0)
        moments.now += timedelta(seconds=4)  # the first answer takes longer than the pause
        assert not waiting.done()
        moments.slept.clear()
        await first.leave(URL, Answer(status=200))
    # Its robots.txt a second after that answer, then the page.
    assert moments.slept == [1.0, 1.0]


async def test_a_turn_that_is_broken_off_is_free_for_the_next(politeness: Politeness) -> None:
    await ask(politeness, URL)
    visit = politeness.visit()
    assert await visit.enter(URL) is None
    await visit.leave(URL, None)
    assert await ask(politeness, URL) is None


class Others:
    """Other processes that have a host, and a memory of who was given what."""

    def __init__(self) -> None:
        self.busy = 0
        self.taken: list[tuple[str, datetime]] = []
        self.given: list[tuple[str, Pace]] = []

    async def take(self, host: str, now: datetime) -> Pace | None:
        self.taken.append((host, now))
        self.busy -= 1
        return Pace(delay_s=3.0) if self.busy < 0 else None

    async def give(self, host: str, pace: Pace) -> None:
        self.given.append((host, pace))


async def test_a_host_of_others_is_waited_for_and_given_back(moments: Moments) -> None:
    others = Others()
    others.busy = 2
    pacer = Pacer(floor_s=1.0, clock=moments, sleep=moments.sleep, turns=others)
    await pacer.turn("a.example", patience_s=20)
    assert moments.slept == [0.5, 0.5]
    await pacer.done("a.example", Answer(status=429))
    [(host, pace)] = others.given
    assert (host, pace.delay_s, pace.free_at) == (
        "a.example",
        6.0,
        moments.now + timedelta(seconds=6),
    )


async def test_a_held_host_is_nobody_elses_and_no_turn_is_taken(moments: Moments) -> None:
    others = Others()
    pacer = Pacer(floor_s=1.0, clock=moments, sleep=moments.sleep, turns=others)
    with pacer.holding("a.example"):
        await pacer.turn("a.example")
        await pacer.done("a.example", Answer(status=200))
    assert not others.taken


async def test_whoever_waits_too_long_comes_back_later(moments: Moments) -> None:
    others = Others()
    others.busy = 1_000_000

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(0)

    pacer = Pacer(floor_s=1.0, clock=moments, sleep=sleep, turns=others)
    with pytest.raises(HostBusyError):
        await pacer.turn("a.example", patience_s=0.01)
    others.busy = 0
    await pacer.turn("a.example", patience_s=5)


async def test_nobody_asks_a_host_that_opted_out(site: FakeWeb, politeness: Politeness) -> None:
    politeness.opt_outs = OptOuts(["blog.example"])
    assert await ask(politeness, URL) is Reason.OPTED_OUT
    assert await ask(politeness, "http://sub.blog.example/x") is Reason.OPTED_OUT
    assert await ask(politeness, "http://myblog.example/") is None
    assert not site.asked(URL)
    assert not site.asked(ROBOTS)


async def test_a_timer_that_ends_early_does_not_shorten_the_pause() -> None:
    moments = Moments()

    async def sleep(seconds: float) -> None:
        await moments.sleep(max(seconds - 0.0004, 0.0001))

    pacer = Pacer(floor_s=1.0, clock=moments, sleep=sleep)
    await pacer.turn("a.example")
    await pacer.done("a.example", Answer(status=200))
    ended = moments.now
    await pacer.turn("a.example")
    assert moments.now - ended >= timedelta(seconds=1)


async def test_an_error_never_makes_us_faster() -> None:
    moments = Moments()
    pacer = Pacer(floor_s=1.0, clock=moments, sleep=moments.sleep)
    await pacer.done("a.example", Answer(status=503))
    for status in (404, 500, 403) * 20:
        await pacer.done("a.example", Answer(status=status, latency_s=0.01))
    assert pacer.pace("a.example").delay_s == 2.0


async def test_google_is_asked_about_with_its_own_name(
    site: FakeWeb, politeness: Politeness
) -> None:
    assert politeness.google_allowed(URL) is None
    site.on(ROBOTS, page("User-agent: googlebot\nDisallow: /"))
    assert await ask(politeness, URL) is None
    assert politeness.google_allowed(URL) is False
    assert politeness.google_allowed("http://blog.example/") is False


async def test_trouble_doubles_the_delay_and_good_answers_ease_it_slowly() -> None:
    moments = Moments()
    pacer = Pacer(floor_s=1.0, clock=moments, sleep=moments.sleep)
    for _ in range(9):
        await pacer.done("slow.example", Answer(status=None, failure=Reason.TIMEOUT))
    assert pacer.pace("slow.example").delay_s == 60.0
    for _ in range(10):
        await pacer.done("slow.example", Answer(status=200, latency_s=0.1))
    assert 54 < pacer.pace("slow.example").delay_s < 55
    await pacer.done("heavy.example", Answer(status=200, latency_s=4.0))
    assert pacer.pace("heavy.example").delay_s == 4.0


async def test_with_a_floor_of_zero_only_what_the_host_says_slows_us_down() -> None:
    moments = Moments()
    pacer = Pacer(floor_s=0.0, clock=moments, sleep=moments.sleep)
    await pacer.done("a.example", Answer(status=429))
    await pacer.done("a.example", Answer(status=200, latency_s=4.0))
    assert pacer.pace("a.example").gap_s(0.0) == 0.0
    await pacer.done("a.example", Answer(status=429, retry_after="60"))
    assert pacer.blocked_s("a.example") == 60.0


def test_what_another_process_learned_is_taken_over() -> None:
    moments = Moments()
    pacer = Pacer(floor_s=1.0, clock=moments, sleep=moments.sleep)
    until = moments.now + timedelta(hours=1)
    pacer.seed("a.example", Pace(delay_s=8.0, blocked_until=until))
    assert (pacer.pace("a.example").delay_s, pacer.blocked_s("a.example")) == (8.0, 3600.0)
    pacer.seed("a.example", Pace(delay_s=1.0))
    assert pacer.blocked_s("a.example") == 3600.0


def test_the_rulebook_forgets_the_oldest_before_it_takes_too_much() -> None:
    rulebook = Rulebook()
    now = datetime(2026, 11, 22, tzinfo=UTC)
    until = now + timedelta(days=1)
    for number in range(60):
        body = b"# " + b"x" * 200_000
        rulebook.learn(
            RobotsFile(origin=f"http://{number}", body=body, fetched_at=now, expires_at=until)
        )
    assert rulebook.find("http://0") is None
    assert rulebook.find("http://59") is not None
    assert len(rulebook.take_new()) == 60
    assert rulebook.take_new() == []


@pytest.mark.parametrize(
    ("url", "origin", "host"),
    [
        ("http://www.blog.example/a?b#c", "http://www.blog.example", "blog.example"),
        ("https://blog.example:8443?q", "https://blog.example:8443", "blog.example"),
        ("http://me.github.io/x", "http://me.github.io", "me.github.io"),
        ("http://93.184.216.34/", "http://93.184.216.34", "93.184.216.34"),
    ],
)
def test_origins_are_for_robots_and_domains_are_for_pace(url: str, origin: str, host: str) -> None:
    assert (urls.origin_of(url), host_key(url)) == (origin, host)
