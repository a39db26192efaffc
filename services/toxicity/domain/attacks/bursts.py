"""Finds bursts of bad new domains: a CUSUM on their daily number, confirmed by a test of their share.

Only domains that were seen to come count, and only those that the score calls bad: a success brings
many new domains as well, but its bad ones are as rare as ever. The numbers of a day scatter more
than by chance alone (negative binomial), which Anscombe's transform makes nearly normal.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

DISPERSION = 3.0
DRIFT = 0.9
LIMIT = 3.5
BASE_FROM, BASE_TO = 63, 8
"""Days before a day that say what is usual; the last week may be a part of what has begun."""
TRIMMED = 0.95
ENOUGH_DAYS = 14
LEAST_BAD = 5
SHARE_Z = 4.0
SUCCESS, SUCCESS_DOMAINS = 3.0, 10
"""Where so many times more good domains come as well, the bad ones must be the greater part: a success
draws more scrapers than a usual day."""
CALM_DAYS = 14
"""After so many days without a new alarm an attack is over, and another one may be told."""
CEILING = 3 * LIMIT

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Day:
    """How many domains linked to a site for the first time on a day, and how many look bad."""

    day: date
    domains: int = 0
    bad: int = 0


@dataclass(frozen=True, slots=True)
class Burst:
    """An alarm: from the day on which the numbers rose to the last day on which they were high."""

    started_on: date
    found_on: date
    last_on: date
    domains: int
    bad: int
    expected: float
    """Bad domains that as many days bring as usual."""
    share_before: float
    share_z: float

    @property
    def share(self) -> float:
        return self.bad / self.domains if self.domains else 0.0


def find_bursts(days: Sequence[Day]) -> list[Burst]:
    """Return the bursts in a row of days without gaps, the oldest first."""
    bad = np.array([one.bad for one in days], dtype=np.int64)
    everything = np.array([one.domains for one in days], dtype=np.int64)
    bursts: list[Burst] = []
    level, start = 0.0, 0
    for at in range(ENOUGH_DAYS + BASE_TO, len(days)):
        base = slice(max(at - BASE_FROM, 0), at - BASE_TO + 1)
        mean = _usual(bad[base])
        if level == 0.0:
            start = at
        level = min(max(level + _rise(int(bad[at]), mean), 0.0), CEILING)
        if level <= LIMIT:
            continue
        found = _confirmed(days, bad, everything, start=start, at=at, base=base, mean=mean)
        if found is not None:
            _note(bursts, found)
    return bursts


def _usual(counts: Counts) -> float:
    """Return the mean without the highest days: an old burst must not make a new one look usual."""
    kept = np.sort(counts)[: max(math.ceil(len(counts) * TRIMMED), 1)]
    return float(kept.mean())


def _rise(count: int, mean: float) -> float:
    return _anscombe(count) - _anscombe(mean) - DRIFT


def _anscombe(count: float) -> float:
    scale = 2 * math.sqrt(DISPERSION - 0.5)
    return scale * math.asinh(math.sqrt((count + 0.375) / (DISPERSION - 0.75)))


def _confirmed(
    days: Sequence[Day],
    bad: Counts,
    everything: Counts,
    *,
    start: int,
    at: int,
    base: slice,
    mean: float,
) -> Burst | None:
    """Return the burst if bad ones are a greater part of the new domains than before."""
    window = slice(start, at + 1)
    bad_now, all_now = int(bad[window].sum()), int(everything[window].sum())
    if bad_now < LEAST_BAD:
        return None
    before = (float(bad[base].sum()) + 1) / (float(everything[base].sum()) + 10)
    z = (bad_now - all_now * before) / math.sqrt(all_now * before * (1 - before))
    fair = everything - bad
    usual = float(fair[base].mean()) * (at + 1 - start)
    is_success = all_now - bad_now > SUCCESS * usual + SUCCESS_DOMAINS
    if z < SHARE_Z or (is_success and 2 * bad_now < all_now):
        return None
    return Burst(
        started_on=days[start].day,
        found_on=days[at].day,
        last_on=days[at].day,
        domains=all_now,
        bad=bad_now,
        expected=round(mean * (at + 1 - start), 1),
        share_before=round(before, 3),
        share_z=round(z, 1),
    )


def _note(bursts: list[Burst], found: Burst) -> None:
    """Let an alarm go on, or begin another one."""
    if not bursts or is_another(bursts[-1].last_on, found.started_on):
        bursts.append(found)
        return
    first = bursts[-1]
    grown = found if found.started_on <= first.started_on else None
    bursts[-1] = Burst(
        started_on=first.started_on,
        found_on=first.found_on,
        last_on=found.last_on,
        domains=max(first.domains, found.domains),
        bad=max(first.bad, found.bad),
        expected=first.expected if grown is None else found.expected,
        share_before=first.share_before,
        share_z=max(first.share_z, found.share_z),
    )


def is_another(last_on: date, started_on: date) -> bool:
    """Whether a burst that began on a day is no part of one that was high on `last_on`."""
    return started_on > last_on + timedelta(days=CALM_DAYS)
