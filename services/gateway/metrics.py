"""What the gateway measures beyond the house metrics."""

from prometheus_client import Counter, Gauge, Histogram

STREAMS_OPEN = Gauge("anchorwatch_gateway_streams_open", "Event streams (SSE) that are open now.")
STREAM_EVENTS = Counter(
    "anchorwatch_gateway_stream_events_total",
    "Events sent into event streams, by event name.",
    ["event"],
)
STREAM_LAG_SECONDS = Histogram(
    "anchorwatch_gateway_stream_lag_seconds",
    "Age of an event when the stream's reader wakes for it.",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 30.0),
)
RATE_LIMITED = Counter(
    "anchorwatch_gateway_rate_limited_total", "Requests refused with 429, by policy.", ["policy"]
)
REPLAYS = Counter(
    "anchorwatch_gateway_idempotent_replays_total",
    "Requests answered from the stored first answer.",
)
SIGN_INS = Counter(
    "anchorwatch_gateway_sign_ins_total",
    "Attempts to sign in to the console, by result.",
    ["result"],
)
