"""When a mailbox may send its next message: windows of local time, caps, a slow start; pure.

Windows are kept in local wall time and turned to UTC at the end, so that 08:30 stays 08:30 on both
nights on which clocks change.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from shared.zones import zone_of

RAMP_START = 5
RAMP_STEP = 2
"""A mailbox begins with five messages a day; every day two more may go, up to its cap."""

_HOUR = timedelta(hours=1)
_FIRST_WEEKEND_DAY = 5
_DAYS_TO_TRY = 10
_LATEST_START = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """When a mailbox may send, in its own zone, and how much."""

    zone: str
    opens: time = time(8, 30)
    closes: time = time(17, 0)
    daily_cap: int = 30
    hourly_cap: int = 8
    ramp_from: date | None = None
    """The first day of sending; None while nothing was sent."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a mailbox has sent today and within the last hour."""

    day: int = 0
    hour: int = 0
    oldest_of_hour: datetime | None = None


def next_moment(now: datetime, pace: Pace, usage: Usage, *, key: UUID) -> datetime:
    """Return when a mailbox may send next: `now` itself, or a later moment to look again.

    `key` is the message that would go next: it spreads what waits for a window over its first half hour.
    """
    if not is_open(now, pace):
        return _spread(opening(now, pace), pace, key)
    if usage.day >= cap_on(local_day(now, pace.zone), pace):
        return _spread(opening(end_of_day(now, pace.zone), pace), pace, key)
    if usage.hour >= pace.hourly_cap:
        return (usage.oldest_of_hour or now) + _HOUR
    return now


def after_sending(now: datetime, pace: Pace, *, key: UUID) -> datetime:
    """Return when the mailbox looks at its next message: a gap of uneven length, as of a person."""
    even = _HOUR / pace.hourly_cap
    return now + even * (0.5 + share(key))


def is_open(now: datetime, pace: Pace) -> bool:
    local = now.astimezone(zone_of(pace.zone))
    return local.weekday() < _FIRST_WEEKEND_DAY and pace.opens <= local.time() < pace.closes


def opening(now: datetime, pace: Pace) -> datetime:
    """Return the first moment from `now` on at which the window is open."""
    if is_open(now, pace):
        return now
    zone = zone_of(pace.zone)
    today = now.astimezone(zone).date()
    for days in range(_DAYS_TO_TRY):
        opens = datetime.combine(today + timedelta(days=days), pace.opens, zone).astimezone(UTC)
        # A time that the clocks skip that night comes out later, maybe behind the window.
        if opens > now and is_open(opens, pace):
            return opens
    raise ValueError("a window without a single working day")


def local_day(now: datetime, zone: str) -> date:
    return now.astimezone(zone_of(zone)).date()


def start_of_day(now: datetime, zone: str) -> datetime:
    return _midnight(local_day(now, zone), zone)


def end_of_day(now: datetime, zone: str) -> datetime:
    return _midnight(local_day(now, zone) + timedelta(days=1), zone)


def cap_on(day: date, pace: Pace) -> int:
    """Return how many messages may go on a day."""
    days = 0 if pace.ramp_from is None else max((day - pace.ramp_from).days, 0)
    return min(pace.daily_cap, RAMP_START + RAMP_STEP * days)


def share(key: UUID) -> float:
    """Return a number from 0 to 1 that is always the same for a message."""
    digest = hashlib.blake2b(key.bytes, digest_size=8).digest()
    return int.from_bytes(digest) / 2**64


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), zone_of(zone)).astimezone(UTC)


def _spread(opens: datetime, pace: Pace, key: UUID) -> datetime:
    """Return a moment soon after a window opened, and always within it."""
    open_for = datetime.combine(date.min, pace.closes) - datetime.combine(date.min, pace.opens)
    return opens + min(_LATEST_START, open_for / 2) * share(key)
