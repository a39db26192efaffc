"""Let people act from chats: buttons of channels, who they are, and what they did."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ACTIONS = "'acknowledge', 'snooze_day', 'snooze_week', 'check', 'trial'"
_KINDS = "'email', 'slack', 'teams', 'discord', 'telegram'"


def upgrade() -> None:
    op.add_column("channels", sa.Column("app_secret", sa.Text()), schema="gateway")
    op.add_column("channels", _flag("anyone_may_act"), schema="gateway")
    op.add_column(
        "channels", sa.Column("called_back_at", sa.DateTime(timezone=True)), schema="gateway"
    )
    op.add_column("channels", sa.Column("called_back_by", sa.Text()), schema="gateway")
    op.add_column("notices", _flag("has_links"), schema="gateway")
    op.add_column("notices", _flag("is_reminder"), schema="gateway")
    op.create_index(
        "notices_reminders_idx",
        "notices",
        ["alert_id"],
        schema="gateway",
        postgresql_where=sa.text("is_reminder AND state = 'waiting'"),
    )
    _add_deeds()
    _add_people()


def _add_deeds() -> None:
    op.create_table(
        "deeds",
        sa.Column("deed_id", sa.UUID(), nullable=False),
        sa.Column("notice_id", sa.UUID(), nullable=False),
        sa.Column("channel_id", sa.UUID(), nullable=False),
        sa.Column("alert_id", sa.UUID(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        _flag("pressed"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(f"action IN ({_ACTIONS})", name="action_known"),
        sa.ForeignKeyConstraint(["notice_id"], ["gateway.notices.notice_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("deed_id"),
        sa.UniqueConstraint("notice_id", "action", name="deeds_once_key"),
        schema="gateway",
    )
    op.create_index("deeds_alert_idx", "deeds", ["alert_id"], schema="gateway")


def _add_people() -> None:
    op.create_table(
        "chat_people",
        sa.Column("chat_person_id", sa.UUID(), nullable=False),
        sa.Column("workspace_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("user_id", sa.UUID(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(f"kind IN ({_KINDS})", name="kind_known"),
        sa.ForeignKeyConstraint(["workspace_id"], ["gateway.workspaces.workspace_id"]),
        sa.ForeignKeyConstraint(["user_id"], ["gateway.users.user_id"]),
        sa.PrimaryKeyConstraint("chat_person_id"),
        sa.UniqueConstraint("workspace_id", "kind", "person_id", name="chat_people_person_key"),
        schema="gateway",
    )
    op.create_index("chat_people_user_idx", "chat_people", ["user_id"], schema="gateway")
    op.create_table(
        "chat_codes",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("workspace_id", sa.UUID(), nullable=False),
        sa.Column("user_id", sa.UUID(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("person_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(f"kind IN ({_KINDS})", name="kind_known"),
        sa.ForeignKeyConstraint(["workspace_id"], ["gateway.workspaces.workspace_id"]),
        sa.ForeignKeyConstraint(["user_id"], ["gateway.users.user_id"]),
        sa.PrimaryKeyConstraint("code_hash"),
        schema="gateway",
    )
    op.create_index("chat_codes_expires_idx", "chat_codes", ["expires_at"], schema="gateway")


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), server_default=sa.text("false"), nullable=False)


def downgrade() -> None:
    for table in ("chat_codes", "chat_people", "deeds"):
        op.drop_table(table, schema="gateway")
    op.drop_index("notices_reminders_idx", "notices", schema="gateway")
    for name in ("is_reminder", "has_links"):
        op.drop_column("notices", name, schema="gateway")
    for name in ("called_back_by", "called_back_at", "anyone_may_act", "app_secret"):
        op.drop_column("channels", name, schema="gateway")
