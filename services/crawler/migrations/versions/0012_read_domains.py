"""Read domains that somebody wants to know."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "domain_readings",
        sa.Column("domain", sa.Text(), primary_key=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        schema="crawler",
    )
    op.create_index("domain_readings_due_at_idx", "domain_readings", ["due_at"], schema="crawler")


def downgrade() -> None:
    op.drop_table("domain_readings", schema="crawler")
