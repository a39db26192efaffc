"""What is known of the referring domain beyond one page; None means "not looked at", never "bad"."""

from dataclasses import dataclass
from datetime import date

LIST_HALF_LIFE = 2.0
"""Years after which what a list says is worth half as much."""


@dataclass(frozen=True, slots=True)
class NameView:
    """What the name alone says: the chance that such a name is on a list of bad ones, of two equal heaps."""

    p: float
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListsView:
    """The independent lists of bad domains that name it, in words; empty = looked up, on none."""

    lists: tuple[str, ...] = ()
    age_years: float = 0.0


@dataclass(frozen=True, slots=True)
class GraphView:
    """Where it stands in the graph of links that the crawler has seen; shares of 0 to 1.

    `trust` is the percentile of its TrustRank, `distrust` how much more than chance its links lead to
    condemned sites (Anti-TrustRank; 0.5 = as much as chance), `spam_mass` the part of its PageRank
    that does not come from trusted sites.
    """

    authority: float | None = None
    trust: float | None = None
    distrust: float | None = None
    spam_mass: float | None = None
    is_reciprocal: bool = False
    in_links: int = 0


@dataclass(frozen=True, slots=True)
class NetworkView:
    """The cluster of domains that share rare things with it; `domains` = 0: looked, stands alone.

    `bits` is the weight of what it shares with the others: 12 bits are a coincidence in 4,096.
    """

    network_id: str = ""
    domains: int = 0
    bits: float = 0.0
    shared: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class BurstView:
    """The alarm during which it first linked to the site."""

    started_on: date
    domains: int
    expected: float


@dataclass(frozen=True, slots=True)
class TurnView:
    """Since when it looks like another site than the one that linked, and what shows it."""

    found_on: date
    signs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """Everything that other parts of the service found out about a referring domain."""

    name: NameView | None = None
    lists: ListsView | None = None
    graph: GraphView | None = None
    network: NetworkView | None = None
    burst: BurstView | None = None
    turn: TurnView | None = None


UNKNOWN = Source()
