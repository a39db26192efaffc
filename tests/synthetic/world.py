"""Makes the world: hosts of known kinds, the networks among them, and what was planted in each."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from tests.synthetic import words

SITE = "acmehome.example"
SITE_URL = "https://acmehome.example/"
BRANDS = ("Acme Home",)
KEYWORDS = ("garden furniture", "teak bench")
LAST_DAY = date(2026, 11, 1)


class Kind(StrEnum):
    """What a host is, in truth."""

    BLOG = "blog"
    NEWS = "news"
    BUSINESS = "business"
    PERSONAL = "personal"
    FORUM = "forum"
    RESOURCES = "resources"  # an honest page of many links
    DIRECTORY = "directory"  # a kept directory with an editor
    BUILDER = "builder"  # a partner whose footer names the site on all its pages
    VIRAL = "viral"  # came in the week in which everybody spoke of the site
    SCRAPER = "scraper"  # ambient junk: copies everybody, means nobody
    NETWORK = "network"
    FARM = "farm"
    COMMENT = "comment"  # an honest host, a spam link in a comment
    HACKED = "hacked"  # an honest host, a hidden link that its owner does not know
    PAID = "paid"
    BLAST = "blast"
    DRIP = "drip"


TOXIC = frozenset(
    {Kind.NETWORK, Kind.FARM, Kind.COMMENT, Kind.HACKED, Kind.PAID, Kind.BLAST, Kind.DRIP}
)
_HONEST = {
    Kind.BLOG: 30,
    Kind.NEWS: 12,
    Kind.BUSINESS: 20,
    Kind.PERSONAL: 14,
    Kind.FORUM: 8,
    Kind.RESOURCES: 6,
    Kind.DIRECTORY: 3,
    Kind.BUILDER: 1,
    Kind.VIRAL: 3,
    Kind.SCRAPER: 3,
}
_BAD = {
    Kind.NETWORK: 38,
    Kind.FARM: 14,
    Kind.COMMENT: 10,
    Kind.HACKED: 10,
    Kind.PAID: 8,
    Kind.BLAST: 13,
    Kind.DRIP: 7,
}


@dataclass(slots=True, kw_only=True)
class Host:
    """One referring host with its one page that links to the site.

    `planted` are the codes of all findings against the link that its page, name or owner deserve.
    """

    domain: str
    kind: Kind
    first_seen: date
    seed: int
    ip: str = ""
    name_servers: tuple[str, ...] = ()
    tracker_id: str | None = None
    theme: int = 0
    network: int | None = None
    outlinks: tuple[str, ...] = ()
    anchor: str = ""
    followed: bool = True
    has_contact: bool = False
    has_legal: bool = False
    planted: set[str] = field(default_factory=set)

    @property
    def toxic(self) -> bool:
        return self.kind in TOXIC

    @property
    def url(self) -> str:
        return f"https://{self.domain}/p{self.seed % 997}"


@dataclass(slots=True)
class World:
    """All hosts, the networks' members by number, and who links to whom by domain."""

    seed: int
    hosts: list[Host]
    networks: dict[int, list[str]]
    edges: list[tuple[str, str]]
    trusted: list[str]

    @property
    def by_domain(self) -> dict[str, Host]:
        return {host.domain: host for host in self.hosts}


def make_world(seed: int, *, hosts: int, toxic_share: float = 0.05) -> World:
    """Return a world of so many hosts; the same seed gives the same world."""
    maker = _Maker(random.Random(seed))
    bad = round(hosts * toxic_share)
    made = maker.honest(hosts - bad) + maker.bad(bad)
    maker.rng.shuffle(made)
    edges, trusted = maker.edges(made)
    return World(seed, made, maker.networks, edges, trusted)


class _Maker:
    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.networks: dict[int, list[str]] = {}
        self._taken: set[str] = {SITE}
        # Shared hosts of the world: their name servers and addresses prove nothing.
        self._hosters = [
            ((f"ns1.hoster{n}.example", f"ns2.hoster{n}.example"), f"203.{n % 250}")
            for n in range(25)
        ]
        self._money = [f"money-{n}.example" for n in range(60)]

    # ---- names and machines -----------------------------------------------------------------------

    def _name(self, ways: list[Callable[[], str]]) -> str:
        while True:
            name = self.rng.choice(ways)()
            if name not in self._taken:
                self._taken.add(name)
                return name

    def _honest_name(self) -> str:
        pick, tld = self.rng.choice, self.rng.choice(words.TLDS)
        return self._name(
            [
                lambda: f"{pick(words.FIRST)}{pick(words.LAST)}{self._maybe_number()}.{tld}",
                lambda: f"{pick(words.PLACES)}{pick(words.TRADES)}{self._maybe_number()}.{tld}",
                lambda: f"{pick(words.LAST)}-{pick(words.TRADES)}.{tld}",
                lambda: (
                    f"the{pick(words.TOPICS[pick(list(words.TOPICS))])}"
                    f"{pick(words.TOPICS[pick(list(words.TOPICS))])}{self._maybe_number()}.{tld}"
                ),
                lambda: f"{pick(words.PLACES)}{pick(words.LAST)}{pick(words.TRADES)}.{tld}",
            ]
        )

    def _maybe_number(self) -> str:
        return str(self.rng.randint(2, 99)) if self.rng.random() < 0.08 else ""

    def _bad_name(self) -> str:
        pick, number = self.rng.choice, self.rng.randint(1, 999)
        return self._name(
            [
                lambda: f"{pick(words.SPAM)}-{pick(words.SPAM)}-{number}.{pick(words.CHEAP_TLDS)}",
                lambda: f"best{pick(words.SPAM)}{pick(words.SPAM)}{number}.com",
                lambda: f"seo-links-{number}{pick('abcdefgh')}.{pick(words.CHEAP_TLDS)}",
            ]
        )

    def _host(self, kind: Kind, domain: str, **given: object) -> Host:
        servers, block = self.rng.choice(self._hosters)
        host = Host(
            domain=domain,
            kind=kind,
            first_seen=LAST_DAY - timedelta(days=self.rng.randint(1, 1_400)),
            seed=self.rng.getrandbits(30),
            ip=f"{block}.{self.rng.randint(0, 40)}.{self.rng.randint(2, 250)}",
            name_servers=servers,
            tracker_id=self._tracker() if self.rng.random() < 0.6 else None,
            theme=self.rng.randint(1, 60)
            if self.rng.random() < 0.4
            else self.rng.randint(100, 10**6),
        )
        for name, value in given.items():
            setattr(host, name, value)
        return host

    def _tracker(self) -> str:
        return "G-" + "".join(
            self.rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789") for _ in range(10)
        )

    # ---- honest hosts -----------------------------------------------------------------------------

    def honest(self, count: int) -> list[Host]:
        kinds = self.rng.choices(list(_HONEST), weights=list(_HONEST.values()), k=count)
        return [self._honest(kind) for kind in kinds]

    def _honest(self, kind: Kind) -> Host:
        rng = self.rng
        host = self._host(kind, self._honest_name(), anchor=self._honest_anchor())
        host.has_contact = rng.random() < 0.6
        host.has_legal = rng.random() < 0.5
        host.followed = rng.random() < (0.3 if kind is Kind.FORUM else 0.9)
        if kind is Kind.FORUM and host.followed:
            host.planted.add("comment_link")
        if kind in {Kind.RESOURCES, Kind.DIRECTORY}:
            host.planted |= {"many_external_links", "very_many_external_links", "link_list"}
        if kind is Kind.BUILDER:
            host.planted |= {"footer_link", "sitewide_link"}
        if kind is Kind.SCRAPER:
            host.domain = self._bad_name() if rng.random() < 0.5 else host.domain
            host.has_contact = host.has_legal = False
            host.planted |= _OF_LISTS | {"name_like_bad"}
        if kind is Kind.VIRAL:
            host.first_seen = LAST_DAY - timedelta(days=rng.randint(200, 206))
        return host

    def _honest_anchor(self) -> str:
        chance = self.rng.random()
        if chance < 0.38:
            return self.rng.choice(["Acme Home", "acmehome", "Acme Home's shop", "Acme"])
        if chance < 0.58:
            return SITE_URL.removesuffix("/")
        if chance < 0.75:
            return self.rng.choice(words.GENERIC)
        if chance < 0.93:
            return self.rng.choice(words.NATURAL)
        return self.rng.choice(["garden furniture from Acme Home", *KEYWORDS])

    # ---- bad hosts --------------------------------------------------------------------------------

    def bad(self, count: int) -> list[Host]:
        kinds = self.rng.choices(list(_BAD), weights=list(_BAD.values()), k=count)
        wanted = {kind: kinds.count(kind) for kind in _BAD}
        made = self._all_networks(wanted.pop(Kind.NETWORK))
        for kind, many in wanted.items():
            made += [_MAKERS[kind](self) for _ in range(many)]
        return made

    def _all_networks(self, count: int) -> list[Host]:
        made: list[Host] = []
        while count - len(made) > 0:
            left = count - len(made)
            size = min(left, self.rng.randint(4, 18))
            if left - size < 4:
                size = left
            made += self._network(len(self.networks), size)
        return made

    def _network(self, number: int, size: int) -> list[Host]:
        """One owner's domains: each kind of evidence is shared by most members, none by all."""
        rng = self.rng
        tracker, theme = self._tracker(), 10**6 + number
        servers = (f"ns1.owner{number}.example", f"ns2.owner{number}.example")
        block = f"198.51.{number % 250}"
        money = tuple(rng.sample(self._money, 9))
        anchors = [rng.choice(KEYWORDS), rng.choice(words.POISON), rng.choice(KEYWORDS)]
        shares = {name: rng.random() < 0.75 for name in ("tracker", "servers", "block", "money")}
        if not any(shares.values()):
            shares["tracker"] = True
        members = []
        for _ in range(size):
            name = self._bad_name() if rng.random() < 0.25 else self._honest_name()
            host = self._host(Kind.NETWORK, name, network=number, anchor=rng.choice(anchors))
            if shares["tracker"] and rng.random() < 0.85:
                host.tracker_id = tracker
            if shares["servers"] and rng.random() < 0.9:
                host.name_servers = servers
            if shares["block"] and rng.random() < 0.9:
                host.ip = f"{block}.{rng.randint(2, 250)}"
            if rng.random() < 0.8:
                host.theme = theme
            if shares["money"]:
                host.outlinks = tuple(rng.sample(money, 8))
            host.planted |= {"in_network", "in_strong_network", "name_like_bad"}
            host.planted |= _OF_ANCHORS | _OF_SPAM | {"thin_page"}
            members.append(host)
        self.networks[number] = [host.domain for host in members]
        return members

    def _farm(self) -> Host:
        host = self._host(Kind.FARM, self._bad_name(), anchor=self.rng.choice(words.POISON))
        host.planted |= _OF_LISTS | _OF_ANCHORS | {"name_like_bad", "poison_title"} | _OF_SPAM
        return host

    def _comment(self) -> Host:
        host = self._host(Kind.COMMENT, self._honest_name(), anchor=self.rng.choice(words.POISON))
        host.has_contact, host.has_legal = self.rng.random() < 0.5, self.rng.random() < 0.4
        host.planted |= _OF_ANCHORS | {"comment_link", "many_external_links"} | _OF_SPAM
        host.planted.add("crowded_comments")
        return host

    def _hacked(self) -> Host:
        host = self._host(Kind.HACKED, self._honest_name(), anchor=self.rng.choice(words.POISON))
        host.has_contact, host.has_legal = self.rng.random() < 0.7, self.rng.random() < 0.5
        host.planted |= _OF_ANCHORS | _OF_HIDING | _OF_SPAM
        return host

    def _paid(self) -> Host:
        host = self._host(Kind.PAID, self._honest_name(), anchor=self.rng.choice(KEYWORDS))
        host.has_contact = self.rng.random() < 0.8
        host.outlinks = tuple(self.rng.sample(self._money, 6))
        host.planted |= _OF_ANCHORS | _OF_SPAM
        return host

    def _blast(self) -> Host:
        host = self._attack(Kind.BLAST)
        host.first_seen = LAST_DAY - timedelta(days=self.rng.randint(20, 23))
        host.planted.add("in_burst")
        return host

    def _drip(self) -> Host:
        host = self._attack(Kind.DRIP)
        host.first_seen = LAST_DAY - timedelta(days=self.rng.randint(40, 100))
        host.planted.add("in_burst")
        return host

    def _attack(self, kind: Kind) -> Host:
        anchor = self.rng.choice(words.POISON + words.CYRILLIC)
        host = self._host(kind, self._bad_name(), anchor=anchor)
        host.planted |= _OF_LISTS | _OF_ANCHORS | {"name_like_bad", "poison_title"} | _OF_SPAM
        return host

    # ---- who links to whom ------------------------------------------------------------------------

    def edges(self, hosts: list[Host]) -> tuple[list[tuple[str, str]], list[str]]:
        """Honest hosts link to honest ones; bad ones to their own, to money and, for cover, upwards."""
        rng = self.rng
        honest = [host.domain for host in hosts if host.kind in _LINKED]
        trusted = [f"trusted{n}.example" for n in range(40)]
        edges = [(source, rng.choice(honest)) for source in trusted for _ in range(40) if honest]
        for host in hosts:
            edges.append((host.domain, SITE))
            edges += [(host.domain, target) for target in host.outlinks]
            if host.kind in TOXIC - {Kind.COMMENT, Kind.HACKED}:
                mates = self.networks.get(host.network, []) if host.network is not None else []
                edges += [(host.domain, one) for one in rng.sample(mates, min(3, len(mates)))]
                edges += [(host.domain, rng.choice(trusted))] if rng.random() < 0.3 else []
            elif honest:
                edges += [(host.domain, rng.choice(honest)) for _ in range(rng.randint(1, 8))]
                edges += [(host.domain, rng.choice(trusted)) for _ in range(rng.randint(0, 3))]
        return [edge for edge in edges if edge[0] != edge[1]], trusted


_LINKED = frozenset(_HONEST) - {Kind.SCRAPER} | {Kind.COMMENT, Kind.HACKED}
_OF_LISTS = frozenset(
    {"link_list", "bare_link_list", "thin_page", "many_external_links", "very_many_external_links"}
    | {"repetitive_page", "repeated_on_page", "stuffed_page"}
)
_OF_ANCHORS = frozenset(
    {"poison_anchor", "exact_anchor", "exact_overuse", "exact_gross_overuse", "repeated_anchor"}
    | {"other_language_anchor", "network_anchor"}
)
_OF_HIDING = frozenset(
    {"hidden_link", "injected_link", "injected_block", "hidden_links_on_page", "hidden_text"}
)
_OF_SPAM = frozenset({"spam_text", "some_spam_text", "stuffed_page"})
_MAKERS: dict[Kind, Callable[[_Maker], Host]] = {
    Kind.FARM: _Maker._farm,
    Kind.COMMENT: _Maker._comment,
    Kind.HACKED: _Maker._hacked,
    Kind.PAID: _Maker._paid,
    Kind.BLAST: _Maker._blast,
    Kind.DRIP: _Maker._drip,
}
