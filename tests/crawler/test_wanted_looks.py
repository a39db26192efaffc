"""Single looks that other services ask for: made once, politely, and told as what they saw."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Never, cast

import pytest

from services.crawler import handlers
from services.crawler.adapters.eyes import open_eyes
from services.crawler.adapters.observer import Observer
from services.crawler.jobs.wanted_looks import MOST_TRIES, look_at_due
from shared import clock
from shared.db import Database
from shared.events import LookMade, LookRequested, decode
from shared.ids import new_id
from shared.vocabulary import Outcome, Reason
from tests.crawler.builders import DatabaseFor
from tests.crawler.test_domain_readings import sightline
from tests.web import FakeWeb, fake_web, page

PARTNERS = '<html><body><p>Our friends: <a href="https://rose.example/" rel="nofollow">Roses</a></p></body></html>'


@pytest.fixture
async def site() -> AsyncIterator[FakeWeb]:
    async with fake_web() as web:
        yield web


async def looked(db: Database, site: FakeWeb) -> dict[str, LookMade]:
    async with open_eyes(sightline(site)) as eyes:
        await look_at_due(db, eyes.observer, clock=clock.now)
    async with db.begin() as tx:
        rows = await tx.fetch("SELECT body FROM outbox ORDER BY id")
    events = [decode(row["body"]) for row in rows]
    return {str(one.look_id): one for one in events if isinstance(one, LookMade)}


async def test_a_look_says_what_it_saw_and_is_made_once(db_for: DatabaseFor, site: FakeWeb) -> None:
    db = db_for("crawler")
    site.on("http://acme.example/partners", page(PARTNERS))
    site.on("http://acme.example/empty", page("<html><body><p>Nothing here.</p></body></html>"))
    site.on("http://acme.example/down", page("oops", status=500))
    wanted = {
        path: LookRequested(look_id=new_id(), url=f"http://acme.example/{path}", target=target)
        for path, target in (
            ("partners", "https://rose.example/"),
            ("empty", "rose.example"),
            ("down", "rose.example"),
        )
    }
    wanted["private"] = LookRequested(
        look_id=new_id(), url="http://10.0.0.1/", target="rose.example"
    )
    async with db.begin() as tx:
        await handlers.on_look_requested([*wanted.values(), *wanted.values()], tx)
    seen = await looked(db, site)
    told = {path: seen[str(one.look_id)] for path, one in wanted.items()}
    assert {path: one.outcome for path, one in told.items()} == {
        "partners": Outcome.FOUND,
        "empty": Outcome.MISSING,
        "down": Outcome.UNKNOWN,
        "private": Outcome.UNKNOWN,
    }
    (link,) = told["partners"].occurrences
    assert (link.anchor_text, link.rel) == ("Roses", ("nofollow",))
    assert told["down"].reasons == (Reason.PAGE_5XX,)
    assert told["private"].reasons == (Reason.ADDRESS_NOT_ALLOWED,)
    assert len(await looked(db, site)) == len(wanted)  # and none a second time


class Stumbling:
    """An observer that fails each time, as on a page that our reader cannot bear."""

    def __init__(self) -> None:
        self.asked = 0

    async def look_within(self, *_: object) -> Never:
        self.asked += 1
        raise ValueError("no page can be read like this")


async def test_a_look_that_fails_each_time_comes_to_an_end(db_for: DatabaseFor) -> None:
    db, observer = db_for("crawler"), Stumbling()
    wanted = LookRequested(look_id=new_id(), url="http://acme.example/x", target="rose.example")
    async with db.begin() as tx:
        await handlers.on_look_requested([wanted], tx)
    now, turns, minute = clock.now(), list[int](), 0

    def at() -> datetime:
        return now + timedelta(minutes=minute + 1)

    for minute in range(0, 60 * 12, 5):
        if await look_at_due(db, cast(Observer, observer), clock=at):
            turns.append(minute)
    assert observer.asked == MOST_TRIES
    assert turns == [0, 5, 15, 35, 75, 155]
    async with db.begin() as tx:
        (row,) = await tx.fetch("SELECT body FROM outbox")
        assert await tx.fetch("SELECT FROM wanted_looks") == []
    told = decode(row["body"])
    assert isinstance(told, LookMade)
    assert (told.outcome, told.reasons) == (Outcome.UNKNOWN, (Reason.UNREACHABLE,))
