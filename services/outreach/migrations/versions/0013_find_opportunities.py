"""Find ways to a link on pages of others, and give prospects a place in the plan."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_UUID = postgresql.UUID()
_MOMENT = sa.DateTime(timezone=True)
_NONE = sa.text("0")


def upgrade() -> None:
    op.create_table(
        "surveyed_pages",
        sa.Column("site_id", _UUID, primary_key=True),
        sa.Column("page_key", _UUID, primary_key=True),
        sa.Column("page_url", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("title", sa.Text()),
        sa.Column("language", sa.Text()),
        sa.Column("relevance", sa.Integer()),
        sa.Column("judgement", postgresql.JSON(), nullable=False),
        sa.Column("links_to_site", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("read_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["outreach.sites.site_id"]),
        schema="outreach",
    )
    op.create_index(
        "surveyed_pages_domain_idx", "surveyed_pages", ["site_id", "domain"], schema="outreach"
    )
    _add_opportunities()
    _add_columns()


def _add_opportunities() -> None:
    op.create_table(
        "opportunities",
        sa.Column("opportunity_id", _UUID, primary_key=True),
        sa.Column("workspace_id", _UUID, nullable=False),
        sa.Column("site_id", _UUID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_key", _UUID, nullable=False),
        sa.Column("subject_url", sa.Text(), nullable=False),
        sa.Column("evidence", postgresql.JSON(), nullable=False),
        sa.Column("pages", sa.Integer(), server_default=_NONE, nullable=False),
        sa.Column("domains", sa.Integer(), server_default=_NONE, nullable=False),
        sa.Column("relevant_domains", sa.Integer(), server_default=_NONE, nullable=False),
        sa.Column("relevance", sa.Integer()),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("because", sa.Text()),
        sa.Column("decided_by", sa.Text()),
        sa.Column("decided_at", _MOMENT),
        sa.Column("target_url", sa.Text()),
        sa.Column("offer", sa.Text()),
        sa.Column("found_at", _MOMENT, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.CheckConstraint(
            "kind IN ('broken_link', 'unlinked_mention', 'resource_page')", name="kind_known"
        ),
        sa.CheckConstraint(
            "state IN ('open', 'accepted', 'dismissed', 'over')", name="state_known"
        ),
        sa.ForeignKeyConstraint(["site_id"], ["outreach.sites.site_id"]),
        sa.UniqueConstraint("site_id", "kind", "subject_key", name="opportunities_subject_key"),
        schema="outreach",
    )
    op.create_index(
        "opportunities_site_idx",
        "opportunities",
        ["site_id", "state", "kind", "opportunity_id"],
        schema="outreach",
    )
    op.create_table(
        "opportunity_pages",
        sa.Column("opportunity_id", _UUID, primary_key=True),
        sa.Column("page_key", _UUID, primary_key=True),
        sa.Column("site_id", _UUID, nullable=False),
        sa.Column("page_url", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("stands", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("outlink_state", sa.Text()),
        sa.Column("anchor_text", sa.Text(), server_default="", nullable=False),
        sa.Column("left_context", sa.Text(), server_default="", nullable=False),
        sa.Column("right_context", sa.Text(), server_default="", nullable=False),
        sa.Column("followed", sa.Boolean()),
        sa.Column("first_look", postgresql.JSON()),
        sa.Column("last_look", postgresql.JSON()),
        sa.Column("page_seen_at", _MOMENT),
        sa.Column("judged_at", _MOMENT, nullable=False),
        sa.Column("doubted_at", _MOMENT),
        sa.Column("prospect_id", _UUID),
        sa.CheckConstraint(
            "outlink_state IN ('dead', 'answers', 'removed', 'unsure')", name="outlink_state_known"
        ),
        sa.ForeignKeyConstraint(
            ["opportunity_id"], ["outreach.opportunities.opportunity_id"], ondelete="CASCADE"
        ),
        schema="outreach",
    )
    op.create_index(
        "opportunity_pages_page_idx",
        "opportunity_pages",
        ["site_id", "page_key"],
        schema="outreach",
    )
    op.create_index(
        "opportunity_pages_prospect_idx", "opportunity_pages", ["prospect_id"], schema="outreach"
    )


def _add_columns() -> None:
    op.add_column("enrollments", sa.Column("opportunity_id", _UUID), schema="outreach")
    op.add_column("enrollments", sa.Column("page_key", _UUID), schema="outreach")
    op.create_index(
        "enrollments_opportunity_idx",
        "enrollments",
        ["opportunity_id"],
        schema="outreach",
        postgresql_where=sa.text("opportunity_id IS NOT NULL"),
    )
    op.add_column("plan_slots", sa.Column("prospect_id", _UUID), schema="outreach")
    op.create_index(
        "plan_slots_prospect_key",
        "plan_slots",
        ["prospect_id"],
        unique=True,
        schema="outreach",
        postgresql_where=sa.text("prospect_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_column("plan_slots", "prospect_id", schema="outreach")
    op.drop_column("enrollments", "page_key", schema="outreach")
    op.drop_column("enrollments", "opportunity_id", schema="outreach")
    for name in ("opportunity_pages", "opportunities", "surveyed_pages"):
        op.drop_table(name, schema="outreach")
