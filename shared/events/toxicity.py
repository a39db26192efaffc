"""What toxicity found and people decided."""

from typing import ClassVar
from uuid import UUID

from shared.events.envelope import Event, LinkEvent
from shared.vocabulary import Action, Band


class LinkScored(LinkEvent):
    """A link's toxicity is different from before; `scored_seq` grows with every score of a link."""

    name: ClassVar[str] = "link.scored"
    publisher: ClassVar[str] = "toxicity"
    consumers: ClassVar[tuple[str, ...]] = ("profile", "outreach")
    packed: ClassVar[bool] = True

    scored_seq: int
    score: int | None = None
    band: Band
    action: Action
    model: str
    sentence: str = ""
    authority: float | None = None


class ToxicityChanged(LinkEvent):
    """A link crossed into another band."""

    name: ClassVar[str] = "toxicity.changed"
    publisher: ClassVar[str] = "toxicity"
    consumers: ClassVar[tuple[str, ...]] = ("profile", "outreach", "gateway")
    outward: ClassVar[bool] = True

    from_band: Band | None = None
    to_band: Band
    score: int | None = None
    sentence: str = ""


class ReviewDecided(Event):
    """A person decided about links or domains."""

    name: ClassVar[str] = "review.decided"
    publisher: ClassVar[str] = "toxicity"
    consumers: ClassVar[tuple[str, ...]] = ("outreach", "gateway")
    outward: ClassVar[bool] = True

    review_id: UUID
    decision: str
    domains: tuple[str, ...] = ()
    links: tuple[UUID, ...] = ()
    decided_by: str = ""

    about: ClassVar[tuple[str, str]] = ("review", "review_id")


class DisavowVersionCreated(Event):
    """A disavow file was written; nothing was sent to Google."""

    name: ClassVar[str] = "disavow.version_created"
    publisher: ClassVar[str] = "toxicity"
    consumers: ClassVar[tuple[str, ...]] = ("outreach", "gateway")
    outward: ClassVar[bool] = True

    version_no: int
    domains: int
    urls: int

    about: ClassVar[tuple[str, str]] = ("site", "site_id")
