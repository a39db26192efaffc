"""The bands of anchors: targets for new links, what the next one should say, the way back to a band.

One source for everything that speaks of bands: the anchors of a site, the advice for its next
placements, and its plan.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import ceil

from shared.vocabulary import AnchorKind

MIN_DOMAINS = 50  # below, one domain more or less would decide
EXACT_LIMIT = 0.10
ONE_ANCHOR_LIMIT = 0.05
MOST_TO_BAND = 10_000
_OUTSIDE = 10.0  # how much worse it is to be outside a band than away from its centre


class Group(StrEnum):
    """The four groups that have a band; everything else is reported apart."""

    BRANDED = "branded"
    URL_GENERIC = "url_generic"
    PARTIAL = "partial"
    EXACT = "exact"


@dataclass(frozen=True, slots=True)
class Band:
    """The target share of new links."""

    low: float
    high: float

    @property
    def centre(self) -> float:
        return (self.low + self.high) / 2


BANDS: Mapping[Group, Band] = {
    Group.BRANDED: Band(0.30, 0.40),
    Group.URL_GENERIC: Band(0.20, 0.30),
    Group.PARTIAL: Band(0.20, 0.30),
    Group.EXACT: Band(0.05, 0.10),
}
GROUP_LABELS: Mapping[Group, str] = {
    Group.BRANDED: "Brand",
    Group.URL_GENERIC: "Address or general words",
    Group.PARTIAL: "Keyword and more",
    Group.EXACT: "Exact keyword",
}
GROUPS: Mapping[AnchorKind, Group] = {
    AnchorKind.BRANDED: Group.BRANDED,
    AnchorKind.URL: Group.URL_GENERIC,
    AnchorKind.GENERIC: Group.URL_GENERIC,
    AnchorKind.PARTIAL: Group.PARTIAL,
    AnchorKind.EXACT: Group.EXACT,
}
"""The group of a kind of anchor; other kinds have none."""

EVERY = frozenset(Group)


def by_group(kinds: Mapping[AnchorKind, int]) -> dict[Group, int]:
    """Return how many of the counted anchors are of each group."""
    counts = dict.fromkeys(Group, 0)
    for kind, count in kinds.items():
        if kind in GROUPS:
            counts[GROUPS[kind]] += count
    return counts


def distance(counts: Mapping[Group, int]) -> float:
    """Return how far counts are from the centres of the bands; leaving a band weighs tenfold."""
    total = sum(counts.values())
    return sum(_part(group, counts[group], total) for group in Group) if total else 0.0


def next_group(counts: Mapping[Group, int], allowed: Collection[Group] = EVERY) -> Group:
    """Return the group that one more link should be of: the one that adds least distance.

    Taken one by one, so that what was advised never changes when more is asked for. An exact keyword
    is never advised where it would leave its band.
    """
    total = sum(counts.values()) + 1
    return min(
        (group for group in Group if group in allowed and _has_room(group, counts, total)),
        key=lambda group: (
            _part(group, counts[group] + 1, total) - _part(group, counts[group], total)
        ),
    )


def _has_room(group: Group, counts: Mapping[Group, int], total: int) -> bool:
    return group is not Group.EXACT or counts[group] + 1 <= BANDS[group].high * total + 1e-9


def _part(group: Group, count: int, total: int) -> float:
    share, band = count / total, BANDS[group]
    outside = max(0.0, band.low - share, share - band.high)
    return (share - band.centre) ** 2 + _OUTSIDE * outside**2


def links_to_band(counts: Mapping[Group, int], group: Group) -> int | None:
    """Say how many links of other groups bring one that is too large back; None: too many to count."""
    total, own, high = sum(counts.values()), counts[group], BANDS[group].high
    if total == 0 or own <= high * total:
        return 0
    needed = ceil(own / high - 1e-9) - total
    return needed if needed <= MOST_TO_BAND else None
