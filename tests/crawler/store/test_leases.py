"""What a killed worker had claimed comes back at the next start, once nobody looks any more."""

import asyncio
from datetime import timedelta

import pytest

from services.crawler import handlers
from services.crawler.domain.claim import Batch
from services.crawler.jobs.takeover import Takeover
from services.crawler.jobs.waking import Waking
from services.crawler.store import leases, records, watches
from services.crawler.store.frontier import ClaimLimits
from shared.db import Database
from tests.crawler.builders import NOW, DatabaseFor, a_check, a_tracked, claim
from tests.waiting import eventually

LINKS = [a_tracked(f"https://blog.example/{number}") for number in range(3)]
PAGES = len(LINKS) + 1  # and their target
SLOW = ClaimLimits(floor_s=2.0)


@pytest.fixture
async def db(db_for: DatabaseFor) -> Database:
    database = db_for("crawler")
    async with database.begin() as tx:
        await handlers.on_link_tracked(LINKS, tx)
        await tx.run("UPDATE pages SET next_check_at = $1", NOW)
        await tx.run("UPDATE hosts SET due_at = $1", NOW)
    return database


async def take_back(db: Database) -> int | None:
    async with db.begin() as tx:
        return await leases.take_back(tx, NOW, floor_s=2.0)


async def test_pages_of_a_killed_worker_are_claimed_after_a_pause_of_their_host(
    db: Database,
) -> None:
    assert len((await claim(db, NOW, SLOW))["blog.example"].pages) == 3
    assert await take_back(db) == PAGES
    assert await claim(db, NOW + timedelta(seconds=1), SLOW) == {}
    again = await claim(db, NOW + timedelta(seconds=2), SLOW)
    assert len(again["blog.example"].pages) == 3


async def test_nothing_that_was_seen_under_the_old_lease_is_recorded(db: Database) -> None:
    old = (await claim(db, NOW, SLOW))["blog.example"].pages[0]
    await take_back(db)
    async with db.begin() as tx:
        assert await records.record(tx, Batch([a_check(old)])) == 0


async def test_a_look_that_was_asked_for_meanwhile_comes_first(db: Database) -> None:
    await claim(db, NOW, SLOW)
    async with db.begin() as tx:
        await watches.request_checks(tx, [LINKS[1].link_id], NOW)
    await take_back(db)
    again = await claim(db, NOW + timedelta(seconds=2), SLOW)
    assert again["blog.example"].pages[0].url == LINKS[1].referring_url


async def test_what_nobody_has_stays_as_it_is(db: Database) -> None:
    assert await take_back(db) == 0
    assert len((await claim(db, NOW, SLOW))["blog.example"].pages) == 3


async def test_while_anybody_looks_his_leases_are_his(db: Database, db_for: DatabaseFor) -> None:
    await claim(db, NOW, SLOW)
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        other = Waking(db_for("crawler"))
        group.create_task(other.listen(stop))
        await other.begin()
        assert await take_back(db) is None
        stop.set()

    async def is_alone() -> bool:
        return await take_back(db) == PAGES

    await eventually(is_alone)


async def test_a_crawler_takes_over_once_and_never_what_it_claimed_itself(db: Database) -> None:
    takeover = Takeover(db, floor_s=2.0, clock=lambda: NOW)
    await takeover.once()
    await claim(db, NOW, SLOW)
    await takeover.once()
    async with db.begin() as tx:
        assert (
            await tx.fetch_value("SELECT count(*) FROM pages WHERE lease_until > $1", NOW) == PAGES
        )
