"""What was agreed about placements, and what became of them."""

from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from shared.events.envelope import Event
from shared.vocabulary import Position, Reason


class PlacementTerms(Event):
    """The contract of a placement: what was agreed about one link (seams.md 17)."""

    publisher: ClassVar[str] = "outreach"
    consumers: ClassVar[tuple[str, ...]] = ("profile", "toxicity")
    outward: ClassVar[bool] = True

    placement_id: UUID
    terms_seq: int
    referring_url: str | None = None
    referring_domain: str
    target_url: str | None = None
    anchor_text: str | None = None
    rel: tuple[str, ...] | None = None
    """The rel tokens that were agreed; None = nothing agreed, empty = must be followed."""
    position: Position | None = None
    go_live_on: date | None = None
    until_on: date | None = None
    max_outlinks: int | None = None
    vendor_id: UUID | None = None
    vendor_name: str | None = None
    method: str | None = None
    campaign: str | None = None
    price: Decimal | None = None
    currency: str | None = None
    cancelled: bool = False

    about: ClassVar[tuple[str, str]] = ("placement", "placement_id")


class PlacementPromised(PlacementTerms):
    """A link was promised to us."""

    name: ClassVar[str] = "placement.promised"


class PlacementUpdated(PlacementTerms):
    """The terms of a placement changed, or it was cancelled."""

    name: ClassVar[str] = "placement.updated"


class PlacementEvent(Event):
    """What became of a placement."""

    publisher: ClassVar[str] = "outreach"
    consumers: ClassVar[tuple[str, ...]] = ("gateway",)
    outward: ClassVar[bool] = True

    placement_id: UUID
    link_id: UUID | None = None
    referring_domain: str
    reasons: tuple[Reason, ...] = ()

    about: ClassVar[tuple[str, str]] = ("placement", "placement_id")


class PlacementVerified(PlacementEvent):
    """The link of a placement was seen live and as agreed."""

    name: ClassVar[str] = "placement.verified"


class PlacementMismatched(PlacementEvent):
    """The link of a placement was seen, but not as agreed."""

    name: ClassVar[str] = "placement.mismatched"


class PlacementLost(PlacementEvent):
    """The link of a placement is gone, confirmed."""

    name: ClassVar[str] = "placement.lost"


class PlacementExpiring(PlacementEvent):
    """The agreed time of a placement ends soon."""

    name: ClassVar[str] = "placement.expiring"

    until_on: date


class ReadingRequested(Event):
    """Somebody wants to know what a domain is about, and whom to write to there."""

    name: ClassVar[str] = "reading.requested"
    publisher: ClassVar[str] = "outreach"
    consumers: ClassVar[tuple[str, ...]] = ("crawler",)

    domain: str

    about: ClassVar[tuple[str, str]] = ("domain", "domain")


class ProspectEvent(Event):
    """What became of a domain that a site may get a link from."""

    publisher: ClassVar[str] = "outreach"
    consumers: ClassVar[tuple[str, ...]] = ("gateway",)
    outward: ClassVar[bool] = True

    prospect_id: UUID
    domain: str
    sentence: str = ""

    about: ClassVar[tuple[str, str]] = ("prospect", "prospect_id")


class ProspectFound(ProspectEvent):
    """A domain came onto the list of those that a site may ask for a link."""

    name: ClassVar[str] = "prospect.found"

    source: str = ""


class ProspectQualified(ProspectEvent):
    """Somebody decided that a link from a prospect is wanted."""

    name: ClassVar[str] = "prospect.qualified"


class ProspectRejected(ProspectEvent):
    """Somebody decided that no link from a prospect is wanted."""

    name: ClassVar[str] = "prospect.rejected"


class PlanUpdated(Event):
    """A plan for the new links of a site was made, or made anew."""

    name: ClassVar[str] = "plan.updated"
    publisher: ClassVar[str] = "outreach"
    consumers: ClassVar[tuple[str, ...]] = ("gateway",)
    outward: ClassVar[bool] = True

    plan_id: UUID
    version_no: int
    slots_added: int
    first_month: date
    last_month: date

    about: ClassVar[tuple[str, str]] = ("plan", "plan_id")
