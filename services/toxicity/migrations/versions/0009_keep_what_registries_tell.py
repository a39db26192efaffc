"""keep what registries tell."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "registrations",
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("states", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.PrimaryKeyConstraint("domain"),
        schema="toxicity",
    )
    op.create_index(
        "registrations_expires_idx",
        "registrations",
        ["expires_at", "domain"],
        unique=False,
        schema="toxicity",
    )
    op.create_index(
        "domain_flags_open_idx",
        "domain_flags",
        ["domain"],
        unique=False,
        schema="toxicity",
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("domain_flags_open_idx", table_name="domain_flags", schema="toxicity")
    op.drop_table("registrations", schema="toxicity")
