"""The measures of the profile service."""

from prometheus_client import Counter, Histogram

LINK_CHANGES = Counter(
    "anchorwatch_profile_link_changes_total",
    "Changes written into the history of links, by kind.",
    ["kind"],
)
IMPORT_ROWS = Counter(
    "anchorwatch_profile_import_rows_total",
    "Rows of import files that were read, by what became of them.",
    ["result"],
)
IMPORT_SECONDS = Histogram(
    "anchorwatch_profile_import_batch_seconds",
    "Time to store one batch of rows of an import.",
)
ALERTS = Counter(
    "anchorwatch_profile_alerts_total",
    "Alerts, by what became of them and how much they matter.",
    ["event", "severity"],
)
ALERT_DELAY = Histogram(
    "anchorwatch_profile_alert_delay_seconds",
    "Time from what happened to the alert about it; when it may be told is another matter.",
    buckets=(0.5, 1, 2, 5, 15, 60, 300, 3600, 86400),
)
