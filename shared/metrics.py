"""The house metrics: what every service measures in the same way, and the text of `/metrics`.

Labels are few and closed: service, route template, event name; never a URL, a domain or an id.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import orjson
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from typing_extensions import override

CONTENT_TYPE = CONTENT_TYPE_LATEST
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)

HTTP_REQUESTS = Counter(
    "anchorwatch_http_requests_total",
    "Requests answered, by service, route template, method and status.",
    ["service", "route", "method", "status"],
)
HTTP_SECONDS = Histogram(
    "anchorwatch_http_request_duration_seconds",
    "Time from the request's first byte to the end of the answer.",
    ["service", "route", "method"],
    buckets=_SECONDS,
)
UPSTREAM_SECONDS = Histogram(
    "anchorwatch_upstream_request_duration_seconds",
    "Time that a call from one service to another took.",
    ["upstream", "outcome"],
    buckets=_SECONDS,
)
BREAKER_OPEN = Gauge(
    "anchorwatch_breaker_open_ratio",
    "1 while calls to an upstream service are refused because it kept failing.",
    ["upstream"],
)
EVENTS_PUBLISHED = Counter(
    "anchorwatch_events_published_total",
    "Events that the bus confirmed, by service and event name.",
    ["service", "event"],
)
EVENTS_CONSUMED = Counter(
    "anchorwatch_events_consumed_total",
    "Events that were handled, by service, event name and result.",
    ["service", "event", "result"],
)
EVENT_LAG_SECONDS = Histogram(
    "anchorwatch_event_lag_seconds",
    "Age of an event when its handling was committed.",
    ["service", "event"],
    buckets=_SECONDS,
)
HANDLER_SECONDS = Histogram(
    "anchorwatch_handler_batch_duration_seconds",
    "Time that one batch of events took, from its delivery to its commit.",
    ["service", "event"],
    buckets=_SECONDS,
)
OUTBOX_PENDING = Gauge(
    "anchorwatch_outbox_pending_events",
    "Events written in this service's outbox and not yet confirmed by the bus.",
    ["service"],
)
DEAD_LETTERS = Counter(
    "anchorwatch_dead_letters_total",
    "Events parked because no handler could take them, by service and event name.",
    ["service", "event"],
)
JOBS_RUNNING = Gauge(
    "anchorwatch_jobs_running",
    "Jobs that this process works on now, by service and kind.",
    ["service", "kind"],
)

_OTHERS: "list[Totals]" = []

Counts = dict[tuple[str, str, tuple[tuple[str, str], ...]], float]
"""By family, sample and labels."""


class Totals:
    """What several processes of one service measured, added up; who has ended still counts."""

    def __init__(self) -> None:
        self._families: dict[str, tuple[str, str]] = {}
        self._past: Counts = {}
        self._now: dict[int, Counts] = {}

    def take(self, process: int, told: bytes) -> None:
        """Take over what a process measured so far, as `snapshot` wrote it."""
        counts: Counts = {}
        for name, kind, documentation, samples in orjson.loads(told):
            self._families[name] = (kind, documentation)
            for sample, labels, value in samples:
                counts[name, sample, tuple(sorted(labels.items()))] = value
        self._now[process] = counts

    def ended(self, process: int) -> None:
        """Keep the counts of a process that ended; what it was doing, it does no more."""
        for key, value in self._now.pop(process, {}).items():
            if self._families[key[0]][0] != "gauge":
                self._past[key] = self._past.get(key, 0.0) + value

    def collect(self) -> Iterator[Metric]:
        """Return the sums, one family after the other."""
        sums = dict(self._past)
        for counts in self._now.values():
            for key, value in counts.items():
                sums[key] = sums.get(key, 0.0) + value
        for name, (kind, documentation) in self._families.items():
            family = Metric(name, documentation, kind)
            for (of, sample, labels), value in sums.items():
                if of == name:
                    family.add_sample(sample, dict(labels), value)
            yield family


def snapshot(prefix: str) -> bytes:
    """Return the metrics of this process whose names begin so, as one line for `Totals`."""
    families = [
        (
            *(family.name, family.type, family.documentation),
            [
                (one.name, one.labels, one.value)
                for one in family.samples
                if not one.name.endswith("_created")
            ],
        )
        for family in REGISTRY.collect()
        if family.name.startswith(prefix)
    ]
    return orjson.dumps(families)


@contextmanager
def added(totals: Totals) -> Iterator[None]:
    """Count what other processes measured among our own during the block."""
    _OTHERS.append(totals)
    try:
        yield
    finally:
        _OTHERS.remove(totals)


class _Everything(Collector):
    """The registry of this process, with the samples of the others added to its own."""

    @override
    def collect(self) -> Iterator[Metric]:
        others = {family.name: family for totals in _OTHERS for family in totals.collect()}
        for family in REGISTRY.collect():
            other = others.get(family.name)
            yield family if other is None else _sum_of(family, other)


def _sum_of(one: Metric, other: Metric) -> Metric:
    sums: dict[tuple[str, tuple[tuple[str, str], ...]], float] = {}
    for sample in (*one.samples, *other.samples):
        key = (sample.name, tuple(sorted(sample.labels.items())))
        sums[key] = sums.get(key, 0.0) + sample.value
    total = Metric(one.name, one.documentation, one.type)
    for (name, labels), value in sums.items():
        total.add_sample(name, dict(labels), value)
    return total


def exposition() -> bytes:
    """Return every metric of this process, and of its workers, in the Prometheus text format."""
    return generate_latest(_Everything() if _OTHERS else REGISTRY)
