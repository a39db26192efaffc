"""What outreach says of payments: that one is due, which a rule may be about, and that it is settled."""

from collections.abc import Sequence

from services.profile.domain.alerts import AlertKind
from services.profile.domain.occasions import PAYMENT_NOTICES, due_payment, payment_notice
from services.profile.store import occasions
from shared.db import Tx
from shared.events import PaymentDue, PaymentSettled


async def on_payment_due(events: Sequence[PaymentDue], tx: Tx) -> None:
    """Let the rules of alerts know; the notice before this one is over by it."""
    for event in events:
        if event.site_id is not None:
            earlier = [
                (event.site_id, payment_notice(event.payment_id, days))
                for days in PAYMENT_NOTICES
                if days > event.days
            ]
            await occasions.end_items(tx, earlier, AlertKind.PAYMENT_DUE, now=event.occurred_at)
    told = [due_payment(event.site_id, event) for event in events if event.site_id is not None]
    await occasions.add_occasions(tx, told)


async def on_payment_settled(events: Sequence[PaymentSettled], tx: Tx) -> None:
    """End what is told of payments that are due no more."""
    for event in events:
        if event.site_id is not None:
            items = [
                (event.site_id, payment_notice(event.payment_id, days)) for days in PAYMENT_NOTICES
            ]
            await occasions.end_items(tx, items, AlertKind.PAYMENT_DUE, now=event.occurred_at)
