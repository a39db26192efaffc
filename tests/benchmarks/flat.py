"""One worker process that looks at pages again and again, and how much memory it has as it goes.

`python -m tests.benchmarks.flat URL PORT PAGES VISITS` prints MiB after each visit of all pages, as JSON.
"""

import json
import sys

import psutil
import uvloop

from shared.db import Database
from tests.benchmarks import databases, processes, worker
from tests.benchmarks.results import Row, row

PAGES = 800
VISITS = 15
MOST_MIB = 200.0
MOST_GROWTH = 1.05
_WARM = 3
"""Visits until every cache has what it needs."""


def measure() -> list[Row]:
    """Return the memory of a worker over many pages; ANCHORWATCH_BENCH_VISITS=125 is 100,000."""
    visits = processes.setting("VISITS", VISITS)
    with (
        databases.server() as server,
        processes.serving("tests.benchmarks.site", (PAGES, "changing")) as port,
    ):
        run = processes.run("tests.benchmarks.flat", [server.new_database(), port, PAGES, visits])
    mib: list[float] = json.loads(run.output)
    growth = mib[-1] / mib[_WARM - 1]
    return [
        row(
            f"flat: memory of the worker, {PAGES * visits:,} changed pages",
            *(mib[_WARM - 1 :], "MiB"),
            peer=f"after {PAGES * _WARM:,} pages",
            ratio=growth,
            target=f"<= {MOST_MIB:g} MiB, flat (<= {MOST_GROWTH}x)",
            met=max(mib) <= MOST_MIB and growth <= MOST_GROWTH,
        )
    ]


async def run_visits(url: str, port: int, pages: int, visits: int) -> list[float]:
    """Visit all pages so often in this process and return its memory after each time."""
    db = Database(url, schema="crawler")
    process = psutil.Process()
    found = []
    await worker.track(db, pages)
    for _ in range(visits):
        await worker.make_due(db, pages)
        await worker.work(db, port)
        async with db.begin() as tx:
            await tx.run("TRUNCATE outbox")
        found.append(round(process.memory_info().rss / 2**20, 1))
    await db.close()
    return found


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[2:5]]
    print(json.dumps(uvloop.run(run_visits(sys.argv[1], *numbers))))
