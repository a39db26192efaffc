"""Worker processes: they share the hosts, are started again when they die, and end with their crawler."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import orjson
import psutil
import pytest

from services.crawler import handlers
from services.crawler.app import workers_of
from services.crawler.jobs.workers import Workers
from services.crawler.settings import Settings
from shared import metrics
from shared.db import Database
from tests.crawler.builders import DatabaseFor, a_tracked
from tests.crawler.test_pauses import LINKED, count_unseen, too_early
from tests.web import FakeWeb, fake_web, page

DELAY_S = 0.1
HOSTS = [f"worked{number}.example" for number in range(6)]


async def track(db: Database, site: FakeWeb, name: str) -> None:
    """Track one page on every host."""
    urls = [f"http://{host}/{name}" for host in HOSTS]
    for url in urls:
        site.on(url, page(LINKED))
    async with db.begin() as tx:
        await handlers.on_link_tracked([a_tracked(url) for url in urls], tx)


async def eventually(is_so: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(40):
        while not await is_so():  # noqa: ASYNC110 - what we wait for is in other processes
            await asyncio.sleep(0.05)


@asynccontextmanager
async def running(workers: Workers) -> AsyncIterator[None]:
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(workers.run(stop))
        try:
            yield
        finally:
            stop.set()


def children() -> list[psutil.Process]:
    found = psutil.Process().children()
    return [child for child in found if "services.cli.worker" in child.cmdline()]


@pytest.fixture
async def site() -> AsyncIterator[FakeWeb]:
    async with fake_web() as web:
        yield web


async def test_workers_share_the_hosts_survive_a_crash_and_end_with_us(
    db_for: DatabaseFor, site: FakeWeb
) -> None:
    db = db_for("crawler")
    settings = Settings.load(
        {},
        database_url=db.url,
        workers=2,
        min_delay=DELAY_S,
        connect_to=site.connect_to,
        internal_secret="a secret of at least sixteen characters",
    )
    await track(db, site, "first")
    async with running(workers_of(settings)):

        async def is_done() -> bool:
            return await count_unseen(db) == 0

        await eventually(is_done)
        before = children()
        assert len(before) == 2
        os.kill(before[0].pid, signal.SIGKILL)
        await track(db, site, "second")
        await eventually(is_done)

        async def is_told() -> bool:
            return "anchorwatch_crawler_worker_restarts_total 1.0" in metrics.exposition().decode()

        await eventually(is_told)
    assert too_early(site.requests, DELAY_S) == {}
    assert children() == []


def test_what_processes_measured_is_added_up_and_outlives_them() -> None:
    totals = metrics.Totals()
    told = orjson.dumps(
        [
            ("checks", "counter", "Checks.", [("checks_total", {"result": "failed"}, 2.0)]),
            ("claimed", "gauge", "Pages.", [("claimed", {}, 5.0)]),
        ]
    )
    totals.take(0, told)
    totals.take(1, told)
    totals.ended(1)
    values = {one.name: one.value for family in totals.collect() for one in family.samples}
    assert values == {"checks_total": 4.0, "claimed": 5.0}
    totals.take(1, told)
    values = {one.name: one.value for family in totals.collect() for one in family.samples}
    assert values == {"checks_total": 6.0, "claimed": 10.0}
