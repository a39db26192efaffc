"""Networks on a web of 15,000 domains with known owners: how well they are found, and how fast."""

import time

from services.toxicity.domain.networks.finding import find_networks
from tests.benchmarks import processes
from tests.benchmarks.results import Row, row
from tests.toxicity.networks.web import a_web, compare

DOMAINS = 15_000
SEEDS = (11, 12, 13)
LEAST_F1 = 0.9


def measure() -> list[Row]:
    """Return pairwise F1, precision and time; ANCHORWATCH_BENCH_DOMAINS=2000 is a small one."""
    domains = processes.setting("DOMAINS", DOMAINS)
    scores, precisions, seconds = [], [], []
    for seed in SEEDS:
        web = a_web(seed, domains=domains)
        marks = web.marks()
        began = time.process_time()
        found = find_networks(marks)
        seconds.append(time.process_time() - began)
        agreement = compare(found.networks, web.owners)
        scores.append(agreement.f1)
        precisions.append(agreement.precision)
    what = f"networks: {domains:,} domains"
    return [
        row(
            f"{what}, pairwise F1",
            scores,
            "",
            target=f">= {LEAST_F1} on each seed",
            met=min(scores) >= LEAST_F1,
        ),
        row(f"{what}, pairwise precision", precisions, ""),
        row(what, seconds, "s CPU"),
    ]
