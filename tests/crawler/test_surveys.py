"""Pages of others are searched for dead links: two looks, politely, and never for what was not seen."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.crawler import handlers
from services.crawler.domain.survey.judging import (
    Address,
    AddressState,
    after_look,
)
from services.crawler.domain.survey.wanted import JOB_KIND, MOST_OF_A_DOMAIN, wanted_pages
from services.crawler.jobs.second_looks import look_again, settle_doubts
from services.crawler.jobs.surveying import Surveyor
from shared import clock, urls
from shared.db import Database
from shared.events import (
    Event,
    JobUpdated,
    OutlinkDoubted,
    OutlinkJudged,
    PageSurveyed,
    TargetLook,
    decode,
)
from shared.job_runner import JobRunner
from shared.opportunities import OutlinkState
from shared.vocabulary import Reason, Role
from tests.crawler.asking import Asking, asking_of_acme
from tests.web import page, redirect

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
LIST = "http://roses.example/links"
DEAD = "http://gone.example/pruning-guide"
TEXT = "Roses want pruning in spring, and gardeners prune them with sharp shears. " * 6
BODY = f"""<html lang=en><title>Useful links on roses</title><h1>Roses</h1><p>{TEXT}</p>
<p>Read the <a href="{DEAD}">pruning guide</a> before you cut.</p><ul>
<li><a href="http://well.example/shears">Shears</a><li><a href="http://wall.example/x">Wall</a>
<li><a href="http://down.example/x">Down</a><li><a href="http://home.example/old/page">Moved</a>
<li><a href="http://sale.example/">For sale</a><li><a href="http://acme-tools.example/gone">Ours</a>
<li><a href="https://facebook.com/share">Share</a></ul>
<footer><a href="http://made-by.example/gone">Made by</a></footer>"""
PARKED = "<title>sale.example</title><p>The domain sale.example is for sale. Buy this domain"


@pytest.fixture
async def asking(db_for: Callable[[str], Database]) -> AsyncIterator[Asking]:
    async with asking_of_acme(db_for("crawler")) as asking:
        site = asking.site
        site.on(LIST, BODY)
        site.on(DEAD, page("Gone", status=404))
        site.on("http://well.example/shears", f"<title>Shears</title><p>{TEXT}")
        site.on("http://wall.example/x", page("no", status=403))
        site.on("http://down.example/x", page("oops", status=503))
        site.on("http://home.example/old/page", redirect("http://home.example/"))
        site.on("http://home.example/", f"<title>Home</title><p>{TEXT}")
        site.on("http://sale.example/", PARKED)
        site.on("http://acme-tools.example/gone", page("Gone", status=404))
        yield asking


async def survey(asking: Asking, body: dict[str, Any]) -> dict[str, Any]:
    status, job = await asking.ask("opportunities/searches", body)
    assert status == 202, job
    surveyor = Surveyor(asking.db, lambda: asking.eyes)
    assert await JobRunner({JOB_KIND: surveyor}, db=asking.db).run_next(asyncio.Event())
    path = f"/v1/jobs/{job['id']}"
    ended: dict[str, Any] = (await asking.client.send("GET", path, caller=asking.caller)).json()
    assert ended["state"] == "done", ended
    return ended


async def told(asking: Asking) -> list[Event]:
    async with asking.db.begin() as tx:
        rows = await tx.fetch("SELECT body FROM outbox ORDER BY id")
        await tx.run("DELETE FROM outbox")
    events = [decode(row["body"]) for row in rows]
    return [event for event in events if not isinstance(event, JobUpdated)]


async def second_look(asking: Asking, *, after: timedelta) -> None:
    """Look again when so much time has passed."""
    later = clock.now() + after
    await look_again(asking.db, asking.eyes, confirm_after=None, clock=lambda: later)


async def rewind(asking: Asking, hours: int) -> None:
    """Let the first looks have been so much earlier."""
    async with asking.db.begin() as tx:
        await tx.run(
            "UPDATE outlink_addresses SET due_at = due_at - $1::interval, first_look ="
            " jsonb_set(first_look::jsonb, '{at}', to_jsonb((first_look->>'at')::timestamptz"
            " - $1::interval))::json WHERE due_at IS NOT NULL",
            timedelta(hours=hours),
        )


async def look_twice(asking: Asking) -> list[OutlinkJudged]:
    await survey(asking, {"pages": [LIST]})
    assert not [one for one in await told(asking) if isinstance(one, OutlinkJudged)]
    await rewind(asking, 2)
    await second_look(asking, after=timedelta())
    return [one for one in await told(asking) if isinstance(one, OutlinkJudged)]


async def test_an_address_is_dead_after_two_looks_and_only_for_what_was_seen(
    asking: Asking,
) -> None:
    job = await survey(asking, {"pages": [LIST]})
    assert (job["accepted"], job["rejected"]) == (3, 0)  # the dead ones, our own page among them
    [surveyed] = [one for one in await told(asking) if isinstance(one, PageSurveyed)]
    assert (surveyed.title, surveyed.list_word) == ("Useful links on roses", "useful links")
    assert (surveyed.listed_domains, surveyed.language, surveyed.links_to_site) == (7, "en", True)
    assert surveyed.words["roses"] >= 6

    await second_look(asking, after=timedelta(minutes=30))
    assert await told(asking) == []  # too early
    await rewind(asking, 2)
    await second_look(asking, after=timedelta())
    found = {one.outlink_url: one for one in await told(asking) if isinstance(one, OutlinkJudged)}
    assert set(found) == {DEAD, "http://sale.example/"}
    dead = found[DEAD]
    assert (dead.state, dead.anchor_text, dead.followed) == (
        OutlinkState.DEAD,
        "pruning guide",
        True,
    )
    assert (dead.left_context, dead.right_context) == ("Read the", "before you cut.")
    assert dead.first is not None
    assert dead.last is not None
    assert dead.last.at - dead.first.at >= timedelta(hours=1)
    assert dead.last.reasons == (Reason.PAGE_404,)
    assert Reason.PARKED in (found["http://sale.example/"].last or dead.last).reasons
    assert asking.site.asked("http://made-by.example/gone") == []
    assert asking.site.asked("https://facebook.com/share") == []


async def test_a_page_is_read_once_for_all_sites_and_what_is_known_is_told_at_once(
    asking: Asking,
) -> None:
    await look_twice(asking)
    async with asking.db.begin() as tx:
        await tx.run(
            "INSERT INTO sites (site_id, workspace_id, version_no, hosts, active)"
            " VALUES ($1, $2, 1, '{other.example}', true)",
            *(UUID(int=8), asking.caller.workspace_id),
        )
    looks = len(asking.site.asked(LIST)), len(asking.site.asked(DEAD))
    asking.site_id = UUID(int=8)
    job = await survey(asking, {"pages": [LIST]})
    assert (job["done"], job["duplicates"]) == (1, 1)
    events = [one for one in await told(asking) if isinstance(one, OutlinkJudged)]
    assert {(one.site_id, one.outlink_url) for one in events} == {
        (UUID(int=8), url)
        for url in (DEAD, "http://sale.example/", "http://acme-tools.example/gone")
    }
    assert looks == (len(asking.site.asked(LIST)), len(asking.site.asked(DEAD)))


async def test_a_doubt_is_settled_by_a_look_at_page_and_address(asking: Asking) -> None:
    await look_twice(asking)

    async def doubt() -> OutlinkJudged:
        event = OutlinkDoubted(
            workspace_id=asking.caller.workspace_id,
            site_id=asking.site_id,
            page_url=LIST,
            page_key=urls.page_id(LIST),
            outlink_url=DEAD,
            outlink_key=urls.page_id(DEAD),
        )
        async with asking.db.begin() as tx:
            await handlers.on_outlink_doubted([event], tx)
        assert await settle_doubts(asking.db, asking.eyes, clock=clock.now) == 1
        return [one for one in await told(asking) if isinstance(one, OutlinkJudged)][-1]

    assert (await doubt()).state is OutlinkState.DEAD
    asking.site.on(DEAD, page("no", status=503))
    assert (await doubt()).state is OutlinkState.UNSURE
    asking.site.on(DEAD, f"<title>Back</title><p>{TEXT}")
    assert (await doubt()).state is OutlinkState.ANSWERS
    asking.site.on(DEAD, page("Gone", status=404))
    assert (await doubt()).state is OutlinkState.UNSURE  # it answered: one look is not enough again
    asking.site.on(LIST, f"<title>Roses</title><p>{TEXT}")
    assert (await doubt()).state is OutlinkState.REMOVED


async def test_what_is_no_page_of_others_is_refused_and_names_its_field(asking: Asking) -> None:
    bodies: list[tuple[dict[str, Any], str]] = [
        ({}, "/pages"),
        ({"pages": ["http://acme-tools.example/x"]}, "/pages"),
        ({"pages": [LIST, "http://10.0.0.1/"]}, "/pages/1"),
        ({"sources": ["everywhere"]}, "/sources/0"),
        ({"sources": ["mentions"]}, "/pages"),
    ]
    for body, pointer in bodies:
        status, said = await asking.ask("opportunities/searches", body)
        assert (status, said["errors"][0]["pointer"]) == (422, pointer), body
    status, _ = await asking.ask("opportunities/searches", {"pages": [LIST]}, role=Role.VIEWER)
    assert status == 403


async def test_robots_and_walls_on_the_page_itself_are_told_as_that(asking: Asking) -> None:
    asking.site.on("http://closed.example/robots.txt", page("User-agent: *\nDisallow: /"))
    asking.site.on("http://closed.example/links", BODY)
    job = await survey(asking, {"pages": ["http://closed.example/links"]})
    assert job["rejected"] == 1
    [event] = await told(asking)
    assert isinstance(event, PageSurveyed)
    assert event.failure is Reason.ROBOTS_DISALLOWS_US
    assert asking.site.asked("http://closed.example/links") == []


def looked(hours: float, *reasons: Reason) -> TargetLook:
    return TargetLook(at=NOON + timedelta(hours=hours), reasons=reasons)


def test_the_second_look_comes_an_hour_later_and_for_vanished_domains_six() -> None:
    first = after_look(Address(), True, looked(0, Reason.PAGE_404))
    assert (first.state, first.due_at) == (AddressState.DOUBTFUL, NOON + timedelta(hours=1))
    assert after_look(first, True, looked(0.9)).state is AddressState.DOUBTFUL
    assert after_look(first, True, looked(1)).state is AddressState.DEAD
    gone = after_look(Address(), True, looked(0, Reason.DNS_GONE))
    assert after_look(gone, True, looked(5, Reason.DNS_GONE)).state is AddressState.DOUBTFUL
    assert after_look(gone, True, looked(6, Reason.DNS_GONE)).state is AddressState.DEAD
    sooner = after_look(Address(), True, looked(0), confirm_after=timedelta())
    assert after_look(sooner, True, looked(0), confirm_after=timedelta()).state is AddressState.DEAD


def test_a_look_that_saw_nothing_neither_kills_nor_saves() -> None:
    doubtful = after_look(Address(), True, looked(0, Reason.PAGE_404))
    again = after_look(doubtful, None, looked(1, Reason.TIMEOUT))
    assert (again.state, again.first, again.tries) == (AddressState.DOUBTFUL, doubtful.first, 1)
    for hour in (25, 49):
        again = after_look(again, None, looked(hour, Reason.TIMEOUT))
    assert again.state is AddressState.UNSURE
    dead = after_look(doubtful, True, looked(2, Reason.PAGE_404))
    assert after_look(dead, None, looked(3, Reason.TIMEOUT)) == dead
    assert after_look(dead, False, looked(4)).state is AddressState.ANSWERS


def test_pages_that_are_known_are_bounded_by_domain_and_pasted_ones_are_not() -> None:
    many = [f"https://big.example/{n}" for n in range(30)]
    odd = [
        "ftp://x.example/",
        "https://our.example/x",
        "https://localhost/x",
        "https://big.example/0",
    ]
    found = wanted_pages(many, [*many, *odd, "https://b.example"], own_hosts=["our.example"])
    assert found == [*many, "https://b.example/"]
    known = wanted_pages([], many, own_hosts=[])
    assert len(known) == MOST_OF_A_DOMAIN
