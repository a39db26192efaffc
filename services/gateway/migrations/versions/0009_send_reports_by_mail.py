"""Send reports by e-mail, put alerts off in all channels, and know whose name stands where."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_KINDS = "'report', 'confirm'"
_STATES = "'waiting', 'on_its_way', 'delivered', 'failed', 'withheld', 'unknown'"


def upgrade() -> None:
    op.add_column("channels", sa.Column("called_back_person", sa.Text()), schema="gateway")
    op.add_column("deeds", sa.Column("person_id", sa.Text()), schema="gateway")
    op.create_table(
        "snoozes",
        sa.Column("alert_id", sa.UUID(), nullable=False),
        sa.Column("workspace_id", sa.UUID(), nullable=False),
        sa.Column("site_id", sa.UUID(), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        _created(),
        sa.ForeignKeyConstraint(["workspace_id"], ["gateway.workspaces.workspace_id"]),
        sa.PrimaryKeyConstraint("alert_id"),
        schema="gateway",
    )
    op.create_index("snoozes_until_idx", "snoozes", ["until"], schema="gateway")
    _add_readers()
    _add_mails()


def _add_readers() -> None:
    op.create_table(
        "report_readers",
        sa.Column("reader_id", sa.UUID(), nullable=False),
        sa.Column("workspace_id", sa.UUID(), nullable=False),
        sa.Column("site_id", sa.UUID(), nullable=False),
        sa.Column("user_id", sa.UUID(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("site_label", sa.Text(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        _moment("asked_at"),
        sa.Column("times_asked", sa.Integer(), server_default="0", nullable=False),
        _moment("confirmed_at"),
        _moment("left_at"),
        _moment("removed_at"),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        _created(),
        sa.CheckConstraint("(user_id IS NULL) <> (email IS NULL)", name="a_user_or_an_address"),
        sa.ForeignKeyConstraint(["workspace_id"], ["gateway.workspaces.workspace_id"]),
        sa.ForeignKeyConstraint(["user_id"], ["gateway.users.user_id"]),
        sa.PrimaryKeyConstraint("reader_id"),
        sa.UniqueConstraint("site_id", "user_id", name="report_readers_user_key"),
        sa.UniqueConstraint("site_id", "email", name="report_readers_email_key"),
        schema="gateway",
    )
    op.create_index(
        "report_readers_workspace_idx",
        "report_readers",
        ["workspace_id", "reader_id"],
        schema="gateway",
    )
    op.create_index("report_readers_user_idx", "report_readers", ["user_id"], schema="gateway")


def _add_mails() -> None:
    op.create_table(
        "report_mails",
        sa.Column("mail_id", sa.UUID(), nullable=False),
        sa.Column("workspace_id", sa.UUID(), nullable=False),
        sa.Column("site_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("report_id", sa.UUID(), nullable=True),
        sa.Column("reader_id", sa.UUID(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        _moment("leased_until"),
        _moment("last_at"),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_ms", sa.Integer(), nullable=True),
        sa.Column("sentence", sa.Text(), nullable=True),
        _created(),
        sa.CheckConstraint(f"kind IN ({_KINDS})", name="kind_known"),
        sa.CheckConstraint(f"state IN ({_STATES})", name="state_known"),
        sa.ForeignKeyConstraint(["workspace_id"], ["gateway.workspaces.workspace_id"]),
        sa.ForeignKeyConstraint(
            ["reader_id"], ["gateway.report_readers.reader_id"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("mail_id"),
        sa.UniqueConstraint("report_id", "reader_id", name="report_mails_once_key"),
        schema="gateway",
    )
    op.create_index("report_mails_reader_idx", "report_mails", ["reader_id"], schema="gateway")
    op.create_index(
        "report_mails_workspace_idx", "report_mails", ["workspace_id", "mail_id"], schema="gateway"
    )
    op.create_index(
        "report_mails_due_idx",
        "report_mails",
        ["next_at"],
        schema="gateway",
        postgresql_where=sa.text("state IN ('waiting', 'on_its_way')"),
    )


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True)


def _created() -> sa.Column[object]:
    return sa.Column(
        "created_at",
        sa.DateTime(timezone=True),
        server_default=sa.text("now()"),
        nullable=False,
    )


def downgrade() -> None:
    for table in ("report_mails", "report_readers", "snoozes"):
        op.drop_table(table, schema="gateway")
    op.drop_column("deeds", "person_id", schema="gateway")
    op.drop_column("channels", "called_back_person", schema="gateway")
