"""Keep what was unusual about the growth of a site, each once."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sites", sa.Column("growth_on", sa.Date()), schema="profile")
    op.create_table(
        "anomalies",
        sa.Column("anomaly_id", postgresql.UUID(), primary_key=True),
        sa.Column("workspace_id", postgresql.UUID(), nullable=False),
        sa.Column(
            "site_id", postgresql.UUID(), sa.ForeignKey("profile.sites.site_id"), nullable=False
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date()),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Double(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("evidence", postgresql.JSON(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()
        ),
        sa.UniqueConstraint("site_id", "kind", "started_on", name="anomalies_site_kind_start_key"),
        schema="profile",
    )


def downgrade() -> None:
    op.drop_table("anomalies", schema="profile")
    op.drop_column("sites", "growth_on", schema="profile")
