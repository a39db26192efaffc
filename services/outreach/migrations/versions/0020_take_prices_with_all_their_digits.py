"""take prices with all the digits that their currencies have."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Every amount that was taken before fits as it stands: more digits on both sides of the point.
    op.alter_column(
        "placements",
        "price",
        type_=sa.Numeric(18, 4),
        existing_type=sa.Numeric(14, 2),
        schema="outreach",
    )
    op.alter_column(
        "inbound_messages",
        "price_amount",
        type_=sa.Numeric(18, 4),
        existing_type=sa.Numeric(14, 2),
        schema="outreach",
    )
