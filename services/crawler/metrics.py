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
RENDERED = Counter(
    "anchorwatch_crawler_rendered_pages_total",
    "Pages handed to a browser, by what became of them: ran, partly, failed, put_off.",
    ["state"],
)
RENDER_SECONDS = Histogram(
    "anchorwatch_crawler_render_duration_seconds",
    "Time that one page had a browser, fetching what it asked for included.",
    buckets=(0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0),
)
RENDER_REQUESTS = Counter(
    "anchorwatch_crawler_render_requests_total", "Requests sent for pages that were rendered."
)
RENDER_REFUSED = Counter(
    "anchorwatch_crawler_render_refused_total",
    "Requests of rendered pages that were not sent: pictures, frames, trackers, private addresses.",
)
RENDER_BYTES = Counter(
    "anchorwatch_crawler_render_bytes_total", "Body bytes received for pages that were rendered."
)
BROWSER_ENDS = Counter(
    "anchorwatch_crawler_browser_ends_total",
    "Browsers that ended, by why: asked, idle, memory, crashed, failed.",
    ["why"],
)
RENDERING = Gauge(
    "anchorwatch_crawler_rendering", "1 where pages that need scripts can be rendered, else 0."
)
EVIDENCE = Counter(
    "anchorwatch_crawler_evidence_total",
    "Pieces of evidence that were handed over to be written, one per change.",
)
EVIDENCE_BYTES = Counter(
    "anchorwatch_crawler_evidence_bytes_total",
    "Bytes of evidence that were handed over to be written; equal bodies are stored once.",
)
WORKERS = Gauge("anchorwatch_crawler_workers", "Worker processes that run now.")
WORKER_RESTARTS = Counter(
    "anchorwatch_crawler_worker_restarts_total",
    "Worker processes that ended by themselves and were started again.",
)
SOURCES = Counter(
    "anchorwatch_crawler_source_visits_total",
    "Visits of sitemaps and feeds, by kind and by what became of them: read, unchanged, failed, none.",
    ["kind", "ending"],
)
PULLED = Counter(
    "anchorwatch_crawler_announced_pages_total",
    "Watched pages brought forward because a sitemap or a feed said that they changed.",
)
DOMAINS_READ = Counter(
    "anchorwatch_crawler_domains_read_total",
    "Domains that were read for prospecting, by whether there was a page to read: read, failed.",
    ["ending"],
)
PAGES_SURVEYED = Counter(
    "anchorwatch_crawler_pages_surveyed_total",
    "Pages of others that were searched for ways to a link, by whether there was a page: read, failed.",
    ["ending"],
)
OUTLINKS_ASKED = Counter(
    "anchorwatch_crawler_outlinks_asked_total",
    "Looks at addresses that pages of others link to, by what is known of the address after it:"
    " answers, unsure, doubtful (looked dead once), dead.",
    ["state"],
)
LOOKS_MADE = Counter(
    "anchorwatch_crawler_wanted_looks_total",
    "Looks at single pages that others asked for, by what they saw: found, missing, unknown.",
    ["outcome"],
)
REGISTRY_QUESTIONS = Counter(
    "anchorwatch_crawler_registry_questions_total",
    "Questions to registries about domains, by what became of them: told, not_told, later, failed.",
    ["ending"],
)
