"""The tables of money: payments for placements."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

from services.outreach.tables.columns import METADATA
from shared.columns import created, moment

PAYMENTS = Table(
    "payments",
    METADATA,
    Column("payment_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("site_id", UUID, nullable=False),
    Column("placement_id", UUID, ForeignKey("outreach.placements.placement_id"), nullable=False),
    Column("amount", Numeric(18, 4), nullable=False),
    Column("currency", Text, nullable=False),
    Column("due_on", Date),
    Column("invoice_no", Text),
    Column("invoice_url", Text),
    Column("paid_on", Date),
    Column("method", Text),
    Column("note", Text),
    Column("refunded_on", Date),
    Column("refunded", Numeric(18, 4)),
    # Nothing is owed any more, though nothing was paid.
    Column("waived_on", Date),
    # The last notice that was given: days before it is due, -1 for overdue.
    Column("told_days", Integer),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("created_by", UUID, nullable=False),
    created(),
    moment("updated_at"),
    CheckConstraint("amount > 0", name="amount_positive"),
    CheckConstraint(
        "refunded IS NULL OR (paid_on IS NOT NULL AND refunded BETWEEN 0 AND amount)",
        name="refund_of_what_was_paid",
    ),
    CheckConstraint("paid_on IS NULL OR waived_on IS NULL", name="paid_or_waived"),
    Index("payments_placement_idx", "placement_id"),
    Index("payments_workspace_idx", "workspace_id", "payment_id"),
    Index("payments_site_idx", "site_id", "payment_id"),
    Index(
        "payments_due_idx",
        "due_on",
        postgresql_where=text("paid_on IS NULL AND waived_on IS NULL"),
    ),
)
