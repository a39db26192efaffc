"""The house metrics: what every service measures in the same way, and the text of `/metrics`.

Labels are few and closed: service, route template, event name; never a URL, a domain or an id.
"""

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest

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


def exposition() -> bytes:
    """Return every metric of this process in the Prometheus text format."""
    return generate_latest(REGISTRY)
