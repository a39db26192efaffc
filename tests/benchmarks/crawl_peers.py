"""What other programs need for the same pages, CPU per page, beside the crawler's worker."""

import statistics
from collections.abc import Callable, Mapping, Sequence

from tests.benchmarks import processes, statuses
from tests.benchmarks.peers import linkinator
from tests.benchmarks.results import Row, row
from tests.benchmarks.site import has_link

PEERS = "tests.benchmarks.peers"
UNIT = "CPU ms/page"
# Those that read the page say where the link is; the others only that the URL answers.
_READING = ("scrapy_spider", "scrapy_verify", "crawlee_crawler")
_ASKING = ("link_checker", "linkinator")
_NAMES = {
    "scrapy_spider": "Scrapy + LinkExtractor",
    "scrapy_verify": "Scrapy with our parser",
    "crawlee_crawler": "crawlee with our parser",
    "link_checker": "LinkChecker, status only",
    "linkinator": f"linkinator {linkinator.VERSION}, status only",
    "lychee": "lychee, status only",
}
_LEAST = {
    "scrapy_spider": 7.0,
    "scrapy_verify": 3.0,
    "crawlee_crawler": 1.5,
    "link_checker": 2.5,
    "linkinator": 1.0,
}
_STARTS = 3
_STATUS_MODE = "our status-only mode"
_MOST_OF_LYCHEE = 1.5
# A start of ours costs as much as thousands of these questions: ask for each page several times.
_QUESTIONS = 5

Costs = Mapping[str, Sequence[float]]


def measure_round(port: str, pages: int) -> dict[str, float]:
    """Return CPU milliseconds per page of every peer that can be had here, start-up taken off."""
    found = sum(map(has_link, range(pages)))
    costs = {name: per_page(name, port, pages, expected=found) for name in _READING}
    for name in _ASKING:
        if name != "linkinator" or linkinator.install() is None:
            costs[name] = per_page(name, port, pages, expected=pages)
    many = pages * _QUESTIONS
    costs["lychee"] = _net(lambda size: _lychee_cpu_s(port, size, pages), many)
    costs[_STATUS_MODE] = _net(lambda size: statuses.cpu_s(port, size, pages), many)
    return costs


def per_page(name: str, port: str, pages: int, *, expected: int) -> float:
    """Return what one peer takes for each page."""

    def cpu_s(size: int) -> float:
        run = processes.run(f"{PEERS}.{name}", [port, size])
        wanted = expected if size == pages else None
        assert wanted in {None, int(run.output)}, f"{name}: {run.output} of {wanted}"
        return run.cpu_s

    return _net(cpu_s, pages)


def _lychee_cpu_s(port: str, questions: int, pages: int) -> float:
    run = processes.run(f"{PEERS}.lychee", [port, questions, pages])
    assert run.output == str(questions), f"lychee: {run.output} of {questions}"
    return run.cpu_s


def rows(costs: Costs, *, worker_ms: float) -> list[Row]:
    """Return a row for each peer against the worker's steady re-check, and the status-only mode."""
    made = [_row(name, costs.get(name), worker_ms) for name in _LEAST]
    ours, lychee = costs[_STATUS_MODE], costs["lychee"]
    ratio = statistics.median(ours) / statistics.median(lychee)
    return [
        *made,
        row(f"crawl: {_NAMES['lychee']}", lychee, UNIT),
        row(
            f"crawl: {_STATUS_MODE}",
            *(ours, UNIT),
            peer="lychee",
            ratio=ratio,
            target=f"<= {_MOST_OF_LYCHEE} lychee",
            met=ratio <= _MOST_OF_LYCHEE,
        ),
    ]


def _row(name: str, values: Sequence[float] | None, worker_ms: float) -> Row:
    title = f"crawl: {_NAMES[name]}, against the full worker"
    if not values:
        return row(title, [0.0], "not here", target=linkinator.install())
    ratio = statistics.median(values) / worker_ms
    least = _LEAST[name]
    return row(
        title,
        *(values, UNIT),
        peer="full worker, steady re-check",
        ratio=ratio,
        target=f">= {least:g}x ours",
        met=ratio >= least,
    )


def _net(cpu_s: Callable[[int], float], pages: int) -> float:
    # The least of several: a start takes as long as hundreds of pages, and the first one longer.
    start = min(cpu_s(1) for _ in range(_STARTS))
    return 1000 * (cpu_s(pages) - start) / (pages - 1)
