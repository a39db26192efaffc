"""What requests and answers about payments look like; never for clients."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.outreach.domain.money import payment as domain
from services.outreach.domain.money.payment import LABELS, Payment, PaymentState
from services.outreach.store.payments import Sum
from shared.currencies import said, written
from shared.inputs import Day

MAX_TEXT = 200
MAX_NOTE = 2_000


class PaymentFields(BaseModel):
    """What can be written down of a payment."""

    model_config = ConfigDict(extra="forbid")

    due_on: Day | None = None
    invoice_no: str | None = Field(default=None, max_length=MAX_TEXT)
    invoice_url: str | None = Field(default=None, max_length=domain.MAX_URL)
    paid_on: Day | None = None
    method: str | None = Field(
        default=None, max_length=MAX_TEXT, description="How it was paid, in your own words."
    )
    note: str | None = Field(default=None, max_length=MAX_NOTE)
    refunded_on: Day | None = None
    refunded: Decimal | None = Field(
        default=None, max_digits=18, decimal_places=4, description="How much of it came back."
    )
    waived_on: Day | None = Field(
        default=None, description="Since when nothing is owed any more, though nothing was paid."
    )


class PaymentIn(PaymentFields):
    """A payment for a placement, to come or made."""

    placement_id: UUID
    amount: Decimal = Field(max_digits=18, decimal_places=4, description='Such as "120.50".')
    currency: str = Field(min_length=3, max_length=3, description="ISO 4217, such as EUR.")


class PaymentPatch(PaymentFields):
    """Fields to change; those that are left out stay, `null` empties."""

    amount: Decimal = Field(default=Decimal(0), max_digits=18, decimal_places=4)
    currency: str = Field(default="", min_length=3, max_length=3)


class PaymentOut(BaseModel):
    """A payment, how it stands today, and for what it is."""

    payment_id: UUID
    site_id: UUID
    placement_id: UUID
    referring_domain: str
    referring_url: str | None
    vendor_id: UUID | None
    vendor_name: str | None
    campaign: str | None
    amount: str = Field(description="With the digits of its currency, as text.")
    currency: str
    due_on: date | None
    invoice_no: str | None
    invoice_url: str | None
    paid_on: date | None
    method: str | None
    note: str | None
    refunded_on: date | None
    refunded: str | None
    waived_on: date | None
    state: PaymentState
    label: str
    sentence: str
    created_at: datetime
    version: int


class SumOut(BaseModel):
    """What payments of one currency in one state come to. Currencies are never added up."""

    currency: str
    state: PaymentState
    label: str
    amount: str
    count: int
    sentence: str


class SumsOut(BaseModel):
    items: list[SumOut]


class PaidIn(BaseModel):
    """When, and how, all that the filter means was paid."""

    model_config = ConfigDict(extra="forbid")

    paid_on: Day
    method: str | None = Field(default=None, max_length=MAX_TEXT)


class PaidOut(BaseModel):
    """How many open payments the filter means, and how many were marked (none by a dry run)."""

    matched: int
    changed: int
    dry_run: bool
    sums: list[SumOut] = Field(description="What they come to, by currency.")
    sample: list[PaymentOut] = Field(description="Of a dry run: the first that are meant.")


def payment_out(one: Payment, *, today: date) -> PaymentOut:
    state = one.state(today)
    values: dict[str, Any] = {
        name: getattr(one, name)
        for name in PaymentOut.model_fields
        if name not in {"amount", "refunded", "state", "label", "sentence"}
    }
    return PaymentOut(
        **values,
        amount=written(one.amount, one.currency),
        refunded=None if one.refunded is None else written(one.refunded, one.currency),
        state=state,
        label=LABELS[state],
        sentence=domain.sentence(one, today),
    )


def sum_out(one: Sum) -> SumOut:
    many = "1 payment" if one.count == 1 else f"{one.count:,} payments"
    return SumOut(
        currency=one.currency,
        state=one.state,
        label=LABELS[one.state],
        amount=written(one.amount, one.currency),
        count=one.count,
        sentence=f"{LABELS[one.state]}: {said(one.amount, one.currency)} in {many}.",
    )
