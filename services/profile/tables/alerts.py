"""Rules for alerts, what they raised, and what waits to be held against them."""

from sqlalchemy import (
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    Interval,
    Table,
    Text,
    Time,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from services.profile.tables.columns import METADATA, site
from shared.columns import created, flag, moment, texts


def _ids(name: str) -> Column[object]:
    return Column(name, ARRAY(UUID), nullable=False, server_default=text("'{}'::uuid[]"))


# Workspaces that were given the rules to begin with; whoever deletes those does not get them again.
ALERT_WORKSPACES = Table(
    "alert_workspaces",
    METADATA,
    Column("workspace_id", UUID, primary_key=True),
    created(),
)

ALERT_RULES = Table(
    "alert_rules",
    METADATA,
    Column("rule_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    # None: all sites of the workspace.
    Column("site_id", UUID, ForeignKey("profile.sites.site_id")),
    Column("name", Text, nullable=False),
    texts("kinds"),
    texts("reasons"),
    Column("least_value", Double, nullable=False),
    Column("least_count", Integer, nullable=False),
    Column("severity", Text, nullable=False),
    Column("group_by", Text, nullable=False),
    Column("time_window", Interval, nullable=False),
    Column("quiet_from", Time),
    Column("quiet_to", Time),
    Column("digest", Text, nullable=False),
    Column("digest_hour", Integer, nullable=False),
    Column("digest_weekday", Integer, nullable=False),
    Column("time_zone", Text, nullable=False),
    _ids("channel_ids"),
    Column("enabled", Boolean, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    created(),
    Index("alert_rules_workspace_idx", "workspace_id", "rule_id"),
)

ALERTS = Table(
    "alerts",
    METADATA,
    Column("alert_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    site(),
    # The rule may be gone by now: what it raised stays.
    Column("rule_id", UUID, nullable=False),
    Column("rule_name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="open"),
    Column("count", Integer, nullable=False, server_default="0"),
    Column("title", Text, nullable=False, server_default=""),
    texts("sentences"),
    moment("first_at", nullable=False),
    moment("last_at", nullable=False),
    # When it was said last; None while less happened than the rule asks for.
    moment("told_at"),
    moment("resolved_at"),
    moment("acknowledged_at"),
    Column("acknowledged_by", Text),
    Column("note", Text),
    Index(
        "alerts_open_key",
        *("rule_id", "site_id", "subject"),
        unique=True,
        postgresql_where=text("state = 'open'"),
    ),
    Index("alerts_subject_idx", "rule_id", "site_id", "subject", "told_at"),
    Index("alerts_workspace_idx", "workspace_id", "last_at", "alert_id"),
    Index("alerts_state_idx", "workspace_id", "state", "last_at", "alert_id"),
    Index("alerts_told_idx", "rule_id", "site_id", "told_at"),
    Index("alerts_last_idx", "last_at"),
)

ALERT_ITEMS = Table(
    "alert_items",
    METADATA,
    Column(
        "alert_id",
        UUID,
        ForeignKey("profile.alerts.alert_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("item_id", UUID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("value", Double, nullable=False),
    Column("counts", Integer, nullable=False),
    _ids("link_ids"),
    moment("at", nullable=False),
    flag("over"),
    Index("alert_items_going_on_idx", "item_id", postgresql_where=text("NOT over")),
)

# What is not in the history of a link: waits here until the rules have been held against it.
OCCASIONS = Table(
    "occasions",
    METADATA,
    Column("occasion_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    site(),
    Column("kind", Text, nullable=False),
    Column("item_id", UUID, nullable=False),
    Column("name", Text, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("counts", Integer, nullable=False, server_default="1"),
    _ids("link_ids"),
    moment("at", nullable=False),
    # That it is over, in place of that it happened.
    flag("over"),
    Index("occasions_item_idx", "item_id"),
)
