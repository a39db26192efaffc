"""Make room for encrypted keys; the first start encrypts what is there, for it has the master key."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("connectors", sa.Column("sealed_key", sa.Text()), schema="profile")
    op.alter_column("connectors", "api_key", nullable=True, schema="profile")


def downgrade() -> None:
    # What is encrypted cannot be opened here: such a connector has to be set again.
    op.execute("DELETE FROM profile.connectors WHERE api_key IS NULL")
    op.alter_column("connectors", "api_key", nullable=False, schema="profile")
    op.drop_column("connectors", "sealed_key", schema="profile")
