"""Payments as a table for spreadsheets; no cell is taken for a formula; pure."""

import csv
import io
from collections.abc import Iterable
from datetime import date

from services.outreach.domain.money.payment import LABELS, Payment
from shared.currencies import written
from shared.spreadsheets import harmless

HEAD = (
    *("referring domain", "referring page", "vendor", "campaign", "amount", "currency", "state"),
    *("due on", "paid on", "method", "invoice number", "invoice address", "came back"),
    *("came back on", "let go on", "note", "payment id", "placement id"),
)


def csv_of(payments: Iterable[Payment], *, today: date, head: bool) -> str:
    """Return one line for each payment, below the names of the columns where `head` says so."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\r\n")
    if head:
        write.writerow(HEAD)
    for one in payments:
        write.writerow([harmless(cell) for cell in _cells(one, today)])
    return out.getvalue()


def _cells(one: Payment, today: date) -> list[str]:
    refunded = "" if one.refunded is None else written(one.refunded, one.currency)
    cells = (
        *(one.referring_domain, one.referring_url, one.vendor_name, one.campaign),
        *(written(one.amount, one.currency), one.currency, LABELS[one.state(today)]),
        *(one.due_on, one.paid_on, one.method, one.invoice_no, one.invoice_url, refunded),
        *(one.refunded_on, one.waived_on, one.note, one.payment_id, one.placement_id),
    )
    return ["" if cell is None else str(cell) for cell in cells]
