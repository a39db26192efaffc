"""Keep for how long, and send copies again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


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
        schema="profile",
    )
    op.create_table(
        "copies",
        sa.Column("copy", sa.Text(), nullable=False),
        sa.Column("version_no", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("copy"),
        schema="profile",
    )
    op.add_column("sites", sa.Column("removed_at", sa.DateTime(timezone=True)), schema="profile")
    op.create_index(
        "sites_deleted_idx",
        "sites",
        ["deleted_at"],
        schema="profile",
        postgresql_where=sa.text("deleted_at IS NOT NULL AND removed_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("sites_deleted_idx", table_name="sites", schema="profile")
    op.drop_column("sites", "removed_at", schema="profile")
    op.drop_table("copies", schema="profile")
    op.drop_table("retention", schema="profile")
