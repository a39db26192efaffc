"""A worker without work rests until something is due, and is woken when others make it due."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from services.crawler import handlers
from services.crawler.jobs.waking import Waking
from services.crawler.store import bell, frontier, hosts, watches
from services.crawler.store.frontier import ClaimLimits
from shared import clock
from shared.db import Database
from tests.crawler.builders import DatabaseFor, a_tracked
from tests.waiting import eventually

PROMPT_S = 20.0  # far below what the worker would rest, on any machine


@pytest.fixture
def db(db_for: DatabaseFor) -> Database:
    return db_for("crawler")


@asynccontextmanager
async def idle(
    db: Database, *, seldom_s: float = 60.0
) -> AsyncIterator[tuple[Waking, asyncio.Event]]:
    """A worker that hears, and has nothing to do."""
    waking, stop = Waking(db, lively_s=0.0, seldom_s=seldom_s), asyncio.Event()

    async def hears() -> bool:
        return not waking.is_lively

    async with asyncio.TaskGroup() as group:
        group.create_task(waking.listen(stop))
        await eventually(hears)
        yield waking, stop
        stop.set()


async def rested(waking: Waking, stop: asyncio.Event, due_in_s: float) -> float:
    began = time.monotonic()
    await waking.rest(stop, due_in_s)
    return time.monotonic() - began


async def test_who_does_not_hear_looks_five_times_a_second(db: Database) -> None:
    waking = Waking(db, lively_s=0.0, seldom_s=60.0)
    assert waking.is_lively
    assert await rested(waking, asyncio.Event(), 60.0) < PROMPT_S


async def test_who_hears_rests_until_something_is_due_but_not_for_long(db: Database) -> None:
    async with idle(db) as (waking, stop):
        assert await rested(waking, stop, 0.05) < PROMPT_S
        assert await rested(waking, stop, -5.0) < PROMPT_S
    async with idle(db, seldom_s=0.3) as (waking, stop):
        assert 0.25 < await rested(waking, stop, 60.0) < PROMPT_S


@pytest.mark.parametrize("what", ["a new link", "a look that a person asked for"])
async def test_work_that_others_store_wakes_the_worker_at_their_commit(
    db: Database, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bell, "_EVERY_S", 0.0)
    link = a_tracked()
    if what != "a new link":
        async with db.begin() as tx:
            await handlers.on_link_tracked([link], tx)
    async with idle(db) as (waking, stop), asyncio.TaskGroup() as group:
        rest = group.create_task(rested(waking, stop, 60.0))
        async with db.begin() as tx:
            if what == "a new link":
                await handlers.on_link_tracked([link], tx)
            else:
                await watches.request_checks(tx, [link.link_id], clock.now())
        assert await rest < PROMPT_S


async def test_a_worker_whose_session_is_cut_hears_again(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bell, "_EVERY_S", 0.0)

    async def ears() -> set[int]:
        async with db.begin() as tx:
            rows = await tx.fetch(
                "SELECT pid FROM pg_stat_activity"
                " WHERE datname = current_database() AND query LIKE 'LISTEN%'"
            )
        return {row["pid"] for row in rows}

    async with idle(db) as (waking, stop):
        [cut] = await ears()
        async with db.begin() as tx:
            await tx.run("SELECT pg_terminate_backend($1)", cut)

        async def hears_again() -> bool:
            return bool(await ears() - {cut}) and not waking.is_lively

        await eventually(hears_again)
        await store_a_link(db)
        assert await rested(waking, stop, 60.0) < PROMPT_S


async def store_a_link(db: Database) -> None:
    async with db.begin() as tx:
        await handlers.on_link_tracked([a_tracked()], tx)


async def test_the_next_host_is_the_one_whose_pause_and_pages_allow_it_first(db: Database) -> None:
    now = clock.now()
    limits = ClaimLimits()
    async with db.begin() as tx:
        assert await frontier.next_ready(tx, limits) is None
        await tx.run("INSERT INTO hosts (host, due_at) VALUES ('at-rest.example', 'infinity')")
        assert await frontier.next_ready(tx, limits) is None
        await hosts.make_due(tx, ["late.example"], now + timedelta(hours=2))
        await hosts.make_due(tx, ["soon.example"], now + timedelta(hours=1))
        await hosts.make_due(tx, ["held.example"], now)
        until = now + timedelta(hours=3)
        assert await hosts.take(tx, "held.example", now, until) is not None
        assert await frontier.next_ready(tx, limits) == now + timedelta(hours=1)
