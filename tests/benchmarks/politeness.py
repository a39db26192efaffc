"""What servers see of the crawler's pace: requests that came before a host's pause was over, with 1 and 4 workers.

Hosts redirect to each other, so workers meet at hosts that are none of their own.
"""

import asyncio
import tempfile
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

from services.crawler import handlers
from services.crawler.app import workers_of
from services.crawler.settings import Settings
from shared import urls
from shared.db import Database
from tests.benchmarks import databases
from tests.benchmarks.results import Row, row
from tests.crawler.builders import a_tracked
from tests.web import FakeWeb, Request, fake_web, page, redirect

WORKERS = (1, 4)
HOSTS = 60
PAGES = 10
DELAY_S = 0.3
LONGEST_S = 60.0
"""Pages whose host was busy come back after minutes; what was asked until then tells enough."""
_LINKED = '<title>A post</title><body><p>See <a href="https://our.example/page">us</a>.</p>'


def measure() -> list[Row]:
    """Return how many requests came too early, by the servers' own log."""
    rows = []
    with databases.server() as server, tempfile.TemporaryDirectory() as folder:
        for workers in WORKERS:
            url = server.new_database()
            requests = asyncio.run(_work(url, workers, Path(folder)))
            early = count_early(requests, DELAY_S)
            rows.append(
                row(
                    f"politeness: requests inside a host's delay, {workers} worker processes",
                    [early],
                    f"of {len(requests):,}",
                    target="0",
                    met=early == 0,
                )
            )
    return rows


def count_early(requests: list[Request], delay_s: float) -> int:
    """Return how many requests came to a domain sooner than the delay after the one before."""
    moments = defaultdict(list)
    for request in requests:
        moments[urls.domain_or_host(request.host)].append(request.at)
    gaps = (b - a for times in moments.values() for a, b in pairwise(sorted(times)))
    return sum(gap < delay_s for gap in gaps)


async def _work(url: str, workers: int, home: Path) -> list[Request]:
    db, stop = Database(url, schema="crawler"), asyncio.Event()
    async with fake_web() as site:
        found = _build(site)
        async with db.begin() as tx:
            await handlers.on_link_tracked([a_tracked(url) for url in found], tx)
        settings = Settings.load(
            {},
            home=home,
            database_url=url,
            workers=workers,
            min_delay=DELAY_S,
            connect_to=site.connect_to,
        )
        async with asyncio.TaskGroup() as group:
            group.create_task(workers_of(settings).run(stop))
            until = asyncio.get_running_loop().time() + LONGEST_S
            while await _count_unseen(db) and asyncio.get_running_loop().time() < until:  # noqa: ASYNC110 - rows
                await asyncio.sleep(0.5)
            stop.set()
        await db.close()
        return site.requests


def _build(site: FakeWeb) -> list[str]:
    found = []
    for number in range(HOSTS):
        host, following = (f"paced{n % HOSTS}.example" for n in (number, number + 1))
        site.on(f"http://www.{host}/moved", redirect(f"http://{following}/arrived"))
        site.on(f"http://{host}/arrived", page(_LINKED))
        found.append(f"http://www.{host}/moved")
        for name in range(PAGES):
            site.on(f"http://{host}/{name}", page(_LINKED))
            found.append(f"http://{host}/{name}")
    return found


async def _count_unseen(db: Database) -> int:
    async with db.begin() as tx:
        return int(await tx.fetch_value("SELECT count(*) FROM watches WHERE last_outcome IS NULL"))
