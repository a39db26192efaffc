"""Fetch and verify, CPU per page: the crawler's worker, the bare loop and its peers on one loopback site."""

import statistics
from collections import defaultdict

from tests.benchmarks import crawl_peers, databases, processes
from tests.benchmarks.results import Row, row
from tests.benchmarks.site import has_link

PAGES = 800
ROUNDS = 3
_BARE = "tests.benchmarks.peers.bare_loop"
_WORKER = "tests.benchmarks.worker"
_FOUND = sum(map(has_link, range(PAGES)))


def measure() -> list[Row]:
    """Return CPU milliseconds per page of every arm, start-up taken off."""
    costs: dict[str, list[float]] = defaultdict(list)
    with databases.server() as server:
        for _ in range(ROUNDS):
            _round(server, costs)
    return _rows(costs)


def _round(server: databases.Server, costs: dict[str, list[float]]) -> None:
    for changing in (False, True):
        arguments = (PAGES, "changing") if changing else (PAGES,)
        with processes.serving("tests.benchmarks.site", arguments) as port:
            if not changing:
                costs["bare"].append(_bare(port))
                for name, value in crawl_peers.measure_round(port, PAGES).items():
                    costs[name].append(value)
            _visits(server, port, costs, suffix="changed" if changing else "same")


def _bare(port: str) -> float:
    return _per_page(processes.run(_BARE, [port, PAGES]))


def _visits(
    server: databases.Server, port: str, costs: dict[str, list[float]], *, suffix: str
) -> None:
    """Visit all pages twice: the first look, and the next one."""
    url = server.new_database()
    first = _visit(server, url, port, 1)
    again = _visit(server, url, port, 2)
    if suffix == "same":
        costs["first"].append(first[0])
        costs["first, PostgreSQL"].append(first[1])
    costs[suffix].append(again[0])
    costs[f"{suffix}, PostgreSQL"].append(again[1])
    costs["peak"].append(again[2])


def _visit(server: databases.Server, url: str, port: str, visit: int) -> tuple[float, float, float]:
    before = server.cpu_s()
    run = processes.run(_WORKER, [url, port, PAGES, visit])
    return _per_page(run), 1000 * (server.cpu_s() - before) / PAGES, run.peak_mib


def _per_page(run: processes.Run) -> float:
    """Return what a process says of its own CPU: start-up varies by more than the pages cost."""
    found, spent_s = run.output.splitlines()
    assert found == str(_FOUND), f"found {found} of {_FOUND} links"
    return 1000 * float(spent_s) / PAGES


def _rows(costs: dict[str, list[float]]) -> list[Row]:
    unit = "CPU ms/page"
    bare = statistics.median(costs["bare"])
    same = statistics.median(costs["same"])
    changed = statistics.median(costs["changed"])
    return [
        row("crawl: bare aiohttp + lexbor loop", costs["bare"], unit),
        row(
            "crawl: full worker, steady re-check",
            *(costs["same"], unit),
            peer="bare loop",
            ratio=same / bare,
            target="<= 1.6x bare",
            met=same / bare <= 1.6,
        ),
        *crawl_peers.rows(costs, worker_ms=same),
        row(
            "crawl: full worker, every body changed since",
            *(costs["changed"], unit),
            peer="bare loop",
            ratio=changed / bare,
        ),
        row("crawl: full worker, first visit with facts", costs["first"], unit),
        row("crawl: PostgreSQL, steady re-check", costs["same, PostgreSQL"], unit),
        row("crawl: PostgreSQL, first visit", costs["first, PostgreSQL"], unit),
        row("crawl: peak memory of the worker", costs["peak"], "MiB"),
    ]
