"""look at dead links that were typed by hand."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, kind in (
        ("link_key", sa.UUID()),
        ("link_state", sa.Text()),
        ("link_judged_at", sa.DateTime(timezone=True)),
        ("link_doubted_at", sa.DateTime(timezone=True)),
    ):
        op.add_column("enrollments", sa.Column(name, kind, nullable=True), schema="outreach")
    op.create_check_constraint(
        "link_state_known",
        "enrollments",
        "link_state IN ('dead', 'answers', 'removed', 'unsure')",
        schema="outreach",
    )
    op.create_index(
        "enrollments_link_idx",
        "enrollments",
        ["site_id", "page_key", "link_key"],
        unique=False,
        schema="outreach",
        postgresql_where=sa.text("link_key IS NOT NULL"),
    )
