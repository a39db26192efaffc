"""Prepare the figures of large sites, index what rare filters ask for, keep what competitors have."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_METRICS = ("ahrefs_dr", "semrush_as", "majestic_tf", "moz_da")


def upgrade() -> None:
    op.create_table(
        "site_figures",
        sa.Column("site_id", sa.UUID(), sa.ForeignKey("profile.sites.site_id"), primary_key=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("took", sa.Interval(), nullable=False),
        sa.Column("body", postgresql.JSON(), nullable=False),
        schema="profile",
    )
    op.create_table(
        "domain_figures",
        sa.Column("site_id", sa.UUID(), sa.ForeignKey("profile.sites.site_id"), primary_key=True),
        sa.Column("domain", sa.Text(), primary_key=True),
        sa.Column("links", sa.BigInteger(), nullable=False),
        sa.Column("links_present", sa.BigInteger(), nullable=False),
        sa.Column("links_counting", sa.BigInteger(), nullable=False),
        sa.Column("links_lost", sa.BigInteger(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True)),
        sa.Column("last_seen_at", sa.DateTime(timezone=True)),
        sa.Column("authority", sa.Double()),
        sa.Column("toxicity", sa.Integer()),
        sa.Column("claimed_links", sa.BigInteger()),
        sa.Column(
            "claimed_by",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'::text[]"),
            nullable=False,
        ),
        schema="profile",
    )
    op.create_table(
        "competitor_claims",
        sa.Column("site_id", sa.UUID(), sa.ForeignKey("profile.sites.site_id"), primary_key=True),
        sa.Column("domain", sa.Text(), primary_key=True),
        sa.Column("competitor", sa.Text(), primary_key=True),
        sa.Column("source", sa.Text(), primary_key=True),
        sa.Column("link_count", sa.BigInteger(), nullable=False),
        sa.Column("page_url", sa.Text()),
        sa.Column("target_url", sa.Text()),
        sa.Column("metrics", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True)),
        sa.Column("last_seen_at", sa.DateTime(timezone=True)),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        schema="profile",
    )
    for column in ("contract_state", "source_country", "source_ip"):
        op.create_index(
            f"links_site_{column}_idx",
            "links",
            ["site_id", column, "link_id"],
            schema="profile",
            postgresql_where=sa.text(f"{column} IS NOT NULL"),
        )
    for name in _METRICS:
        value = f"((metrics->>'{name}')::float8)"
        op.create_index(
            f"links_site_{name}_idx",
            "links",
            ["site_id", sa.text(value), "link_id"],
            schema="profile",
            postgresql_where=sa.text(f"{value} IS NOT NULL"),
        )
    op.create_index(
        "links_reasons_idx",
        "links",
        ["reasons"],
        schema="profile",
        postgresql_using="gin",
        postgresql_where=sa.text("reasons <> '{}'"),
    )
