"""Keep for how long, and send copies again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
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
        schema="toxicity",
    )
    op.create_table(
        "copies",
        sa.Column("copy", sa.Text(), nullable=False),
        sa.Column("version_no", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("copy"),
        schema="toxicity",
    )


def downgrade() -> None:
    op.drop_table("copies", schema="toxicity")
    op.drop_table("retention", schema="toxicity")
