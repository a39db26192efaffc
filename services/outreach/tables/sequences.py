"""The tables of sequences: texts to use again, planned steps, and who is being written to."""

from sqlalchemy import (
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON, UUID

from services.outreach.domain.sequences.enrollment import State
from services.outreach.domain.sequences.steps import Thread
from services.outreach.tables.columns import METADATA
from shared.columns import created, moment, one_of
from shared.opportunities import OutlinkState

TEMPLATES = Table(
    "templates",
    METADATA,
    Column("template_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("name", Text, nullable=False),
    Column("language", Text),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("created_by", UUID, nullable=False),
    created(),
    moment("updated_at"),
    moment("archived_at"),
    Index(
        "templates_name_key",
        "workspace_id",
        text("lower(name)"),
        unique=True,
        postgresql_where=text("archived_at IS NULL"),
    ),
)

SEQUENCES = Table(
    "sequences",
    METADATA,
    Column("sequence_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("site_id", UUID, ForeignKey("outreach.sites.site_id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("mailbox_id", UUID),
    # What placements that come of it are called: survival is drawn by them.
    Column("method", Text),
    Column("campaign", Text),
    # The version of its steps that new enrollments get.
    Column("version_no", Integer, nullable=False, server_default="1"),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("created_by", UUID, nullable=False),
    created(),
    moment("updated_at"),
    moment("archived_at"),
    Index(
        "sequences_name_key",
        "site_id",
        text("lower(name)"),
        unique=True,
        postgresql_where=text("archived_at IS NULL"),
    ),
    Index("sequences_workspace_idx", "workspace_id", "sequence_id"),
    Index(
        "sequences_campaign_idx",
        "site_id",
        "campaign",
        postgresql_where=text("campaign IS NOT NULL"),
    ),
)

# Written once and never changed: an enrollment keeps the version that it began with.
SEQUENCE_STEPS = Table(
    "sequence_steps",
    METADATA,
    Column("sequence_id", UUID, ForeignKey("outreach.sequences.sequence_id"), nullable=False),
    Column("version_no", Integer, nullable=False),
    Column("step_no", Integer, nullable=False),
    Column("delay_days", Integer, nullable=False),
    Column("thread", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    # The template that the text was taken from.
    Column("template_id", UUID),
    # Further texts that are tried beside it, and how often this one is taken.
    Column("weight", Integer, nullable=False, server_default="1"),
    Column("others", JSON, nullable=False, server_default=text("'[]'::json")),
    Column("created_by", Text, nullable=False),
    created(),
    one_of("thread", Thread),
    PrimaryKeyConstraint("sequence_id", "version_no", "step_no"),
)

_OPEN = text("state IN ('active', 'paused')")

ENROLLMENTS = Table(
    "enrollments",
    METADATA,
    Column("enrollment_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("site_id", UUID, nullable=False),
    Column("sequence_id", UUID, nullable=False),
    Column("version_no", Integer, nullable=False),
    Column("contact_id", UUID, nullable=False),
    Column("prospect_id", UUID),
    # What is locked while it is open, whatever becomes of the contact.
    Column("address_key", Text, nullable=False),
    Column("domain", Text, nullable=False),
    Column("variables", JSON, nullable=False),
    Column("state", Text, nullable=False, server_default=State.ACTIVE.value),
    # Why it is paused, or what ended it.
    Column("because", Text),
    # The last step that went out, and the one whose message is written and not done with.
    Column("step_no", Integer, nullable=False, server_default="0"),
    Column("open_step_no", Integer),
    moment("sent_at"),
    moment("next_at"),
    moment("not_before"),
    Column("soft_bounced", ARRAY(UUID), nullable=False, server_default=text("'{}'::uuid[]")),
    # What the last answer wanted.
    Column("intent", Text),
    # The opportunity that its letters speak of, and the page of it.
    Column("opportunity_id", UUID),
    Column("page_key", UUID),
    # Of a dead link that was typed by hand: what looks at it saw, and since when it is so.
    Column("link_key", UUID),
    Column("link_state", Text),
    moment("link_judged_at"),
    moment("link_doubted_at"),
    Column("created_by", UUID, nullable=False),
    Column("created_by_name", Text, nullable=False),
    created(),
    moment("updated_at"),
    Column("version", Integer, nullable=False, server_default="1"),
    one_of("state", State),
    one_of("link_state", OutlinkState),
    ForeignKeyConstraint(
        ["sequence_id"], ["outreach.sequences.sequence_id"], name="enrollments_sequence_fkey"
    ),
    Index(
        "enrollments_person_key",
        "workspace_id",
        "address_key",
        unique=True,
        postgresql_where=_OPEN,
    ),
    Index("enrollments_domain_key", "workspace_id", "domain", unique=True, postgresql_where=_OPEN),
    Index("enrollments_address_idx", "workspace_id", "address_key"),
    Index("enrollments_domain_idx", "workspace_id", "domain"),
    Index("enrollments_sequence_idx", "sequence_id", "enrollment_id"),
    Index("enrollments_prospect_idx", "prospect_id"),
    Index(
        "enrollments_opportunity_idx",
        "opportunity_id",
        postgresql_where=text("opportunity_id IS NOT NULL"),
    ),
    Index(
        "enrollments_link_idx",
        "site_id",
        "page_key",
        "link_key",
        postgresql_where=text("link_key IS NOT NULL"),
    ),
    Index("enrollments_next_idx", "next_at", postgresql_where=text("state = 'active'")),
    Index(
        "enrollments_waiting_idx",
        "enrollment_id",
        postgresql_where=text("open_step_no IS NOT NULL"),
    ),
)
