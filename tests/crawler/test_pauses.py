"""What servers see: workers side by side never come to a host before its pause is over."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from itertools import pairwise

import pytest

from services.crawler import handlers
from services.crawler.adapters.eyes import Eyes, Sightline, open_eyes
from services.crawler.adapters.observer import Question
from services.crawler.adapters.web import Limits
from services.crawler.jobs.checking import Checking
from services.crawler.jobs.turns import SharedTurns
from services.crawler.store.frontier import ClaimLimits
from shared import urls
from shared.db import Database
from shared.wall import parse_routes
from tests.crawler.builders import DatabaseFor, a_tracked
from tests.web import FakeWeb, Request, fake_web, page, redirect

DELAY_S = 0.1
HOSTS = [f"host{number}.example" for number in range(5)]
PAGES = 4
LINKED = '<html><title>A post</title><body><p>See <a href="https://our.example/page">us</a>.</p>'


def build(site: FakeWeb) -> list[str]:
    """Make pages that link, and on every host one that leads to the next host."""
    found = []
    for number, host in enumerate(HOSTS):
        following = HOSTS[(number + 1) % len(HOSTS)]
        site.on(f"http://www.{host}/moved", redirect(f"http://{following}/arrived"))
        site.on(f"http://{host}/arrived", page(LINKED))
        found.append(f"http://www.{host}/moved")
        for name in range(PAGES):
            site.on(f"http://{host}/{name}", page(LINKED))
            found.append(f"http://{host}/{name}")
    return found


def too_early(requests: Sequence[Request], delay_s: float) -> Mapping[str, list[float]]:
    """Return the gaps between two requests to one domain that were shorter than its pause."""
    moments = defaultdict(list)
    for request in requests:
        moments[urls.domain_or_host(request.host)].append(request.at)
    gaps = {
        host: [b - a for a, b in pairwise(sorted(times)) if b - a < delay_s]
        for host, times in moments.items()
    }
    return {host: short for host, short in gaps.items() if short}


async def work(db: Database, eyes: Eyes, stop: asyncio.Event) -> None:
    checking = Checking(
        db=db,
        observer=eyes.observer,
        politeness=eyes.politeness,
        # Small windows: hosts pass from worker to worker again and again.
        limits=ClaimLimits(floor_s=DELAY_S, window_s=2 * DELAY_S),
        confirm_after=timedelta(hours=1),
    )
    await checking.run(stop)


async def count_unseen(db: Database) -> int:
    async with db.begin() as tx:
        return int(await tx.fetch_value("SELECT count(*) FROM watches WHERE last_outcome IS NULL"))


@pytest.mark.parametrize("workers", [1, 4])
async def test_no_request_comes_before_the_pause_of_its_host_is_over(
    db_for: DatabaseFor, workers: int
) -> None:
    db, stop = db_for("crawler"), asyncio.Event()
    async with fake_web() as site, AsyncExitStack() as stack:
        found = build(site)
        async with db.begin() as tx:
            await handlers.on_link_tracked([a_tracked(url) for url in found], tx)
        sightline = Sightline(
            min_delay_s=DELAY_S,
            limits=Limits(connect_s=2, total_s=2),
            routes=parse_routes(site.connect_to),
        )
        opened = [
            await stack.enter_async_context(open_eyes(sightline, turns=SharedTurns(db)))
            for _ in range(workers + 1)
        ]
        async with asyncio.timeout(30), asyncio.TaskGroup() as group:
            for eyes in opened[1:]:
                group.create_task(work(db, eyes, stop))
            # A person looks at pages of the same hosts meanwhile, through the API's own eyes.
            for host in HOSTS[:2]:
                await opened[0].observer.look(Question(url=f"http://{host}/0"))
            while await count_unseen(db):  # noqa: ASYNC110 - what we wait for is a row
                await asyncio.sleep(0.02)
            stop.set()
        assert len(site.requests) >= len(found) + len(HOSTS)
        assert too_early(site.requests, DELAY_S) == {}
