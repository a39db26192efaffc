"""What may be won back, and the pages of our own that may take the place of dead ones."""

from sqlalchemy import Column, Date, Double, ForeignKey, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import UUID

from services.profile.tables.columns import METADATA, site
from shared.columns import created, moment, texts

SITE_PAGES = Table(
    "site_pages",
    METADATA,
    Column("site_id", UUID, ForeignKey("profile.sites.site_id"), primary_key=True),
    Column("page_key", UUID, primary_key=True),
    Column("url", Text, nullable=False),
    Column("title", Text),
    Column("source", Text, nullable=False),
    moment("seen_at", nullable=False),
)

RECOVERIES = Table(
    "recoveries",
    METADATA,
    Column("recovery_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    site(),
    Column("kind", Text, nullable=False),
    # A lost link, or a page of our own that died.
    Column("link_id", UUID),
    Column("target_key", UUID),
    Column("target_url", Text),
    Column("referring_url", Text),
    Column("referring_domain", Text),
    Column("anchor_text", Text),
    Column("sentence", Text),
    Column("state", Text, nullable=False, server_default="open"),
    Column("action", Text, nullable=False),
    texts("reasons"),
    Column("value", Double, nullable=False),
    Column("probability", Double, nullable=False),
    Column("priority", Double, nullable=False),
    moment("lost_at", nullable=False),
    Column("asked_on", Date),
    Column("asked_by", Text),
    Column("note", Text),
    moment("closed_at"),
    Column("closed_by", Text),
    Column("rated_on", Date, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    created(),
    Index(
        "recoveries_open_key",
        "site_id",
        "link_id",
        "target_key",
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=text("closed_at IS NULL"),
    ),
    Index("recoveries_queue_idx", "site_id", "state", "priority", "recovery_id"),
)
