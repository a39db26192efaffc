"""Leave the indexes of links alone at a look that finds nothing new.

The index of 0013 asked for `found_seq`, which every look writes: an update of a column that any
index asks for is no HOT update, and writes the row into all of them again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def _index(where: str) -> None:
    op.execute("DROP INDEX profile.links_site_gained_at_idx")
    op.execute(
        "CREATE INDEX links_site_gained_at_idx ON profile.links (site_id, gained_at, link_id)"
        f" WHERE {where}"
    )


def upgrade() -> None:
    op.add_column(
        "links",
        sa.Column(
            "ever_live", sa.Boolean(), sa.Computed("found_seq > 0", persisted=True), nullable=False
        ),
        schema="profile",
    )
    _index("ever_live")


def downgrade() -> None:
    _index("found_seq > 0")
    op.drop_column("links", "ever_live", schema="profile")
