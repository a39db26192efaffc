"""Says whether the anchors of new referring domains are of other kinds than those before; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import erfc, log2, sqrt

from shared.vocabulary import AnchorKind

NEW_DAYS = 28
MIN_NEW = 20
MIN_BEFORE = 50
MIN_BITS = 0.25  # a smaller shift is nobody's business, however sure it is
SURE = 0.999
_PRIOR = 0.5  # a domain of each kind, so that a kind that was never seen is no infinity
_LABELS = {
    AnchorKind.BRANDED: "your brand",
    AnchorKind.URL: "the bare address",
    AnchorKind.GENERIC: "general words",
    AnchorKind.PARTIAL: "a keyword and more",
    AnchorKind.EXACT: "exactly a keyword",
    AnchorKind.OTHER: "something else",
}


@dataclass(frozen=True, slots=True)
class Drift:
    """How the kinds of new anchors differ from those before."""

    divergence: float  # Kullback-Leibler, in bits
    confidence: float
    new: int
    grown: AnchorKind  # the kind that gained the most
    sentence: str


def find_drift(before: Mapping[AnchorKind, int], new: Mapping[AnchorKind, int]) -> Drift | None:
    """Return the drift of the new domains' anchors, or None where there is none worth a word."""
    old_total, new_total = sum(before.values()), sum(new.values())
    if new_total < MIN_NEW or old_total < MIN_BEFORE:
        return None
    kinds = [kind for kind in AnchorKind if before.get(kind) or new.get(kind)]
    shares = {
        kind: (
            _share(before.get(kind, 0), old_total, len(kinds)),
            _share(new.get(kind, 0), new_total, len(kinds)),
        )
        for kind in kinds
    }
    divergence = sum(now * log2(now / then) for then, now in shares.values())
    confidence = 1 - _chance(before, new, kinds)
    if divergence < MIN_BITS or confidence < SURE:
        return None
    grown = max(kinds, key=lambda kind: shares[kind][1] - shares[kind][0])
    then = before.get(grown, 0) / old_total
    now = new.get(grown, 0) / new_total
    return Drift(
        divergence,
        confidence,
        new_total,
        grown,
        f"{now:.0%} of the {new_total} referring domains that came in the last {NEW_DAYS} days use"
        f" {_LABELS[grown]} as anchor, against {then:.0%} before.",
    )


def _share(count: int, total: int, kinds: int) -> float:
    return (count + _PRIOR) / (total + _PRIOR * kinds)


def _chance(
    before: Mapping[AnchorKind, int], new: Mapping[AnchorKind, int], kinds: list[AnchorKind]
) -> float:
    """Return the chance of such a difference where there is none (chi-squared, Wilson-Hilferty)."""
    old_total, new_total = sum(before.values()), sum(new.values())
    total = old_total + new_total
    squares = 0.0
    for kind in kinds:
        both = before.get(kind, 0) + new.get(kind, 0)
        for count, side in ((before.get(kind, 0), old_total), (new.get(kind, 0), new_total)):
            expected = both * side / total
            squares += (count - expected) ** 2 / expected
    free = len(kinds) - 1
    if free < 1:
        return 1.0
    normal = ((squares / free) ** (1 / 3) - (1 - 2 / (9 * free))) / sqrt(2 / (9 * free))
    return 0.5 * erfc(normal / sqrt(2))
