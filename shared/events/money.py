"""What links cost and what is owed: told to the team, never to clients."""

from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from shared.events.envelope import Event


class PaymentEvent(Event):
    """What becomes of a payment for a placement."""

    publisher: ClassVar[str] = "outreach"
    consumers: ClassVar[tuple[str, ...]] = ("profile", "gateway")
    outward: ClassVar[bool] = True

    payment_id: UUID
    placement_id: UUID
    referring_domain: str
    amount: Decimal
    currency: str
    due_on: date | None = None
    sentence: str = ""

    about: ClassVar[tuple[str, str]] = ("payment", "payment_id")


class PaymentDue(PaymentEvent):
    """A payment is due in 7 or in 2 days, or is overdue (`days` -1); each is told once."""

    name: ClassVar[str] = "payment.due"

    days: int


class PaymentSettled(PaymentEvent):
    """A payment that was told of is no longer due: paid, let go, put off or removed."""

    name: ClassVar[str] = "payment.settled"


class OfferAccepted(Event):
    """A person of the team accepted what was offered; a placement has its terms."""

    name: ClassVar[str] = "offer.accepted"
    publisher: ClassVar[str] = "outreach"
    consumers: ClassVar[tuple[str, ...]] = ("gateway",)
    outward: ClassVar[bool] = True

    offer_id: UUID
    placement_id: UUID
    referring_domain: str
    amount: Decimal | None = None
    """The price of the placement, with what was offered by the month or year reckoned up."""
    currency: str | None = None
    campaign: str | None = None

    about: ClassVar[tuple[str, str]] = ("offer", "offer_id")
