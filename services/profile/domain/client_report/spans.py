"""The days that a report is about, and when a schedule makes one; pure. Days are days in UTC."""

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from services.profile.domain.telling import moments_of
from services.profile.domain.velocity import following_month, previous_month
from shared.zones import zone_of

MOST_DAYS = 366
_EARLIEST = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Span:
    """Some days, the first and the last of them included."""

    starts_on: date
    ends_on: date

    @property
    def days(self) -> int:
        return (self.ends_on - self.starts_on).days + 1

    @property
    def begins(self) -> datetime:
        return _midnight(self.starts_on)

    @property
    def ends(self) -> datetime:
        """Return the first moment that is no longer in it."""
        return _midnight(self.ends_on + timedelta(days=1))

    @property
    def is_month(self) -> bool:
        return self == month_of(self.starts_on)

    @property
    def label(self) -> str:
        """Return the days as people call them: October 2026, or 3 to 9 November 2026."""
        first, last = self.starts_on, self.ends_on
        if self.is_month:
            return f"{calendar.month_name[first.month]} {first.year}"
        if first == last:
            return named(first)
        if (first.year, first.month) == (last.year, last.month):
            return f"{first.day} to {named(last)}"
        begun = named(first) if first.year != last.year else named(first).rpartition(" ")[0]
        return f"{begun} to {named(last)}"

    @property
    def before(self) -> "Span":
        """Return the days it is compared with: the month before, or as many days before."""
        if self.is_month:
            return month_of(previous_month(self.starts_on))
        last = self.starts_on - timedelta(days=1)
        return Span(last - timedelta(days=self.days - 1), last)


def month_of(day: date) -> Span:
    """Return the whole month of a day."""
    first = day.replace(day=1)
    return Span(first, following_month(first) - timedelta(days=1))


def read_month(text: str) -> Span:
    """Return the month that is written as 2026-10; raises ValueError with the fix."""
    try:
        year, month = text.split("-")
        return month_of(date(int(year), int(month), 1))
    except ValueError as error:
        raise ValueError("Give a month such as 2026-10.") from error


def fault_of(span: Span, *, today: date) -> str | None:
    """Return what to do where there can be no report of these days; None where there can."""
    if span.ends_on < span.starts_on:
        return "The last day is before the first; exchange them."
    if span.starts_on < _EARLIEST:
        return "Begin in the year 2000 or later."
    if span.ends_on > today:
        return f"These days are not over. The last day may be today, {named(today)}, at the latest."
    if span.days > MOST_DAYS:
        return f"A report is about {MOST_DAYS} days at most."
    return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def named(day: date) -> str:
    """Return a day as people write it: 9 November 2026."""
    return f"{day.day} {calendar.month_name[day.month]} {day.year}"


# ---- schedules ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Monthly:
    """When reports are made by themselves: each month on a day, at an hour of a time zone."""

    day: int
    hour: int
    time_zone: str

    def in_month(self, month: date) -> datetime:
        """Return the moment in this month; an hour that the clocks skip is when they have jumped.

        Where the month begins earlier than in UTC, it is not before the month before is over there.
        """
        moments = moments_of(month.replace(day=self.day), time(self.hour), zone_of(self.time_zone))
        return max(min(moments), _midnight(month))

    def after(self, moment: datetime) -> datetime:
        """Return the first moment later than this one."""
        month = moment.astimezone(zone_of(self.time_zone)).date().replace(day=1)
        while (due := self.in_month(month)) <= moment:
            month = following_month(month)
        return due

    def newest_month(self, now: datetime, *, since: datetime) -> Span | None:
        """Return the month whose report was due last, None if none was since the schedule is there.

        Of several that were missed it is only the latest: nobody wants a pile of old ones.
        """
        month = now.astimezone(zone_of(self.time_zone)).date().replace(day=1)
        while self.in_month(month) > now:
            month = previous_month(month)
        return month_of(previous_month(month)) if self.in_month(month) > since else None
