"""`make bench` and `make bench ONLY=crawl`: run the benchmarks, print a table, write var/bench.json."""

import sys
from collections.abc import Callable
from importlib import import_module

from tests.benchmarks.processes import ROOT
from tests.benchmarks.results import Row, save, show

# Named by their module, or with the function in it.
BENCHMARKS = {
    **dict.fromkeys(("crawl", "disavow", "discover", "events", "audit", "latency", "mail"), ""),
    **dict.fromkeys(("memory", "faultsite", "faultpace", "flat", "politeness", "frontier"), ""),
    **dict.fromkeys(("schedule", "imports", "queries", "pagerank", "plan", "redirects"), ""),
    **dict.fromkeys(("alerts", "anchors", "anomalies", "networks", "attacks", "rescore"), ""),
    "scores": "toxicity.measure_scores",
    "names": "toxicity.measure_names",
    "synthetic": "toxicity.measure_synthetic",
}


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all; the exit code says whether every target was met."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"There is no benchmark {unknown[0]}; there are {', '.join(BENCHMARKS)}.")
        return 2
    rows: list[Row] = []
    for name in names or BENCHMARKS:
        rows += _measure_of(name)()
        save(rows, ROOT / "var/bench.json")
    print(show(rows))
    return 0 if all(one.met is not False for one in rows) else 1


def _measure_of(name: str) -> Callable[[], list[Row]]:
    """Load a benchmark only now: Linux counts the memory of a program that starts another one in the
    peak of that one, and all benchmarks together have more than a worker."""
    module, _, function = (BENCHMARKS[name] or f"{name}.measure").partition(".")
    measure: Callable[[], list[Row]] = getattr(
        import_module(f"tests.benchmarks.{module}"), function
    )
    return measure


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
