"""Keep prospects with their history, and contacts; Gmail addresses are suppressed without their dots."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_STAGES = (
    "discovered qualified contacted engaged agreed placed rejected declined unresponsive blocked"
)
_SPELLED = "replace(split_part(value, '@', 1), '.', '') || '@gmail.com'"
_OF_GMAIL = (
    "kind = 'email' AND lifted_at IS NULL"
    " AND split_part(value, '@', 2) IN ('gmail.com', 'googlemail.com')"
)


def upgrade() -> None:
    _prospects()
    _changes()
    _contacts()
    _respell_suppressions()


def _one_of(column: str, values: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values.split())
    return sa.CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def _moment(name: str, *, default: bool = False) -> sa.Column[object]:
    value = sa.text("now()") if default else None
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not default, server_default=value)


def _prospects() -> None:
    op.create_table(
        "prospects",
        sa.Column("prospect_id", sa.UUID(), primary_key=True),
        sa.Column("workspace_id", sa.UUID(), nullable=False),
        sa.Column("site_id", sa.UUID(), sa.ForeignKey("outreach.sites.site_id"), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("url", sa.Text()),
        sa.Column("stage", sa.Text(), server_default="discovered", nullable=False),
        sa.Column("status", sa.Text(), server_default="", nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_note", sa.Text()),
        sa.Column("owner", sa.Text()),
        _moment("snoozed_until"),
        sa.Column("relevance", sa.Integer()),
        sa.Column("quality", sa.Integer()),
        sa.Column("judgement", sa.JSON()),
        _moment("read_at"),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        _moment("created_at", default=True),
        _moment("updated_at"),
        _moment("stage_at", default=True),
        _one_of("stage", _STAGES),
        sa.UniqueConstraint("site_id", "domain", name="prospects_site_domain_key"),
        schema="outreach",
    )
    for name, columns in (
        ("prospects_site_idx", ["site_id", "prospect_id"]),
        ("prospects_site_stage_idx", ["site_id", "stage", "prospect_id"]),
        ("prospects_domain_idx", ["workspace_id", "domain"]),
    ):
        op.create_index(name, "prospects", columns, schema="outreach")


def _changes() -> None:
    op.create_table(
        "prospect_changes",
        sa.Column("change_id", sa.UUID(), primary_key=True),
        sa.Column(
            "prospect_id",
            sa.UUID(),
            sa.ForeignKey("outreach.prospects.prospect_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("from_stage", sa.Text()),
        sa.Column("to_stage", sa.Text()),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        schema="outreach",
    )
    op.create_index(
        "prospect_changes_idx", "prospect_changes", ["prospect_id", "change_id"], schema="outreach"
    )


def _contacts() -> None:
    op.create_table(
        "contacts",
        sa.Column("contact_id", sa.UUID(), primary_key=True),
        sa.Column("workspace_id", sa.UUID(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        *(
            sa.Column(name, sa.Text())
            for name in ("email", "address_key", "name", "role", "language", "source_url")
        ),
        _moment("source_at"),
        sa.Column("found_by", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="ok", nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        _moment("created_at", default=True),
        _moment("updated_at"),
        _one_of("found_by", "page person reply"),
        _one_of("state", "ok bounced left unsubscribed"),
        sa.UniqueConstraint("workspace_id", "address_key", name="contacts_address_key"),
        schema="outreach",
    )
    for name, columns in (
        ("contacts_domain_idx", ["workspace_id", "domain"]),
        ("contacts_workspace_idx", ["workspace_id", "contact_id"]),
    ):
        op.create_index(name, "contacts", columns, schema="outreach")
    op.create_index(
        "contacts_form_key",
        "contacts",
        ["workspace_id", "domain", "source_url"],
        unique=True,
        schema="outreach",
        postgresql_where=sa.text("email IS NULL"),
    )


def _respell_suppressions() -> None:
    """Spell Gmail addresses as they are looked for from now on; of two that meet, the older stays."""
    op.execute(
        f"""
        UPDATE outreach.suppressions SET lifted_at = now(), lifted_by = '',
            lifted_because = 'The same mailbox as an older entry.'
        WHERE suppression_id IN (SELECT suppression_id FROM (
            SELECT suppression_id, row_number() OVER (PARTITION BY workspace_id, {_SPELLED}
                ORDER BY created_at, suppression_id) AS place
            FROM outreach.suppressions WHERE {_OF_GMAIL}) AS ranked WHERE place > 1)
        """  # noqa: S608 - ours
    )
    op.execute(f"UPDATE outreach.suppressions SET value = {_SPELLED} WHERE {_OF_GMAIL}")  # noqa: S608


def downgrade() -> None:
    for name in ("contacts", "prospect_changes", "prospects"):
        op.drop_table(name, schema="outreach")
