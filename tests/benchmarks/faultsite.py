"""A thousand pages that fail in every way for twenty rounds: what was concluded, beside the truth.

The script comes from one seed, so that every run meets the same weeks. The real fetcher, worker and
profile play against it (tests/faultsite); only time is simulated.
"""

import asyncio
import tempfile
from pathlib import Path

from services.crawler.adapters.web import Limits
from shared.db import Database
from tests.benchmarks import databases
from tests.benchmarks.results import Row, row
from tests.faultsite.script import write_script
from tests.faultsite.simulation import Report, simulate

SEED = 20_261_122
PAGES = 1_000
ROUNDS = 20
PATIENCE_S = 8.0
"""Short enough for what hangs on purpose, long enough that a busy machine adds no faults of its own:
the script promises a clear view between two looks that seem to find the link gone."""
_IN_TIME = 0.99
_SEEN = 0.98


def measure() -> list[Row]:
    """Return what counts, then how often each fault was met and what was said of it."""
    with databases.server() as server, tempfile.TemporaryDirectory() as folder:
        report = asyncio.run(_play(server.new_database(), Path(folder)))
    for line in (*report.false_losses, *report.false_sights, *report.missed_in_time):
        print(line)
    return [*_rows(report), *_fault_rows(report)]


async def _play(url: str, folder: Path) -> Report:
    crawler, profile = Database(url, schema="crawler"), Database(url, schema="profile")
    try:
        return await simulate(
            write_script(pages=PAGES, rounds=ROUNDS, seed=SEED),
            folder=folder,
            crawler_db=crawler,
            profile_db=profile,
            limits=Limits(connect_s=PATIENCE_S, total_s=PATIENCE_S),
        )
    finally:
        await crawler.close()
        await profile.close()


def _rows(report: Report) -> list[Row]:
    name = f"fault site, {PAGES:,} pages, {ROUNDS} rounds"
    wrong = len(report.false_losses) + len(report.false_sights)
    return [
        row(f"{name}: looks", [report.checks], "looks"),
        row(f"{name}: confirmed false losses", [len(report.false_losses)], "links",
            target="0", met=not report.false_losses),
        row(f"{name}: faults or pages seen as what they are not", [wrong], "looks",
            target="0", met=wrong == 0),
        row(f"{name}: true losses", [report.true_losses], "links"),
        row(f"{name}: of these told after the second look", [100 * report.share_in_time], "%",
            target=f">= {100 * _IN_TIME:g} %", met=report.share_in_time >= _IN_TIME),
        row(f"{name}: looks at healthy pages that observed", [100 * report.share_seen], "%",
            target=f">= {100 * _SEEN:g} %", met=report.share_seen >= _SEEN),
    ]  # fmt: skip


def _fault_rows(report: Report) -> list[Row]:
    counts = {**report.by_fault, **{f"loss: {k}": v for k, v in report.by_loss.items()}}
    return [
        row(f"fault site: {name}: {', '.join(sorted(said))}"[:120], [sum(said.values())], "looks")
        for name, said in sorted(counts.items())
    ]
