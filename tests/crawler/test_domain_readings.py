"""Domains are read politely for whoever wants to know them: what they are about, and whom to write to."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from services.crawler import handlers
from services.crawler.adapters.eyes import Sightline, open_eyes
from services.crawler.adapters.web import Limits
from services.crawler.domain.domain_reading import begin, event_of, further_pages, people_of
from services.crawler.domain.fetched import Fetched
from services.crawler.domain.page import Page, read
from services.crawler.jobs.readings import read_due
from services.crawler.store import readings
from shared.db import Database
from shared.events import DomainRead, ReadingRequested, decode
from shared.vocabulary import Reason
from shared.wall import parse_routes
from tests.crawler.builders import DatabaseFor
from tests.web import FakeWeb, fake_web, page

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
WORDS = "Roses and hedges want pruning in spring. Gardeners prune roses with sharp shears. " * 8
HOME = f"""<html lang="en"><head><title>The rose garden</title></head><body><h1>Roses all year</h1>
<p>{WORDS} Made with plugin by vendor@elsewhere.example. Mail <a href="mailto:info@rose.example">us</a>,
or ann [at] rose.example.</p><a href="/contact">Contact</a><a href="/team/">Who we are</a>
<a href="/write-for-us">Write for us</a><a href="/impressum">Impressum</a>
<a href="https://elsewhere.example/contact">Contact them</a></body></html>"""
CONTACT = f"""<html><head><title>Contact</title><script type="application/ld+json">
{{"@graph": [{{"@type": "Person", "name": "Ann Lee", "jobTitle": "Editor", "email":
"mailto:ann@rose.example"}}, {{"@type": "ContactPoint", "contactType": "press", "email": 7}}]}}
</script><script type="application/ld+json">{{broken</script></head><body><h1>Contact</h1><p>{WORDS}
rose.team@gmail.com</p><form><textarea></textarea></form></body></html>"""


def a_page(text: str, url: str = "https://rose.example/") -> Page:
    return read(text.encode(), url, {"content-type": "text/html"})


def fetched(url: str = "https://rose.example/", status: int = 200) -> Fetched:
    return Fetched(
        url=url,
        final_url=url,
        status=status,
        headers=(("content-type", "text/html"),),
        body=b"<p>x",
    )


def test_a_few_pages_that_say_most_of_who_is_behind_a_site_are_chosen() -> None:
    assert further_pages(a_page(HOME), "rose.example") == [
        "https://rose.example/contact",
        "https://rose.example/write-for-us",
        "https://rose.example/impressum",
    ]


def test_people_are_told_with_their_role_and_where_they_stand() -> None:
    reading = begin("rose.example", a_page(HOME), fetched())
    reading.add(a_page(CONTACT, "https://rose.example/contact"), fetched())
    reading.add(a_page("<p>Gone</p>"), fetched(status=404))
    found = {one.email: (one.name, one.role, one.source_url) for one in people_of(reading)}
    assert found == {
        "info@rose.example": (None, None, "https://rose.example/"),
        "ann@rose.example": ("Ann Lee", "Editor", "https://rose.example/contact"),
        "rose.team@gmail.com": (None, None, "https://rose.example/contact"),
    }
    event = event_of(reading, NOW)
    assert (event.failure, event.indexable, event.form_url) == (
        None,
        True,
        "https://rose.example/contact",
    )
    assert event.headings == ("Roses all year", "Contact")
    assert event.words["roses"] >= 32
    assert not {"and", "in", "with"} & set(event.words)
    assert event.facts is not None
    assert event.facts.title == "The rose garden"


def test_what_a_page_holds_is_bounded() -> None:
    many = "".join(f"<h2>Head {n}</h2><p>word{n}x a{n}@rose.example</p>" for n in range(2_000))
    words = " ".join(
        f"w{'abcdefghij'[n % 10]}{chr(97 + n // 10 % 26)}{chr(97 + n // 260)}" for n in range(5_000)
    )
    deep = f'<script type="application/ld+json">{"[" * 5_000}</script>'
    reading = begin("rose.example", a_page(f"<body>{deep}<p>{words}{many}"), fetched())
    event = event_of(reading, NOW)
    assert (len(event.headings), len(event.words)) == (40, 300)
    assert len(event.people) <= 20
    assert len(event.encode()) < 40_000


@pytest.fixture
async def site(db_for: DatabaseFor) -> AsyncIterator[FakeWeb]:
    async with fake_web() as web:
        yield web


def sightline(site: FakeWeb) -> Sightline:
    return Sightline(
        limits=Limits(connect_s=1.0, total_s=2.0),
        min_delay_s=0,
        routes=parse_routes(site.connect_to),
    )


async def look(db: Database, site: FakeWeb) -> int:
    async with open_eyes(sightline(site)) as eyes:
        return await read_due(db, eyes.observer, clock=lambda: NOW)


async def want(db: Database, *domains: str) -> None:
    async with db.begin() as tx:
        await handlers.on_reading_requested([ReadingRequested(domain=one) for one in domains], tx)
        await tx.run("UPDATE domain_readings SET due_at = $1", NOW)


async def told(db: Database) -> list[DomainRead]:
    async with db.begin() as tx:
        rows = await tx.fetch("SELECT body FROM outbox ORDER BY id")
        await tx.run("DELETE FROM outbox")
    events = [decode(row["body"]) for row in rows]
    return [event for event in events if isinstance(event, DomainRead)]


async def test_a_domain_is_read_once_and_what_it_forbids_is_not(
    db_for: DatabaseFor, site: FakeWeb
) -> None:
    db = db_for("crawler")
    site.on("http://rose.example/", HOME)
    site.on("http://rose.example/contact", CONTACT)
    site.on("http://rose.example/robots.txt", page("User-agent: *\nDisallow: /impressum"))
    await want(db, "rose.example")
    assert await look(db, site) == 1
    (event,) = await told(db)
    assert event.pages == ("http://rose.example/", "http://rose.example/contact")
    assert site.asked("http://rose.example/impressum") == []
    assert site.asked("http://rose.example/.well-known/security.txt") == []
    assert await look(db, site) == 0


async def test_what_cannot_be_read_is_told_as_that_and_tried_again(
    db_for: DatabaseFor, site: FakeWeb
) -> None:
    db = db_for("crawler")
    site.on("http://down.example/", page("oops", status=500))
    site.on("http://gone.example/", page("<p>Not here", status=404))
    await want(db, "down.example", "gone.example")
    assert await look(db, site) == 2
    reasons = {event.domain: event.failure for event in await told(db)}
    assert reasons == {"down.example": Reason.PAGE_5XX, "gone.example": Reason.PAGE_404}
    again = DomainRead(domain="down.example", read_at=NOW, failure=Reason.PAGE_5XX)
    async with db.begin() as tx:
        rows = await tx.fetch("SELECT domain, due_at FROM domain_readings")
        assert [tuple(row) for row in rows] == [("down.example", NOW + timedelta(hours=1))]
        await readings.save(tx, again, NOW)
        due = await tx.fetch_value("SELECT due_at FROM domain_readings")
        assert due == NOW + timedelta(hours=8)
        await readings.save(tx, again, NOW)
        assert await tx.fetch_value("SELECT count(*) FROM domain_readings") == 0
