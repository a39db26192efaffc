"""How many bursts and drops of seeded site-years are found, how soon, and how many that are none."""

import statistics
import time

from tests.benchmarks import histories
from tests.benchmarks.results import Row, row

SITES = 300
SEED = 1_000_000  # none of the seeds that the detector was set by
_FOUND = 0.95
_FALSE = 1.0


def measure() -> list[Row]:
    """Judge site-years with a burst and a drop each quarter and a large import, and quiet ones."""
    loud, quiet = histories.Tally(), histories.Tally()
    worlds = [histories.site(SEED + seed, events=True) for seed in range(SITES)]
    calm = [histories.site(2 * SEED + seed, events=False) for seed in range(SITES)]
    started = time.process_time()
    for world in worlds:
        histories.judge(world, loud)
    for world in calm:
        histories.judge(world, quiet)
    spent = time.process_time() - started
    found = loud.found / loud.injected
    false = (loud.false + quiet.false) / (2 * SITES)
    days = 4 * SITES * (histories.LEARN + histories.YEAR)
    return [
        row(
            f"anomalies: {loud.injected:,} bursts and drops, found within 3 days",
            [found],
            "share",
            target=f">= {_FOUND:g}",
            met=found >= _FOUND,
        ),
        row("anomalies: days until found", [statistics.median(loud.delays)], "days"),
        row(
            f"anomalies: false alarms in {2 * SITES} site-years",
            [false],
            "per site-year",
            target=f"<= {_FALSE:g}",
            met=false <= _FALSE,
        ),
        row("anomalies: the same in quiet years", [quiet.false / SITES], "per site-year"),
        row("anomalies: days judged", [days / spent], "days/s"),
    ]
