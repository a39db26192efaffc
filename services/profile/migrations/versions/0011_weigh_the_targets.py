"""Let the crawler look more often at links to the pages that lists of top pages name."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None
BEFORE = "abs(value - told_value) > 0.25 * told_value"
AFTER = "abs(value * target_weight - told_value) > 0.25 * told_value"


def _index(where: str) -> None:
    op.drop_index("links_untold_idx", table_name="links", schema="profile")
    op.create_index(
        "links_untold_idx",
        "links",
        ["link_id"],
        schema="profile",
        postgresql_where=sa.text(where),
    )


def upgrade() -> None:
    op.add_column(
        "links",
        sa.Column("target_weight", sa.Double(), server_default="1", nullable=False),
        schema="profile",
    )
    _index(AFTER)
    op.create_index(
        "links_weighty_idx",
        "links",
        ["site_id"],
        schema="profile",
        postgresql_where=sa.text("target_weight <> 1"),
    )


def downgrade() -> None:
    op.drop_index("links_weighty_idx", table_name="links", schema="profile")
    _index(BEFORE)
    op.drop_column("links", "target_weight", schema="profile")
