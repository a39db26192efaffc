"""Keep what was read of domains, and the words of sites by which prospects are judged."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_WORDS = ("brands", "keywords", "competitors")


def upgrade() -> None:
    for name in _WORDS:
        column: sa.Column[object] = sa.Column(
            name,
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'::text[]"),
            nullable=False,
        )
        op.add_column("sites", column, schema="outreach")
    op.create_table(
        "readings",
        sa.Column("domain", sa.Text(), primary_key=True),
        sa.Column("told", sa.JSON()),
        sa.Column("read_at", sa.DateTime(timezone=True)),
        sa.Column("failure", sa.Text()),
        sa.Column("failed_at", sa.DateTime(timezone=True)),
        schema="outreach",
    )
    due: sa.Column[object] = sa.Column(
        "judge_due", sa.Boolean(), server_default=sa.text("false"), nullable=False
    )
    op.add_column("prospects", due, schema="outreach")
    op.create_index("prospects_read_idx", "prospects", ["domain"], schema="outreach")
    op.create_index(
        "prospects_due_idx",
        "prospects",
        ["prospect_id"],
        schema="outreach",
        postgresql_where=sa.text("judge_due"),
    )


def downgrade() -> None:
    for name in ("prospects_due_idx", "prospects_read_idx"):
        op.drop_index(name, table_name="prospects", schema="outreach")
    op.drop_column("prospects", "judge_due", schema="outreach")
    op.drop_table("readings", schema="outreach")
    for name in _WORDS:
        op.drop_column("sites", name, schema="outreach")
