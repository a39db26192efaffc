"""What a look at the graph gathers page by page, and what it makes of it in the end."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from services.toxicity.domain.graph.standing import Builder, Standing, standings
from services.toxicity.domain.networks.evidence import Marks, add_page
from services.toxicity.domain.networks.finding import Network, find_networks


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look made of all pages."""

    standings: Mapping[str, Standing]
    networks: tuple[Network, ...]
    linked_back: frozenset[str]
    domains: int
    edges: int
    trusted: int
    condemned: int
    is_cut: bool


class Collector:
    """Takes pages and links of one workspace; `own` are the domains of its sites."""

    def __init__(self, own: Collection[str], *, max_edges: int) -> None:
        self._own = frozenset(own)
        self._builder = Builder(max_edges=max_edges)
        self._marks: dict[str, Marks] = {}
        self._linked_back: set[str] = set()
        self.pages = 0

    def add_page(self, domain: str, facts: Mapping[str, Any]) -> None:
        """Take over a page: whom its domain links to, and what it could share with others."""
        self.pages += 1
        outlinks = facts.get("outlink_domains") or ()
        self._builder.add(domain, outlinks)
        if domain in self._own:
            self._linked_back.update(outlinks)
            return
        marks = self._marks.get(domain)
        if marks is None:
            marks = self._marks[domain] = Marks(domain)
        add_page(marks, facts, own=self._own)

    def add_links(self, site_domain: str, referring: Iterable[str]) -> None:
        """Take over tracked links that were seen: their pages may be of a time before page facts."""
        for domain in referring:
            self._builder.add(domain, (site_domain,))

    def look(self, wanted: Collection[str], judged: Mapping[str, str]) -> Seen:
        """Return what the graph and the marks say; `judged` are decisions about whole domains."""
        condemned = [name for name, decision in judged.items() if decision in _CONDEMNED]
        kept = [name for name, decision in judged.items() if decision == "keep"]
        graph, found, seeds = standings(
            self._builder, wanted=wanted, trusted=[*kept, *self._own], condemned=condemned
        )
        networks = find_networks(self._marks.values())
        return Seen(
            standings=found,
            networks=networks.networks,
            linked_back=frozenset(self._linked_back),
            domains=graph.nodes,
            edges=graph.edges,
            trusted=seeds[0],
            condemned=seeds[1],
            is_cut=self._builder.is_full or networks.is_cut,
        )


_CONDEMNED = frozenset({"disavow", "ask_removal"})
