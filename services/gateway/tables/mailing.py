"""Who gets the reports of a site by e-mail, what was sent to whom, and alerts that were put off."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.dialects.postgresql import UUID

from services.gateway.domain.report_mails import MailKind, MailState
from services.gateway.tables.columns import METADATA, version, workspace
from shared.columns import count, created, moment, one_of

# People of the workspace by their user, all others by an address that they confirmed themselves.
REPORT_READERS = Table(
    "report_readers",
    METADATA,
    Column("reader_id", UUID, primary_key=True),
    workspace(),
    Column("site_id", UUID, nullable=False),
    Column("user_id", UUID, ForeignKey("gateway.users.user_id")),
    Column("email", Text),
    # As the site is called in the mail that asks, and on the pages behind its addresses.
    Column("site_label", Text, nullable=False),
    Column("added_by", Text, nullable=False),
    # When an outside address was last asked, and how often within some weeks.
    moment("asked_at"),
    count("times_asked"),
    moment("confirmed_at"),
    # By the reader; only the reader takes it back.
    moment("left_at"),
    # By an owner.
    moment("removed_at"),
    version(),
    created(),
    CheckConstraint("(user_id IS NULL) <> (email IS NULL)", name="a_user_or_an_address"),
    Unique("site_id", "user_id", name="report_readers_user_key"),
    Unique("site_id", "email", name="report_readers_email_key"),
    Index("report_readers_workspace_idx", "workspace_id", "reader_id"),
    Index("report_readers_user_idx", "user_id"),
)

REPORT_MAILS = Table(
    "report_mails",
    METADATA,
    Column("mail_id", UUID, primary_key=True),
    workspace(),
    Column("site_id", UUID, nullable=False),
    Column("kind", Text, nullable=False),
    # None of a mail that asks for confirmation.
    Column("report_id", UUID),
    Column(
        "reader_id",
        UUID,
        ForeignKey("gateway.report_readers.reader_id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("asked_by", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="waiting"),
    count("attempts"),
    moment("next_at", nullable=False),
    moment("leased_until"),
    moment("last_at"),
    Column("last_status", Integer),
    Column("last_ms", Integer),
    Column("sentence", Text),
    created(),
    one_of("kind", MailKind),
    one_of("state", MailState),
    # Once per report and person, whoever asks for it again.
    Unique("report_id", "reader_id", name="report_mails_once_key"),
    Index("report_mails_reader_idx", "reader_id"),
    Index("report_mails_workspace_idx", "workspace_id", "mail_id"),
    Index(
        "report_mails_due_idx",
        "next_at",
        postgresql_where=text("state IN ('waiting', 'on_its_way')"),
    ),
)

# Until when nobody is told of an alert, in no channel.
SNOOZES = Table(
    "snoozes",
    METADATA,
    Column("alert_id", UUID, primary_key=True),
    workspace(),
    Column("site_id", UUID),
    moment("until", nullable=False),
    created(),
    Index("snoozes_until_idx", "until"),
)
