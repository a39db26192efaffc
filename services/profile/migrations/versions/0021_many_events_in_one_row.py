"""Let a row of the outbox hold many events, and say how many."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE profile.outbox ADD COLUMN events integer DEFAULT 1 NOT NULL")
    # A bundle is read once and dropped: squeezing it does not pay.
    op.execute("ALTER TABLE profile.outbox ALTER COLUMN body SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.execute("ALTER TABLE profile.outbox ALTER COLUMN body SET STORAGE EXTENDED")
    op.execute("ALTER TABLE profile.outbox DROP COLUMN events")
