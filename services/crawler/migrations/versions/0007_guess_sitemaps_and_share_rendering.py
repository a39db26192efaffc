"""guess sitemaps and share rendering."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "sources",
        sa.Column("guessed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        schema="crawler",
    )
    op.add_column(
        "sources",
        sa.Column("absent_until", sa.DateTime(timezone=True), nullable=True),
        schema="crawler",
    )
    op.create_table(
        "rendered",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "host"),
        schema="crawler",
    )
