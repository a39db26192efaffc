"""remember the last known band of links."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not filled in: where it is null, the band in force says it.
    op.add_column("links", sa.Column("known_band", sa.Text(), nullable=True), schema="toxicity")


def downgrade() -> None:
    op.drop_column("links", "known_band", schema="toxicity")
