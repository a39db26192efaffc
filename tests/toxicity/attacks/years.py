"""Years of sites with known events, seeded; whether a new domain looks bad is said by the real score.

A year has ordinary days with a weekly cycle and more scatter than chance (negative binomial), and may
have a success (many new domains at once, bad ones among them as on any success), a blast (1-3 days) and
a slow drip (20-60 days) of bad links.
"""

import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from services.toxicity.domain.attacks.bursts import Burst, Day, find_bursts
from services.toxicity.domain.facts import Facts, LinkFacts, PageView
from services.toxicity.domain.names import Names, names_of
from services.toxicity.domain.score import WATCH_FROM, judge
from shared.vocabulary import Position

FIRST = date(2025, 1, 1)
DAYS = 365
WARM_UP = 75
POOL = 400
GUSTS = 0.01

_GOOD_TEXTS = (
    *("Acme Home", "acme.example", "Acme", "this guide", "read more", "garden chairs", "here"),
    *("garden furniture", "a review of Acme Home", "the shop", "www.acme.example", "source"),
)
_JUNK_TEXTS = (
    "acme.example",
    "https://acme.example/",
    "Acme Home",
    "visit website",
    "acme",
    "link",
)
_BAD_TEXTS = (
    *(
        "online casino",
        "buy viagra",
        "cheap viagra online",
        "porn videos",
        "slot gacor",
        "payday loans",
    ),
    *("казино онлайн", "best casino bonus", "sex cams", "replica watches", "garden furniture"),
    *("situs judi online", "viagra", "xxx", "casino", "cialis", "Acme Home", "escort service"),
)
_PARAGRAPH = "we have been using these chairs in our own garden for years and would buy them again"


class Pools:
    """For each kind of link, how many of the drawn ones the real score calls bad."""

    def __init__(self, seed: int, *, size: int = POOL) -> None:
        rng = random.Random(seed)
        names = names_of(("Acme Home",), ("garden furniture",), ("acme.example",), "acme.example")
        self.good = _bad_share(a_good_link(rng, names) for _ in range(size))
        self.junk = _bad_share(a_junk_link(rng, names) for _ in range(size))
        self.sent = _bad_share(a_sent_link(rng, names) for _ in range(size))


def _bad_share(drawn: Iterable[Facts]) -> float:
    found = [_is_bad(facts) for facts in drawn]
    return sum(found) / len(found)


def _is_bad(facts: Facts) -> bool:
    p_toxic = judge(facts).p_toxic
    return p_toxic is not None and p_toxic >= WATCH_FROM


def _facts(names: Names, text: str, page: PageView, **link: object) -> Facts:
    kind, flags = names.classify(text, None)
    values = {"anchor_text": text, "anchor_kind": kind, "anchor_flags": flags} | link
    return Facts(link=LinkFacts(**values), page=page)  # type: ignore[arg-type]


def a_good_link(rng: random.Random, names: Names) -> Facts:
    """Return a link as people set them by themselves."""
    words = int(rng.lognormvariate(6, 0.8))
    page = PageView(
        url="https://good.example/post",
        referring_domain="good.example",
        title="How we chose our garden chairs",
        word_count=words,
        visible_chars=6 * words,
        anchor_chars=int(6 * words * rng.uniform(0.03, 0.35)),
        compression_ratio=rng.uniform(2.5, 6),
        outlinks_external=rng.randrange(1, 40),
        has_contact=rng.random() < 0.7,
        has_legal=rng.random() < 0.6,
    )
    place = Position.CONTENT if rng.random() < 0.8 else Position.SIDEBAR
    return _facts(
        names,
        rng.choice(_GOOD_TEXTS),
        page,
        position=place,
        context=_PARAGRAPH if place is Position.CONTENT else "",
        rel=frozenset({"nofollow"}) if rng.random() < 0.15 else frozenset(),
    )


def a_junk_link(rng: random.Random, names: Names) -> Facts:
    """Return a link of the ambient kind: directories, statistics, scrapers that name every site."""
    many = rng.randrange(50, 600)
    chars = rng.randrange(1_000, 12_000)
    page = PageView(
        url="https://junk.example/list",
        referring_domain="junk.example",
        title=rng.choice(("Site statistics", "Top websites", "Casino sites", "Domain list")),
        word_count=rng.randrange(20, 500),
        visible_chars=chars,
        anchor_chars=int(chars * rng.uniform(0.4, 0.98)),
        compression_ratio=rng.uniform(4, 14),
        outlinks_external=many,
        hidden_links=rng.randrange(60),
    )
    return _facts(names, rng.choice(_JUNK_TEXTS), page, position=Position.CONTENT)


def a_sent_link(rng: random.Random, names: Names) -> Facts:
    """Return a link as attacks are made of: comment spam, hacked pages, farms, and some better made."""
    text = rng.choice(_BAD_TEXTS)
    kind = rng.choice(("comment", "hacked", "farm", "farm", "post"))
    words = {"comment": 600, "hacked": 400, "farm": 60, "post": 350}[kind]
    chars = 6 * words
    page = PageView(
        url="https://sent.example/page",
        referring_domain="sent.example",
        title={"farm": "Best casino bonus", "comment": "Guestbook"}.get(kind, "Our village club"),
        word_count=words,
        visible_chars=chars,
        anchor_chars=int(chars * (rng.uniform(0.6, 0.98) if kind == "farm" else 0.3)),
        compression_ratio=rng.uniform(3, 13),
        outlinks_external=rng.randrange(30, 500) if kind in {"farm", "comment"} else 20,
        has_contact=kind == "hacked",
    )
    place = {"comment": Position.COMMENT, "hacked": Position.FOOTER}.get(kind, Position.CONTENT)
    hidden = kind == "hacked" and rng.random() < 0.7
    context = _PARAGRAPH if kind == "post" and rng.random() < 0.5 else ""
    return _facts(names, text, page, position=place, hidden=hidden, context=context)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that really happened in a year."""

    kind: str
    first: int
    last: int


@dataclass(slots=True)
class Year:
    days: list[Day]
    events: list[Event] = field(default_factory=list)


def a_year(seed: int, pools: Pools) -> Year:
    """Return a year with each kind of event in half of the cases, apart from one another."""
    draw = _Draw(seed)
    for kind in draw.kinds:
        draw.happen(kind)
    return Year(draw.days(pools), draw.events)


class _Draw:
    """Draws one year, from one seeded source."""

    def __init__(self, seed: int) -> None:
        rng = self._rng = random.Random(seed)
        self._numbers = np.random.default_rng(seed)
        self._mean = min(max(rng.lognormvariate(1.0, 1.0), 0.3), 30.0)
        self._junk_share = rng.betavariate(2, 30)
        self._next = WARM_UP
        self.kinds = [kind for kind in ("viral", "blast", "drip") if rng.random() < 0.5]
        rng.shuffle(self.kinds)
        self.events: list[Event] = []
        self._sent = np.zeros(DAYS, dtype=np.int64)
        come = [self._scattered(self._mean * (1.2 if day % 7 < 5 else 0.5)) for day in range(DAYS)]
        self._come = np.array(come, dtype=np.int64)
        # Now and then a heap of scrapers or directories takes over a list that names the site.
        gusts = self._numbers.random(DAYS) < GUSTS
        self._junk = np.where(gusts, self._numbers.integers(2, 7, size=DAYS), 0)

    def _scattered(self, mean: float) -> int:
        """Return a number that scatters more than by chance: negative binomial, k = 3."""
        return int(self._numbers.poisson(self._numbers.gamma(3.0, mean / 3.0)))

    def happen(self, kind: str) -> None:
        rng = self._rng
        first = self._next + rng.randrange(15)
        self._next = first + 85
        length = {"viral": 4 + rng.randrange(8), "blast": 1 + rng.randrange(3)}.get(
            kind, 20 + rng.randrange(41)
        )
        for day in range(first, first + length):
            if kind == "viral":
                fall = rng.uniform(0.7, 1.3) * math.exp(-(day - first) / 2.5)
                come = self._scattered((15 + 12 * self._mean) * fall)
                self._come[day] += come
                self._junk[day] += self._numbers.binomial(come, 0.5 * self._junk_share)
        if kind == "blast":
            size = int(rng.lognormvariate(4.0, 0.8)) + 15 + int(2 * self._mean)
            for day in self._numbers.integers(first, first + length, size=size):
                self._sent[day] += 1
        if kind == "drip":
            each = rng.uniform(2.0, 6.0)
            for day in range(first, first + length):
                self._sent[day] += self._scattered(each)
        self.events.append(Event(kind, first, first + length - 1))

    def days(self, pools: Pools) -> list[Day]:
        ordinary = self._numbers.binomial(self._come, self._junk_share)
        parts = (
            (pools.good, self._come - ordinary),
            (pools.junk, ordinary + self._junk),
            (pools.sent, self._sent),
        )
        total = self._come + self._junk + self._sent
        bad = np.zeros(DAYS, dtype=np.int64)
        for share, counts in parts:
            bad += self._numbers.binomial(counts, share)
        return [
            Day(FIRST + timedelta(days=day), int(total[day]), int(bad[day])) for day in range(DAYS)
        ]


@dataclass(slots=True)
class Tally:
    """What a detector made of many years."""

    years: int = 0
    false_alarms: int = 0
    viral: int = 0
    viral_flagged: int = 0
    blasts: int = 0
    blasts_in_time: int = 0
    drips: int = 0
    drips_found: int = 0
    delays: dict[str, list[int]] = field(default_factory=lambda: {"blast": [], "drip": []})

    def add(self, year: Year, bursts: Sequence[Burst]) -> None:
        self.years += 1
        found = [(one.found_on - FIRST).days for one in bursts]
        for event in year.events:
            hits = [day for day in found if event.first <= day <= event.last + GRACE[event.kind]]
            found = [day for day in found if day not in hits]
            self._count(event, hits)
        self.false_alarms += len(found)

    def _count(self, event: Event, hits: Sequence[int]) -> None:
        if event.kind == "viral":
            self.viral += 1
            self.viral_flagged += bool(hits)
            return
        if hits:
            self.delays[event.kind].append(hits[0] - event.first)
        if event.kind == "blast":
            self.blasts += 1
            self.blasts_in_time += bool(hits) and hits[0] - event.first <= 2
        else:
            self.drips += 1
            self.drips_found += bool(hits)


GRACE = {"viral": 10, "blast": 14, "drip": 0}


def tally(seeds: Sequence[int], pools: Pools) -> Tally:
    found = Tally()
    for seed in seeds:
        year = a_year(seed, pools)
        found.add(year, find_bursts(year.days))
    return found
