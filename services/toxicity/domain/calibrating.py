"""How well the score fits the decisions of people, and the last layer that they may move; pure.

Only the links that were drawn at random, as far as all of them have a decision, speak for the whole
profile. The layer is fitted to all decisions, drawn towards "change nothing", and only from a
number of verdicts on: fewer would bend the score to a mood.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.toxicity.domain.facts import Decision
from services.toxicity.domain.layer import Layer
from shared.shares import wilson

ENOUGH = 50
ENOUGH_OF_EACH = 10
MOST_SLOPE, LEAST_SLOPE = 1.5, 0.5
MOST_OFFSET = 3.0
_PULL = 4.0  # how strongly the fit is drawn to slope 1 and offset 0
_ROUNDS = 300
_STILL = 1e-6
BANDS = (
    ("ok", 0.0, 0.40),
    ("watch", 0.40, 0.80),
    ("review", 0.80, 0.97),
    ("candidate", 0.97, 1.01),
)

BAD = frozenset({Decision.DISAVOW, Decision.ASK_REMOVAL})
GOOD = frozenset({Decision.KEEP})


@dataclass(frozen=True, slots=True)
class Judgement:
    """A decision about a link, and the log-odds that the link had without any decision."""

    milli: int
    decision: Decision
    domain: str = ""

    @property
    def bad(self) -> bool | None:
        """Whether the person found the link bad; None for "leave it to Google"."""
        if self.decision in BAD:
            return True
        return False if self.decision in GOOD else None


@dataclass(frozen=True, slots=True)
class Cell:
    """The decisions about links of one band, beside what the score expected."""

    band: str
    verdicts: int
    bad: int
    unsure: int
    expected: float | None
    """Mean probability that the score gave."""
    share: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Fit:
    """A layer, or why there is none."""

    layer: Layer | None
    verdicts: int
    sentence: str


def decided_prefix(drawn: Sequence[Judgement | None]) -> list[Judgement]:
    """Return the links in random order up to the first that nobody has decided about.

    Whoever chose what to decide, and why, cannot bend this: the order knows nothing of the score.
    """
    found: list[Judgement] = []
    for one in drawn:
        if one is None:
            break
        found.append(one)
    return found


def cells(judgements: Sequence[Judgement]) -> list[Cell]:
    """Return the decisions by the band that the score alone gave."""
    return [
        _cell(band, [one for one in judgements if low <= probability(one.milli) < high])
        for band, low, high in BANDS
    ]


def whole(judgements: Sequence[Judgement]) -> Cell:
    """Return all of these decisions as one cell."""
    return _cell("all", judgements)


def _cell(band: str, judgements: Sequence[Judgement]) -> Cell:
    sure = [one for one in judgements if one.bad is not None]
    bad = sum(one.bad is True for one in sure)
    low, high = wilson(bad, len(sure))
    expected = sum(probability(one.milli) for one in sure) / len(sure) if sure else None
    return Cell(
        band=band,
        verdicts=len(sure),
        bad=bad,
        unsure=len(judgements) - len(sure),
        expected=None if expected is None else round(expected, 4),
        share=round(bad / len(sure), 4) if sure else None,
        low=round(low, 4),
        high=round(high, 4),
    )


def brier(judgements: Sequence[Judgement]) -> float | None:
    """Return the mean squared distance of the score from the decisions; None without any."""
    sure = [one for one in judgements if one.bad is not None]
    if not sure:
        return None
    return round(sum((probability(one.milli) - bool(one.bad)) ** 2 for one in sure) / len(sure), 4)


def fit(judgements: Sequence[Judgement]) -> Fit:
    """Return the last layer that these decisions ask for, each domain counted once."""
    once = {one.domain or str(number): one for number, one in enumerate(judgements)}
    sure = [one for one in once.values() if one.bad is not None]
    bad = sum(one.bad is True for one in sure)
    if len(sure) < ENOUGH or min(bad, len(sure) - bad) < ENOUGH_OF_EACH:
        sentence = (
            f"Unchanged: {len(sure)} domains decided about ({bad} bad); it takes {ENOUGH}, with at"
            f" least {ENOUGH_OF_EACH} good and {ENOUGH_OF_EACH} bad ones."
        )
        return Fit(None, len(sure), sentence)
    slope, offset = _platt([(one.milli / 1000, float(bool(one.bad))) for one in sure])
    layer = Layer(round(1000 * slope), round(1000 * offset))
    sentence = (
        f"Fitted to {len(sure)} domains decided about ({bad} bad): log-odds x {slope:.2f}"
        f" {offset:+.2f}."
    )
    return Fit(layer, len(sure), sentence)


NOTICEABLE_SLOPE, NOTICEABLE_OFFSET = 20, 50  # thousandths; a smaller move is none


@dataclass(frozen=True, slots=True)
class Advice:
    """What the decisions ask of the last layer in force; None: leave it as it is, and why.

    The errors are the mean squared distance from the decisions: with the layer in force, and with
    one fitted each time to the other half of the decisions, so that none is held against itself.
    """

    layer: Layer | None
    verdicts: int
    error_before: float | None
    error_after: float | None
    sentence: str


def advise(judgements: Sequence[Judgement], *, in_force: Layer) -> Advice:
    """Propose another last layer only if decisions that it was not fitted to speak for it."""
    once = list({one.domain or str(at): one for at, one in enumerate(judgements)}.values())
    found = fit(once)
    if found.layer is None:
        return Advice(None, found.verdicts, _error(once, in_force), None, found.sentence)
    before, after = _error(once, in_force), _error_of_halves(once)
    slope = abs(found.layer.slope_milli - in_force.slope_milli)
    offset = abs(found.layer.offset_milli - in_force.offset_milli)
    if slope < NOTICEABLE_SLOPE and offset < NOTICEABLE_OFFSET:
        sentence = "Unchanged: the score fits the decisions as it is."
        return Advice(None, found.verdicts, before, after, sentence)
    if before is None or after is None or after >= before:
        sentence = (
            "Unchanged: fitted to one half of the decisions, the score fits the other half no better"
            " than it does now."
        )
        return Advice(None, found.verdicts, before, after, sentence)
    return Advice(found.layer, found.verdicts, before, after, found.sentence)


def _error(judgements: Sequence[Judgement], layer: Layer) -> float | None:
    return brier([replace(one, milli=one.milli + layer.shift(one.milli)) for one in judgements])


def _error_of_halves(once: Sequence[Judgement]) -> float | None:
    """Return the error of each half with the layer that the other half asks for."""
    halves = once[::2], once[1::2]
    shifted: list[Judgement] = []
    for mine, other in (halves, halves[::-1]):
        sure = [(one.milli / 1000, float(bool(one.bad))) for one in other if one.bad is not None]
        slope, offset = _platt(sure) if sure else (1.0, 0.0)
        layer = Layer(round(1000 * slope), round(1000 * offset))
        shifted += [replace(one, milli=one.milli + layer.shift(one.milli)) for one in mine]
    return brier(shifted)


def advice_json(advice: Advice) -> dict[str, Any]:
    """Return what a job keeps of an advice between its steps."""
    layer = advice.layer
    pair = None if layer is None else [layer.slope_milli, layer.offset_milli]
    return {
        "layer": pair,
        "verdicts": advice.verdicts,
        "error_before": advice.error_before,
        "error_after": advice.error_after,
        "sentence": advice.sentence,
    }


def advice_of(values: Mapping[str, Any]) -> Advice:
    """Return the advice that `advice_json` has written."""
    pair = values["layer"]
    return Advice(**{**values, "layer": None if pair is None else Layer(*pair)})


def _platt(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return slope and offset of the logistic fit inside their bounds, drawn towards 1 and 0.

    One Newton step for each in turn: the loss is convex, so bounds need nothing more.
    """
    bins = Counter((round(x, 1), y) for x, y in points)
    slope, offset = 1.0, 0.0
    for _ in range(_ROUNDS):
        gradient, weight = _PULL * (slope - 1), _PULL
        for (x, y), count in bins.items():
            p = _sigmoid(slope * x + offset)
            gradient += count * (p - y) * x
            weight += count * p * (1 - p) * x * x
        new_slope = min(MOST_SLOPE, max(LEAST_SLOPE, slope - gradient / weight))
        gradient, weight = _PULL * offset / 4, _PULL / 4
        for (x, y), count in bins.items():
            p = _sigmoid(new_slope * x + offset)
            gradient += count * (p - y)
            weight += count * p * (1 - p)
        new_offset = min(MOST_OFFSET, max(-MOST_OFFSET, offset - gradient / weight))
        moved = abs(new_slope - slope) + abs(new_offset - offset)
        slope, offset = new_slope, new_offset
        if moved < _STILL:
            break
    return slope, offset


def probability(milli: int) -> float:
    return _sigmoid(milli / 1000)


def _sigmoid(value: float) -> float:
    if value >= 0:
        return 1.0 / (1.0 + math.exp(-value))
    grown = math.exp(value)
    return grown / (1.0 + grown)
