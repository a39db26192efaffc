"""`scores`, `lexical` and `synthetic`: how fast links and names are judged, and how well a made-up web."""

import csv
import time
from collections.abc import Callable

from services.toxicity.domain.lexical import model
from services.toxicity.domain.score import judge
from tests.benchmarks.processes import ROOT
from tests.benchmarks.results import Row, row
from tests.synthetic.pipeline import judge_world, measure
from tests.synthetic.world import make_world

ROUNDS = 7
LABELLED = ROOT.parent / "shared/data/domains/shared_domains.csv"


def _rates(work: Callable[[], object], items: int) -> list[float]:
    """Return items a second of processor time, round by round: one core, whoever else is at work."""
    rates = []
    for _ in range(ROUNDS):
        started = time.process_time()
        work()
        rates.append(items / (time.process_time() - started))
    return rates


def measure_scores() -> list[Row]:
    facts = [case.facts for case in judge_world(make_world(5, hosts=2_000))]
    rates = _rates(lambda: [judge(one) for one in facts], len(facts))
    best = max(rates)
    return [
        row("full link scores", rates, "/s", target=">= 15,000 on a free core", met=best >= 15_000)
    ]


def measure_names() -> list[Row]:
    with LABELLED.open(encoding="utf-8") as lines:
        domains = [line["domain"] for line in csv.DictReader(lines)]
    names = model.load()
    rates = _rates(lambda: sum(1 for _ in names.judge(domains)), len(domains))
    best = max(rates)
    return [row("names judged", rates, "/s", target=">= 60,000 on a free core", met=best >= 60_000)]


def measure_synthetic(hosts: int = 15_000) -> list[Row]:
    found = measure(judge_world(make_world(2026, hosts=hosts)))
    low, high = found.precision_interval
    print(
        f"{hosts} hosts, 5 % bad: {found.proposed} at the disavow threshold;"
        f" precision {found.precision:.4f} [{low:.4f}, {high:.4f}],"
        f" recall {found.recall:.3f} [{found.recall_interval[0]:.3f}, {found.recall_interval[1]:.3f}],"
        f" AUC {found.auc:.4f}, calibration error {found.calibration_error:.4f};"
        f" wrong: {', '.join(found.wrong) or 'none'}"
    )
    return [
        row("synthetic: AUC", [found.auc], "", target=">= 0.97", met=found.auc >= 0.97),
        row(
            *("synthetic: precision", [found.precision], ""),
            target=">= 0.99",
            met=found.precision >= 0.99,
        ),
        row("synthetic: recall", [found.recall], "", target=">= 0.40", met=found.recall >= 0.40),
    ]
