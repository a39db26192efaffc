"""What the crawler measures."""

from prometheus_client import Counter, Gauge, Histogram

CHECKS = Counter(
    "anchorwatch_crawler_checks_total",
    "Pages that were looked at, by what became of the look: changed, unchanged, failed.",
    ["result"],
)
FETCH_SECONDS = Histogram(
    "anchorwatch_crawler_fetch_duration_seconds",
    "Network time of one look at a page, redirects included, waiting for the host's turn not.",
    buckets=(0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0),
)
FETCHED_BYTES = Counter(
    "anchorwatch_crawler_fetched_bytes_total", "Body bytes received over the wire."
)
FAILURES = Counter(
    "anchorwatch_crawler_failures_total",
    "Looks that brought no answer to judge, by reason.",
    ["reason"],
)
CLAIMED = Gauge("anchorwatch_crawler_claimed_pages", "Pages that this worker has claimed now.")
RECORD_SECONDS = Histogram(
    "anchorwatch_crawler_record_duration_seconds",
    "Time to write one batch of finished checks with their events.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0),
)
STALE = Counter(
    "anchorwatch_crawler_stale_checks_total",
    "Finished checks that were not written because their page had been claimed again.",
)
