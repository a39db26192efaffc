"""What clients read of a site: reports, when they are made by themselves, and the addresses that show them."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON, JSONB, UUID

from services.profile.tables.columns import METADATA, site
from shared.columns import created, flag, moment

REPORTS = Table(
    "reports",
    METADATA,
    Column("report_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    site(),
    Column("job_id", UUID),
    Column("number", Integer, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    # A correction: which approved report it takes the place of.
    Column("replaces", UUID, ForeignKey("profile.reports.report_id")),
    Column("edition", Integer, nullable=False, server_default="1"),
    Column("state", Text, nullable=False, server_default="draft"),
    flag("scheduled"),
    Column("content", JSON, nullable=False),
    Column("inputs_hash", Text, nullable=False),
    # What a person wrote: the summary, and a comment for each section.
    Column("texts", JSONB, nullable=False, server_default="{}"),
    # The name and logo that it went out with.
    Column("brand", JSON),
    Column("whole_hash", Text),
    Column("created_by", Text, nullable=False),
    created(),
    moment("made_at", nullable=False),
    Column("approved_by", Text),
    moment("approved_at"),
    # By its schedule: no person read it, so it is sent to nobody.
    flag("approved_unread"),
    Column("version", Integer, nullable=False, server_default="1"),
    CheckConstraint(
        "state = 'draft' AND approved_at IS NULL AND approved_by IS NULL AND whole_hash IS NULL"
        " OR state = 'approved' AND approved_at IS NOT NULL AND approved_by IS NOT NULL"
        " AND whole_hash IS NOT NULL AND brand IS NOT NULL",
        name="approved_by_somebody",
    ),
    UniqueConstraint("site_id", "number", name="reports_site_number_key"),
    # One draft of the same days at a time, and one correction of each report.
    Index(
        "reports_draft_key",
        *("site_id", "starts_on", "ends_on"),
        unique=True,
        postgresql_where=text("state = 'draft'"),
    ),
    Index(
        "reports_replaces_key",
        "replaces",
        unique=True,
        postgresql_where=text("replaces IS NOT NULL"),
    ),
)

REPORT_SCHEDULES = Table(
    "report_schedules",
    METADATA,
    Column("site_id", UUID, ForeignKey("profile.sites.site_id"), primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("day", Integer, nullable=False),
    Column("hour", Integer, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("channel_ids", ARRAY(UUID), nullable=False, server_default=text("'{}'::uuid[]")),
    # Off unless a person said in so many words that nobody looks at it first.
    Column("approves_itself", Boolean, nullable=False, server_default=text("false")),
    # Whether it is sent to those who get reports by e-mail once a person approved it.
    flag("sends_approved"),
    Column("set_by", Text, nullable=False),
    moment("set_at", nullable=False),
    # The first day of the newest month that was made, so that none is made twice.
    Column("made_month", Date),
    moment("next_at", nullable=False),
    # Until when somebody is about to make what is due.
    moment("leased_until"),
    Column("version", Integer, nullable=False, server_default="1"),
    Index("report_schedules_next_idx", "next_at"),
)

REPORT_SHARES = Table(
    "report_shares",
    METADATA,
    Column("share_id", UUID, primary_key=True),
    Column("report_id", UUID, ForeignKey("profile.reports.report_id"), nullable=False),
    Column("workspace_id", UUID, nullable=False),
    Column("actor", Text, nullable=False),
    created(),
    moment("expires_at", nullable=False),
    moment("revoked_at"),
    # The one that mails lead to.
    flag("for_mail"),
    Index("report_shares_report_idx", "report_id", "share_id"),
)
