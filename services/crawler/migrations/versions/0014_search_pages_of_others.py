"""Search pages of others for ways to a link."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_UUID = postgresql.UUID()
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "surveys",
        sa.Column("page_key", _UUID, primary_key=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("read_at", _MOMENT, nullable=False),
        sa.Column("failure", sa.Text()),
        sa.Column("told", postgresql.JSON(), nullable=False),
        schema="crawler",
    )
    op.create_index("surveys_read_at_idx", "surveys", ["read_at"], schema="crawler")
    op.create_table(
        "survey_wishes",
        sa.Column("site_id", _UUID, primary_key=True),
        sa.Column("page_key", _UUID, primary_key=True),
        sa.Column("workspace_id", _UUID, nullable=False),
        sa.Column("job_id", _UUID, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("waits", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("added_at", _MOMENT, nullable=False),
        schema="crawler",
    )
    op.create_index("survey_wishes_job_idx", "survey_wishes", ["job_id", "place"], schema="crawler")
    op.create_index("survey_wishes_page_idx", "survey_wishes", ["page_key"], schema="crawler")
    op.create_index("survey_wishes_added_idx", "survey_wishes", ["added_at"], schema="crawler")
    _add_outlinks()


def _add_outlinks() -> None:
    op.create_table(
        "outlinks",
        sa.Column("page_key", _UUID, primary_key=True),
        sa.Column("outlink_key", _UUID, primary_key=True),
        sa.Column("anchor_text", sa.Text(), nullable=False),
        sa.Column("left_context", sa.Text(), nullable=False),
        sa.Column("right_context", sa.Text(), nullable=False),
        sa.Column("followed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["page_key"], ["crawler.surveys.page_key"], ondelete="CASCADE"),
        schema="crawler",
    )
    op.create_index("outlinks_key_idx", "outlinks", ["outlink_key"], schema="crawler")
    op.create_table(
        "outlink_addresses",
        sa.Column("outlink_key", _UUID, primary_key=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="new", nullable=False),
        sa.Column("first_look", postgresql.JSON()),
        sa.Column("last_look", postgresql.JSON()),
        sa.Column("looked_at", _MOMENT),
        sa.Column("due_at", _MOMENT),
        sa.Column("taken_until", _MOMENT),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("added_at", _MOMENT, nullable=False),
        sa.CheckConstraint(
            "state IN ('new', 'answers', 'unsure', 'doubtful', 'dead')", name="state_known"
        ),
        schema="crawler",
    )
    op.create_index(
        "outlink_addresses_due_idx",
        "outlink_addresses",
        ["due_at"],
        schema="crawler",
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(
        "outlink_addresses_added_idx", "outlink_addresses", ["added_at"], schema="crawler"
    )
    op.create_table(
        "doubts",
        sa.Column("site_id", _UUID, primary_key=True),
        sa.Column("page_key", _UUID, primary_key=True),
        sa.Column("outlink_key", _UUID, primary_key=True),
        sa.Column("workspace_id", _UUID, nullable=False),
        sa.Column("page_url", sa.Text(), nullable=False),
        sa.Column("outlink_url", sa.Text(), nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        schema="crawler",
    )
    op.create_index("doubts_due_idx", "doubts", ["due_at"], schema="crawler")


def downgrade() -> None:
    for name in ("doubts", "outlink_addresses", "outlinks", "survey_wishes", "surveys"):
        op.drop_table(name, schema="crawler")
