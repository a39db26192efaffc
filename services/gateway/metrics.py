"""What the gateway measures beyond the house metrics."""

from prometheus_client import Counter, Gauge, Histogram

STREAMS_OPEN = Gauge("anchorwatch_gateway_streams_open", "Event streams (SSE) that are open now.")
STREAM_EVENTS = Counter(
    "anchorwatch_gateway_stream_events_total",
    "Events sent into event streams, by event name.",
    ["event"],
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
WEBHOOK_ATTEMPTS = Counter(
    "anchorwatch_gateway_webhook_attempts_total",
    "Messages sent to webhooks, by what came of it (taken, again, gone).",
    ["ending"],
)
WEBHOOK_SECONDS = Histogram(
    "anchorwatch_gateway_webhook_seconds", "How long receivers of webhooks took to answer."
)
CHANNEL_ATTEMPTS = Counter(
    "anchorwatch_gateway_channel_attempts_total",
    "Messages sent to channels, by kind and by what came of it (taken, again, refused, gone).",
    ["kind", "ending"],
)
REPORT_MAILS = Counter(
    "anchorwatch_gateway_report_mails_total",
    "Mails with reports (and those that ask for a yes), by kind and by what came of it (taken, again, refused,"
    " in_doubt).",
    ["kind", "ending"],
)
CHANNEL_SECONDS = Histogram(
    "anchorwatch_gateway_channel_seconds", "How long receivers of channels took to answer."
)
CHAT_PRESSES = Counter(
    "anchorwatch_gateway_chat_presses_total",
    "Buttons pressed in chats, by kind and by what came of it (done, not_done, unknown, unproven, trial ...).",
    ["kind", "result"],
)
CHANNELS_UNKNOWN = Counter(
    "anchorwatch_gateway_channels_unknown_total",
    "Channels that an alert named and that its workspace does not have (any more).",
)
COPIES_DIFFERING = Gauge(
    "anchorwatch_gateway_copies_differing",
    "Copies of what other services own that differed at the last self-check, by who has them.",
    ["service"],
)
