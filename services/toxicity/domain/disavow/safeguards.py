"""The twelve hard safe-guards: what no decision, no score and no setting can write into a file; pure.

Names are held by the guard list (1-6, 10, 11). What is known of a domain, and of the whole set, is
weighed here (7, 8, 9, 12). Only new entries are weighed: what is in force was decided before.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from services.toxicity.domain.disavow.entries import DOMAIN, Entry, Refusal, quoted

FRESH_DAYS = 30
LOOKS_TO_BELIEVE = 3
FAMILIES_TO_CONDEMN = 2
MOST_A_WEEK = 50
MOST_OF_DOMAINS = 0.05
MOST_OF_AUTHORITY = 0.02
REVIEWERS_OF_MANY = 2


class Safeguard(IntEnum):
    """Never `domain:` for these; the numbers are those of docs/disavow.md."""

    SHARED_NAME = 1
    TRUSTED = 2
    PUBLIC_BODY = 3
    OWN = 4
    AGREED = 5
    GOOD_LINKS = 6
    NAME_ALONE = 7
    NOT_SEEN = 8
    MANY = 9
    INFRASTRUCTURE = 10
    KEPT = 11
    NO_NEED = 12


CODES: Mapping[Safeguard, frozenset[str]] = {
    Safeguard.SHARED_NAME: frozenset(
        [
            "public_suffix",
            "shared_host",
            "ip_address",
            "no_dot",
            "empty",
            "name_too_long",
            "look_alike",
        ]
    ),
    Safeguard.TRUSTED: frozenset({"trusted", "platform"}),
    Safeguard.PUBLIC_BODY: frozenset({"public_body"}),
    Safeguard.OWN: frozenset({"own_site", "partner", "competitor"}),
    Safeguard.AGREED: frozenset({"placement"}),
    Safeguard.GOOD_LINKS: frozenset({"good_links"}),
    Safeguard.NAME_ALONE: frozenset({"no_page_read", "one_family"}),
    Safeguard.NOT_SEEN: frozenset({"not_seen_lately", "too_few_looks"}),
    Safeguard.MANY: frozenset({"large-set"}),
    Safeguard.INFRASTRUCTURE: frozenset({"search_engine", "infrastructure"}),
    Safeguard.KEPT: frozenset({"kept"}),
    Safeguard.NO_NEED: frozenset({"advice-first"}),
}


@dataclass(frozen=True, slots=True)
class Witness:
    """What was seen of the links that come from one domain."""

    links: int = 0
    pages_read: int = 0
    families: frozenset[str] = frozenset()
    """Families in which something observed speaks against its links."""
    days_unseen: int | None = None
    """Whole days since a link of it was last seen live; None = never seen live."""
    good_links: int = 0
    """Live, followed links of which nothing worrying was seen."""
    failed_looks: int = 0
    """Looks in a row that could observe nothing; 0 = the last look saw something."""


@dataclass(frozen=True, slots=True)
class Impact:
    """What a set of new entries would do, shown before anything is written."""

    new_domains: int = 0
    new_urls: int = 0
    domains_this_week: int = 0
    """New domains of this set and of the versions made in the last seven days."""
    referring_domains: int = 0
    links: int = 0
    followed_links: int = 0
    good_links: int = 0
    authority_share: float | None = None
    """Of the whole profile's authority; None while no authority is known."""

    @property
    def share(self) -> float | None:
        """Return which share of the referring domains the set names."""
        return self.new_domains / self.referring_domains if self.referring_domains else None


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on a set needs a second reviewer."""

    a_week: int = MOST_A_WEEK
    share: float = MOST_OF_DOMAINS
    authority: float = MOST_OF_AUTHORITY


@dataclass(frozen=True, slots=True)
class Case:
    """All that is known when new entries are to be written."""

    in_force: frozenset[str] = frozenset()
    """Lines of the list in force."""
    witnesses: Mapping[str, Witness] = field(default_factory=dict)
    advice_heeded: bool = False
    """A manual action or a link scheme is recorded, or a person was shown Google's advice."""
    impact: Impact = Impact()
    reviewers: int = 1
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a whole set may not be written yet, and what a person can do about it."""

    safeguard: Safeguard
    code: str
    sentence: str


_UNREAD = (
    "no_page_read",
    (
        "No page of this domain was read: its name alone condemns nobody. Disavow single pages, or check"
        " its links first."
    ),
)
_ONE_FAMILY = (
    "one_family",
    "Fewer than two independent kinds of evidence speak against this domain.",
)
_NOT_LATELY = (
    "not_seen_lately",
    f"No link of this domain was seen live in the last {FRESH_DAYS} days; there is nothing to disavow.",
)
_FEW_LOOKS = (
    "too_few_looks",
    f"The last look at this domain failed; it is judged only after {LOOKS_TO_BELIEVE} in a row.",
)


_GOOD = (
    "good_links",
    "Good, followed links come from this domain too; disavow the bad pages one by one.",
)


def weigh(entries: Iterable[Entry], case: Case) -> tuple[list[Entry], list[Refusal]]:
    """Part new entries into those that evidence carries and those that it does not."""
    safe, refused = [], []
    for entry in entries:
        fault = None if entry.line in case.in_force else _fault(entry, case)
        if fault is None:
            safe.append(entry)
        else:
            refused.append(Refusal(None, quoted(entry.line), *fault))
    return safe, refused


def _fault(entry: Entry, case: Case) -> tuple[str, str] | None:
    if entry.kind is not DOMAIN:
        return None  # a single page is named by a person who has seen it
    witness = case.witnesses.get(entry.value, Witness())
    if witness.good_links:
        return _GOOD
    if not witness.pages_read:
        return _UNREAD
    if len(witness.families) < FAMILIES_TO_CONDEMN:
        return _ONE_FAMILY
    if witness.days_unseen is None or witness.days_unseen > FRESH_DAYS:
        return _NOT_LATELY
    if 0 < witness.failed_looks < LOOKS_TO_BELIEVE:
        return _FEW_LOOKS
    return None


def objections(entries: Iterable[Entry], case: Case) -> tuple[Objection, ...]:
    """Return why this set may not be written yet; nothing for a set without new entries."""
    if all(entry.line in case.in_force for entry in entries):
        return ()
    found = []
    if not case.advice_heeded:
        found.append(_ADVICE)
    why = large_because(case)
    if why and case.reviewers < REVIEWERS_OF_MANY:
        found.append(Objection(Safeguard.MANY, "large-set", f"{why} {_SECOND}"))
    return tuple(found)


_SECOND = "Look at what it would do, and have a second person look and confirm it, too."
_ADVICE = Objection(
    Safeguard.NO_NEED,
    "advice-first",
    "No manual action and no link scheme is recorded for this site, and most sites need no disavow"
    " file. Read Google's advice in the dry run, or record why this site needs one.",
)


def large_because(case: Case) -> str | None:
    """Return why a set is large enough for a second reviewer, or None."""
    impact, limits = case.impact, case.limits
    if impact.domains_this_week > limits.a_week and impact.new_domains:
        return f"{impact.domains_this_week} domains within a week are more than {limits.a_week}."
    allowed = max(1.0, limits.share * impact.referring_domains)
    if impact.referring_domains and impact.new_domains > allowed:
        return (
            f"{impact.new_domains} of {impact.referring_domains} referring domains are more than"
            f" {100 * limits.share:g} %."
        )
    share = impact.authority_share
    if share is not None and share > limits.authority:
        return f"The set would drop {100 * share:.1f} % of the profile's authority."
    return None
