"""What is kept beside links: prepared figures of large sites, and what competitors have."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    Interval,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSON, JSONB, UUID

from services.profile.tables.columns import METADATA
from shared.columns import moment, texts


def _of_site() -> Column[object]:
    return Column("site_id", UUID, ForeignKey("profile.sites.site_id"), primary_key=True)


# Of large sites only: what would take seconds to count for each look (store/prepared.py).
SITE_FIGURES = Table(
    "site_figures",
    METADATA,
    _of_site(),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("took", Interval, nullable=False),
    Column("body", JSON, nullable=False),
)

DOMAIN_FIGURES = Table(
    "domain_figures",
    METADATA,
    _of_site(),
    Column("domain", Text, primary_key=True),
    *(
        Column(name, BigInteger, nullable=False)
        for name in ("links", "links_present", "links_counting", "links_lost")
    ),
    moment("first_seen_at"),
    moment("last_seen_at"),
    Column("authority", Double),
    Column("toxicity", Integer),
    Column("claimed_links", BigInteger),
    texts("claimed_by"),
    Index("domain_figures_present_idx", "site_id", "links_present", "domain"),
)

# Which domains link to a competitor, as a tool's export says: never links of the site itself.
COMPETITOR_CLAIMS = Table(
    "competitor_claims",
    METADATA,
    _of_site(),
    Column("domain", Text, primary_key=True),
    Column("competitor", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("link_count", BigInteger, nullable=False),
    Column("page_url", Text),
    Column("target_url", Text),
    Column("metrics", JSONB, nullable=False, server_default="{}"),
    moment("first_seen_at"),
    moment("last_seen_at"),
    Column("file_name", Text, nullable=False),
    moment("claimed_at", nullable=False),
)
