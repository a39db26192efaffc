"""When an alert may be told: at once, or when quiet hours are over and a digest is due; pure.

Hours are those on the wall of the rule's time zone. An hour that the clocks skip is told when they have
jumped over it; one that comes twice is told the first time that it is still to come.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from shared.zones import zone_of


class Digest(StrEnum):
    """How often what happened is told, all of it together."""

    NONE = "none"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one time of the day to another, past midnight if the second is earlier."""

    begin: time
    end: time

    def __contains__(self, moment: time) -> bool:
        if self.begin <= self.end:
            return self.begin <= moment < self.end
        return moment >= self.begin or moment < self.end


@dataclass(frozen=True, slots=True)
class Timing:
    """When a rule tells."""

    time_zone: str = "UTC"
    digest: Digest = Digest.NONE
    hour: int = 8
    weekday: int = 0
    """Of a weekly digest: 0 is Monday."""
    quiet: QuietHours | None = None


def deliver_at(timing: Timing, now: datetime) -> datetime:
    """Return the first moment from `now` on at which something may be told."""
    zone = zone_of(timing.time_zone)
    due = _digest_due(timing, now.astimezone(zone), zone)
    wall = due.astimezone(zone).time()
    if timing.quiet is not None and wall in timing.quiet:
        due = _next_at(timing.quiet.end, due.astimezone(zone), zone)
    return due.astimezone(UTC)


def _digest_due(timing: Timing, local: datetime, zone: tzinfo) -> datetime:
    match timing.digest:
        case Digest.NONE:
            return local
        case Digest.HOURLY:
            return _next_hour(local)
        case Digest.DAILY:
            return _next_at(time(timing.hour), local, zone)
        case Digest.WEEKLY:
            due = _next_at(time(timing.hour), local, zone)
            while due.astimezone(zone).weekday() != timing.weekday:
                later = due.astimezone(zone) + timedelta(minutes=1)
                due = _next_at(time(timing.hour), later, zone)
            return due


def _next_hour(local: datetime) -> datetime:
    """Return when the clocks of the zone show a full hour; counted in UTC, where none is skipped."""
    past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    left = timedelta(hours=1) - past if past else past
    return local.astimezone(UTC) + left


def _next_at(wall: time, local: datetime, zone: tzinfo) -> datetime:
    """Return the first moment from `local` on at which the clocks of the zone show this time."""
    now = local.astimezone(UTC)
    days = (local.date(), local.date() + timedelta(days=1))
    return min(one for day in days for one in moments_of(day, wall, zone) if one >= now)


def moments_of(day: date, wall: time, zone: tzinfo) -> set[datetime]:
    """Return when the clocks show this time on this day: twice where they were put back."""
    shown = datetime.combine(day, wall, zone)
    first, second = (shown.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    # Where the clocks skip the hour, the second would come before they do.
    return {first, max(first, second)}
