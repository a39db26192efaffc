"""Ways to a link that lie open on pages of others, with the pages that show them."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSON, UUID

from services.outreach.tables.columns import METADATA
from shared.columns import count, flag, moment, one_of
from shared.opportunities import OpportunityKind, OpportunityState, OutlinkState

# Pages that were searched for a site, with how near they are to its topic.
SURVEYED_PAGES = Table(
    "surveyed_pages",
    METADATA,
    Column("site_id", UUID, ForeignKey("outreach.sites.site_id"), primary_key=True),
    Column("page_key", UUID, primary_key=True),
    Column("page_url", Text, nullable=False),
    Column("domain", Text, nullable=False),
    Column("title", Text),
    Column("language", Text),
    # Null = not read, or too little to say; the sentence says which.
    Column("relevance", Integer),
    Column("judgement", JSON, nullable=False),
    flag("links_to_site"),
    moment("read_at", nullable=False),
    # What the page says, as it was told: by that it is judged again. Null = read before that was kept.
    Column("told", JSON),
    flag("judge_due"),
    Index("surveyed_pages_domain_idx", "site_id", "domain"),
    Index("surveyed_pages_due_idx", "site_id", postgresql_where=text("judge_due")),
)

OPPORTUNITIES = Table(
    "opportunities",
    METADATA,
    Column("opportunity_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("site_id", UUID, ForeignKey("outreach.sites.site_id"), nullable=False),
    Column("kind", Text, nullable=False),
    # The dead address, or the page itself.
    Column("subject_key", UUID, nullable=False),
    Column("subject_url", Text, nullable=False),
    Column("evidence", JSON, nullable=False),
    # Of the pages on which it stands now; relevance is that of the nearest.
    count("pages"),
    count("domains"),
    count("relevant_domains"),
    Column("relevance", Integer),
    Column("state", Text, nullable=False, server_default=OpportunityState.OPEN.value),
    Column("because", Text),
    Column("decided_by", Text),
    moment("decided_at"),
    # The page of ours that is offered, and what it is in a few words.
    Column("target_url", Text),
    Column("offer", Text),
    moment("found_at", nullable=False),
    moment("updated_at", nullable=False),
    one_of("kind", OpportunityKind),
    one_of("state", OpportunityState),
    UniqueConstraint("site_id", "kind", "subject_key", name="opportunities_subject_key"),
    Index("opportunities_site_idx", "site_id", "state", "kind", "opportunity_id"),
)

OPPORTUNITY_PAGES = Table(
    "opportunity_pages",
    METADATA,
    Column(
        "opportunity_id",
        UUID,
        ForeignKey("outreach.opportunities.opportunity_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("page_key", UUID, primary_key=True),
    Column("site_id", UUID, nullable=False),
    Column("page_url", Text, nullable=False),
    Column("domain", Text, nullable=False),
    # Whether it is still so, by the last look that saw something.
    Column("stands", Boolean, nullable=False, server_default=text("true")),
    Column("outlink_state", Text),
    Column("anchor_text", Text, nullable=False, server_default=""),
    Column("left_context", Text, nullable=False, server_default=""),
    Column("right_context", Text, nullable=False, server_default=""),
    Column("followed", Boolean),
    Column("first_look", JSON),
    Column("last_look", JSON),
    moment("page_seen_at"),
    # The last word about it, and when somebody who writes about it asked for another look.
    moment("judged_at", nullable=False),
    moment("doubted_at"),
    Column("prospect_id", UUID),
    one_of("outlink_state", OutlinkState),
    Index("opportunity_pages_page_idx", "site_id", "page_key"),
    Index("opportunity_pages_prospect_idx", "prospect_id"),
)
