"""Seeded histories of sites: domains that come and go, weekdays, growth, quiet and loud ones."""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import exp, sqrt

from services.profile.domain.anomalies import (
    Anomaly,
    Days,
    Direction,
    find_anomalies,
)

FIRST = date(2025, 1, 6)
YEAR = 365
LEARN = 70
FOUND_WITHIN = 3


@dataclass(slots=True)
class Site:
    """One site-year after some weeks of learning."""

    gained: list[int]
    lost: list[int]
    stands: list[int]
    bursts: list[tuple[int, int]] = field(default_factory=list)  # first day, days
    drops: list[tuple[int, int]] = field(default_factory=list)
    imports: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Tally:
    """What the detector made of many site-years."""

    site_years: int = 0
    injected: int = 0
    found: int = 0
    false: int = 0
    delays: list[int] = field(default_factory=list)


def site(seed: int, *, events: bool) -> Site:
    """Make up a site: its rates, its week, its noise; with events, a burst and a drop a quarter."""
    dice = random.Random(seed)
    rate = exp(dice.uniform(-2.0, 3.2))  # 0.14 to 25 new domains a day
    size = dice.choice((1.5, 3.0, 6.0, 20.0))
    growth = dice.uniform(-0.6, 0.9)
    weekend = dice.uniform(0.3, 1.0)
    hazard = exp(dice.uniform(-7.5, -5.5))
    stands = dice.randint(50, 3_000)
    made = Site([], [], [])
    days = LEARN + YEAR
    if events:
        made.bursts, made.drops = _events(dice, days)
        made.imports = [dice.randint(LEARN, days - 1)]
    for at in range(days):
        week = weekend if (FIRST + timedelta(days=at)).weekday() >= 5 else 1.0
        mean = rate * week * exp(growth * at / days)
        extra = _extra(at, made.bursts, max(5.0, 3 * mean + 3 * sqrt(mean + mean * mean / size)))
        gained = _negative_binomial(dice, mean, size) + _poisson(dice, extra)
        if at in made.imports:
            stands += dice.randint(stands, 4 * stands)
        usual = stands * hazard
        extra = _extra(at, made.drops, max(5.0, 3 * usual + 3 * sqrt(usual + usual * usual / 4)))
        lost = _negative_binomial(dice, usual, 4.0) + _poisson(dice, extra)
        made.gained.append(gained)
        made.stands.append(stands)
        made.lost.append(min(lost, stands))
        stands += gained - min(lost, stands)
    return made


def _events(dice: random.Random, days: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Place an event in each quarter, far enough from the others to be told apart."""
    found: tuple[list[tuple[int, int]], list[tuple[int, int]]] = ([], [])
    for quarter in range(4):
        for events in found:
            start = LEARN + quarter * 90 + dice.randint(20, 60)
            events.append((min(start, days - 15), dice.randint(3, 10)))
    return found


def _extra(at: int, events: list[tuple[int, int]], size: float) -> float:
    return size if any(start <= at < start + length for start, length in events) else 0.0


def judge(made: Site, tally: Tally) -> None:
    """Let the detector read a site-year and count what it found, missed and made up."""
    tally.site_years += 1
    first = FIRST
    series = (
        (Days(first, made.gained), Direction.BURST, made.bursts),
        (Days(first, made.lost, made.stands), Direction.DROP, made.drops),
    )
    for days, direction, events in series:
        told = [one for one in find_anomalies(days, direction) if _index(one.found_on) >= LEARN]
        used = set()
        for start, length in events:
            if direction is Direction.DROP and _is_settling(made, start):
                continue
            tally.injected += 1
            hit = next((one for one in told if _is_hit(one, start, length)), None)
            if hit is None:
                continue
            used.add(hit.found_on)
            delay = max(_index(hit.found_on) - start, 0)
            tally.delays.append(delay)
            tally.found += delay <= FOUND_WITHIN
        spans = [range(start - 1, start + length + 4) for start, length in events]
        tally.false += sum(
            one.found_on not in used and not any(_index(one.found_on) in span for span in spans)
            for one in told
        )


def _is_settling(made: Site, start: int) -> bool:
    return any(start - 16 <= imported <= start + 3 for imported in made.imports)


def _is_hit(one: Anomaly, start: int, length: int) -> bool:
    return start <= _index(one.found_on) < start + length + 4


def _index(day: date) -> int:
    return (day - FIRST).days


def _poisson(dice: random.Random, mean: float) -> int:
    if mean <= 0:
        return 0
    if mean > 200:
        return max(0, round(dice.gauss(mean, sqrt(mean))))
    count, product, limit = 0, dice.random(), exp(-mean)
    while product > limit:
        count += 1
        product *= dice.random()
    return count


def _negative_binomial(dice: random.Random, mean: float, size: float) -> int:
    return _poisson(dice, dice.gammavariate(size, mean / size)) if mean > 0 else 0
