"""What toxicity measures beside the house metrics."""

from prometheus_client import Counter

SCORED = Counter(
    "anchorwatch_toxicity_scores_changed_total",
    "Links that were judged and got another score, band, action or sentence than before.",
)
WALKED = Counter(
    "anchorwatch_toxicity_links_walked_total",
    "Links that were judged again because their site or its shares of anchors changed.",
)
VERSIONS = Counter(
    "anchorwatch_toxicity_disavow_versions_total",
    "Disavow lists that were imported or built.",
    ["origin"],
)
GRAPHS = Counter(
    "anchorwatch_toxicity_graph_looks_total",
    "Looks at the graph and the networks of a workspace that came to their end.",
)
NETWORKS = Counter(
    "anchorwatch_toxicity_networks_told_total",
    "Networks of domains that link to a site, each counted when somebody was told of it.",
)
ATTACKS = Counter(
    "anchorwatch_toxicity_attacks_suspected_total",
    "Bursts of bad new domains that were taken for attacks.",
)
