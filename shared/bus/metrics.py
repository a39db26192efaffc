"""What the bus measures beyond the house metrics; labels are service, queue and result, never an id."""

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

OUTBOX_OLDEST = Gauge(
    "anchorwatch_outbox_oldest_seconds",
    "Age of the oldest event that the bus does not have yet.",
    ["service"],
)
RELAY_ACTIVE = Gauge(
    "anchorwatch_relay_active",
    "1 while this process holds the relay's lock of the service.",
    ["service"],
)
RELAY_SECONDS = Histogram(
    "anchorwatch_relay_carry_seconds",
    "Time to carry one window of the outbox to the bus, confirms included.",
    ["service"],
    buckets=_SECONDS,
)
BATCH_SIZE = Histogram(
    "anchorwatch_bus_batch_events",
    "Events in one transaction of a consumer.",
    ["queue"],
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500),
)
REDELIVERED = Counter(
    "anchorwatch_bus_redelivered_total",
    "Messages that came again because a consumer went away without an answer.",
    ["queue"],
)
RECONNECTS = Counter(
    "anchorwatch_bus_reconnects_total",
    "Connections to the broker that were opened, the first included.",
    ["purpose"],
)
BLOCKED = Gauge(
    "anchorwatch_bus_blocked",
    "1 while the broker takes nothing because of a memory or disk alarm.",
)
UNROUTED = Counter(
    "anchorwatch_bus_unrouted_total",
    "Events that no queue took.",
    ["event"],
)
LAST_DELIVERY = Gauge(
    "anchorwatch_consumer_last_delivery_timestamp_seconds",
    "When this process last committed a batch of the queue (Unix time).",
    ["queue"],
)
