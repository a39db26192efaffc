"""Send reports after approval: what a schedule says, which were approved unread, addresses in mails."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("report_schedules", _flag("sends_approved"), schema="profile")
    op.add_column("reports", _flag("approved_unread"), schema="profile")
    op.add_column("report_shares", _flag("for_mail"), schema="profile")
    op.execute(
        "UPDATE profile.reports SET approved_unread = true"
        " WHERE state = 'approved' AND approved_by LIKE 'the schedule, as %'"
    )


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), server_default=sa.text("false"), nullable=False)


def downgrade() -> None:
    op.drop_column("report_shares", "for_mail", schema="profile")
    op.drop_column("reports", "approved_unread", schema="profile")
    op.drop_column("report_schedules", "sends_approved", schema="profile")
