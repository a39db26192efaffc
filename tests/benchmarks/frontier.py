"""The frontier with a million and with ten million pages: claim and complete, restart, disk.

The statements are the crawler's own; only looking at the pages is left out, and the events of a
check, which the benchmark of the bus measures. ANCHORWATCH_BENCH_PAGES=100000,1000000 is smaller.
"""

import asyncio
import os
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import uvloop

from services.crawler.domain.claim import (
    Batch,
    CheckRecord,
    Claim,
    HostClaim,
    HostRecord,
    WatchRecord,
)
from services.crawler.jobs.recording import MAX_BATCH
from services.crawler.store import records
from services.crawler.store.frontier import ClaimLimits, claim_due
from shared.db import Database
from shared.vocabulary import Outcome
from tests.benchmarks import databases, filling
from tests.benchmarks.filling import NOW
from tests.benchmarks.results import Row, row

# A quarter of a small server's memory, and room for an hour's log between two checkpoints.
SERVER = {
    "shared_buffers": "2GB",
    "max_wal_size": "16GB",
    "checkpoint_timeout": "30min",
}
SIZES = (1_000_000, 10_000_000)
ROUNDS = 3
CHECKS = 30_000
WORKERS = 4
_PATIENCE_S = 600.0


@dataclass(slots=True)
class Run:
    """What was measured at one size; the CPU of a check is the worker's and PostgreSQL's together."""

    pages: int
    rates: list[float]
    cpu_us: list[float]
    restart_s: float
    gigabytes: float


def measure() -> list[Row]:
    """Return the rates at both sizes, the growth of the cost, the restart and the disk."""
    text = os.environ.get("ANCHORWATCH_BENCH_PAGES")  # noqa: TID251 - a size, not a setting
    sizes = [int(part) for part in text.split(",")] if text else SIZES
    runs = [_measure(pages) for pages in sizes]
    return [one for run in runs for one in _rows(run)] + _growth(runs)


def _measure(pages: int) -> Run:
    with databases.server(SERVER) as server:
        url = server.new_database()
        gigabytes = uvloop.run(_fill(url, pages))
        server.restart()
        begun = time.perf_counter()
        uvloop.run(_first(url))
        restart_s = time.perf_counter() - begun
        rates, cpu_us = uvloop.run(_rounds(server, url, min(CHECKS, pages // 50)))
    return Run(pages, rates, cpu_us, restart_s, gigabytes)


async def _fill(url: str, pages: int) -> float:
    db = Database(url, schema="crawler")
    await filling.fill(db, pages)
    size = await filling.bytes_of(db)
    await db.close()
    return size / 1e9


async def _first(url: str) -> None:
    """Claim for the first time, as a crawler does that has just started."""
    db = Database(url, schema="crawler")
    hosts = await _claim(db, NOW)
    assert hosts, "nothing was due"
    await _complete(db, hosts, NOW)
    await db.close()


async def _rounds(
    server: databases.Server, url: str, checks: int
) -> tuple[list[float], list[float]]:
    """Return the checks a second of each round, and the microseconds of CPU of each check."""
    db = Database(url, schema="crawler", pool_size=WORKERS)
    rates, cpu_us = [], []
    for number in range(ROUNDS + 1):
        begun, spent_s = time.perf_counter(), time.process_time() + server.cpu_s()
        done = await _work(db, NOW + timedelta(minutes=number), checks)
        rates.append(done / (time.perf_counter() - begun))
        cpu_us.append((time.process_time() + server.cpu_s() - spent_s) / done * 1e6)
    await db.close()
    return rates[1:], cpu_us[1:]


async def _work(db: Database, now: datetime, checks: int) -> int:
    """Claim and complete with some workers at once until enough is done; returns the checks."""
    done = 0

    async def worker() -> None:
        nonlocal done
        while done < checks:
            hosts = await _claim(db, now)
            if not hosts:
                # The few hosts of a small run are all with the other workers.
                await asyncio.sleep(0.005)
            done += sum(len(host.pages) for host in hosts)
            await _complete(db, hosts, now)

    async with asyncio.timeout(_PATIENCE_S), asyncio.TaskGroup() as group:
        for _ in range(WORKERS):
            group.create_task(worker())
    return done


async def _claim(db: Database, now: datetime) -> Sequence[HostClaim]:
    async with db.begin() as tx:
        return await claim_due(tx, now, ClaimLimits())


async def _complete(db: Database, hosts: Sequence[HostClaim], now: datetime) -> None:
    """Record every page as seen again, and let its host be asked after its pause."""
    checks = [(page, host) for host in hosts for page in host.pages]
    for start in range(0, len(checks), MAX_BATCH):
        part = checks[start : start + MAX_BATCH]
        batch = Batch(checks=[_checked(page, now) for page, _ in part])
        async with db.begin() as tx:
            assert await records.record(tx, batch) == len(part)
    done = [
        HostRecord(
            host=host.host,
            # As if the pause were over: what is measured is the frontier and not politeness.
            pace=host.pace._replace(free_at=now),
            released=host.held,
        )
        for host in hosts
    ]
    async with db.begin() as tx:
        await records.record(tx, Batch(hosts=done))


def _checked(page: Claim, now: datetime) -> CheckRecord:
    return CheckRecord(
        page_id=page.page_id,
        host=page.host,
        check_seq=page.check_seq,
        next_check_at=now + timedelta(days=7),
        memory=page.memory._replace(checked_at=now, checks=page.memory.checks + 1),
        watches=[
            record
            for state in page.watches
            if (record := WatchRecord(state.watch.link_id, Outcome.FOUND, 0, None)).is_news(state)
        ],
    )


def _rows(run: Run) -> list[Row]:
    name = f"frontier: {run.pages:,} pages"
    least = 3_000
    rate = statistics.median(run.rates)
    return [
        row(
            f"{name}, claim and complete",
            *(run.rates, "checks/s"),
            target=f">= {least:,}/s",
            met=rate >= least,
        ),
        row(f"{name}, CPU of a check", run.cpu_us, "us"),
        row(
            f"{name}, first due page after a restart",
            *([run.restart_s], "s"),
            target="< 5 s",
            met=run.restart_s < 5,
        ),
        row(f"{name}, disk per million", [run.gigabytes / run.pages * 1e6], "GB"),
    ]


def _growth(runs: Sequence[Run]) -> list[Row]:
    if len(runs) < 2:
        return []
    few, many = runs[0], runs[-1]
    growth = statistics.median(few.rates) / statistics.median(many.rates)
    cpu = statistics.median(many.cpu_us) / statistics.median(few.cpu_us)
    return [
        row(
            f"frontier: cost of a check at {many.pages:,} against {few.pages:,}",
            *([growth], "times"),
            ratio=growth,
            target="<= 2x",
            met=growth <= 2,
        ),
        row(
            f"frontier: CPU of a check at {many.pages:,} against {few.pages:,}",
            *([cpu], "times"),
            ratio=cpu,
        ),
    ]
