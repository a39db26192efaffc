"""A web with known owners, seeded: strangers on shared hosts, agencies, common themes, families, networks.

What it plants is what `page.read` tells of each domain. Families (sister sites of one honest owner)
are one hand as well: the truth about networks knows no good or bad.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from services.toxicity.domain.networks.evidence import Marks, add_page
from services.toxicity.domain.networks.finding import Network

CLIENT = "client.example"
OWN = frozenset({CLIENT})


@dataclass(slots=True)
class Web:
    """Facts of one page for each domain, and which domains belong to one hand."""

    pages: dict[str, dict[str, Any]] = field(default_factory=dict)
    owners: list[list[str]] = field(default_factory=list)
    bad: set[str] = field(default_factory=set)

    def marks(self) -> list[Marks]:
        found = []
        for domain, facts in self.pages.items():
            marks = Marks(domain)
            add_page(marks, facts, own=OWN)
            found.append(marks)
        return found


class Maker:
    """Draws domains; every draw comes from one seeded source."""

    def __init__(self, seed: int, *, domains: int) -> None:
        self.web = Web()
        self._rng = random.Random(seed)
        self._count = 0
        rng = self._rng
        self._hosts = [self._a_host() for _ in range(max(domains // 25, 4))]
        self._themes = [f"{rng.getrandbits(64):016x}" for _ in range(max(domains // 12, 8))]
        self._linked = [f"linked{number}.example" for number in range(domains)]

    def _a_host(self) -> tuple[str, tuple[str, ...]]:
        rng = self._rng
        subnet = f"81.{rng.randrange(256)}.{rng.randrange(256)}"
        name = f"host{rng.randrange(10**6)}.example"
        return subnet, (f"ns1.{name}", f"ns2.{name}")

    def _name(self, word: str) -> str:
        self._count += 1
        return f"{word}{self._count}.example"

    def _zipf(self, values: Sequence[Any]) -> Any:
        return values[int(len(values) * self._rng.random() ** 2.5)]

    def page(self, **given: Any) -> dict[str, Any]:
        """Return the facts of one ordinary page: a host, a theme, links here and there."""
        rng = self._rng
        subnet, servers = self._zipf(self._hosts)
        is_behind_cdn = rng.random() < 0.25
        links = {self._zipf(self._linked) for _ in range(rng.randrange(2, 14))}
        tracker = (f"G-{rng.getrandbits(40):010X}",) if rng.random() < 0.7 else ()
        drawn: dict[str, Any] = {
            "ip": "104.16.1.1" if is_behind_cdn else f"{subnet}.{rng.randrange(1, 255)}",
            "name_servers": ("ada.ns.cloudflare.com",) if is_behind_cdn else servers,
            "template_fingerprint": self._zipf(self._themes),
            "text_fingerprint": f"{rng.getrandbits(64):016x}",
            "tracker_ids": tracker,
            "outlink_domains": (CLIENT, "facebook.com", *sorted(links)),
        }
        return drawn | given

    def strangers(self, count: int) -> None:
        for _ in range(count):
            self.web.pages[self._name("stranger")] = self.page()

    def agency(self, clients: int) -> None:
        """Add customers of one agency: its host, its theme, its name in the footer, ids of their own."""
        rng = self._rng
        subnet, servers = self._a_host()
        theme = f"{rng.getrandbits(64):016x}"
        agency = self._name("agency")
        for _ in range(clients):
            page = self.page(
                ip=f"{subnet}.{rng.randrange(1, 255)}",
                name_servers=servers,
                template_fingerprint=theme,
            )
            page["outlink_domains"] = (*page["outlink_domains"], agency)
            self.web.pages[self._name("customer")] = page

    def family(self, languages: int) -> None:
        """Add sister sites of one honest owner: one id, one theme, links to one another."""
        rng = self._rng
        tracker = f"UA-{rng.randrange(10**7)}-1"
        theme = f"{rng.getrandbits(64):016x}"
        names = [self._name("sister") for _ in range(languages)]
        for name in names:
            page = self.page(tracker_ids=(tracker,), template_fingerprint=theme)
            page["outlink_domains"] = (*page["outlink_domains"], *(n for n in names if n != name))
            self.web.pages[name] = page
        self.web.owners.append(names)

    def ring(self, size: int) -> None:
        """Add strangers with one hobby and one blogroll; nothing else ties them."""
        blogroll = [self._name("hobby") for _ in range(self._rng.randrange(6, 15))]
        for _ in range(size):
            linked = (one for one in blogroll if self._rng.random() < 0.85)
            page = self.page(outlink_domains=(CLIENT, *linked))
            self.web.pages[self._name("blog")] = page

    def network(self, size: int) -> None:
        """Add a link network: each draws some of the owner's marks, and each mark is missing at times."""
        rng = self._rng
        money = [self._name("money") for _ in range(rng.randrange(4, 11))]
        tracker = f"pub-{rng.randrange(10**15, 10**16)}" if rng.random() < 0.6 else None
        theme = rng.getrandbits(64) if rng.random() < 0.7 or tracker is None else None
        host = self._a_host() if rng.random() < 0.6 else None
        names = [self._name("network") for _ in range(size)]
        for name in names:
            page = self.page()
            if tracker and rng.random() < 0.8:
                page["tracker_ids"] = (tracker,)
            if theme is not None and rng.random() < 0.9:
                page["template_fingerprint"] = f"{theme ^ (1 << rng.randrange(64)):016x}"
            if host and rng.random() < 0.85:
                page["ip"] = f"{host[0]}.{rng.randrange(1, 255)}"
                page["name_servers"] = host[1]
            linked = [one for one in money if rng.random() < 0.8]
            page["outlink_domains"] = (CLIENT, *linked, *sorted(page["outlink_domains"])[2:4])
            self.web.pages[name] = page
        self.web.owners.append(names)
        self.web.bad.update(names)


def a_web(seed: int, *, domains: int) -> Web:
    """Return a web of about that many domains, of which about one in twelve is in a network."""
    maker = Maker(seed, domains=domains)
    rng = random.Random(seed + 1)
    while len(maker.web.pages) < domains // 4:
        maker.network(rng.randrange(4, 41))
        maker.agency(rng.randrange(5, 40))
        maker.family(rng.randrange(2, 7))
        maker.agency(rng.randrange(5, 40))
        maker.ring(rng.randrange(3, 10))
    maker.strangers(domains - len(maker.web.pages))
    return maker.web


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well the pairs that were found agree with those of the truth."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def compare(found: Sequence[Network], truth: Sequence[Sequence[str]]) -> Agreement:
    said = {pair for one in found for pair in combinations(one.domains, 2)}
    true = {pair for names in truth for pair in combinations(sorted(names), 2)}
    right = len(said & true)
    return Agreement(right / max(len(said), 1), right / max(len(true), 1))
