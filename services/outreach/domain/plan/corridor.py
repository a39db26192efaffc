"""How many referring domains a month may bring without standing out from how a site grows; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import floor
from statistics import median

USUAL_MONTHS = 6
LEAST = 2
GROWTH = 1.25
ABOVE_COMPETITORS = 1.1
STEEPEST = 1.5
_LATE_IN_MONTH = 15
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What the corridor follows from."""

    own: Sequence[int] = ()
    """Referring domains that came in the last known months, the oldest first; empty: not known."""
    competitors: Sequence[float] = ()
    """The usual month of each competitor of which it is known."""
    growth: float = GROWTH
    cap: int | None = None

    @property
    def own_usual(self) -> float | None:
        return median(self.own[-USUAL_MONTHS:]) if self.own else None

    @property
    def competitors_usual(self) -> float | None:
        return median(self.competitors) if self.competitors else None


def corridor(pace: Pace, months: int) -> list[int]:
    """Return for each month how many referring domains it should bring.

    What is usual is the median of the six months before, the planned ones among them, so that growth
    adds up slowly: a spike in the past moves nothing, and no month is more than half above the last.
    """
    recent = list(pace.own[-USUAL_MONTHS:])
    planned: list[int] = []
    for _ in range(months):
        planned.append(_month(pace, median(recent) if recent else 0, planned))
        recent = [*recent, planned[-1]][-USUAL_MONTHS:]
    return planned


def _month(pace: Pace, usual: float, planned: Sequence[int]) -> int:
    wanted = max(usual, 1) * pace.growth
    if pace.competitors_usual is not None:
        wanted = min(wanted, max(usual, pace.competitors_usual * ABOVE_COMPETITORS))
    count = max(floor(wanted + 0.5), LEAST)
    if planned:
        count = min(count, max(floor(planned[-1] * STEEPEST), 1))
    return count if pace.cap is None else min(count, pace.cap)


def first_month(today: date) -> date:
    """Return the month that a new plan begins with: the next one when this one is half over."""
    month = today.replace(day=1)
    return month if today.day <= _LATE_IN_MONTH else next_month(month)


def next_month(month: date) -> date:
    """Return the first day of the month after."""
    return (month.replace(day=1) + 31 * _A_DAY).replace(day=1)


def months_from(first: date, count: int) -> list[date]:
    """Return so many months, from one on."""
    months = [first]
    while len(months) < count:
        months.append(next_month(months[-1]))
    return months


def spread(month: date, count: int, *, since: date) -> list[date]:
    """Return days of a month, from a day on, as far apart as they can be: weeks differ by one at most."""
    first = max(month, since)
    days = max((next_month(month) - first).days, 1)
    return [first + (2 * number + 1) * days // (2 * count) * _A_DAY for number in range(count)]


def usual_of(months: Iterable[Sequence[int]]) -> list[float]:
    """Return the usual month of each competitor that has any known month."""
    return [float(median(counts)) for counts in months if counts]
