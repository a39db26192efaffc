"""Let a row of the outbox hold many events, and say how many."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE crawler.outbox ADD COLUMN events integer DEFAULT 1 NOT NULL")


def downgrade() -> None:
    op.execute("ALTER TABLE crawler.outbox DROP COLUMN events")
