"""Keep for how long, and send copies again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_REFUSE = """
CREATE OR REPLACE FUNCTION gateway.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit log is append-only';
END $$
"""
_REFUSE_UNLESS_KEEPING = """
CREATE OR REPLACE FUNCTION gateway.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF coalesce(current_setting('anchorwatch.keeping', true), '') <> 'on' THEN
    RAISE EXCEPTION 'the audit log is append-only';
  END IF;
  RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "retention",
        sa.Column("workspace_id", sa.UUID(), nullable=False),
        sa.Column("version_no", sa.BigInteger(), nullable=False),
        sa.Column("days", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column(
            "held_sites",
            postgresql.ARRAY(sa.UUID()),
            server_default=sa.text("'{}'::uuid[]"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("workspace_id"),
        schema="gateway",
    )
    op.create_table(
        "copies",
        sa.Column("copy", sa.Text(), nullable=False),
        sa.Column("version_no", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("copy"),
        schema="gateway",
    )
    op.add_column(
        "workspaces", sa.Column("deleted_at", sa.DateTime(timezone=True)), schema="gateway"
    )
    op.add_column(
        "workspaces", sa.Column("removed_at", sa.DateTime(timezone=True)), schema="gateway"
    )
    op.create_table(
        "holds",
        sa.Column("site_id", sa.UUID(), nullable=False),
        sa.Column("workspace_id", sa.UUID(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("placed_by", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["gateway.workspaces.workspace_id"]),
        sa.PrimaryKeyConstraint("site_id"),
        schema="gateway",
    )
    op.create_index("holds_workspace_idx", "holds", ["workspace_id"], schema="gateway")
    op.create_table(
        "erasures",
        sa.Column("erasure_id", sa.UUID(), nullable=False),
        sa.Column("workspace_id", sa.UUID(), nullable=False),
        sa.Column("is_user", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("parts", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["gateway.workspaces.workspace_id"]),
        sa.PrimaryKeyConstraint("erasure_id"),
        schema="gateway",
    )
    op.create_index(
        "erasures_workspace_idx", "erasures", ["workspace_id", "erasure_id"], schema="gateway"
    )
    op.create_table(
        "rebuilds",
        sa.Column("rebuild_id", sa.UUID(), nullable=False),
        sa.Column("workspace_id", sa.UUID(), nullable=False),
        sa.Column("site_id", sa.UUID()),
        sa.Column("job_id", sa.UUID(), nullable=False),
        sa.Column("wanted", postgresql.JSONB(), nullable=False),
        sa.Column("sent", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("compared", postgresql.JSONB()),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["gateway.workspaces.workspace_id"]),
        sa.PrimaryKeyConstraint("rebuild_id"),
        schema="gateway",
    )
    op.create_index(
        "rebuilds_workspace_idx", "rebuilds", ["workspace_id", "rebuild_id"], schema="gateway"
    )
    op.create_table(
        "self_checks",
        sa.Column("workspace_id", sa.UUID(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("differing", sa.Integer(), server_default="0", nullable=False),
        sa.Column("compared", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["gateway.workspaces.workspace_id"]),
        sa.PrimaryKeyConstraint("workspace_id"),
        schema="gateway",
    )
    # What is kept too long is let go of by one who says so; everybody else is refused as before.
    op.execute(_REFUSE_UNLESS_KEEPING)


def downgrade() -> None:
    op.execute(_REFUSE)
    for table in ("self_checks", "rebuilds", "erasures", "holds"):
        op.drop_table(table, schema="gateway")
    op.drop_column("workspaces", "removed_at", schema="gateway")
    op.drop_column("workspaces", "deleted_at", schema="gateway")
    op.drop_table("copies", schema="gateway")
    op.drop_table("retention", schema="gateway")
