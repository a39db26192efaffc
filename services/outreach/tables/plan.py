"""The plan for new links of a site, its slots, and the briefs for the texts that carry them."""

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSON, UUID

from services.outreach.domain.brief import BriefState
from services.outreach.tables.columns import METADATA
from shared.anchor_bands import Group
from shared.columns import created, moment, one_of

PLANS = Table(
    "plans",
    METADATA,
    Column("plan_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("site_id", UUID, ForeignKey("outreach.sites.site_id"), nullable=False),
    Column("version_no", Integer, nullable=False),
    Column("settings", JSON, nullable=False),
    # What profile told of the site when the plan was made, and the hash of all that it follows from.
    Column("facts", JSON, nullable=False),
    Column("inputs_hash", Text, nullable=False),
    # Links of the pace that the cap of the pages left without a slot.
    Column("capped", Integer, nullable=False),
    Column("actor", Text, nullable=False),
    created(),
    UniqueConstraint("site_id", "version_no", name="plans_version_key"),
)

PLAN_MONTHS = Table(
    "plan_months",
    METADATA,
    Column("site_id", UUID, ForeignKey("outreach.sites.site_id"), primary_key=True),
    Column("month", Date, primary_key=True),
    Column("planned", Integer, nullable=False),
)

PLAN_SLOTS = Table(
    "plan_slots",
    METADATA,
    Column("slot_id", UUID, primary_key=True),
    Column("site_id", UUID, ForeignKey("outreach.sites.site_id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("version_no", Integer, nullable=False),
    Column("month", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("target_url", Text, nullable=False),
    Column("target_key", UUID, nullable=False),
    Column("anchor_group", Text, nullable=False),
    Column("method", Text),
    # What fills it; a cancelled placement fills nothing.
    Column("placement_id", UUID),
    # Who is to give the link while nothing is agreed yet.
    Column("prospect_id", UUID),
    moment("dropped_at"),
    one_of("anchor_group", Group),
    UniqueConstraint("site_id", "number", name="plan_slots_number_key"),
    Index("plan_slots_due_idx", "site_id", "due_on", "slot_id"),
    Index(
        "plan_slots_placement_key",
        "placement_id",
        unique=True,
        postgresql_where=text("placement_id IS NOT NULL"),
    ),
    Index(
        "plan_slots_prospect_key",
        "prospect_id",
        unique=True,
        postgresql_where=text("prospect_id IS NOT NULL"),
    ),
)

BRIEFS = Table(
    "briefs",
    METADATA,
    Column("brief_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("site_id", UUID, ForeignKey("outreach.sites.site_id"), nullable=False),
    Column("slot_id", UUID),
    Column("prospect_id", UUID),
    Column("referring_domain", Text),
    Column("target_url", Text, nullable=False),
    Column("target_key", UUID, nullable=False),
    Column("anchor_text", Text),
    Column("state", Text, nullable=False, server_default=BriefState.DRAFT.value),
    Column("content", JSON, nullable=False),
    Column("placement_id", UUID),
    Column("approved_by", Text),
    moment("approved_at"),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("created_by", Text, nullable=False),
    created(),
    moment("updated_at"),
    one_of("state", BriefState),
    Index("briefs_workspace_idx", "workspace_id", "brief_id"),
    Index("briefs_site_idx", "site_id", "brief_id"),
    Index("briefs_slot_key", "slot_id", unique=True, postgresql_where=text("slot_id IS NOT NULL")),
)

BRIEF_VERSIONS = Table(
    "brief_versions",
    METADATA,
    Column(
        "brief_id",
        UUID,
        ForeignKey("outreach.briefs.brief_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("version", Integer, primary_key=True),
    Column("state", Text, nullable=False),
    Column("content", JSON, nullable=False),
    Column("actor", Text, nullable=False),
    moment("at", nullable=False),
)
