"""The tables of mail that comes in: what was read of each mailbox, and what belongs to mail of ours."""

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Integer, Numeric, Table, Text, text
from sqlalchemy.dialects.postgresql import UUID

from services.outreach.domain.inbound.verdict import InboundKind, Intent, Match
from services.outreach.tables.columns import METADATA
from shared.columns import count, created, flag, moment, one_of, texts

MAILBOX_READINGS = Table(
    "mailbox_readings",
    METADATA,
    Column("mailbox_id", UUID, primary_key=True),
    Column("uidvalidity", BigInteger),
    Column("last_uid", BigInteger, nullable=False, server_default="0"),
    moment("next_at", nullable=False),
    # Whoever reads it, until when nobody else does.
    moment("lease_until"),
    count("failures"),
    Column("trouble", Text),
    moment("read_at"),
    Index("mailbox_readings_next_idx", "next_at"),
)

INBOUND_MESSAGES = Table(
    "inbound_messages",
    METADATA,
    Column("inbound_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("mailbox_id", UUID, nullable=False),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("uid", BigInteger, nullable=False),
    Column("digest", Text, nullable=False),
    # Which of ours it belongs to, and the first message of that conversation.
    Column("message_id", UUID, nullable=False),
    Column("thread_id", UUID, nullable=False),
    Column("site_id", UUID, nullable=False),
    Column("contact_id", UUID),
    Column("prospect_id", UUID),
    Column("enrollment_id", UUID),
    Column("match", Text, nullable=False),
    Column("rfc_message_id", Text),
    texts("thread_ids"),
    Column("from_email", Text, nullable=False),
    Column("from_name", Text, nullable=False),
    Column("address_key", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    flag("is_list"),
    moment("received_at", nullable=False),
    # What it is; judged_* is what the rules said where a person knew better.
    Column("kind", Text, nullable=False),
    Column("intent", Text),
    Column("auto_kind", Text),
    Column("sentence", Text, nullable=False),
    Column("price_amount", Numeric(18, 4)),
    Column("price_currency", Text),
    Column("resume_on", Date),
    Column("judged_kind", Text),
    Column("judged_intent", Text),
    Column("corrected_by", Text),
    moment("corrected_at"),
    # Of a bounce.
    Column("bounced_key", Text),
    Column("bounce_reason", Text),
    Column("bounce_status", Text),
    Column("hard", Boolean, nullable=False, server_default=text("false")),
    # When the sequences took it into account.
    moment("handled_at"),
    # When its text was removed, for mail is kept only so long.
    moment("emptied_at"),
    Column("version", Integer, nullable=False, server_default="1"),
    created(),
    one_of("kind", InboundKind),
    one_of("intent", Intent),
    one_of("match", Match),
    Index("inbound_messages_uid_key", "mailbox_id", "uidvalidity", "uid", unique=True),
    Index("inbound_messages_digest_key", "mailbox_id", "digest", unique=True),
    Index("inbound_messages_message_idx", "message_id"),
    Index("inbound_messages_thread_idx", "thread_id", "inbound_id"),
    Index("inbound_messages_workspace_idx", "workspace_id", "inbound_id"),
    Index("inbound_messages_address_idx", "workspace_id", "address_key"),
    Index(
        "inbound_messages_unhandled_idx",
        "inbound_id",
        postgresql_where=text("handled_at IS NULL"),
    ),
)
