"""What outreach measures beside the house metrics."""

from prometheus_client import Counter

CONCLUDED = Counter(
    "anchorwatch_outreach_placements_moved_total",
    "Steps of placements, by where they led: live, mismatched or lost.",
    ["state"],
)
NOTICES = Counter(
    "anchorwatch_outreach_placement_notices_total",
    "Notices that dates called for: expiring, overdue or expired.",
    ["kind"],
)
PROMISED = Counter(
    "anchorwatch_outreach_placements_promised_total",
    "Placements that were written down.",
)
PROSPECTS = Counter(
    "anchorwatch_outreach_prospects_found_total",
    "Prospects that were written down.",
)
