"""keep what became of domains."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "links",
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=True),
        schema="toxicity",
    )
    op.create_table(
        "domain_flags",
        sa.Column("flag_id", sa.UUID(), nullable=False),
        sa.Column("workspace_id", sa.UUID(), nullable=False),
        sa.Column("site_id", sa.UUID(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("page_url", sa.Text(), nullable=True),
        sa.Column(
            "evidence",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'::text[]"),
            nullable=False,
        ),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("flag_id"),
        schema="toxicity",
    )
    op.create_index(
        "domain_flags_domain_idx",
        "domain_flags",
        ["site_id", "domain", "kind"],
        unique=True,
        schema="toxicity",
    )
    op.create_index(
        "domain_flags_site_idx",
        "domain_flags",
        ["site_id", sa.literal_column("flag_id DESC")],
        unique=False,
        schema="toxicity",
    )
