"""Find the open alerts of a workspace among all that it ever had."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "CREATE INDEX alerts_state_idx ON profile.alerts (workspace_id, state, last_at, alert_id)"
    )


def downgrade() -> None:
    op.execute("DROP INDEX profile.alerts_state_idx")
