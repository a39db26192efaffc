"""Rules for alerts, and what they raise; nothing that happened before is told."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_NOW = sa.func.now()
_NEWS = (
    "NOT sifted AND (kind IN ('new', 'lost', 'recovered', 'changed', 'toxic', 'contract')"
    " OR to_status = 'changed')"
)


def upgrade() -> None:
    _add_rules()
    _add_alerts()
    _add_occasions()
    # Rows that are there count as looked at, without being written.
    op.add_column(
        "changes",
        sa.Column("sifted", sa.Boolean(), nullable=False, server_default="true"),
        schema="profile",
    )
    op.alter_column("changes", "sifted", server_default="false", schema="profile")
    op.execute(f"CREATE INDEX changes_news_idx ON profile.changes (change_id) WHERE {_NEWS}")
    op.add_column(
        "sites", sa.Column("patterns_due_at", sa.DateTime(timezone=True)), schema="profile"
    )
    op.add_column("sites", sa.Column("patterns_at", sa.DateTime(timezone=True)), schema="profile")
    op.execute(
        "CREATE INDEX sites_patterns_due_idx ON profile.sites (patterns_due_at)"
        " WHERE patterns_due_at IS NOT NULL"
    )


def downgrade() -> None:
    op.execute("DROP INDEX profile.sites_patterns_due_idx")
    op.drop_column("sites", "patterns_at", schema="profile")
    op.drop_column("sites", "patterns_due_at", schema="profile")
    op.execute("DROP INDEX profile.changes_news_idx")
    op.drop_column("changes", "sifted", schema="profile")
    for table in ("occasions", "alert_items", "alerts", "alert_rules", "alert_workspaces"):
        op.drop_table(table, schema="profile")


def _uuid(name: str, *, primary_key: bool = False) -> sa.Column[object]:
    return sa.Column(name, postgresql.UUID(), primary_key=primary_key, nullable=False)


def _ids(name: str) -> sa.Column[object]:
    return sa.Column(
        name,
        postgresql.ARRAY(postgresql.UUID()),
        nullable=False,
        server_default=sa.text("'{}'::uuid[]"),
    )


def _texts(name: str) -> sa.Column[object]:
    return sa.Column(
        name,
        postgresql.ARRAY(sa.Text()),
        nullable=False,
        server_default=sa.text("'{}'::text[]"),
    )


def _text(name: str, default: str | None = None) -> sa.Column[object]:
    return sa.Column(name, sa.Text(), nullable=False, server_default=default)


def _moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _site(*, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(
        "site_id", postgresql.UUID(), sa.ForeignKey("profile.sites.site_id"), nullable=nullable
    )


def _created() -> sa.Column[object]:
    return sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=_NOW)


def _add_rules() -> None:
    op.create_table(
        "alert_workspaces", _uuid("workspace_id", primary_key=True), _created(), schema="profile"
    )
    op.create_table(
        "alert_rules",
        _uuid("rule_id", primary_key=True),
        _uuid("workspace_id"),
        _site(nullable=True),
        _text("name"),
        _texts("kinds"),
        _texts("reasons"),
        sa.Column("least_value", sa.Double(), nullable=False),
        sa.Column("least_count", sa.Integer(), nullable=False),
        _text("severity"),
        _text("group_by"),
        sa.Column("time_window", sa.Interval(), nullable=False),
        sa.Column("quiet_from", sa.Time()),
        sa.Column("quiet_to", sa.Time()),
        _text("digest"),
        sa.Column("digest_hour", sa.Integer(), nullable=False),
        sa.Column("digest_weekday", sa.Integer(), nullable=False),
        _text("time_zone"),
        _ids("channel_ids"),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        _created(),
        sa.Index("alert_rules_workspace_idx", "workspace_id", "rule_id"),
        schema="profile",
    )


def _add_alerts() -> None:
    op.create_table(
        "alerts",
        _uuid("alert_id", primary_key=True),
        _uuid("workspace_id"),
        _site(),
        _uuid("rule_id"),
        *(_text(name) for name in ("rule_name", "kind", "severity", "subject")),
        _text("state", "open"),
        sa.Column("count", sa.Integer(), nullable=False, server_default="0"),
        _text("title", ""),
        _texts("sentences"),
        _moment("first_at", nullable=False),
        _moment("last_at", nullable=False),
        *(_moment(name) for name in ("told_at", "resolved_at", "acknowledged_at")),
        sa.Column("acknowledged_by", sa.Text()),
        sa.Column("note", sa.Text()),
        sa.Index(
            "alerts_open_key",
            *("rule_id", "site_id", "subject"),
            unique=True,
            postgresql_where=sa.text("state = 'open'"),
        ),
        sa.Index("alerts_subject_idx", "rule_id", "site_id", "subject", "told_at"),
        sa.Index("alerts_workspace_idx", "workspace_id", "last_at", "alert_id"),
        sa.Index("alerts_told_idx", "rule_id", "site_id", "told_at"),
        sa.Index("alerts_last_idx", "last_at"),
        schema="profile",
    )
    op.create_table(
        "alert_items",
        sa.Column(
            "alert_id",
            postgresql.UUID(),
            sa.ForeignKey("profile.alerts.alert_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        _uuid("item_id", primary_key=True),
        *(_text(name) for name in ("name", "url", "sentence")),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("counts", sa.Integer(), nullable=False),
        _ids("link_ids"),
        _moment("at", nullable=False),
        sa.Column("over", sa.Boolean(), nullable=False, server_default="false"),
        sa.Index("alert_items_going_on_idx", "item_id", postgresql_where=sa.text("NOT over")),
        schema="profile",
    )


def _add_occasions() -> None:
    op.create_table(
        "occasions",
        _uuid("occasion_id", primary_key=True),
        _uuid("workspace_id"),
        _site(),
        _text("kind"),
        _uuid("item_id"),
        *(_text(name) for name in ("name", "sentence")),
        sa.Column("counts", sa.Integer(), nullable=False, server_default="1"),
        _ids("link_ids"),
        _moment("at", nullable=False),
        sa.Column("over", sa.Boolean(), nullable=False, server_default="false"),
        sa.Index("occasions_item_idx", "item_id"),
        schema="profile",
    )
