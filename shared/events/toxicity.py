"""What toxicity found and people decided."""

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

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
    """A link crossed from one known band into another; between them nothing may have been known."""

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


class NetworkDetected(Event):
    """Domains of one hand link to a site; told once for each network and site. A fact, no verdict."""

    name: ClassVar[str] = "network.detected"
    publisher: ClassVar[str] = "toxicity"
    consumers: ClassVar[tuple[str, ...]] = ("gateway",)
    outward: ClassVar[bool] = True

    network_id: UUID
    domains: Annotated[tuple[str, ...], Field(max_length=100)] = ()
    """Those of its domains that link to the site, at most 100."""
    domain_count: int
    bits: float
    shared: Annotated[tuple[str, ...], Field(max_length=10)] = ()
    """What they share, in words."""
    sentence: str = ""

    about: ClassVar[tuple[str, str]] = ("network", "network_id")


class AttackSuspected(Event):
    """Far more bad domains began to link to a site than ever; told once for each attack."""

    name: ClassVar[str] = "attack.suspected"
    publisher: ClassVar[str] = "toxicity"
    consumers: ClassVar[tuple[str, ...]] = ("gateway",)
    outward: ClassVar[bool] = True

    attack_id: UUID
    started_on: date
    found_on: date
    domains: int
    toxic_domains: int
    expected: float
    """How many bad new domains these days would have brought as usual."""
    sentence: str = ""

    about: ClassVar[tuple[str, str]] = ("attack", "attack_id")


class DomainFlagged(Event):
    """Something became of a referring domain: parked, gone, another site, hacked; told once."""

    name: ClassVar[str] = "domain.flagged"
    publisher: ClassVar[str] = "toxicity"
    consumers: ClassVar[tuple[str, ...]] = ("profile", "gateway")
    outward: ClassVar[bool] = True

    flag_id: UUID
    domain: str
    kind: str
    """parked, name_gone, repurposed, hacked or outlinks_jumped; by a registry that is asked:
    expiring, redemption, pending_delete, own_expiring or own_ended."""
    page_url: str | None = None
    evidence: Annotated[tuple[str, ...], Field(max_length=10)] = ()
    sentence: str = ""

    about: ClassVar[tuple[str, str]] = ("domain", "domain")
