"""Let links and claims be written by the batch, without a query for each row; value new links sooner."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_STRENGTH = """
        CASE WHEN authority IS NULL AND NOT metrics ?|
            '{ahrefs_dr,semrush_as,moz_da,majestic_tf}'::text[] THEN 1
            ELSE round((0.25 * power(16::float8, greatest(0::float8, least(1::float8, CASE
                WHEN authority <= 1 THEN authority
                ELSE coalesce(authority, coalesce(metrics->>'ahrefs_dr', metrics->>'semrush_as',
                    metrics->>'moz_da', metrics->>'majestic_tf')::float8) / 100 END)
                )))::numeric, 3) END
"""
_PRODUCT = f"""round(
        {_STRENGTH}
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
    , 4)::float8"""
# Of a link that nobody has looked at only the strength counts: all other factors are 1, and decimal
# numbers that are multiplied by 1 eight times were half of what such a row cost.
_SHORTCUT = f"""CASE WHEN followed IS NULL AND indexable IS NULL AND link_position IS NULL AND kind IS NULL
        AND relevance IS NULL AND toxicity_band IS NULL AND metrics->>'ahrefs_page_traffic' IS NULL
    THEN ({_STRENGTH})::float8
    ELSE {_PRODUCT} END"""


def _value(expression: str) -> str:
    return (
        "CREATE OR REPLACE FUNCTION profile.link_value(authority float8, metrics jsonb,"
        " followed boolean, indexable boolean, link_position text, kind text, relevance float8,"
        " toxicity_band text) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS"
        f" $$ SELECT {expression} $$"
    )


def upgrade() -> None:
    # A foreign key asks for the row that it points to, one query for each row that is written
    # (docs/decisions/0017-links-without-foreign-keys.md).
    op.drop_constraint("links_site_id_fkey", "links", schema="profile", type_="foreignkey")
    op.drop_constraint("claims_link_id_fkey", "claims", schema="profile", type_="foreignkey")
    op.execute(_value(_SHORTCUT))


def downgrade() -> None:
    op.execute(_value(_PRODUCT))
    op.create_foreign_key(
        *("links_site_id_fkey", "links", "sites", ["site_id"], ["site_id"]),
        source_schema="profile",
        referent_schema="profile",
    )
    op.create_foreign_key(
        *("claims_link_id_fkey", "claims", "links", ["link_id"], ["link_id"]),
        source_schema="profile",
        referent_schema="profile",
        ondelete="CASCADE",
    )
