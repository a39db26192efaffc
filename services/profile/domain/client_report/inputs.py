"""What a client's report is made of, read at one moment; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from services.profile.domain.anchors import AnchorCount, KindCount
from services.profile.domain.client_report.spans import Span
from services.profile.domain.site import Site
from services.profile.domain.velocity import Period
from shared.reporting import Parts
from shared.todo import Waiting


@dataclass(frozen=True, slots=True)
class Present:
    """What stood at one moment, by the last word on each link before it."""

    links: int = 0
    domains: int = 0
    value: float = 0.0
    agreed: int = 0
    """Of the links that are agreed."""


@dataclass(frozen=True, slots=True)
class Moved:
    """How often links moved one way within some days."""

    times: int = 0
    links: int = 0
    gained: int = 0
    """Of first sights: of links that also came up within these days."""
    value: float = 0.0


NOTHING = Moved()


@dataclass(frozen=True, slots=True)
class Window:
    """What came and went within some days."""

    moves: Mapping[str, Moved] = field(default_factory=dict)
    domains_gained: int = 0
    domains_lost: int = 0

    def of(self, move: str) -> Moved:
        return self.moves.get(move, NOTHING)


@dataclass(frozen=True, slots=True)
class Named:
    """One link that moved."""

    referring_url: str
    referring_domain: str
    target_url: str | None
    anchor_text: str | None
    value: float
    at: datetime
    sentence: str
    present: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """Lost links that somebody was asked for, and those of them that came back."""

    asked: int = 0
    won_back: int = 0
    domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportInputs:
    """Everything that a report says comes out of this."""

    site: Site
    span: Span
    today: date
    watched_since: datetime
    known_until: datetime | None
    present: Sequence[Present]
    """At the end of the days, at their beginning, at the beginning of those before."""
    windows: Sequence[Window]
    """The days, and those before."""
    named: Mapping[str, Sequence[Named]]
    contracts: Mapping[str, int]
    months: Sequence[Period]
    domains_now: int
    kinds: Sequence[KindCount]
    texts: Sequence[AnchorCount]
    bands: Mapping[str, int]
    actions: Mapping[str, int]
    asked: Asked
    waiting: Sequence[Waiting]
    parts: Parts
