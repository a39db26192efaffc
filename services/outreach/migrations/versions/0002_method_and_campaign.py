"""Note how the link of a placement is got, and what it is part of."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("method", "campaign"):
        op.add_column("placements", sa.Column(name, sa.Text()), schema="outreach")


def downgrade() -> None:
    for name in ("campaign", "method"):
        op.drop_column("placements", name, schema="outreach")
