"""What the graph says about each domain, and its authority; the formula is docs/authority.md."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

from services.toxicity.domain.graph import ranks
from services.toxicity.domain.graph.matrix import (
    Floats,
    Graph,
    Indices,
    backward,
    forward,
    graph_of,
)
from services.toxicity.domain.graph.seeds import is_trusted

ENOUGH_LINKED = 20
"""Below this many linked domains in the graph a place among them says nothing."""
ENOUGH_SUPPORT = 3
"""Below this many linking domains the shape of the support says nothing."""
ENOUGH_SEEDS = 5
"""Below this many seeds in the graph there is no trust to measure."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the graph says about one domain; None where it cannot say."""

    in_domains: int = 0
    out_domains: int = 0
    authority: float | None = None
    """0-100: which share of the linked domains it exceeds in ½ PageRank + ½ TrustRank."""
    rank: float | None = None
    """0-100, by PageRank alone."""
    trust: float | None = None
    """0-100, by TrustRank; None without enough seeds."""
    spam_mass: float | None = None
    """0-1: the part of its PageRank that does not come from trusted domains."""
    blame: float | None = None
    """0-1: how much more than chance it is reached going back from domains your team condemned."""
    far_share: float | None = None
    """0-1: the part of its rank from paths longer than two steps."""
    reciprocity: float | None = None
    """0-1: the part of the domains it links to that link back."""


class Names:
    """Domains to numbers and back, each domain once."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def number(self, domain: str) -> int:
        return self._numbers.setdefault(domain, len(self._numbers))

    def find(self, domains: Iterable[str]) -> Indices:
        """Return the numbers of those of these domains that are known, in order."""
        found = {self._numbers[domain] for domain in domains if domain in self._numbers}
        return np.array(sorted(found), dtype=np.int32)

    def where_trusted(self) -> Indices:
        return self.find(domain for domain in self._numbers if is_trusted(domain))

    def items(self) -> Iterable[tuple[str, int]]:
        return self._numbers.items()


class Builder:
    """Collects edges until there are too many; what came after that is said to be missing."""

    def __init__(self, *, max_edges: int) -> None:
        self.names = Names()
        self._max_edges = max_edges
        self._pieces: list[tuple[Indices, Indices]] = []
        self._count = 0

    @property
    def is_full(self) -> bool:
        return self._count >= self._max_edges

    def add(self, source: str, targets: Collection[str]) -> None:
        if self.is_full or not targets:
            return
        number = self.names.number
        numbers = np.fromiter(map(number, targets), dtype=np.int32, count=len(targets))
        self._pieces.append((np.full(len(targets), number(source), dtype=np.int32), numbers))
        self._count += len(targets)

    def build(self) -> Graph:
        sources = [source for source, _ in self._pieces] or [_none()]
        targets = [target for _, target in self._pieces] or [_none()]
        return graph_of(np.concatenate(sources), np.concatenate(targets), nodes=len(self.names))


def _none() -> Indices:
    return np.zeros(0, dtype=np.int32)


@dataclass(frozen=True, slots=True)
class Ranked:
    """Every figure of every domain of a graph, by its number."""

    in_degrees: Indices
    out_degrees: Indices
    authority: Floats
    rank: Floats
    trust: Floats | None
    spam_mass: Floats | None
    blame: Floats | None
    far_share: Floats
    reciprocity: Floats
    linked: int

    def standing(self, number: int) -> Standing:
        """Return what can be said of one domain, and None for what was not observed."""
        supported = int(self.in_degrees[number])
        placed = supported > 0 and self.linked >= ENOUGH_LINKED
        shaped = supported >= ENOUGH_SUPPORT
        returns = int(self.out_degrees[number]) >= ENOUGH_SUPPORT
        return Standing(
            in_domains=supported,
            out_domains=int(self.out_degrees[number]),
            authority=_at(self.authority, number, placed, 1),
            rank=_at(self.rank, number, placed, 1),
            trust=_at(self.trust, number, placed, 1),
            spam_mass=_at(self.spam_mass, number, shaped, 3),
            blame=_at(self.blame, number, returns, 3),
            far_share=_at(self.far_share, number, shaped, 3),
            reciprocity=_at(self.reciprocity, number, returns, 3),
        )


def _at(values: Floats | None, number: int, is_known: bool, digits: int) -> float | None:
    return round(float(values[number]), digits) if is_known and values is not None else None


def rank_graph(graph: Graph, *, trusted: Indices, condemned: Indices) -> Ranked:
    """Walk the graph in all the ways; seeds are numbers of domains."""
    step = forward(graph)
    in_degrees = graph.in_degrees()
    linked = in_degrees > 0
    rank = ranks.pagerank(step)
    trust = _from(step, trusted, nodes=graph.nodes, least=ENOUGH_SEEDS)
    every, far = ranks.truncated(step)
    strength = rank if trust is None else ((rank + trust) / 2).astype(np.float32)
    return Ranked(
        in_degrees=in_degrees,
        out_degrees=graph.out_degrees(),
        authority=_places(strength, linked),
        rank=_places(rank, linked),
        trust=None if trust is None else _places(trust, linked),
        spam_mass=None if trust is None else ranks.spam_mass(rank, trust),
        blame=_blame(graph, condemned),
        far_share=far / every,
        reciprocity=ranks.reciprocity(graph),
        linked=int(linked.sum()),
    )


def _from(step: sparse.csr_array, seeds: Indices, *, nodes: int, least: int) -> Floats | None:
    start = ranks.start_at(seeds, nodes=nodes) if len(seeds) >= least else None
    return None if start is None else ranks.pagerank(step, start=start)


def _blame(graph: Graph, condemned: Indices) -> Floats | None:
    """Return the share of each domain's backward rank that comes from condemned domains.

    One decision is enough for it to be a measure: it is compared with chance, and it is capped.
    """
    start = ranks.start_at(condemned, nodes=graph.nodes)
    if start is None:
        return None
    back = backward(graph)
    blame = ranks.pagerank(back, start=start)
    both = np.maximum(blame + ranks.pagerank(back), np.finfo(np.float32).tiny)
    share: Floats = (blame / both).astype(np.float32)
    return share


def _places(values: Floats, linked: npt.NDArray[np.bool_]) -> Floats:
    places = np.zeros(len(values), dtype=np.float32)
    places[linked] = ranks.percentiles(values[linked])
    return places


def standings(
    builder: Builder,
    *,
    wanted: Iterable[str],
    trusted: Collection[str] = (),
    condemned: Collection[str] = (),
) -> tuple[Graph, Mapping[str, Standing], Sequence[int]]:
    """Return the graph, what it says about the wanted domains, and its numbers of seeds.

    `trusted` and `condemned` are what the people of the workspace said; condemning wins.
    """
    names = builder.names
    graph = builder.build()
    if not graph.nodes:
        return graph, {}, (0, 0)
    bad = names.find(condemned)
    good = np.union1d(names.where_trusted(), names.find(trusted)).astype(np.int32)
    good = np.setdiff1d(good, bad).astype(np.int32)
    ranked = rank_graph(graph, trusted=good, condemned=bad)
    asked = set(wanted)
    found = {name: ranked.standing(number) for name, number in names.items() if name in asked}
    for name in asked.intersection(condemned).intersection(found):
        found[name] = replace(found[name], blame=None)  # a decision may not confirm itself
    return graph, found, (len(good), len(bad))
