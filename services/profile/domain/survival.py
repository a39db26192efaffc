"""How long links live: Kaplan-Meier with links that still live, and links known from some age on; pure."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from shared.currencies import MINOR_UNITS

HORIZONS = (90, 365)
MONTH_DAYS = 30.4375
_Z = 1.959963984540054  # 95 %


@dataclass(frozen=True, slots=True)
class Spell:
    """`count` links that were watched from one age to another, in days."""

    entry: int
    """The age at which we began to look: what died younger could not be seen (left truncation)."""
    exit: int
    """The age at the last look (right censoring), or at the loss."""
    lost: bool
    count: int = 1


@dataclass(frozen=True, slots=True)
class Point:
    """The share alive from this age on."""

    days: int
    share: float
    low: float
    high: float
    at_risk: int
    lost: int


@dataclass(frozen=True, slots=True)
class Curve:
    """The survival of one group of links."""

    points: tuple[Point, ...]
    links: int
    lost: int
    seen_days: int
    """The greatest age of which anything is known."""

    def at(self, days: int) -> Point | None:
        """Return the share alive at an age; None while no link was watched for so long."""
        if self.seen_days < days:
            return None
        before = [point for point in self.points if point.days <= days]
        return before[-1] if before else Point(0, 1.0, 1.0, 1.0, self.links, 0)


def curve_of(spells: Iterable[Spell]) -> Curve:
    """Return the Kaplan-Meier estimate with log-log confidence limits."""
    kept = [spell for spell in spells if spell.exit > spell.entry]
    moves: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])  # entered, lost, left
    for spell in kept:
        moves[spell.entry][0] += spell.count
        moves[spell.exit][1 if spell.lost else 2] += spell.count
    points: list[Point] = []
    at_risk, share, spread = 0, 1.0, 0.0
    for days in sorted(moves):
        entered, lost, left = moves[days]
        if lost:
            share *= 1.0 - lost / at_risk
            spread += lost / (at_risk * (at_risk - lost)) if at_risk > lost else math.inf
            points.append(Point(days, share, *_limits(share, spread), at_risk, lost))
        # Who enters at an age is at risk after it; who leaves at an age still was.
        at_risk += entered - lost - left
    return Curve(
        points=tuple(points),
        links=sum(spell.count for spell in kept),
        lost=sum(spell.count for spell in kept if spell.lost),
        seen_days=max((spell.exit for spell in kept), default=0),
    )


def _limits(share: float, spread: float) -> tuple[float, float]:
    if not 0.0 < share < 1.0:
        return share, share
    width = _Z * math.sqrt(spread) / math.log(share)
    return share ** math.exp(-width), share ** math.exp(width)


@dataclass(frozen=True, slots=True)
class Costs:
    """What the links of a group cost, by currency, and how long those that were paid lived."""

    prices: Mapping[str, Decimal] = field(default_factory=dict)
    link_days: Mapping[str, int] = field(default_factory=dict)

    def per_month(self) -> dict[str, float]:
        """Return the cost of a month of a living link, by currency."""
        return {
            currency: round(
                float(price) / (self.link_days[currency] / MONTH_DAYS), MINOR_UNITS.get(currency, 2)
            )
            for currency, price in self.prices.items()
            if self.link_days.get(currency)
        }


def shown(curve: Curve, *, most: int = 200) -> Sequence[Point]:
    """Return the points of a curve, thinned out to a number that can be drawn."""
    points = curve.points
    if len(points) <= most:
        return points
    step = len(points) / most
    return tuple(points[int(number * step)] for number in range(most - 1)) + points[-1:]
