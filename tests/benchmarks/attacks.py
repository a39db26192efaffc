"""Attacks in 1,200 seeded years of sites, judged by the real score: how many are found, and how soon."""

import statistics
import time

from tests.benchmarks import processes
from tests.benchmarks.results import Row, row
from tests.toxicity.attacks.years import DAYS, Pools, tally

YEARS = 1_200
POOL = 5_000
MOST_FALSE, MOST_VIRAL, LEAST_BLASTS, LEAST_DRIPS = 0.1, 0.02, 0.90, 0.60


def measure() -> list[Row]:
    """Return the shares that were found; ANCHORWATCH_BENCH_YEARS=60 is a small run."""
    years = processes.setting("YEARS", YEARS)
    pools = Pools(7, size=POOL)
    began = time.process_time()
    found = tally(range(50_000, 50_000 + years), pools)
    speed = years * DAYS / (time.process_time() - began)
    return [
        _share(
            "blasts found within 2 days", found.blasts_in_time, found.blasts, least=LEAST_BLASTS
        ),
        _share("drips found while they last", found.drips_found, found.drips, least=LEAST_DRIPS),
        _share("successes taken for attacks", found.viral_flagged, found.viral, most=MOST_VIRAL),
        _share("false alarms a site-year", found.false_alarms, found.years, most=MOST_FALSE),
        row("attacks: median delay of blasts", [statistics.median(found.delays["blast"])], "days"),
        row("attacks: median delay of drips", [statistics.median(found.delays["drip"])], "days"),
        row("attacks: drawing and looking", [speed], "site-days/s"),
    ]


def _share(
    what: str, part: int, whole: int, *, least: float | None = None, most: float | None = None
) -> Row:
    share = part / max(whole, 1)
    return row(
        f"attacks: {what}, of {whole:,}",
        [share],
        "",
        target=f">= {least}" if least is not None else f"<= {most}",
        met=share >= least if least is not None else most is not None and share <= most,
    )
