"""What profile knows of a site that a plan for new links needs; the gateway carries it to outreach."""

from datetime import date, datetime

from pydantic import BaseModel, Field

from shared.vocabulary import AnchorKind

MOST_TARGETS = 50
"""Pages of one's own that a plan may be about."""
MONTHS_BACK = 6
LONGEST_TEXT = 120
"""Longer anchor texts are left out: no plan takes or forbids them."""


class FactsIn(BaseModel):
    """Of which host and which pages more is wanted than of every other."""

    referring_domain: str | None = None
    target_urls: list[str] = Field(default_factory=list)


class TextCount(BaseModel):
    """An anchor text, and how many referring domains say it."""

    text: str
    kind: AnchorKind
    domains: int


class TargetFacts(BaseModel):
    """A page of the site, and what links to it say."""

    url: str
    title: str | None = None
    domains: int = 0
    exact: int = 0
    broken: bool = False
    texts: list[TextCount] = Field(default_factory=list)


class MonthCount(BaseModel):
    """How many referring domains came in a month that is over and known."""

    month: date
    count: int


class CompetitorFacts(BaseModel):
    """How many domains came to link to a competitor, as exports date them."""

    competitor: str
    months: list[MonthCount]


class HostFacts(BaseModel):
    """What links to the site from one host say already, and where they lead."""

    domain: str
    links: int
    texts: list[str]
    targets: list[str]


class AnchorChange(BaseModel):
    """An anchor that stands and should say something else."""

    referring_domain: str
    target_url: str | None
    anchor_text: str
    label: str


class SiteFacts(BaseModel):
    """A site as far as a plan for its new links goes."""

    as_of: datetime
    domain: str
    hosts: list[str]
    brands: list[str]
    keywords: list[str]
    languages: list[str]
    domains: int = Field(description="Referring domains that are there.")
    kinds: dict[AnchorKind, int] = Field(description="Of them, by kind of anchor.")
    months: list[MonthCount] = Field(description="Only months that are known; the oldest first.")
    known_until: datetime | None
    competitors: list[CompetitorFacts]
    targets: list[TargetFacts]
    texts: list[TextCount] = Field(description="The anchors that most domains say.")
    changes_needed: int
    changes: list[AnchorChange] = Field(description="The first of the anchors to be changed.")
    host: HostFacts | None = None
