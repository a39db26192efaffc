"""Keep links that nobody has seen out of the index of those that came: no figure asks for them there."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def _index(where: str) -> None:
    op.execute("DROP INDEX profile.links_site_gained_at_idx")
    op.execute(
        "CREATE INDEX links_site_gained_at_idx ON profile.links (site_id, gained_at, link_id)"
        f" WHERE {where}"
    )


def upgrade() -> None:
    _index("found_seq > 0")


def downgrade() -> None:
    _index("gained_at IS NOT NULL")
