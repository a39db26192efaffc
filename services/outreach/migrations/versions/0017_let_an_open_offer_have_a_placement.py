"""Let an open offer have a placement: only an accepted one must."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint("accepted_has_placement", "offers", schema="outreach", type_="check")
    op.create_check_constraint(
        "accepted_has_placement",
        "offers",
        "state <> 'accepted' OR placement_id IS NOT NULL",
        schema="outreach",
    )
