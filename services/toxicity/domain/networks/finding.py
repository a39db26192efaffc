"""Finds networks: pairs that share what is rare, weighed in bits, and joined where it is enough."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from services.toxicity.domain.networks.alike import buckets, jaccard, same_fingerprints
from services.toxicity.domain.networks.evidence import (
    CAPS,
    GROUPS,
    OF_THE_OWNER,
    Group,
    Kind,
    Marks,
    bits_of,
)
from services.toxicity.domain.networks.union import Union

COMMON = 200
"""A value that more domains hold says nothing about any two of them."""
MAX_PAIRS = 300_000
ENOUGH_BITS = 18.0
ALONE_HOLDERS = 16
"""Up to so many domains may an id tie by itself; a wider one wants a second kind of evidence."""
MIN_SHARED_OUTLINKS = 2
ENOUGH_SHARED_OUTLINKS = 3
LINKED_BITS = 23.0
"""So many outlinks and bits where hosting and build are not both shared as well: people who know one
another link to the same sites, and may have a common host or theme."""
LIKE_OUTLINKS = 0.3
LOOSE_OUTLINKS = 5
LOOSE_MEMBERS = 4
"""Who shares so many outlinks with so many members of a link network belongs to it, even without a
second kind of evidence: that the network is one is known by others."""
MAX_EDGES = 400
"""Most edges that are kept of one network; those that hold it together come first."""

_PAIRED = (Kind.TRACKER, Kind.TEXT, Kind.REGISTRATION)
_SHARED_DIRECTLY = (*_PAIRED, Kind.TEMPLATE, Kind.SUBNET, Kind.NAME_SERVERS)
Pair = tuple[str, str]
Holders = Mapping[Kind, Counter[str]]


@dataclass(frozen=True, slots=True)
class Tie:
    """One thing that two domains share."""

    kind: Kind
    value: str
    bits: float
    holders: int


@dataclass(frozen=True, slots=True)
class Edge:
    """Two domains and all that ties them; `bits` is the sum within the limits of the groups."""

    left: str
    right: str
    bits: float
    ties: tuple[Tie, ...]

    @property
    def groups(self) -> frozenset[Group]:
        return frozenset(GROUPS[tie.kind] for tie in self.ties)


@dataclass(frozen=True, slots=True)
class Network:
    """Domains of one hand, with the edges that tie them; `bits` is that of the weakest needed edge."""

    domains: tuple[str, ...]
    edges: tuple[Edge, ...]
    bits: float
    links_to_the_same: bool
    """Whether its domains are tied by what they link to: a link network, not only one owner."""
    is_open: bool
    """Whether its domains show that they belong together: by links to one another, or one name."""


@dataclass(frozen=True, slots=True)
class Found:
    networks: tuple[Network, ...]
    is_cut: bool
    """Whether there were more pairs to compare than the bound allows."""


def find_networks(marks: Iterable[Marks]) -> Found:
    """Return the networks among these domains, the biggest first."""
    known = {one.domain: one for one in marks}
    _settle_fingerprints(known.values())
    holders = _count(known.values())
    candidates, is_cut = _candidates(known, holders)
    edges, loose = [], []
    for left, right in candidates:
        edge = tie(known[left], known[right], holders=holders, domains=len(known))
        if edge is None:
            continue
        if is_enough(edge):
            edges.append(edge)
        elif edge.groups == {Group.LINKS} and len(edge.ties) >= LOOSE_OUTLINKS:
            loose.append(edge)
    return Found(_join(edges, loose, known), is_cut)


def _settle_fingerprints(marks: Iterable[Marks]) -> None:
    """Give fingerprints that are nearly the same one value."""
    everyone = list(marks)
    for kind in (Kind.TEMPLATE, Kind.TEXT):
        same = same_fingerprints((v for one in everyone for v in one.of(kind)), most=COMMON)
        for one in everyone:
            if kind in one.values:
                one.values[kind] = {same[value] for value in one.of(kind) if value in same}


def _count(marks: Iterable[Marks]) -> Holders:
    counts: dict[Kind, Counter[str]] = {kind: Counter() for kind in Kind}
    for one in marks:
        for kind, values in one.values.items():
            counts[kind].update(values)
    return counts


def _candidates(known: Mapping[str, Marks], holders: Holders) -> tuple[list[Pair], bool]:
    """Return pairs that share something of their owner's, those with the rarest first."""
    pairs: set[Pair] = set()
    for names in _companies(known, holders):
        for pair in combinations(sorted(names), 2):
            if len(pairs) >= MAX_PAIRS:
                return sorted(pairs), True
            pairs.add(pair)
    return sorted(pairs), False


def _companies(known: Mapping[str, Marks], holders: Holders) -> Iterator[list[str]]:
    """Yield domains that hold one value, the rarest values first, then those with like outlinks."""
    by_value: dict[tuple[Kind, str], list[str]] = defaultdict(list)
    for name, one in known.items():
        for kind in _PAIRED:
            for value in one.of(kind):
                if 1 < holders[kind][value] <= COMMON:
                    by_value[kind, value].append(name)
    yield from sorted(by_value.values(), key=lambda names: (len(names), names))
    outlinks = {name: _rare_outlinks(one, holders) for name, one in known.items()}
    yield from sorted(buckets(outlinks, most=COMMON), key=lambda names: (len(names), names))


def _rare_outlinks(one: Marks, holders: Holders) -> set[str]:
    """Return the linked domains that somebody else links to as well, and not everybody."""
    counts = holders[Kind.OUTLINKS]
    return {name for name in one.of(Kind.OUTLINKS) if 1 < counts[name] <= COMMON}


def tie(left: Marks, right: Marks, *, holders: Holders, domains: int) -> Edge | None:
    """Return what ties two domains, or None if nothing does."""
    ties = [
        Tie(kind, value, round(bits_of(kind, holders=count, domains=domains), 2), count)
        for kind in _SHARED_DIRECTLY
        for value in sorted(left.of(kind) & right.of(kind))
        if (count := holders[kind][value]) <= COMMON
    ]
    ties += _tie_of_outlinks(left, right, holders, domains)
    if not ties:
        return None
    return Edge(left.domain, right.domain, _sum(ties), tuple(ties))


def _tie_of_outlinks(left: Marks, right: Marks, holders: Holders, domains: int) -> list[Tie]:
    one, other = _rare_outlinks(left, holders), _rare_outlinks(right, holders)
    both = sorted(one & other)
    if len(both) < MIN_SHARED_OUTLINKS or jaccard(one, other) < LIKE_OUTLINKS:
        return []
    counts = holders[Kind.OUTLINKS]
    return [
        Tie(
            Kind.OUTLINKS,
            name,
            round(bits_of(Kind.OUTLINKS, holders=counts[name], domains=domains), 2),
            counts[name],
        )
        for name in both
    ]


def _sum(ties: Sequence[Tie]) -> float:
    totals: dict[Group, float] = defaultdict(float)
    for one in ties:
        totals[GROUPS[one.kind]] += one.bits
    return round(sum(min(CAPS[group], total) for group, total in totals.items()), 2)


def is_enough(edge: Edge) -> bool:
    """Whether an edge joins: enough bits, of two kinds, one of them the owner's choice; or a rare id."""
    chosen = edge.groups & OF_THE_OWNER
    if edge.bits < ENOUGH_BITS or not chosen:
        return False
    if chosen == {Group.LINKS} and len(edge.groups) == 2:
        shared = sum(one.kind is Kind.OUTLINKS for one in edge.ties)
        return shared >= ENOUGH_SHARED_OUTLINKS and edge.bits >= LINKED_BITS
    if len(edge.groups) > 1:
        return True
    return any(
        one.kind is Kind.TRACKER and one.holders <= ALONE_HOLDERS and one.bits >= ENOUGH_BITS
        for one in edge.ties
    )


def _join(
    edges: Sequence[Edge], loose: Sequence[Edge], known: Mapping[str, Marks]
) -> tuple[Network, ...]:
    """Join edges from the strongest down; the edges that joined hold the network together."""
    union = Union({name for edge in (*edges, *loose) for name in (edge.left, edge.right)})
    needed: list[Edge] = []
    spare: list[Edge] = []
    for edge in sorted(edges, key=_order):
        (needed if union.join(edge.left, edge.right) else spare).append(edge)
    tied = {name for edge in edges for name in (edge.left, edge.right)}
    weak = _late(sorted(loose, key=_order), union, tied)
    by_root: dict[str, list[Edge]] = defaultdict(list)
    held: Counter[str] = Counter(union.find(edge.left) for edge in needed)
    for edge in (*needed, *weak, *spare):
        by_root[union.find(edge.left)].append(edge)
    found = [
        _network(tuple(group), by_root[root], known, held=held[root])
        for group in union.groups()
        if (root := union.find(group[0])) in by_root
    ]
    return tuple(sorted(found, key=lambda one: (-len(one.domains), one.domains)))


def _order(edge: Edge) -> tuple[float, str, str]:
    return -edge.bits, edge.left, edge.right


def _late(loose: Sequence[Edge], union: Union, tied: set[str]) -> list[Edge]:
    """Join domains that link as a network does; returns the edges by which they came to it."""
    to_roots: dict[str, dict[str, list[Edge]]] = defaultdict(lambda: defaultdict(list))
    for edge in loose:
        for new, member in ((edge.left, edge.right), (edge.right, edge.left)):
            if new not in tied and member in tied:
                to_roots[new][union.find(member)].append(edge)
    came = []
    for _, roots in sorted(to_roots.items()):
        best = max(roots.items(), key=lambda item: (len(item[1]), item[0]))[1]
        if len(best) >= LOOSE_MEMBERS:
            union.join(best[0].left, best[0].right)
            came.append(best[0])
    return came


def _network(
    domains: tuple[str, ...], edges: Sequence[Edge], known: Mapping[str, Marks], *, held: int
) -> Network:
    held_by = edges[:held]
    members = frozenset(domains)
    linked = sum(_links_outside(edge, members) for edge in held_by)
    shown = sum(_is_shown(known[edge.left], known[edge.right]) for edge in held_by)
    named = len({name.partition(".")[0] for name in domains}) == 1
    same = 2 * linked >= len(held_by)
    return Network(
        domains=domains,
        edges=tuple(edges[: max(MAX_EDGES, len(domains) - 1)]),
        bits=min(edge.bits for edge in held_by),
        links_to_the_same=same,
        is_open=named or (2 * shown > len(held_by) and not same),
    )


def _links_outside(edge: Edge, members: frozenset[str]) -> bool:
    """Whether two domains share links to others than their own sisters."""
    shared = (one.value for one in edge.ties if one.kind is Kind.OUTLINKS)
    return sum(name not in members for name in shared) >= MIN_SHARED_OUTLINKS


def _is_shown(left: Marks, right: Marks) -> bool:
    """Whether two domains don't hide that they are one: private networks have no language switch."""
    if left.domain.partition(".")[0] == right.domain.partition(".")[0]:
        return True
    return left.domain in right.of(Kind.OUTLINKS) or right.domain in left.of(Kind.OUTLINKS)
