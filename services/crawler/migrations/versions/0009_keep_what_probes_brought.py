"""keep what probes brought."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("siblings", sa.Column("wire", sa.LargeBinary(), nullable=True), schema="crawler")
