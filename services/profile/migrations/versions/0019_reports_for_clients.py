"""Keep what clients read each month, when it is made by itself, and the addresses that show it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "report_schedules",
        sa.Column("site_id", sa.UUID(), nullable=False),
        sa.Column("workspace_id", sa.UUID(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column(
            "channel_ids",
            postgresql.ARRAY(sa.UUID()),
            server_default=sa.text("'{}'::uuid[]"),
            nullable=False,
        ),
        sa.Column("approves_itself", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_month", sa.Date(), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["profile.sites.site_id"]),
        sa.PrimaryKeyConstraint("site_id"),
        schema="profile",
    )
    op.create_index(
        "report_schedules_next_idx", "report_schedules", ["next_at"], unique=False, schema="profile"
    )
    op.create_table(
        "reports",
        sa.Column("report_id", sa.UUID(), nullable=False),
        sa.Column("workspace_id", sa.UUID(), nullable=False),
        sa.Column("site_id", sa.UUID(), nullable=False),
        sa.Column("job_id", sa.UUID(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("replaces", sa.UUID(), nullable=True),
        sa.Column("edition", sa.Integer(), server_default="1", nullable=False),
        sa.Column("state", sa.Text(), server_default="draft", nullable=False),
        sa.Column("scheduled", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("content", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.Column("inputs_hash", sa.Text(), nullable=False),
        sa.Column(
            "texts", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column("brand", postgresql.JSON(astext_type=sa.Text()), nullable=True),
        sa.Column("whole_hash", sa.Text(), nullable=True),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "state = 'draft' AND approved_at IS NULL AND approved_by IS NULL AND whole_hash IS NULL OR state = 'approved' AND approved_at IS NOT NULL AND approved_by IS NOT NULL AND whole_hash IS NOT NULL AND brand IS NOT NULL",
            name="approved_by_somebody",
        ),
        sa.ForeignKeyConstraint(["replaces"], ["profile.reports.report_id"]),
        sa.ForeignKeyConstraint(["site_id"], ["profile.sites.site_id"]),
        sa.PrimaryKeyConstraint("report_id"),
        sa.UniqueConstraint("site_id", "number", name="reports_site_number_key"),
        schema="profile",
    )
    op.create_index(
        "reports_draft_key",
        "reports",
        ["site_id", "starts_on", "ends_on"],
        unique=True,
        schema="profile",
        postgresql_where=sa.text("state = 'draft'"),
    )
    op.create_index(
        "reports_replaces_key",
        "reports",
        ["replaces"],
        unique=True,
        schema="profile",
        postgresql_where=sa.text("replaces IS NOT NULL"),
    )
    op.create_table(
        "report_shares",
        sa.Column("share_id", sa.UUID(), nullable=False),
        sa.Column("report_id", sa.UUID(), nullable=False),
        sa.Column("workspace_id", sa.UUID(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["report_id"], ["profile.reports.report_id"]),
        sa.PrimaryKeyConstraint("share_id"),
        schema="profile",
    )
    op.create_index(
        "report_shares_report_idx",
        "report_shares",
        ["report_id", "share_id"],
        unique=False,
        schema="profile",
    )


def downgrade() -> None:
    for table in ("report_shares", "reports", "report_schedules"):
        op.drop_table(table, schema="profile")
