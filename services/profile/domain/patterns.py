"""Links that died together: what they have in common, and how unlikely that is by chance; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import exp, lgamma
from uuid import UUID

from shared.hostnames import shown

MIN_LINKS = 3
MIN_SHARE = 0.5  # of the links of a group that died
RARE = 0.001  # the chance, over all groups that were looked at, below which we speak
_SAME = 0.8  # overlap from which two groups are told as one
_SHOWN = 20


class Shared(StrEnum):
    """What links may have in common."""

    VENDOR = "vendor"
    NETWORK = "network"
    DOMAIN = "domain"
    TEMPLATE = "template"
    TARGET = "target"
    ANCHOR = "anchor"


_ONE = {
    Shared.VENDOR: "one vendor",  # whose name is not for everybody
    Shared.NETWORK: "one network ({})",
    Shared.DOMAIN: "one domain ({})",
    Shared.TEMPLATE: "one kind of page ({})",
    Shared.TARGET: "one page of yours ({})",
    Shared.ANCHOR: "one anchor (“{}”)",
}
_TODO = {
    Shared.VENDOR: "Ask the vendor what happened, and hold further orders until you know.",
    Shared.NETWORK: "Sites on one network often have one owner: look who it is before you ask.",
    Shared.DOMAIN: "Look at the site: sold, rebuilt or cleaned up; one message to its owner is enough.",
    Shared.TEMPLATE: "A template or section was changed: ask for the link where it belongs now.",
    Shared.TARGET: "Check that your page still answers and still says what was linked to.",
    Shared.ANCHOR: "Somebody removes links with these words: choose others next time.",
}


@dataclass(frozen=True, slots=True)
class Group:
    """Links that share something: how many stood when the days began, and which of them died."""

    shared: Shared
    value: str
    stood: int
    died: frozenset[UUID]
    domains: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """Links that died together, with everything that they share."""

    links: tuple[UUID, ...]
    count: int
    stood: int
    domains: int
    shares: tuple[tuple[Shared, str], ...]
    expected: float
    chance: float
    sentence: str
    todo: str


def find_patterns(
    groups: Sequence[Group], *, stood: int, died: int, since: date, until: date
) -> list[Pattern]:
    """Return the groups in which far more died than chance explains, the least likely first."""
    rare = []
    for group in groups:
        count = len(group.died)
        if count < MIN_LINKS or count < MIN_SHARE * group.stood:
            continue
        chance = min(1.0, chance_of(count, group.stood, died, stood) * len(groups))
        if chance <= RARE:
            rare.append((chance, group))
    rare.sort(key=lambda one: (one[0], -len(one[1].died), list(Shared).index(one[1].shared)))
    return [_told(told, stood, died, since, until) for told in _merged(rare)]


def _merged(rare: Iterable[tuple[float, Group]]) -> list[list[tuple[float, Group]]]:
    """Put groups of nearly the same links together: one vendor, one network, one template."""
    found: list[list[tuple[float, Group]]] = []
    for chance, group in rare:
        for others in found:
            first = others[0][1].died
            both = len(first & group.died)
            if both >= _SAME * len(first | group.died):
                if all(group.shared is not other.shared for _, other in others):
                    others.append((chance, group))
                break
            if both == len(group.died):
                break  # a part of what is told already
        else:
            found.append([(chance, group)])
    return found


def _told(
    groups: Sequence[tuple[float, Group]], stood: int, died: int, since: date, until: date
) -> Pattern:
    chance, first = groups[0]
    ordered = sorted((group for _, group in groups), key=lambda one: list(Shared).index(one.shared))
    shares = ", ".join(_ONE[one.shared].format(shown(one.value)) for one in ordered)
    expected = first.stood * died / stood
    count = len(first.died)
    return Pattern(
        links=tuple(sorted(first.died))[:_SHOWN],
        count=count,
        stood=first.stood,
        domains=first.domains,
        shares=tuple((one.shared, one.value) for one in ordered),
        expected=expected,
        chance=chance,
        sentence=(
            f"These {count} links died together between {_day(since)} and {_day(until)}: {shares}. "
            f"{count} of {first.stood} died; by chance it would have been about {expected:.1f}."
        ),
        todo=_TODO[ordered[0].shared],
    )


def _day(day: date) -> str:
    return f"{day.day} {day:%B}"


def chance_of(count: int, group: int, died: int, stood: int) -> float:
    """Return the chance that `count` or more of a group are among those that died (hypergeometric)."""
    if not 0 < group <= stood or died <= 0:
        return 1.0
    most = min(group, died)
    total = sum(
        exp(_ways(died, k) + _ways(stood - died, group - k) - _ways(stood, group))
        for k in range(count, most + 1)
        if group - k <= stood - died
    )
    return min(1.0, total)


def _ways(among: int, choose: int) -> float:
    return lgamma(among + 1) - lgamma(choose + 1) - lgamma(among - choose + 1)
