"""A confirmed loss brings forward what may have gone with it, and no more than that."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from services.crawler import handlers
from services.crawler.domain.claim import Alarm, Batch, Claim
from services.crawler.domain.hazard import History
from services.crawler.store import alarms, records
from shared.db import Database
from shared.events import LinkTracked
from tests.crawler.builders import NOW, SITE, DatabaseFor, a_check, a_tracked, claim

LATER = NOW + timedelta(days=20)


@pytest.fixture
def db(db_for: DatabaseFor) -> Database:
    return db_for("crawler")


def on(host: str, count: int, **given: object) -> list[LinkTracked]:
    return [a_tracked(f"https://{host}/{n}", target_url=None, **given) for n in range(count)]


async def track(db: Database, *events: LinkTracked) -> Claim:
    """Track pages that are due much later, but for the first, which is claimed."""
    async with db.begin() as tx:
        await handlers.on_link_tracked(events, tx)
        first = events[0].page_key
        await tx.run("UPDATE pages SET next_check_at = $1", LATER)
        await tx.run("UPDATE pages SET next_check_at = $1 WHERE page_key = $2", NOW, first)
        await tx.run("UPDATE hosts SET due_at = $1", NOW)
    claimed = await claim(db)
    return next(page for host in claimed.values() for page in host.pages)


async def lose(
    db: Database, page: Claim, at: datetime = NOW, placed_at: datetime | None = None
) -> None:
    alarm = Alarm(host=page.host, site_id=SITE, at=at, placed_at=placed_at)
    async with db.begin() as tx:
        await records.record(tx, Batch(checks=[a_check(page, alarms=[alarm])]))


async def due(db: Database, at: datetime = NOW) -> dict[str, int]:
    async with db.begin() as tx:
        rows = await tx.fetch(
            "SELECT host, count(*) AS pages FROM pages WHERE next_check_at <= $1 GROUP BY host", at
        )
    return {row["host"]: row["pages"] for row in rows}


async def test_a_loss_brings_the_other_pages_of_its_host_forward(db: Database) -> None:
    lost = await track(db, *on("blog.example", 4), *on("calm.example", 2))
    await lose(db, lost)
    assert await due(db) == {"blog.example": 3}
    async with db.begin() as tx:
        assert await tx.fetch_value("SELECT due_at FROM hosts WHERE host = 'blog.example'") <= NOW


async def test_a_host_is_not_asked_for_more_than_its_cap(db: Database) -> None:
    lost = await track(db, *on("blog.example", alarms.MOST_PER_HOST + 5))
    await lose(db, lost)
    assert await due(db) == {"blog.example": alarms.MOST_PER_HOST}


async def test_losses_one_after_the_other_bring_a_host_forward_once(db: Database) -> None:
    lost = await track(db, *on("blog.example", 3))
    await lose(db, lost)
    async with db.begin() as tx:
        await tx.run("UPDATE pages SET next_check_at = $1, lease_until = NULL", LATER)
    soon = NOW + timedelta(hours=1)
    async with db.begin() as tx:
        alarm = Alarm(host=lost.host, site_id=SITE, at=soon)
        await alarms.bring_forward(tx, [alarm], alarms.Around(), [lost.page_id])
    assert await due(db, soon) == {}
    much_later = NOW + alarms.PULL_EVERY
    async with db.begin() as tx:
        alarm = Alarm(host=lost.host, site_id=SITE, at=much_later)
        await alarms.bring_forward(tx, [alarm], alarms.Around(), [lost.page_id])
    assert await due(db, much_later) == {"blog.example": 2}


async def test_pages_that_rest_or_failed_stay_where_they_are(db: Database) -> None:
    lost = await track(db, *on("blog.example", 4))
    async with db.begin() as tx:
        await tx.run(
            "UPDATE pages SET next_check_at = 'infinity' WHERE url = 'https://blog.example/1'"
        )
        await tx.run("UPDATE pages SET failure_run = 2 WHERE url = 'https://blog.example/2'")
    await lose(db, lost)
    assert await due(db) == {"blog.example": 1}


async def test_what_was_placed_together_is_looked_at_together(db: Database) -> None:
    day = NOW - timedelta(days=200)
    lost = await track(
        db,
        *on("a.example", 1, contract=True, known_since=day),
        *on("b.example", 1, contract=True, known_since=day + timedelta(hours=5)),
        *on("c.example", 1, contract=True, known_since=day + timedelta(days=30)),
        *on("d.example", 1, known_since=day),
        *on("e.example", 1, contract=True, known_since=day, site_id=UUID(int=77)),
    )
    await lose(db, lost, placed_at=day)
    assert await due(db) == {"b.example": 1}


async def test_host_and_page_remember_what_was_learned(db: Database) -> None:
    page = await track(db, *on("blog.example", 1))
    check = a_check(page, learned=History(1.0, 0.25), alarms=())
    memory = check.memory
    kept = type(memory)(checked_at=NOW, checks=1, history=History(1.0, 0.5), rate=0.25)
    check = a_check(page, learned=History(1.0, 0.25), memory=kept, next_check_at=NOW)
    async with db.begin() as tx:
        host = (await tx.fetch("SELECT * FROM hosts WHERE host = 'blog.example'"))[0]
        assert (host["losses"], host["load"]) == (0, 0)
        await records.record(tx, Batch(checks=[check]))
    async with db.begin() as tx:
        await tx.run("UPDATE hosts SET next_free_at = '-infinity'")
    again = (await claim(db))["blog.example"].pages[0]
    assert (again.memory.history, again.memory.rate) == (History(1.0, 0.5), 0.25)
    assert (again.host_history, again.host_load) == (History(1.0, 0.25), 0.25)


async def test_a_page_that_comes_to_rest_leaves_the_load_of_its_host(db: Database) -> None:
    page = await track(db, *on("blog.example", 1))
    kept = type(page.memory)(checked_at=NOW, checks=1, rate=0.25)
    async with db.begin() as tx:
        await records.record(tx, Batch(checks=[a_check(page, memory=kept, next_check_at=NOW)]))
        await tx.run("UPDATE hosts SET next_free_at = '-infinity'")
        await tx.run("UPDATE watches SET removed_at = now()")
    assert await claim(db) == {}
    async with db.begin() as tx:
        assert await tx.fetch_value("SELECT load FROM hosts WHERE host = 'blog.example'") == 0
