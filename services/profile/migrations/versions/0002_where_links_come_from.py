"""Keep the address, language, country and platform of the pages that links stand on."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("links", sa.Column("source_ip", postgresql.INET()), schema="profile")
    for name in ("source_lang", "source_country", "source_platform"):
        op.add_column("links", sa.Column(name, sa.Text()), schema="profile")
