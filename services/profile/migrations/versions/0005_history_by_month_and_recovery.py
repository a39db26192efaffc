"""Keep looks in monthly partitions; make room for recoveries, own pages and what placements cost."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Rows of the month that came before its partition are in the rest, and move over.
ADD_MONTH = """
CREATE FUNCTION profile.add_observation_month(month date) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    part text := 'observations_' || to_char(month, 'YYYY_MM');
    starts timestamptz := (month::text || ' 00:00+00')::timestamptz;
    ends timestamptz := ((month + interval '1 month')::date::text || ' 00:00+00')::timestamptz;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('profile.observations'));
    IF to_regclass('profile.' || part) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE profile.%I (LIKE profile.observations INCLUDING DEFAULTS)', part);
    EXECUTE format('WITH moved AS (DELETE FROM profile.observations_rest WHERE checked_at >= %L'
        ' AND checked_at < %L RETURNING *) INSERT INTO profile.%I SELECT * FROM moved',
        starts, ends, part);
    EXECUTE format('ALTER TABLE profile.observations ATTACH PARTITION profile.%I'
        ' FOR VALUES FROM (%L) TO (%L)', part, starts, ends);
    RETURN true;
END $$
"""
MONTHS_AHEAD = """
SELECT profile.add_observation_month(month::date) FROM generate_series(
    date_trunc('month', now() AT TIME ZONE 'UTC') - interval '1 month',
    date_trunc('month', now() AT TIME ZONE 'UTC') + interval '2 months', interval '1 month') AS month
"""


def upgrade() -> None:
    _divide_observations()
    _add_recoveries()
    op.create_table(
        "site_pages",
        sa.Column("site_id", sa.UUID(), nullable=False),
        sa.Column("page_key", sa.UUID(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["profile.sites.site_id"]),
        sa.PrimaryKeyConstraint("site_id", "page_key"),
        schema="profile",
    )
    for name, kind in (
        ("vendor_id", sa.UUID()),
        ("vendor_name", sa.Text()),
        ("method", sa.Text()),
        ("campaign", sa.Text()),
        ("price", sa.Numeric(14, 2)),
        ("currency", sa.Text()),
    ):
        op.add_column("contracts", sa.Column(name, kind), schema="profile")
    for name in ("sentence_before", "sentence_after"):
        op.add_column("changes", sa.Column(name, sa.Text()), schema="profile")


def _divide_observations() -> None:
    op.execute("ALTER TABLE profile.observations RENAME TO observations_old")
    op.execute("ALTER INDEX profile.observations_checked_at_idx RENAME TO observations_old_idx")
    op.execute("ALTER INDEX profile.observations_pkey RENAME TO observations_old_pkey")
    op.create_table(
        "observations",
        sa.Column("link_id", sa.UUID(), nullable=False),
        sa.Column("check_seq", sa.BigInteger(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("site_id", sa.UUID(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reasons", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("http_status", sa.Integer(), nullable=True),
        sa.Column("evidence_id", sa.UUID(), nullable=True),
        sa.PrimaryKeyConstraint("link_id", "check_seq", "checked_at"),
        schema="profile",
        postgresql_partition_by="RANGE (checked_at)",
    )
    op.create_index(
        "observations_checked_at_idx",
        "observations",
        ["checked_at"],
        schema="profile",
        postgresql_using="brin",
    )
    op.execute("CREATE TABLE profile.observations_rest PARTITION OF profile.observations DEFAULT")
    op.execute(
        "INSERT INTO profile.observations_rest (link_id, check_seq, checked_at, site_id, outcome,"
        " reasons, http_status, evidence_id) SELECT link_id, check_seq, checked_at, site_id,"
        " outcome, reasons, http_status, evidence_id FROM profile.observations_old"
    )
    op.execute("DROP TABLE profile.observations_old")
    op.execute(ADD_MONTH)
    op.execute(MONTHS_AHEAD)


def _add_recoveries() -> None:
    op.create_table(
        "recoveries",
        sa.Column("recovery_id", sa.UUID(), nullable=False),
        sa.Column("workspace_id", sa.UUID(), nullable=False),
        sa.Column("site_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("link_id", sa.UUID(), nullable=True),
        sa.Column("target_key", sa.UUID(), nullable=True),
        sa.Column("target_url", sa.Text(), nullable=True),
        sa.Column("referring_url", sa.Text(), nullable=True),
        sa.Column("referring_domain", sa.Text(), nullable=True),
        sa.Column("anchor_text", sa.Text(), nullable=True),
        sa.Column("sentence", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column(
            "reasons",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'::text[]"),
            nullable=False,
        ),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("priority", sa.Double(), nullable=False),
        sa.Column("lost_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=True),
        sa.Column("asked_by", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("rated_on", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["site_id"], ["profile.sites.site_id"]),
        sa.PrimaryKeyConstraint("recovery_id"),
        schema="profile",
    )
    op.create_index(
        "recoveries_open_key",
        "recoveries",
        ["site_id", "link_id", "target_key"],
        unique=True,
        schema="profile",
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "recoveries_queue_idx",
        "recoveries",
        ["site_id", "state", "priority", "recovery_id"],
        schema="profile",
    )
