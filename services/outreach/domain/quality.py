"""What speaks against a domain as a place for a link, by the facts that its home page shows; pure.

Quality = 100 less the points of what was found, never below 0. What was not seen takes nothing off.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from shared.events import PageFacts
from shared.vocabulary import Reason

# Reasons that say something of the domain; all others only that we could not look.
_DEAD = {
    Reason.PARKED: "The domain is parked: it shows nothing but advertisements or an offer to buy it.",
    Reason.DNS_GONE: "The domain does not exist any more.",
    Reason.PAGE_404: "There is no home page.",
    Reason.PAGE_410: "The home page is gone for good.",
    Reason.SOFT_404: "The home page says that there is nothing.",
}
_CROWD, _LARGE_CROWD = 100, 300
_HIDDEN = 20
_SPAM_WORDS = 5
_THIN = 100
_ADS = 6
_FEW_LINKS = 5
_NEARLY_ALL = 0.9


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a home page."""

    facts: PageFacts
    indexable: bool | None
    names_somebody: bool
    """Whether a person, an address, or a form was found on its pages."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was seen, and what it takes off; 0 = worth knowing."""

    sentence: str
    points: int


@dataclass(frozen=True, slots=True)
class Quality:
    """`score` is None where nothing was seen."""

    score: int | None
    findings: tuple[Finding, ...]


def quality_of_failure(failure: Reason) -> Quality:
    """Return what a home page that was not there says: dead is 0, not seen is no figure at all."""
    if failure in _DEAD:
        return Quality(0, (Finding(_DEAD[failure], 100),))
    return Quality(None, ())


def quality_of(seen: Seen) -> Quality:
    """Return what the facts say."""
    findings = tuple(_findings(seen))
    return Quality(max(0, 100 - sum(one.points for one in findings)), findings)


_Rule = tuple[Callable[[Seen], bool], Callable[[Seen], str], int]


def _findings(seen: Seen) -> Iterable[Finding]:
    for holds, say, points in _RULES:
        if holds(seen):
            yield Finding(say(seen), points)


def _crowd(seen: Seen) -> str:
    return f"Its home page links to {seen.facts.outlinks_external} other pages: a link there counts little."


def _is_mostly_unfollowed(seen: Seen) -> bool:
    marked, all_of_them = seen.facts.outlinks_unfollowed, seen.facts.outlinks_external
    return marked is not None and all_of_them >= _FEW_LINKS and marked >= _NEARLY_ALL * all_of_them


_RULES: tuple[_Rule, ...] = (
    (
        lambda s: bool(s.facts.redirect_domains),
        lambda s: f"It leads to another domain, {s.facts.redirect_domains[-1]}.",
        40,
    ),
    (lambda s: s.indexable is False, lambda _: "Search engines are told not to list it.", 50),
    (
        lambda s: s.facts.injected_blocks > 0,
        lambda _: "It hides boxes of links to other sites: it may be hacked.",
        40,
    ),
    (
        lambda s: s.facts.spam_words >= _SPAM_WORDS,
        lambda s: f"Its text holds {s.facts.spam_words} words that spam uses.",
        40,
    ),
    (lambda s: s.facts.outlinks_external > _LARGE_CROWD, _crowd, 30),
    (lambda s: _CROWD < s.facts.outlinks_external <= _LARGE_CROWD, _crowd, 15),
    (
        lambda s: s.facts.hidden_links > _HIDDEN,
        lambda s: f"It holds {s.facts.hidden_links} links that nobody sees.",
        15,
    ),
    (
        lambda s: not s.names_somebody and not s.facts.has_contact and not s.facts.has_legal,
        lambda _: "It names nobody: no address, no form, no page of contact.",
        15,
    ),
    (
        lambda s: s.facts.word_count < _THIN,
        lambda s: f"Its home page has only {s.facts.word_count} words.",
        10,
    ),
    (
        lambda s: s.facts.ad_scripts >= _ADS,
        lambda s: f"It loads {s.facts.ad_scripts} scripts of advertisers.",
        10,
    ),
    (
        _is_mostly_unfollowed,
        lambda _: "Nearly all of its links are marked so that search engines do not follow them.",
        10,
    ),
    (lambda s: s.facts.has_contact, lambda _: "It has a page of contact.", 0),
)
"""What is looked for, in this order: whether it holds, what is said of it, and what it takes off."""
