"""Keep what comes back: what was read of each mailbox, and what belongs to mail of ours."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mailbox_readings",
        sa.Column("mailbox_id", sa.UUID(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=True),
        sa.Column("last_uid", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("mailbox_id"),
        schema="outreach",
    )
    op.create_index(
        "mailbox_readings_next_idx",
        "mailbox_readings",
        ["next_at"],
        unique=False,
        schema="outreach",
    )
    op.create_table(
        "inbound_messages",
        sa.Column("inbound_id", sa.UUID(), nullable=False),
        sa.Column("workspace_id", sa.UUID(), nullable=False),
        sa.Column("mailbox_id", sa.UUID(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("message_id", sa.UUID(), nullable=False),
        sa.Column("thread_id", sa.UUID(), nullable=False),
        sa.Column("site_id", sa.UUID(), nullable=False),
        sa.Column("contact_id", sa.UUID(), nullable=True),
        sa.Column("prospect_id", sa.UUID(), nullable=True),
        sa.Column("enrollment_id", sa.UUID(), nullable=True),
        sa.Column("match", sa.Text(), nullable=False),
        sa.Column("rfc_message_id", sa.Text(), nullable=True),
        sa.Column(
            "thread_ids",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'::text[]"),
            nullable=False,
        ),
        sa.Column("from_email", sa.Text(), nullable=False),
        sa.Column("from_name", sa.Text(), nullable=False),
        sa.Column("address_key", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("is_list", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("intent", sa.Text(), nullable=True),
        sa.Column("auto_kind", sa.Text(), nullable=True),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("price_amount", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("price_currency", sa.Text(), nullable=True),
        sa.Column("resume_on", sa.Date(), nullable=True),
        sa.Column("judged_kind", sa.Text(), nullable=True),
        sa.Column("judged_intent", sa.Text(), nullable=True),
        sa.Column("corrected_by", sa.Text(), nullable=True),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bounced_key", sa.Text(), nullable=True),
        sa.Column("bounce_reason", sa.Text(), nullable=True),
        sa.Column("bounce_status", sa.Text(), nullable=True),
        sa.Column("hard", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "intent IN ('interested', 'question', 'price_quote', 'not_now', 'not_interested', 'wrong_person', 'already_linked', 'other')",
            name="intent_known",
        ),
        sa.CheckConstraint(
            "kind IN ('complaint', 'bounce', 'dsn_delayed', 'dsn_delivered', 'auto_reply', 'unsubscribe', 'human', 'noreply')",
            name="kind_known",
        ),
        sa.CheckConstraint("match IN ('strong', 'weak')", name="match_known"),
        sa.PrimaryKeyConstraint("inbound_id"),
        schema="outreach",
    )
    op.create_index(
        "inbound_messages_address_idx",
        "inbound_messages",
        ["workspace_id", "address_key"],
        unique=False,
        schema="outreach",
    )
    op.create_index(
        "inbound_messages_digest_key",
        "inbound_messages",
        ["mailbox_id", "digest"],
        unique=True,
        schema="outreach",
    )
    op.create_index(
        "inbound_messages_thread_idx",
        "inbound_messages",
        ["thread_id", "inbound_id"],
        unique=False,
        schema="outreach",
    )
    op.create_index(
        "inbound_messages_uid_key",
        "inbound_messages",
        ["mailbox_id", "uidvalidity", "uid"],
        unique=True,
        schema="outreach",
    )
    op.create_index(
        "inbound_messages_unhandled_idx",
        "inbound_messages",
        ["inbound_id"],
        unique=False,
        schema="outreach",
        postgresql_where=sa.text("handled_at IS NULL"),
    )
    op.create_index(
        "inbound_messages_workspace_idx",
        "inbound_messages",
        ["workspace_id", "inbound_id"],
        unique=False,
        schema="outreach",
    )


def downgrade() -> None:
    op.drop_table("inbound_messages", schema="outreach")
    op.drop_table("mailbox_readings", schema="outreach")
