"""Sort the prepared domains of large sites by an index."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "domain_figures_present_idx",
        "domain_figures",
        ["site_id", "links_present", "domain"],
        schema="profile",
    )
