"""Let a row of the outbox hold many events, and say how many."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE toxicity.outbox ADD COLUMN events integer DEFAULT 1 NOT NULL")


def downgrade() -> None:
    op.execute("ALTER TABLE toxicity.outbox DROP COLUMN events")
