"""What links cost and what is owed, money or links: told to the team, never to clients."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from shared.events.envelope import Event
from shared.events.parts import Occurrence
from shared.vocabulary import Outcome, Reason


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


class LookRequested(Event):
    """Somebody wants to know whether one page has one link."""

    name: ClassVar[str] = "look.requested"
    publisher: ClassVar[str] = "outreach"
    consumers: ClassVar[tuple[str, ...]] = ("crawler",)

    look_id: UUID
    url: str
    target: str
    """A page in any spelling, or a domain: any link to it or below it."""

    about: ClassVar[tuple[str, str]] = ("look", "look_id")


class LookMade(Event):
    """What a page showed when somebody had asked for a look by `look.requested`.

    An `unknown` saw nothing, which is nothing against the page.
    """

    name: ClassVar[str] = "look.made"
    publisher: ClassVar[str] = "crawler"
    consumers: ClassVar[tuple[str, ...]] = ("outreach",)

    look_id: UUID
    looked_at: datetime
    outcome: Outcome
    reasons: tuple[Reason, ...] = ()
    http_status: int | None = None
    final_url: str | None = None
    indexable: bool | None = None
    page_followed: bool | None = None
    occurrences: Annotated[tuple[Occurrence, ...], Field(max_length=10)] = ()

    about: ClassVar[tuple[str, str]] = ("look", "look_id")


class ExchangeChanged(Event):
    """A link that we owe in return was seen otherwise than before: kept, not as agreed, or missing."""

    name: ClassVar[str] = "exchange.changed"
    publisher: ClassVar[str] = "outreach"
    consumers: ClassVar[tuple[str, ...]] = ("gateway",)
    outward: ClassVar[bool] = True

    exchange_id: UUID
    their_domain: str
    state: str
    reasons: tuple[Reason, ...] = ()
    sentence: str = ""

    about: ClassVar[tuple[str, str]] = ("exchange", "exchange_id")
