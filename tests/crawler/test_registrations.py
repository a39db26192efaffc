"""Registries are asked politely about domains, and whatever they answer is never held against one."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.crawler import handlers
from services.crawler.adapters.eyes import Eyes, Sightline, open_eyes
from services.crawler.adapters.web import Limits
from services.crawler.app import create_app
from services.crawler.domain.registration import (
    Ending,
    Registration,
    Told,
    next_question,
    packaged_registries,
    parse_registries,
    read_answer,
)
from services.crawler.jobs.registrations import Asking
from services.crawler.settings import Settings
from shared.db import Database
from shared.events import RegistrationRead, decode
from shared.settings import SettingsError
from shared.wall import parse_routes
from tests.crawler.builders import DatabaseFor, a_site, a_tracked
from tests.fakes import RecordingBus
from tests.web import Behaviour, FakeWeb, endless, fake_web, page, redirect, reset, silent

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
END, START = NOW + timedelta(days=10), NOW - timedelta(days=3_000)
SERVER = "http://rdap.registry.example/v1"
BOOTSTRAP = json.dumps({"services": [[["com"], [f"{SERVER}/"]]]}).encode()


def an_answer(domain: str = "blog.com", **other: Any) -> dict[str, Any]:
    return {
        "objectClassName": "domain",
        "ldhName": domain.upper(),
        "status": ["client transfer prohibited", "redemptionPeriod"],
        "events": [
            {"eventAction": "registration", "eventDate": START.isoformat()},
            {"eventAction": "expiration", "eventDate": "2026-12-10T12:00:00Z"},
            {"eventAction": "last changed", "eventDate": "2026-01-01T00:00:00Z"},
        ],
        "entities": [{"roles": ["registrant"], "vcardArray": ["vcard", []]}],
        **other,
    }


# ---- what answers say -----------------------------------------------------------------------------


def test_an_answer_is_read_for_its_dates_and_states_alone() -> None:
    found = read_answer(json.dumps(an_answer()).encode(), "blog.com")
    states = ("client transfer prohibited", "redemption period")
    assert found == Registration(END, START, states)


@pytest.mark.parametrize(
    "odd",
    [
        an_answer("other.com"),
        an_answer() | {"objectClassName": "entity"},
        {"errorCode": 404},
        [],
        "x",
        None,
    ],
)
def test_an_answer_about_something_else_tells_nothing(odd: Any) -> None:
    assert read_answer(json.dumps(odd).encode(), "blog.com") is None


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff\xfe", b"[" * 200_000, b'{"a":'])
def test_bytes_that_are_no_answer_tell_nothing(body: bytes) -> None:
    assert read_answer(body, "blog.com") is None
    with pytest.raises(ValueError):  # noqa: PT011 - whatever JSON or we call it
        parse_registries(body)


def test_what_is_redacted_is_not_told() -> None:
    said = an_answer(events=[{"eventAction": "expiration"}, "x", None], status="active")
    assert read_answer(json.dumps(said).encode(), "blog.com") == Registration()


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["eventAction", "eventDate", "a"]) | st.text(max_size=5),
            inner | st.just("expiration"),
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(_JSON, _JSON, _JSON)
def test_no_answer_is_too_odd(events: Any, status: Any, name: Any) -> None:
    said = an_answer(events=events, status=status)
    assert read_answer(json.dumps(said).encode(), "blog.com") is not None
    read_answer(json.dumps(said | {"ldhName": name}).encode(), "blog.com")


def test_only_what_is_registered_for_itself_is_asked_about() -> None:
    known = packaged_registries()
    assert known.question("blog.com") == "https://rdap.verisign.com/com/v1/domain/blog.com"
    assert known.question("news.co.uk") == "https://rdap.nominet.uk/uk/domain/news.co.uk"
    for none in ("www.blog.com", "somebody.github.io", "blog.blogspot.com", "blog.example", "com"):
        assert known.question(none) is None, none
    assert all(url.startswith("https://") for url in known.servers.values())


@given(
    st.sampled_from([Ending.TOLD, Ending.NOT_TOLD]),
    st.none() | st.timedeltas(timedelta(days=-900), timedelta(days=9_000)),
    st.sets(st.sampled_from(["redemption period", "pending delete", "active"])),
)
def test_the_next_question_comes_in_time_and_never_at_once(
    ending: Ending, left: timedelta | None, states: set[str]
) -> None:
    told = Registration(None if left is None else NOW + left, None, tuple(states))
    due = next_question(Told(ending, told), NOW, failures=0)
    assert timedelta(days=1) <= due - NOW <= timedelta(days=30)
    if left is not None and left > timedelta(days=30):
        assert due - NOW <= left - timedelta(days=29)  # asked when the end is a month off


# ---- asking ---------------------------------------------------------------------------------------


@dataclass(slots=True)
class Desk:
    """A crawler that asks a registry on loopback."""

    db: Database
    site: FakeWeb
    eyes: Eyes
    now: datetime = NOW

    def asking(self, *, delay_s: float = 0.0) -> Asking:
        return Asking(
            self.db,
            self.eyes.registry,
            parse_registries(BOOTSTRAP),
            delay=timedelta(seconds=delay_s),
            clock=lambda: self.now,
        )

    async def track(self, *pages: str) -> None:
        async with self.db.begin() as tx:
            await handlers.on_link_tracked([a_tracked(page) for page in pages], tx)

    async def told(self) -> list[RegistrationRead]:
        async with self.db.begin() as tx:
            rows = await tx.fetch("SELECT body FROM outbox ORDER BY id")
        events = [decode(row["body"]) for row in rows]
        return [one for one in events if isinstance(one, RegistrationRead)]

    async def row(self, domain: str = "blog.com") -> Any:
        async with self.db.begin() as tx:
            return (await tx.fetch("SELECT * FROM registrations WHERE domain = $1", domain))[0]


@pytest.fixture
async def desk(db_for: DatabaseFor) -> AsyncIterator[Desk]:
    async with fake_web() as site:
        limits = Limits(connect_s=1, total_s=1)
        sightline = Sightline(min_delay_s=0, routes=parse_routes(site.connect_to), limits=limits)
        async with open_eyes(sightline) as eyes:
            yield Desk(db_for("crawler"), site, eyes)


def a_page(said: Any, status: int = 200, **headers: str) -> Behaviour:
    return page(json.dumps(said), status=status, **headers)


async def test_domains_that_link_and_own_ones_are_asked_about_once(desk: Desk) -> None:
    await desk.track("http://www.blog.com/a", "http://blog.com/b", "http://x.github.io/")
    async with desk.db.begin() as tx:
        await handlers.on_site_created([a_site(domain="shop.mine.com", domains=())], tx)
    desk.site.on(f"{SERVER}/domain/blog.com", a_page(an_answer()))
    asking = desk.asking()
    await asking.once()
    await asking.once()
    (asked,) = desk.site.asked(f"{SERVER}/domain/blog.com")
    assert asked.headers["accept"].startswith("application/rdap+json")
    assert len(desk.site.asked(f"{SERVER}/domain/mine.com")) == 1
    (event,) = await desk.told()
    assert (event.domain, event.expires_at, event.registered_at) == ("blog.com", END, START)
    assert (await desk.row())["due_at"] == NOW + timedelta(days=1)  # it can still be taken back
    assert (await desk.row("mine.com"))["ending"] == "not_told"  # the fake answers 404


BAD: dict[str, tuple[Behaviour, str]] = {
    "unknown": (a_page({"errorCode": 404}, 404), "not_told"),
    "nojson": (page("{not json"), "failed"),
    "another": (a_page(an_answer("else.com")), "failed"),
    "nodomain": (a_page({"objectClassName": "help"}), "failed"),
    "error": (page("oops", status=500), "failed"),
    "slow": (silent(), "failed"),
    "broken": (reset(), "failed"),
    "giant": (endless(chunk=b'{"events":[' * 50_000), "failed"),
    "private": (redirect("http://127.0.0.1:9/secret"), "failed"),
    "circle": (redirect(f"{SERVER}/domain/circle.com"), "failed"),
}


async def test_a_registry_that_misbehaves_tells_nothing_and_is_asked_later(desk: Desk) -> None:
    await desk.track(*(f"http://{name}.com/" for name in BAD))
    for name, (behaviour, _) in BAD.items():
        desk.site.on(f"{SERVER}/domain/{name}.com", behaviour)
    await desk.asking().once()
    for name, (_, ending) in BAD.items():
        row = await desk.row(f"{name}.com")
        assert row["ending"] == ending, name
        assert row["due_at"] >= NOW + timedelta(days=1), name
    assert await desk.told() == []


async def test_a_redirect_to_a_public_server_is_followed(desk: Desk) -> None:
    await desk.track("http://blog.com/a")
    there = "http://rdap.registrar.example/domain/blog.com"
    desk.site.on(f"{SERVER}/domain/blog.com", redirect(there))
    desk.site.on(there, a_page(an_answer()))
    await desk.asking().once()
    assert [one.domain for one in await desk.told()] == ["blog.com"]


async def test_a_busy_registry_is_left_alone_as_long_as_it_asks(desk: Desk) -> None:
    await desk.track("http://blog.com/a")
    busy = a_page({}, 429, **{"Retry-After": "7200"})
    desk.site.on(f"{SERVER}/domain/blog.com", busy)
    asking = desk.asking()
    await asking.once()
    free_at = NOW + timedelta(hours=2)
    assert ((await desk.row())["ending"], (await desk.row())["due_at"]) == ("later", free_at)
    # Another domain of the same registry waits as well, and is not asked about.
    await desk.track("http://other.com/a")
    desk.now += timedelta(minutes=61)
    await asking.once()
    assert desk.site.asked(f"{SERVER}/domain/other.com") == []
    assert (await desk.row("other.com"))["due_at"] == free_at
    desk.now = free_at
    desk.site.on(f"{SERVER}/domain/blog.com", a_page(an_answer()))
    await asking.once()
    assert len(desk.site.asked(f"{SERVER}/domain/other.com")) == 1


async def test_whose_turn_comes_after_a_refusal_waits_as_well(desk: Desk) -> None:
    await desk.track("http://blog.com/a", "http://other.com/a")
    for domain in ("blog.com", "other.com"):
        desk.site.on(f"{SERVER}/domain/{domain}", a_page({}, 429))
    await desk.asking(delay_s=0.5).once()
    asked = [desk.site.asked(f"{SERVER}/domain/{one}") for one in ("blog.com", "other.com")]
    assert sum(map(len, asked)) == 1
    due = [(await desk.row(one))["due_at"] for one in ("blog.com", "other.com")]
    assert due == [NOW + timedelta(hours=1)] * 2


async def test_failures_are_spread_further_each_time(desk: Desk) -> None:
    await desk.track("http://blog.com/a")
    desk.site.on(f"{SERVER}/domain/blog.com", page("oops", status=500))
    asking, waits = desk.asking(), []
    for _ in range(3):
        await asking.once()
        due = (await desk.row())["due_at"]
        waits.append((due - desk.now).days)
        desk.now = due
    assert waits == [1, 2, 4]


async def test_questions_to_one_registry_keep_their_distance(desk: Desk) -> None:
    await desk.track(*(f"http://blog{number}.com/" for number in range(4)))
    # The pause is longer than a round waits: one is asked about, the others get turns to come.
    await desk.asking(delay_s=100).once()
    asked = [desk.site.asked(f"{SERVER}/domain/blog{number}.com") for number in range(4)]
    assert sum(map(len, asked)) == 1
    due = sorted([(await desk.row(f"blog{number}.com"))["due_at"] for number in range(4)])
    assert due[:3] == [NOW + timedelta(seconds=100)] * 3


async def test_who_is_watched_no_more_is_forgotten(desk: Desk) -> None:
    await desk.track("http://blog.com/a")
    asking = desk.asking()
    await asking.once()
    async with desk.db.begin() as tx:
        await tx.run("UPDATE hosts SET due_at = 'infinity'")
        await tx.run("UPDATE registrations SET due_at = $1", NOW)
    await asking.once()
    async with desk.db.begin() as tx:
        assert await tx.fetch_value("SELECT count(*) FROM registrations") == 0


def test_it_is_off_until_somebody_turns_it_on_and_a_bad_list_is_named(
    db_for: DatabaseFor, tmp_path: Any
) -> None:
    settings = Settings.load({}, internal_secret="x" * 20)
    assert settings.ask_registries is False
    bad = tmp_path / "dns.json"
    bad.write_text("{}")
    wrong = settings.model_copy(update={"ask_registries": True, "registries_file": str(bad)})
    with pytest.raises(SettingsError, match="REGISTRIES_FILE"):
        create_app(wrong, bus=RecordingBus(), db=db_for("crawler"))
