"""search for links that nobody told of."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_UUID = postgresql.UUID()
_TEXTS = postgresql.ARRAY(sa.Text())
_MOMENT = sa.DateTime(timezone=True)
_EMPTY = sa.text("'{}'")


def upgrade() -> None:
    op.add_column(
        "sites",
        sa.Column("brands", _TEXTS, server_default=_EMPTY, nullable=False),
        schema="crawler",
    )
    op.create_table(
        "searches",
        sa.Column("search_id", _UUID, primary_key=True),
        sa.Column("workspace_id", _UUID, nullable=False),
        sa.Column("site_id", _UUID, nullable=False),
        sa.Column("job_id", _UUID),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text()),
        sa.Column("bytes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("notes", _TEXTS, server_default=_EMPTY, nullable=False),
        sa.Column("created_at", _MOMENT, server_default=sa.func.now(), nullable=False),
        schema="crawler",
    )
    op.create_index("searches_site_idx", "searches", ["site_id", "search_id"], schema="crawler")
    op.create_index("searches_created_idx", "searches", ["created_at"], schema="crawler")
    op.create_table(
        "search_chunks",
        sa.Column("search_id", _UUID, primary_key=True),
        sa.Column("chunk_no", sa.Integer(), primary_key=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["search_id"], ["crawler.searches.search_id"], ondelete="CASCADE"),
        schema="crawler",
    )
    _add_candidates()
    _add_findings()


def _add_candidates() -> None:
    op.create_table(
        "candidates",
        sa.Column("site_id", _UUID, primary_key=True),
        sa.Column("page_key", _UUID, primary_key=True),
        sa.Column("workspace_id", _UUID, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("guessed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("hits", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("first_seen_at", _MOMENT),
        sa.Column("last_seen_at", _MOMENT),
        sa.Column("taken_until", _MOMENT),
        sa.Column("looked_at", _MOMENT),
        sa.Column("added_at", _MOMENT, nullable=False),
        schema="crawler",
    )
    op.create_index(
        "candidates_waiting_idx",
        "candidates",
        ["reason", "added_at"],
        schema="crawler",
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "candidates_site_idx", "candidates", ["site_id", "state", "looked_at"], schema="crawler"
    )
    op.create_index("candidates_added_idx", "candidates", ["added_at"], schema="crawler")


def _add_findings() -> None:
    op.create_table(
        "referrers",
        sa.Column("site_id", _UUID, primary_key=True),
        sa.Column("domain", sa.Text(), primary_key=True),
        sa.Column("workspace_id", _UUID, nullable=False),
        sa.Column("target_url", sa.Text(), nullable=False),
        sa.Column("hits", sa.BigInteger(), nullable=False),
        sa.Column("first_seen_at", _MOMENT),
        sa.Column("last_seen_at", _MOMENT),
        sa.Column("found_at", _MOMENT),
        sa.Column("added_at", _MOMENT, nullable=False),
        schema="crawler",
    )
    op.create_index(
        "referrers_hits_idx", "referrers", ["site_id", "hits", "domain"], schema="crawler"
    )
    op.create_index("referrers_added_idx", "referrers", ["added_at"], schema="crawler")
    op.create_table(
        "mentions",
        sa.Column("site_id", _UUID, primary_key=True),
        sa.Column("page_key", _UUID, primary_key=True),
        sa.Column("workspace_id", _UUID, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("title", sa.Text()),
        sa.Column("term", sa.Text(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=False),
        schema="crawler",
    )
    op.create_index(
        "mentions_seen_idx", "mentions", ["site_id", "seen_at", "page_key"], schema="crawler"
    )
    op.create_index("mentions_old_idx", "mentions", ["seen_at"], schema="crawler")


def downgrade() -> None:
    for name in ("mentions", "referrers", "candidates", "search_chunks", "searches"):
        op.drop_table(name, schema="crawler")
    op.drop_column("sites", "brands", schema="crawler")
