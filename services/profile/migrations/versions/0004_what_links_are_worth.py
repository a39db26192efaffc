"""Compute what links are worth in their rows, and say which values were told to the crawler."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# The same product as services/profile/domain/value.py, factor by factor. One expression, without a
# FROM: so PostgreSQL writes it into the statement instead of calling a function for every row.
VALUE = """
CREATE FUNCTION profile.link_value(authority float8, metrics jsonb, followed boolean,
    indexable boolean, link_position text, kind text, relevance float8, toxicity_band text)
RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT round(
        CASE WHEN authority IS NULL AND NOT metrics ?|
            '{ahrefs_dr,semrush_as,moz_da,majestic_tf}'::text[] THEN 1
            ELSE round((0.25 * power(16::float8, greatest(0::float8, least(1::float8, CASE
                WHEN authority <= 1 THEN authority
                ELSE coalesce(authority, coalesce(metrics->>'ahrefs_dr', metrics->>'semrush_as',
                    metrics->>'moz_da', metrics->>'majestic_tf')::float8) / 100 END)
                )))::numeric, 3) END
        * CASE WHEN followed = false THEN 0.25 ELSE 1 END
        * CASE WHEN indexable = false THEN 0.1 ELSE 1 END
        * CASE link_position WHEN 'unknown' THEN 0.8 WHEN 'header' THEN 0.5 WHEN 'nav' THEN 0.4
            WHEN 'sidebar' THEN 0.4 WHEN 'footer' THEN 0.25 WHEN 'comment' THEN 0.15 ELSE 1 END
        * CASE kind WHEN 'image' THEN 0.8 WHEN 'redirect' THEN 0.9 WHEN 'canonical' THEN 0.9
            WHEN 'frame' THEN 0.3 WHEN 'form' THEN 0.2 WHEN 'alternate' THEN 0.3
            WHEN 'rss' THEN 0.3 WHEN 'refresh' THEN 0.5 WHEN 'mention' THEN 0.1 ELSE 1 END
        * coalesce(round((0.7 + 0.6 * relevance)::numeric, 3), 1)
        * CASE WHEN metrics->>'ahrefs_page_traffic' IS NULL THEN 1 ELSE round(1 + greatest(0,
            least(1000, (metrics->>'ahrefs_page_traffic')::numeric)) / 1000, 3) END
        * CASE toxicity_band WHEN 'watch' THEN 0.8 WHEN 'review' THEN 0.3
            WHEN 'propose_disavow' THEN 0.05 ELSE 1 END
    , 4)::float8
$$
"""
COMPUTED = (
    "profile.link_value(authority, metrics, followed, indexable, position, kind, relevance,"
    " toxicity_band)"
)
UNTOLD = "abs(value - told_value) > 0.25 * told_value"


def upgrade() -> None:
    op.execute(VALUE)
    op.add_column("links", sa.Column("relevance", sa.Double()), schema="profile")
    op.add_column(
        "links",
        sa.Column("told_value", sa.Double(), server_default="1", nullable=False),
        schema="profile",
    )
    op.drop_column("links", "value", schema="profile")
    op.add_column(
        "links",
        sa.Column("value", sa.Double(), sa.Computed(COMPUTED, persisted=True), nullable=False),
        schema="profile",
    )
    op.create_index(
        "links_site_value_idx",
        "links",
        ["site_id", "value", "link_id"],
        schema="profile",
    )
    op.create_index(
        "links_untold_idx",
        "links",
        ["link_id"],
        schema="profile",
        postgresql_where=sa.text(UNTOLD),
    )
