"""take prices with all the digits that their currencies have."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Every amount that was taken before fits as it stands: more digits on both sides of the point.
    op.alter_column(
        "contracts",
        "price",
        type_=sa.Numeric(18, 4),
        existing_type=sa.Numeric(14, 2),
        schema="profile",
    )
