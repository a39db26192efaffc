"""Keep templates, sequences with the versions of their steps, and enrollments with their locks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_STATES = "active paused finished cancelled company_replied bounced replied unsubscribed complained"
_IS_OPEN = sa.text("state IN ('active', 'paused')")
_IS_KEPT = sa.text("archived_at IS NULL")
_NONE = sa.text("'{}'::uuid[]")


def upgrade() -> None:
    _templates()
    _sequences()
    _steps()
    _enrollments()


def _one_of(column: str, values: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values.split())
    return sa.CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def _text(name: str, *, nullable: bool = False, default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable, server_default=default)


def _id(name: str, *, key: bool = False, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.UUID(), primary_key=key, nullable=nullable)


def _number(name: str, default: str | None = None, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable, server_default=default)


def _moment(name: str, *, default: bool = False) -> sa.Column[object]:
    value = sa.text("now()") if default else None
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not default, server_default=value)


def _templates() -> None:
    op.create_table(
        "templates",
        _id("template_id", key=True),
        _id("workspace_id"),
        _text("name"),
        _text("language", nullable=True),
        _text("subject"),
        _text("body"),
        _number("version", "1"),
        _id("created_by"),
        _moment("created_at", default=True),
        _moment("updated_at"),
        _moment("archived_at"),
        schema="outreach",
    )
    op.create_index(
        "templates_name_key",
        "templates",
        ["workspace_id", sa.text("lower(name)")],
        unique=True,
        schema="outreach",
        postgresql_where=_IS_KEPT,
    )


def _sequences() -> None:
    op.create_table(
        "sequences",
        _id("sequence_id", key=True),
        _id("workspace_id"),
        sa.Column("site_id", sa.UUID(), sa.ForeignKey("outreach.sites.site_id"), nullable=False),
        _text("name"),
        _id("mailbox_id", nullable=True),
        _text("method", nullable=True),
        _text("campaign", nullable=True),
        _number("version_no", "1"),
        _number("version", "1"),
        _id("created_by"),
        _moment("created_at", default=True),
        _moment("updated_at"),
        _moment("archived_at"),
        schema="outreach",
    )
    op.create_index(
        "sequences_name_key",
        "sequences",
        ["site_id", sa.text("lower(name)")],
        unique=True,
        schema="outreach",
        postgresql_where=_IS_KEPT,
    )
    op.create_index(
        "sequences_workspace_idx", "sequences", ["workspace_id", "sequence_id"], schema="outreach"
    )


def _steps() -> None:
    op.create_table(
        "sequence_steps",
        sa.Column(
            "sequence_id",
            sa.UUID(),
            sa.ForeignKey("outreach.sequences.sequence_id"),
            nullable=False,
        ),
        _number("version_no"),
        _number("step_no"),
        _number("delay_days"),
        _text("thread"),
        _text("subject"),
        _text("body"),
        _id("template_id", nullable=True),
        _text("created_by"),
        _moment("created_at", default=True),
        sa.PrimaryKeyConstraint("sequence_id", "version_no", "step_no"),
        _one_of("thread", "reply new"),
        schema="outreach",
    )


def _enrollments() -> None:
    op.create_table(
        "enrollments",
        _id("enrollment_id", key=True),
        _id("workspace_id"),
        _id("site_id"),
        _id("sequence_id"),
        _number("version_no"),
        _id("contact_id"),
        _id("prospect_id", nullable=True),
        _text("address_key"),
        _text("domain"),
        sa.Column("variables", postgresql.JSON(), nullable=False),
        _text("state", default="active"),
        _text("because", nullable=True),
        _number("step_no", "0"),
        _number("open_step_no", nullable=True),
        _moment("sent_at"),
        _moment("next_at"),
        _moment("not_before"),
        sa.Column(
            "soft_bounced", postgresql.ARRAY(sa.UUID()), nullable=False, server_default=_NONE
        ),
        _text("intent", nullable=True),
        _id("created_by"),
        _text("created_by_name"),
        _moment("created_at", default=True),
        _moment("updated_at"),
        _number("version", "1"),
        sa.ForeignKeyConstraint(
            ["sequence_id"], ["outreach.sequences.sequence_id"], name="enrollments_sequence_fkey"
        ),
        _one_of("state", _STATES),
        schema="outreach",
    )
    for name, columns in (
        ("enrollments_person_key", ["workspace_id", "address_key"]),
        ("enrollments_domain_key", ["workspace_id", "domain"]),
    ):
        op.create_index(
            name, "enrollments", columns, unique=True, schema="outreach", postgresql_where=_IS_OPEN
        )
    for name, columns in (
        ("enrollments_address_idx", ["workspace_id", "address_key"]),
        ("enrollments_domain_idx", ["workspace_id", "domain"]),
        ("enrollments_sequence_idx", ["sequence_id", "enrollment_id"]),
        ("enrollments_prospect_idx", ["prospect_id"]),
    ):
        op.create_index(name, "enrollments", columns, schema="outreach")
    op.create_index(
        "enrollments_next_idx",
        "enrollments",
        ["next_at"],
        schema="outreach",
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_index(
        "enrollments_waiting_idx",
        "enrollments",
        ["enrollment_id"],
        schema="outreach",
        postgresql_where=sa.text("open_step_no IS NOT NULL"),
    )


def downgrade() -> None:
    for name in ("enrollments", "sequence_steps", "sequences", "templates"):
        op.drop_table(name, schema="outreach")
