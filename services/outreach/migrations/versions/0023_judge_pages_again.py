"""judge pages of others again."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("surveyed_pages", sa.Column("told", sa.JSON(), nullable=True), schema="outreach")
    op.add_column(
        "surveyed_pages",
        sa.Column("judge_due", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        schema="outreach",
    )
    op.create_index(
        "surveyed_pages_due_idx",
        "surveyed_pages",
        ["site_id"],
        unique=False,
        schema="outreach",
        postgresql_where=sa.text("judge_due"),
    )
