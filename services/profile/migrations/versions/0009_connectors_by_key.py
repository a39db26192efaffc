"""Ask services that sell links, with a key of the user's own."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "connectors",
        sa.Column(
            "site_id", postgresql.UUID(), sa.ForeignKey("profile.sites.site_id"), primary_key=True
        ),
        sa.Column("provider", sa.Text(), primary_key=True),
        sa.Column("workspace_id", postgresql.UUID(), nullable=False),
        sa.Column("api_key", sa.Text(), nullable=False),
        sa.Column("monthly_cap", sa.BigInteger(), nullable=False),
        sa.Column("rows_per_pull", sa.Integer(), nullable=False),
        sa.Column("weekly", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("month", sa.Date()),
        sa.Column("used", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("pulled_until", moment),
        sa.Column("asked_at", moment),
        sa.Column("note", sa.Text()),
        sa.Column("created_at", moment, nullable=False, server_default=sa.func.now()),
        schema="profile",
    )


def downgrade() -> None:
    op.drop_table("connectors", schema="profile")
