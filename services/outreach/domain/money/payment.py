"""One payment for a placement: what was written down, how it stands, and when somebody is told; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from shared import urls, words
from shared.currencies import MOST, fits, is_currency, said
from shared.errors import FieldError

TELL_DAYS_BEFORE = (7, 2)
"""How many days before it is due a payment is told of, each once; and once more when it is overdue."""
OVERDUE = -1
"""What is remembered as told of a payment that is overdue."""
MAX_URL = 2_048


class PaymentState(StrEnum):
    """How a payment stands today."""

    NOTHING_OWED = "nothing_owed"
    DUE = "due"
    OVERDUE = "overdue"
    PAID = "paid"
    REFUNDED = "refunded"


LABELS: dict[PaymentState, str] = {
    PaymentState.NOTHING_OWED: "Nothing owed",
    PaymentState.DUE: "To be paid",
    PaymentState.OVERDUE: "Overdue",
    PaymentState.PAID: "Paid",
    PaymentState.REFUNDED: "Given back",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """What is, was or was to be paid for a placement."""

    payment_id: UUID
    workspace_id: UUID
    site_id: UUID
    placement_id: UUID
    amount: Decimal
    currency: str
    due_on: date | None = None
    invoice_no: str | None = None
    invoice_url: str | None = None
    paid_on: date | None = None
    method: str | None = None
    note: str | None = None
    refunded_on: date | None = None
    refunded: Decimal | None = None
    """How much of it came back."""
    waived_on: date | None = None
    """Since when nothing is owed any more, though nothing was paid."""
    told_days: int | None = None
    version: int = 1
    created_by: UUID
    created_at: datetime
    # Of its placement.
    referring_domain: str = ""
    referring_url: str | None = None
    vendor_id: UUID | None = None
    vendor_name: str | None = None
    campaign: str | None = None
    is_cancelled: bool = False

    def state(self, today: date) -> PaymentState:
        """Return how it stands; a refund of a part leaves it paid."""
        if self.paid_on is not None:
            whole = self.refunded is not None and self.refunded >= self.amount
            return PaymentState.REFUNDED if whole else PaymentState.PAID
        if self.waived_on is not None:
            return PaymentState.NOTHING_OWED
        late = self.due_on is not None and self.due_on < today
        return PaymentState.OVERDUE if late else PaymentState.DUE

    @property
    def is_open(self) -> bool:
        return self.paid_on is None and self.waived_on is None


def sentence(payment: Payment, today: date) -> str:
    """Say how a payment stands."""
    much = said(payment.amount, payment.currency)
    match payment.state(today):
        case PaymentState.NOTHING_OWED:
            return f"Nothing is owed any more: {much} was let go on {day(payment.waived_on)}."
        case PaymentState.PAID | PaymentState.REFUNDED:
            return _paid(payment, much)
        case PaymentState.OVERDUE:
            return f"{much} was to be paid by {day(payment.due_on)}, {_ago(payment.due_on, today)}.{_cancelled(payment)}"
        case PaymentState.DUE:
            when = "no day was agreed"
            if payment.due_on is not None:
                when = f"by {day(payment.due_on)}, {_ahead(payment.due_on, today)}"
            return f"{much} is to be paid, {when}.{_cancelled(payment)}"


def _paid(payment: Payment, much: str) -> str:
    how = f", {payment.method}" if payment.method else ""
    text = f"{much} was paid on {day(payment.paid_on)}{how}."
    if payment.refunded is None:
        return text
    back = said(payment.refunded, payment.currency)
    return f"{text} {back} came back on {day(payment.refunded_on)}."


def _cancelled(payment: Payment) -> str:
    if not payment.is_cancelled:
        return ""
    return " The placement was cancelled: if nothing is owed any more, say so."


def day(when: date | None) -> str:
    """Return a day as people read it: `3 Nov 2026`."""
    return "an unknown day" if when is None else words.date_of(when)


def _ahead(due_on: date, today: date) -> str:
    days = (due_on - today).days
    return {0: "today", 1: "tomorrow"}.get(days, f"in {days:,} days")


def _ago(due_on: date | None, today: date) -> str:
    days = 0 if due_on is None else (today - due_on).days
    return "yesterday" if days == 1 else f"{days:,} days ago"


def due_notice(due_on: date, *, told: int | None, today: date) -> int | None:
    """Return the notice that is due (days before, OVERDUE behind), or None; `told` is the last given."""
    left = (due_on - today).days
    due = [OVERDUE] if left < 0 else [days for days in TELL_DAYS_BEFORE if left <= days]
    new = [days for days in due if told is None or days < told]
    return min(new) if new else None


def first_notice_by(today: date) -> date:
    """Return the last due day for which a notice may have to be given."""
    return today + timedelta(days=max(TELL_DAYS_BEFORE))


def faults(payment: Payment, today: date) -> list[FieldError]:
    """Return what is wrong with a payment, each with the field and the fix."""
    found = [*_amount_faults(payment), *_date_faults(payment, today)]
    if payment.invoice_url is not None and not _is_address(payment.invoice_url):
        fix = "Give an address with https://, or leave it out."
        found.append(FieldError("/invoice_url", "not-a-url", fix))
    return found


def _amount_faults(payment: Payment) -> Iterable[FieldError]:
    if not is_currency(payment.currency):
        fix = "Give a currency of ISO 4217 by its three letters, such as EUR."
        yield FieldError("/currency", "not-a-currency", fix)
        return
    if not 0 < payment.amount <= MOST:
        fix = f"Give an amount above 0 and up to {MOST:,}."
        yield FieldError("/amount", "out-of-range", fix)
    elif not fits(payment.amount, payment.currency):
        fix = f"{payment.currency} has fewer digits behind the point; give none that do not exist."
        yield FieldError("/amount", "too-fine", fix)
    if payment.refunded is not None:
        if not 0 < payment.refunded <= payment.amount:
            yield FieldError("/refunded", "out-of-range", "Give a part of what was paid, or all.")
        elif not fits(payment.refunded, payment.currency):
            fix = f"{payment.currency} has fewer digits behind the point."
            yield FieldError("/refunded", "too-fine", fix)


def _date_faults(payment: Payment, today: date) -> Iterable[FieldError]:
    for name in ("paid_on", "refunded_on", "waived_on"):
        when = getattr(payment, name)
        if when is not None and when > today + timedelta(days=1):
            fix = "Give the day on which it happened; a day to come is `due_on`."
            yield FieldError(f"/{name}", "in-the-future", fix)
    if (payment.refunded is None) != (payment.refunded_on is None):
        yield FieldError("/refunded_on", "incomplete", "Give both how much came back and when.")
    if payment.refunded is not None and payment.paid_on is None:
        yield FieldError("/paid_on", "missing", "Only what was paid can come back: give the day.")
    elif payment.refunded_on and payment.paid_on and payment.refunded_on < payment.paid_on:
        yield FieldError("/refunded_on", "before-paid", "It can't come back before it was paid.")
    if payment.waived_on is not None and payment.paid_on is not None:
        fix = "What was paid can't be let go; take back one of the two days."
        yield FieldError("/waived_on", "paid", fix)


def _is_address(text: str) -> bool:
    found = urls.from_text(text)
    return found is not None and len(text) <= MAX_URL and "." in urls.host_of(found)
