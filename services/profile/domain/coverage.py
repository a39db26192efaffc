"""Which source knows what, how far they agree, and how much none of them may know; pure.

The estimate is that of animals caught and caught again: sources are the catches, and how many things
only one or exactly two of them know tells how many none does (Chao 1987, bias-corrected, with its
log-normal interval). It is a lower bound, for sources that read the same pages agree too often.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

MIN_SHARED = 10
"""So many things must be known to exactly two sources before anything is estimated."""
OLD_DAYS = 35
ASSUMPTIONS = (
    "Every source may find every page: what none can see (logins, blocked robots) is not counted.",
    "Sources find pages independently. They do not quite, so the real number is rather higher.",
    "Nothing appeared or went away between the days on which the sources were asked.",
    "Spellings of one page or domain are counted as one.",
)
_SIGMAS = 1.96


@dataclass(frozen=True, slots=True)
class Share:
    """What one source knows."""

    source: str
    known: int
    only: int


@dataclass(frozen=True, slots=True)
class Overlap:
    """What two sources both know."""

    one: str
    other: str
    both: int
    of_one: float
    of_other: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """How many there probably are, at least, with the interval of 95 %."""

    total: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """All sources together."""

    known: int
    shares: tuple[Share, ...]
    overlaps: tuple[Overlap, ...]
    estimate: Estimate | None
    sentence: str


def coverage(sets: Mapping[tuple[str, ...], int], *, noun: str) -> Coverage:
    """Return the coverage from how many things are known to exactly which sources."""
    names = sorted({name for group in sets for name in group})
    known = sum(sets.values())
    shares = tuple(
        Share(name, sum(n for group, n in sets.items() if name in group), sets.get((name,), 0))
        for name in names
    )
    overlaps = tuple(_overlap(sets, one, other) for one, other in combinations(names, 2))
    once, twice = (sum(n for g, n in sets.items() if len(g) == size) for size in (1, 2))
    found = _estimate(known, once, twice, sources=len(names))
    return Coverage(known, shares, overlaps, found, _sentence(names, known, twice, found, noun))


def _overlap(sets: Mapping[tuple[str, ...], int], one: str, other: str) -> Overlap:
    sizes = [sum(n for group, n in sets.items() if name in group) for name in (one, other)]
    both = sum(n for group, n in sets.items() if one in group and other in group)
    return Overlap(one, other, both, round(both / sizes[0], 4), round(both / sizes[1], 4))


def _estimate(known: int, once: int, twice: int, *, sources: int) -> Estimate | None:
    """Return Chao's lower bound; None where too few things were found twice to say anything."""
    if sources < 2 or twice < MIN_SHARED:
        return None
    unseen = (sources - 1) / sources * once * (once - 1) / (2 * (twice + 1))
    if unseen <= 0:
        return Estimate(known, known, known)
    ratio = once / twice
    variance = twice * (ratio**2 / 2 + ratio**3 + ratio**4 / 4)
    spread = math.exp(_SIGMAS * math.sqrt(math.log(1 + variance / unseen**2)))
    return Estimate(
        round(known + unseen), round(known + unseen / spread), round(known + unseen * spread)
    )


def _sentence(
    names: Sequence[str], known: int, twice: int, found: Estimate | None, noun: str
) -> str:
    if not names:
        return f"No source has told of any {noun} yet. Import an export."
    if len(names) == 1:
        return f"Only one source has told of {noun}: too few to say how many it does not know."
    if found is None:
        return (
            f"Too few to say how many {noun} no source knows: {twice} are known to exactly two "
            f"sources, {MIN_SHARED} are needed."
        )
    unseen = found.total - known
    return (
        f"{len(names)} sources know {known} {noun}; at least about {unseen} more are probably known "
        f"to none (with 95 % certainty {found.low - known} to {found.high - known})."
    )


def reminder(label: str, as_of: datetime, *, now: datetime) -> str | None:
    """Return what to do where the data of a source has become old."""
    days = (now - as_of).days
    if days < OLD_DAYS:
        return None
    return f"The newest data of {label} is {days} days old. Export it again and import that."
