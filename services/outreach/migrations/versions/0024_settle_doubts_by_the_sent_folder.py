"""Settle doubts by the Sent folder."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    looks = sa.Column("sent_looks", sa.Integer(), server_default="0", nullable=False)
    at = sa.Column("sent_look_at", sa.DateTime(timezone=True), nullable=True)
    op.add_column("messages", looks, schema="outreach")
    op.add_column("messages", at, schema="outreach")
    op.add_column("messages", sa.Column("sent_look", sa.Text(), nullable=True), schema="outreach")
