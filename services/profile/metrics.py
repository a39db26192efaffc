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
