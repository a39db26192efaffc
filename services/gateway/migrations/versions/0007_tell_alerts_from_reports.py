"""Tell alerts that something can be done about from whatever else channels are told."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "notices",
        sa.Column("can_act", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        schema="gateway",
    )


def downgrade() -> None:
    op.drop_column("notices", "can_act", schema="gateway")
