"""What was found out about referring domains: lists, the graph, networks, what became of them, attacks."""

from sqlalchemy import REAL, Column, Date, ForeignKey, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSON, UUID

from services.toxicity.tables.columns import METADATA
from shared.columns import NO_TEXTS, count, created, flag, moment

# Lists of bad domains that a workspace holds: handed in by its people, or the disavow files that its
# sites took in (those have a site, and say nothing about links of that site itself).
BLOCK_LISTS = Table(
    "block_lists",
    METADATA,
    Column("list_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("site_id", UUID),
    Column("name", Text, nullable=False),
    Column("source", Text, nullable=False, server_default=""),
    Column("licence", Text, nullable=False, server_default=""),
    Column("listed_on", Date, nullable=False),
    count("domains"),
    count("skipped"),
    # Lists that copy each other have the same family and count once.
    Column("family_id", UUID, nullable=False),
    Column("made_by", Text, nullable=False),
    created(),
    Index("block_lists_workspace_idx", "workspace_id", text("list_id DESC")),
    Index(
        "block_lists_site_idx",
        "site_id",
        unique=True,
        postgresql_where=text("site_id IS NOT NULL"),
    ),
)

BLOCK_LIST_DOMAINS = Table(
    "block_list_domains",
    METADATA,
    Column("workspace_id", UUID, primary_key=True),
    Column("domain", Text, primary_key=True),
    Column(
        "list_id",
        UUID,
        ForeignKey("toxicity.block_lists.list_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("line", Integer, nullable=False),
    Index("block_list_domains_list_idx", "list_id", "line"),
)

# The newest look at the graph of a workspace, and what it says of each domain that links to a site.
GRAPHS = Table(
    "graphs",
    METADATA,
    Column("workspace_id", UUID, primary_key=True),
    moment("made_at", nullable=False),
    count("pages"),
    count("domains"),
    count("edges"),
    count("trusted"),
    count("condemned"),
    count("networks"),
    flag("is_cut"),
    # How many referring domains the sites had then: twice as many want another look.
    count("referring"),
)

STANDINGS = Table(
    "standings",
    METADATA,
    Column("workspace_id", UUID, primary_key=True),
    Column("domain", Text, primary_key=True),
    moment("made_at", nullable=False),
    count("in_domains"),
    count("out_domains"),
    *(
        Column(name, REAL)
        for name in (
            *("authority", "page_rank", "seeded_rank", "spam_mass", "blame"),
            *("far_share", "reciprocity"),
        )
    ),
    flag("linked_back"),
)

NETWORKS = Table(
    "networks",
    METADATA,
    Column("network_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    moment("first_found_at", nullable=False),
    moment("last_found_at", nullable=False),
    count("domains"),
    Column("bits", REAL, nullable=False),
    flag("links_to_the_same"),
    flag("is_open"),
    # What its domains share, most telling first; and who is tied to whom by what.
    Column("shared", JSON, nullable=False, server_default="[]"),
    Column("edges", JSON, nullable=False, server_default="[]"),
    Index("networks_workspace_idx", "workspace_id", "network_id"),
)

NETWORK_DOMAINS = Table(
    "network_domains",
    METADATA,
    Column("workspace_id", UUID, primary_key=True),
    Column("domain", Text, primary_key=True),
    Column(
        "network_id",
        UUID,
        ForeignKey("toxicity.networks.network_id", ondelete="CASCADE"),
        nullable=False,
    ),
    Index("network_domains_network_idx", "network_id"),
)

NETWORK_SITES = Table(
    "network_sites",
    METADATA,
    Column("site_id", UUID, primary_key=True),
    Column(
        "network_id",
        UUID,
        ForeignKey("toxicity.networks.network_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    # How many of its domains link to the site.
    count("domains"),
    moment("told_at"),
    Index("network_sites_network_idx", "network_id"),
)

# What was seen to have become of referring domains, for each site that they link to; told once.
DOMAIN_FLAGS = Table(
    "domain_flags",
    METADATA,
    Column("flag_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("site_id", UUID, nullable=False),
    Column("domain", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("page_url", Text),
    Column("evidence", ARRAY(Text), nullable=False, server_default=NO_TEXTS),
    moment("found_at", nullable=False),
    # Where the newest look says that it is so no more.
    moment("ended_at"),
    Index("domain_flags_domain_idx", "site_id", "domain", "kind", unique=True),
    Index("domain_flags_site_idx", "site_id", text("flag_id DESC")),
    Index("domain_flags_open_idx", "domain", postgresql_where=text("ended_at IS NULL")),
)

# What the registry of a domain told last, for all sites together; null was not told.
REGISTRATIONS = Table(
    "registrations",
    METADATA,
    Column("domain", Text, primary_key=True),
    moment("read_at", nullable=False),
    moment("expires_at"),
    moment("registered_at"),
    Column("states", ARRAY(Text)),
    Index("registrations_expires_idx", "expires_at", "domain"),
)

# When a domain linked to a site for the first time, where it was seen to come: imports are not here.
ARRIVALS = Table(
    "arrivals",
    METADATA,
    Column("site_id", UUID, primary_key=True),
    Column("referring_domain", Text, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("link_id", UUID, nullable=False),
    Column("arrived_on", Date, nullable=False),
    Column("attack_id", UUID),
    Index("arrivals_day_idx", "arrived_on", "site_id"),
)

ATTACKS = Table(
    "attacks",
    METADATA,
    Column("attack_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("site_id", UUID, nullable=False),
    Column("started_on", Date, nullable=False),
    Column("found_on", Date, nullable=False),
    Column("last_on", Date, nullable=False),
    count("domains"),
    count("toxic_domains"),
    Column("expected", REAL, nullable=False),
    Column("evidence", JSON, nullable=False, server_default="{}"),
    Index("attacks_site_idx", "site_id", text("attack_id DESC")),
)
