"""Read the sitemaps of the sites themselves once a week."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "sites",
        sa.Column(
            "sitemap_due_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now() + random() * interval '1 hour'"),
            nullable=False,
        ),
        schema="crawler",
    )
    op.create_index(
        "sites_sitemap_due_idx",
        "sites",
        ["sitemap_due_at"],
        schema="crawler",
        postgresql_where=sa.text("active"),
    )


def downgrade() -> None:
    op.drop_index("sites_sitemap_due_idx", table_name="sites", schema="crawler")
    op.drop_column("sites", "sitemap_due_at", schema="crawler")
