"""Tell of payments: workspaces that have their rules already get the one that new ones begin with."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        INSERT INTO profile.alert_rules (rule_id, workspace_id, name, kinds, least_value, least_count,
            severity, group_by, time_window, digest, digest_hour, digest_weekday, time_zone, enabled)
        SELECT gen_random_uuid(), workspace_id, 'Payments due', ARRAY['payment_due'], 0, 1, 'notice',
            'domain', interval '1 day', 'none', 8, 0, 'UTC', true
        FROM profile.alert_workspaces
        """
    )


def downgrade() -> None:
    op.execute("DELETE FROM profile.alert_rules WHERE kinds = ARRAY['payment_due']")
