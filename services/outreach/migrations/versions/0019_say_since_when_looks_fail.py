"""say since when looks at owed links fail."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "exchanges",
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        schema="outreach",
    )
    op.add_column(
        "exchanges",
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        schema="outreach",
    )
    # Since when is not known of what failed before: since the last look is what is.
    op.execute(
        "UPDATE outreach.exchanges SET failing_since = looked_at, failures = 1"
        " WHERE failure IS NOT NULL"
    )
    # From now on a look that was answered is asked for no more. These are the pauses after an answer.
    op.execute(
        "UPDATE outreach.exchanges SET look_id = NULL WHERE next_look_at - looked_at"
        " IN (interval '1 hour', interval '6 hours', interval '1 day', interval '7 days')"
    )
