"""Keep the bytes of an upload as they came: squeezing what is read once and dropped does not pay."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE profile.import_chunks ALTER COLUMN body SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.execute("ALTER TABLE profile.import_chunks ALTER COLUMN body SET STORAGE EXTENDED")
