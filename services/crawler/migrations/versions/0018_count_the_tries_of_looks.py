"""count the tries of looks that others want."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "wanted_looks",
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        schema="crawler",
    )
