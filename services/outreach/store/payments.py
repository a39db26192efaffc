"""Payments for placements: written one by one, marked as paid by filters, summed by currency."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg

from services.outreach.domain.money.payment import Payment, PaymentState
from shared.currencies import exact
from shared.db import Tx
from shared.errors import NotFoundError

_OWN = (
    *("payment_id", "workspace_id", "site_id", "placement_id", "amount", "currency", "due_on"),
    *("invoice_no", "invoice_url", "paid_on", "method", "note", "refunded_on", "refunded"),
    *("waived_on", "told_days", "version", "created_by", "created_at"),
)
_COLUMNS = (
    f"{', '.join(f'm.{name}' for name in _OWN)}, p.referring_domain, p.referring_url, p.vendor_id,"
    " v.name AS vendor_name, p.campaign, p.cancelled_at IS NOT NULL AS is_cancelled"
)
_FROM = """
    FROM payments m JOIN placements p USING (placement_id)
    JOIN sites s ON s.site_id = m.site_id AND s.deleted_at IS NULL
    LEFT JOIN vendors v ON v.vendor_id = p.vendor_id
"""
# As domain/money/payment.py says it.
_STATE = """
    CASE WHEN m.paid_on IS NOT NULL THEN
            CASE WHEN m.refunded >= m.amount THEN 'refunded' ELSE 'paid' END
        WHEN m.waived_on IS NOT NULL THEN 'nothing_owed'
        WHEN m.due_on < $2 THEN 'overdue' ELSE 'due' END
"""
_WHERE = f"""
    WHERE m.workspace_id = $1 AND ($3::uuid[] IS NULL OR m.site_id = ANY($3::uuid[]))
      AND ($4::uuid[] = '{{}}' OR m.placement_id = ANY($4::uuid[]))
      AND ($5::uuid IS NULL OR p.vendor_id = $5) AND ($6::text IS NULL OR p.campaign = $6)
      AND ($7::text[] = '{{}}' OR {_STATE} = ANY($7::text[]))
      AND ($8::text IS NULL OR m.currency = $8)
      AND ($9::date IS NULL OR m.due_on >= $9) AND ($10::date IS NULL OR m.due_on <= $10)
      AND ($11::text IS NULL OR m.invoice_no = $11)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which payments are meant; empty means any. `site_ids` None: every site."""

    site_ids: Collection[UUID] | None = None
    placement_ids: Sequence[UUID] = ()
    vendor_id: UUID | None = None
    campaign: str | None = None
    states: Sequence[PaymentState] = ()
    currency: str | None = None
    due_from: date | None = None
    due_to: date | None = None
    invoice_no: str | None = None

    def values(self, workspace_id: UUID, today: date) -> list[Any]:
        return [
            *(workspace_id, today, None if self.site_ids is None else list(self.site_ids)),
            *(list(self.placement_ids), self.vendor_id, self.campaign, list(self.states)),
            *(self.currency, self.due_from, self.due_to, self.invoice_no),
        ]


async def add_payments(tx: Tx, payments: Sequence[Payment]) -> None:
    """Write payments of placements that are there."""
    columns = [name for name in _OWN if name not in {"told_days", "version"}]
    places = ", ".join(
        f"${number}::{_TYPES.get(name, 'text')}[]" for number, name in enumerate(columns, 1)
    )
    listed = ", ".join(columns)
    await tx.run(
        f"INSERT INTO payments ({listed}) SELECT {listed} FROM unnest({places}) AS u({listed})",
        *([getattr(one, name) for one in payments] for name in columns),
    )


_TYPES: Mapping[str, str] = {
    **dict.fromkeys(
        ("payment_id", "workspace_id", "site_id", "placement_id", "created_by"), "uuid"
    ),
    **dict.fromkeys(("amount", "refunded"), "numeric"),
    **dict.fromkeys(("due_on", "paid_on", "refunded_on", "waived_on"), "date"),
    "created_at": "timestamptz",
}


async def get_payment(
    tx: Tx, payment_id: UUID, *, workspace_id: UUID, lock: bool = False
) -> Payment:
    """Return one payment; with `lock` nobody else changes it until the transaction ends."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} {_FROM} WHERE m.payment_id = $1 AND m.workspace_id = $2"
        f"{' FOR UPDATE OF m' if lock else ''}",
        payment_id,
        workspace_id,
    )
    if not rows:
        raise NotFoundError("There is no such payment.")
    return payment_of(rows[0])


async def list_payments(
    tx: Tx,
    workspace_id: UUID,
    filters: Filters,
    *,
    today: date,
    before: UUID | None = None,
    limit: int,
    lock: bool = False,
) -> list[Payment]:
    """Return payments, the newest first; with `lock` nobody else changes them meanwhile."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} {_FROM} {_WHERE} AND ($12::uuid IS NULL OR m.payment_id < $12)"
        f" ORDER BY m.payment_id DESC LIMIT $13{' FOR UPDATE OF m' if lock else ''}",
        *filters.values(workspace_id, today),
        before,
        limit,
    )
    return [payment_of(row) for row in rows]


async def count_payments(tx: Tx, workspace_id: UUID, filters: Filters, *, today: date) -> int:
    found: int = await tx.fetch_value(
        f"SELECT count(*) {_FROM} {_WHERE}", *filters.values(workspace_id, today)
    )
    return found


@dataclass(frozen=True, slots=True)
class Sum:
    """What the payments of one currency in one state come to."""

    currency: str
    state: PaymentState
    amount: Decimal
    count: int


async def list_sums(tx: Tx, workspace_id: UUID, filters: Filters, *, today: date) -> list[Sum]:
    """Return sums by currency and state. What came back is not counted as paid."""
    rows = await tx.fetch(
        f"SELECT m.currency, {_STATE} AS state, sum(m.amount) AS amount, count(*) AS count,"
        f" coalesce(sum(m.refunded), 0) AS refunded {_FROM} {_WHERE}"
        " GROUP BY 1, 2 ORDER BY 1, 2",
        *filters.values(workspace_id, today),
    )
    sums = [
        Sum(row["currency"], PaymentState(row["state"]), _left(row), row["count"]) for row in rows
    ]
    return sorted(sums, key=lambda one: (one.currency, list(PaymentState).index(one.state)))


def _left(row: asyncpg.Record) -> Decimal:
    amount: Decimal = row["amount"]
    refunded: Decimal = row["refunded"]
    return amount - refunded if row["state"] == PaymentState.PAID else amount


async def save_payment(tx: Tx, payment: Payment, *, now: datetime) -> None:
    """Write a changed payment; a new due day is told of anew."""
    await tx.run(
        "UPDATE payments SET amount = $2, currency = $3, due_on = $4, invoice_no = $5,"
        " invoice_url = $6, paid_on = $7, method = $8, note = $9, refunded_on = $10, refunded = $11,"
        " waived_on = $12, updated_at = $13, version = version + 1,"
        " told_days = CASE WHEN due_on IS DISTINCT FROM $4 THEN NULL ELSE told_days END"
        " WHERE payment_id = $1",
        payment.payment_id,
        payment.amount,
        payment.currency,
        payment.due_on,
        payment.invoice_no,
        payment.invoice_url,
        payment.paid_on,
        payment.method,
        payment.note,
        payment.refunded_on,
        payment.refunded,
        payment.waived_on,
        now,
    )


async def mark_paid(
    tx: Tx, payment_ids: Sequence[UUID], *, paid_on: date, method: str | None, now: datetime
) -> None:
    """Write that open payments were paid on a day; a method that is there stays where none is given."""
    await tx.run(
        "UPDATE payments SET paid_on = $2, method = coalesce($3, method), updated_at = $4,"
        " version = version + 1 WHERE payment_id = ANY($1::uuid[]) AND paid_on IS NULL"
        " AND waived_on IS NULL",
        list(payment_ids),
        paid_on,
        method,
        now,
    )


async def remove_payment(tx: Tx, payment_id: UUID) -> None:
    await tx.run("DELETE FROM payments WHERE payment_id = $1", payment_id)


async def claim_to_tell(
    tx: Tx, *, today: date, by: date, least: int, overdue: int, limit: int
) -> list[Payment]:
    """Return open payments that may want a notice, locked; others are left to other processes."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} {_FROM} WHERE m.paid_on IS NULL AND m.waived_on IS NULL"
        " AND m.due_on <= $2 AND (m.told_days IS NULL OR (m.due_on < $1 AND m.told_days > $4)"
        " OR (m.due_on - $1 <= $3 AND m.told_days > $3))"
        " ORDER BY m.due_on, m.payment_id LIMIT $5 FOR UPDATE OF m SKIP LOCKED",
        today,
        by,
        least,
        overdue,
        limit,
    )
    return [payment_of(row) for row in rows]


async def save_told(tx: Tx, told: Sequence[tuple[UUID, int]]) -> None:
    """Remember which notices were given."""
    await tx.run(
        "UPDATE payments m SET told_days = u.days FROM unnest($1::uuid[], $2::int[])"
        " AS u(payment_id, days) WHERE m.payment_id = u.payment_id",
        [payment_id for payment_id, _ in told],
        [days for _, days in told],
    )


async def list_by_vendor(
    tx: Tx, vendor_ids: Sequence[UUID], *, site_ids: Collection[UUID] | None, today: date
) -> dict[UUID, list[Sum]]:
    """Return what was paid to vendors and what they are owed, by currency and state."""
    rows = await tx.fetch(
        f"SELECT p.vendor_id, m.currency, {_STATE} AS state, sum(m.amount) AS amount,"
        f" count(*) AS count, coalesce(sum(m.refunded), 0) AS refunded {_FROM}"
        " WHERE p.vendor_id = ANY($1::uuid[]) AND ($3::uuid[] IS NULL OR m.site_id = ANY($3::uuid[]))"
        " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        list(vendor_ids),
        today,
        None if site_ids is None else list(site_ids),
    )
    found: dict[UUID, list[Sum]] = {}
    for row in rows:
        one = Sum(row["currency"], PaymentState(row["state"]), _left(row), row["count"])
        found.setdefault(row["vendor_id"], []).append(one)
    return found


def payment_of(row: asyncpg.Record) -> Payment:
    sums = {name: exact(row[name], row["currency"]) for name in ("amount", "refunded")}
    return Payment(**{**dict(row), **sums})
