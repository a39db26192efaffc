"""How soon losses are seen by the product's schedule, against a uniform one of as many looks."""

import statistics

from tests.benchmarks.population import DAYS, PERIOD_DAYS, simulate
from tests.benchmarks.results import Row, row

PAGES = 3_000
SEEDS = range(5)
_LEAST = 2.0


def measure() -> list[Row]:
    """Return delays of losses weighted by value, each world by another seed."""
    worlds = [simulate(PAGES, seed) for seed in SEEDS]
    gain = statistics.median(world.gain for world in worlds)
    name = f"schedule: {PAGES:,} pages, {DAYS} days, a look each {PERIOD_DAYS:g} days on average"
    return [
        row(f"{name}, uniform", [world.uniform_delay_days for world in worlds], "days late"),
        row(f"{name}, by value and hazard", [world.delay_days for world in worlds], "days late"),
        row(
            "schedule: how much sooner losses are seen, hazards learned on the way",
            *([world.gain for world in worlds], "times"),
            peer="uniform",
            ratio=gain,
            target=f">= {_LEAST:g}x",
            met=gain >= _LEAST,
        ),
        row("schedule: looks used of the budget", [world.looks for world in worlds], "share"),
    ]
