"""keep what is proposed for the last layer."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "layer_proposals",
        sa.Column("site_id", sa.UUID(), nullable=False),
        sa.Column("workspace_id", sa.UUID(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("slope_milli", sa.Integer(), nullable=True),
        sa.Column("offset_milli", sa.Integer(), nullable=True),
        sa.Column("verdicts", sa.Integer(), nullable=False),
        sa.Column("error_before", sa.REAL(), nullable=True),
        sa.Column("error_after", sa.REAL(), nullable=True),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "counts", postgresql.JSON(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('proposed', 'accepted', 'declined', 'nothing')", name="state_known"
        ),
        sa.PrimaryKeyConstraint("site_id"),
        schema="toxicity",
    )
