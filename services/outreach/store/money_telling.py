"""Tells of payments: that one is due, and that one that was told of is settled."""

from collections.abc import Iterable
from datetime import date

from services.outreach.domain.money.payment import Payment, sentence
from shared import outbox
from shared.db import Tx
from shared.events import PaymentDue, PaymentSettled


async def tell_due(tx: Tx, due: Iterable[tuple[Payment, int]], *, today: date) -> None:
    """Tell that payments are due in so many days, or overdue."""
    await outbox.add(
        tx, [PaymentDue(**_fields(one, sentence(one, today)), days=days) for one, days in due]
    )


async def tell_settled(tx: Tx, settled: Iterable[Payment], because: str) -> None:
    """Tell that payments are due no more, of those of which somebody was told."""
    told = [one for one in settled if one.told_days is not None]
    await outbox.add(tx, [PaymentSettled(**_fields(one, because)) for one in told])


def _fields(one: Payment, text: str) -> dict[str, object]:
    return {
        "workspace_id": one.workspace_id,
        "site_id": one.site_id,
        "payment_id": one.payment_id,
        "placement_id": one.placement_id,
        "referring_domain": one.referring_domain,
        "amount": one.amount,
        "currency": one.currency,
        "due_on": one.due_on,
        "sentence": text,
    }
