"""Gained, lost and net per day, week or month, for links and for referring domains; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from enum import StrEnum

MAX_ROWS = 400


class Interval(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


_SPAN = {
    Interval.DAY: timedelta(days=89),
    Interval.WEEK: timedelta(weeks=52),
    Interval.MONTH: timedelta(days=3 * 365),
}
_LONGEST = {
    Interval.DAY: timedelta(days=MAX_ROWS - 1),
    Interval.WEEK: timedelta(weeks=MAX_ROWS - 1),
    Interval.MONTH: timedelta(days=30 * (MAX_ROWS - 1)),
}


@dataclass(frozen=True, slots=True)
class Moves:
    """What came and went, by day. An import is no growth: it brings only what a source dates."""

    gained_links: Mapping[date, int] = field(default_factory=dict)
    lost_links: Mapping[date, int] = field(default_factory=dict)
    recovered_links: Mapping[date, int] = field(default_factory=dict)
    gained_domains: Mapping[date, int] = field(default_factory=dict)
    lost_domains: Mapping[date, int] = field(default_factory=dict)

    def since(self, first: date) -> "Moves":
        """Return only the moves of a day and later."""
        return self.within(first, date.max)

    def within(self, first: date, last: date) -> "Moves":
        """Return only the moves of these days."""
        return Moves(
            *(
                {day: n for day, n in getattr(self, one.name).items() if first <= day <= last}
                for one in fields(self)
            )
        )


@dataclass(frozen=True, slots=True)
class Period:
    """One day, week (from Monday) or month."""

    starts_on: date
    gained_links: int
    lost_links: int
    recovered_links: int
    gained_domains: int
    lost_domains: int

    @property
    def net_links(self) -> int:
        return self.gained_links + self.recovered_links - self.lost_links

    @property
    def net_domains(self) -> int:
        return self.gained_domains - self.lost_domains


def first_day(interval: Interval, wanted: date | None, until: date) -> date:
    """Return the day from which moves are needed: never more periods than can be shown."""
    earliest = until - _LONGEST[interval]
    chosen = wanted if wanted is not None else until - _SPAN[interval]
    return start_of(interval, max(chosen, earliest))


def periods(moves: Moves, *, interval: Interval, since: date, until: date) -> list[Period]:
    """Return every period between two days, also those in which nothing happened."""
    starts = list(_starts(interval, since, until))
    columns = [
        _by_period(interval, counted)
        for counted in (
            moves.gained_links,
            moves.lost_links,
            moves.recovered_links,
            moves.gained_domains,
            moves.lost_domains,
        )
    ]
    return [Period(start, *(column.get(start, 0) for column in columns)) for start in starts]


def start_of(interval: Interval, day: date) -> date:
    """Return the first day of the period that a day belongs to."""
    if interval is Interval.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if interval is Interval.MONTH else day


def _starts(interval: Interval, since: date, until: date) -> Iterable[date]:
    start = start_of(interval, since)
    while start <= until:
        yield start
        step = {Interval.DAY: 1, Interval.WEEK: 7, Interval.MONTH: 31}[interval]
        start = start_of(interval, start + timedelta(days=step))


def _by_period(interval: Interval, counted: Mapping[date, int]) -> dict[date, int]:
    sums: dict[date, int] = {}
    for day, count in counted.items():
        start = start_of(interval, day)
        sums[start] = sums.get(start, 0) + count
    return sums


@dataclass(frozen=True, slots=True)
class Known:
    """Since when and until when it is known what came to a site."""

    since: date
    until: date


def known_months(
    gained: Mapping[date, int], known: Known, *, today: date, most: int
) -> list[tuple[date, int]]:
    """Return the last months that are over and known as a whole, with what came; the oldest first.

    A month of which only a part is known is left out: what nobody could see is no quiet time.
    """
    by_month = _by_period(Interval.MONTH, gained)
    months: list[tuple[date, int]] = []
    month = previous_month(today)
    while len(months) < most and month >= known.since:
        if following_month(month) <= known.until + timedelta(days=1):
            months.append((month, by_month.get(month, 0)))
        month = previous_month(month)
    return months[::-1]


def previous_month(day: date) -> date:
    """Return the first day of the month before."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def following_month(day: date) -> date:
    """Return the first day of the month after."""
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)
