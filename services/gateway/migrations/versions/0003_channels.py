"""tell teams of alerts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "channels",
        sa.Column("channel_id", sa.UUID(), nullable=False),
        sa.Column("workspace_id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=True),
        sa.Column("chat", sa.Text(), nullable=True),
        sa.Column(
            "user_ids",
            postgresql.ARRAY(sa.UUID()),
            server_default=sa.text("'{}'::uuid[]"),
            nullable=False,
        ),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("switched_off_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("switched_off_because", sa.Text(), nullable=True),
        sa.Column("created_by", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "kind IN ('email', 'slack', 'teams', 'discord', 'telegram')", name="kind_known"
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["gateway.workspaces.workspace_id"]),
        sa.PrimaryKeyConstraint("channel_id"),
        schema="gateway",
    )
    op.create_index(
        "channels_workspace_idx",
        "channels",
        ["workspace_id", "channel_id"],
        unique=False,
        schema="gateway",
    )
    op.create_table(
        "notices",
        sa.Column("notice_id", sa.UUID(), nullable=False),
        sa.Column("channel_id", sa.UUID(), nullable=False),
        sa.Column("user_id", sa.UUID(), nullable=True),
        sa.Column("event_id", sa.UUID(), nullable=False),
        sa.Column("alert_id", sa.UUID(), nullable=False),
        sa.Column("site_id", sa.UUID(), nullable=True),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("is_over", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column(
            "sentences",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'::text[]"),
            nullable=False,
        ),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("deliver_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_ms", sa.Integer(), nullable=True),
        sa.Column("sentence", sa.Text(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("severity IN ('notice', 'warning', 'urgent')", name="severity_known"),
        sa.CheckConstraint(
            "state IN ('waiting', 'delivered', 'failed', 'withheld')", name="state_known"
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["gateway.channels.channel_id"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("notice_id"),
        sa.UniqueConstraint(
            "channel_id", "event_id", "user_id", postgresql_nulls_not_distinct=True
        ),
        schema="gateway",
    )
    op.create_index(
        "notices_created_idx",
        "notices",
        ["created_at"],
        unique=False,
        schema="gateway",
        postgresql_using="brin",
    )
    op.create_index(
        "notices_due_idx",
        "notices",
        ["channel_id", "next_at"],
        unique=False,
        schema="gateway",
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "notices_log_idx", "notices", ["channel_id", "notice_id"], unique=False, schema="gateway"
    )


def downgrade() -> None:
    op.drop_table("notices", schema="gateway")
    op.drop_table("channels", schema="gateway")
