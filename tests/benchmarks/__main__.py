"""`make bench` and `make bench ONLY=crawl`: run the benchmarks, print a table, write var/bench.json."""

import sys

from tests.benchmarks import (
    alerts,
    anchors,
    anomalies,
    attacks,
    audit,
    crawl,
    disavow,
    discover,
    events,
    faultpace,
    faultsite,
    flat,
    frontier,
    imports,
    latency,
    mail,
    memory,
    networks,
    pagerank,
    plan,
    politeness,
    queries,
    redirects,
    rescore,
    schedule,
    toxicity,
)
from tests.benchmarks.processes import ROOT
from tests.benchmarks.results import save, show

BENCHMARKS = {
    "crawl": crawl.measure,
    "disavow": disavow.measure,
    "discover": discover.measure,
    "events": events.measure,
    "audit": audit.measure,
    "latency": latency.measure,
    "mail": mail.measure,
    "memory": memory.measure,
    "faultsite": faultsite.measure,
    "faultpace": faultpace.measure,
    "flat": flat.measure,
    "politeness": politeness.measure,
    "frontier": frontier.measure,
    "schedule": schedule.measure,
    "imports": imports.measure,
    "queries": queries.measure,
    "pagerank": pagerank.measure,
    "plan": plan.measure,
    "redirects": redirects.measure,
    "alerts": alerts.measure,
    "anchors": anchors.measure,
    "anomalies": anomalies.measure,
    "networks": networks.measure,
    "attacks": attacks.measure,
    "scores": toxicity.measure_scores,
    "names": toxicity.measure_names,
    "rescore": rescore.measure,
    "synthetic": toxicity.measure_synthetic,
}


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all; the exit code says whether every target was met."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"There is no benchmark {unknown[0]}; there are {', '.join(BENCHMARKS)}.")
        return 2
    rows = []
    for name in names or BENCHMARKS:
        rows += BENCHMARKS[name]()
        save(rows, ROOT / "var/bench.json")
    print(show(rows))
    return 0 if all(one.met is not False for one in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
