"""When an alert may be told: at once, after quiet hours, with a digest; by the clocks of any time zone."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.profile.domain.telling import Digest, QuietHours, Timing, deliver_at
from shared.zones import zone_of

ZONES = (
    *("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"),
    *("America/Sao_Paulo", "Pacific/Apia", "Africa/Casablanca", "America/Santiago"),
)
NIGHT = QuietHours(time(22), time(7))
clocks = st.times(timezones=st.none()).map(lambda one: one.replace(second=0, microsecond=0, fold=0))
quiets = st.builds(QuietHours, clocks, clocks).filter(lambda one: one.begin != one.end)
timings = st.builds(
    Timing,
    time_zone=st.sampled_from(ZONES),
    digest=st.sampled_from(Digest),
    hour=st.integers(0, 23),
    weekday=st.integers(0, 6),
    quiet=st.none() | quiets,
)
moments = st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001 - the zone is given below
    datetime(2030, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def berlin(text: str, fold: int = 0) -> datetime:
    """The moment at which the clocks there show this; in UTC, as moments of a doubled hour never equal."""
    local = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin"), fold=fold)
    return local.astimezone(UTC)


@given(timing=timings, now=moments)
def test_nothing_is_told_before_it_happened_or_long_after(timing: Timing, now: datetime) -> None:
    due = deliver_at(timing, now)
    most = timedelta(days=9 if timing.digest is Digest.WEEKLY else 2, hours=2)
    assert now <= due <= now + most


@given(timing=timings, now=moments)
def test_nothing_is_told_in_quiet_hours(timing: Timing, now: datetime) -> None:
    shown = deliver_at(timing, now).astimezone(zone_of(timing.time_zone)).time()
    assert timing.quiet is None or shown not in timing.quiet or _was_skipped(timing, now)


def _was_skipped(timing: Timing, now: datetime) -> bool:
    """Whether the clocks jump over the end of the quiet hours: then they end at the jump."""
    zone = zone_of(timing.time_zone)
    due = deliver_at(timing, now).astimezone(zone)
    return (due - timedelta(hours=3)).utcoffset() != due.utcoffset()


@given(timing=timings, now=moments)
def test_what_may_be_told_then_may_be_told_at_that_moment(timing: Timing, now: datetime) -> None:
    due = deliver_at(timing, now)
    quiet = Timing(time_zone=timing.time_zone, quiet=timing.quiet)
    if not _was_skipped(timing, now):
        assert deliver_at(quiet, due) == due


@given(now=moments, zone=st.sampled_from(ZONES))
def test_without_digest_and_quiet_hours_it_is_told_at_once(now: datetime, zone: str) -> None:
    assert deliver_at(Timing(time_zone=zone), now) == now


@given(timing=timings, first=moments, wait=st.timedeltas(timedelta(), timedelta(days=20)))
def test_what_happens_later_is_not_told_earlier(
    timing: Timing, first: datetime, wait: timedelta
) -> None:
    in_order = deliver_at(timing, first) <= deliver_at(timing, first + wait)
    assert in_order or _was_skipped(timing, first)


@pytest.mark.parametrize(
    ("timing", "now", "due"),
    [
        # Quiet past midnight, on both sides of it; the end belongs to the day.
        (Timing("Europe/Berlin", quiet=NIGHT), "2026-11-03T23:10", "2026-11-04T07:00"),
        (Timing("Europe/Berlin", quiet=NIGHT), "2026-11-04T06:59", "2026-11-04T07:00"),
        (Timing("Europe/Berlin", quiet=NIGHT), "2026-11-04T07:00", "2026-11-04T07:00"),
        (Timing("Europe/Berlin", quiet=NIGHT), "2026-11-04T21:59", "2026-11-04T21:59"),
        # Digests.
        (Timing("Europe/Berlin", Digest.HOURLY), "2026-11-03T12:01", "2026-11-03T13:00"),
        (Timing("Europe/Berlin", Digest.HOURLY), "2026-11-03T12:00", "2026-11-03T12:00"),
        (Timing("Europe/Berlin", Digest.DAILY, hour=8), "2026-11-03T08:01", "2026-11-04T08:00"),
        (Timing("Europe/Berlin", Digest.WEEKLY, hour=8), "2026-11-03T08:01", "2026-11-09T08:00"),
        (Timing("Europe/Berlin", Digest.WEEKLY, hour=8), "2026-11-09T07:00", "2026-11-09T08:00"),
        # A digest in quiet hours is told at their end.
        (
            Timing("Europe/Berlin", Digest.DAILY, 3, quiet=NIGHT),
            "2026-11-03T12:00",
            "2026-11-04T07:00",
        ),
        # The clocks go forward on 29 March at 2:00 and back on 25 October at 3:00.
        (Timing("Europe/Berlin", Digest.DAILY, hour=8), "2026-03-28T09:00", "2026-03-29T08:00"),
        (Timing("Europe/Berlin", Digest.DAILY, hour=2), "2026-03-28T09:00", "2026-03-29T03:00"),
        (Timing("Europe/Berlin", Digest.DAILY, hour=2), "2026-10-24T09:00", "2026-10-25T02:00"),
        (Timing("Europe/Berlin", quiet=NIGHT), "2026-03-28T23:00", "2026-03-29T07:00"),
    ],
)
def test_the_clocks_on_the_wall_decide(timing: Timing, now: str, due: str) -> None:
    assert deliver_at(timing, berlin(now)) == berlin(due)


def test_an_hour_that_comes_twice_is_told_the_first_time_that_is_still_to_come() -> None:
    daily = Timing("Europe/Berlin", Digest.DAILY, hour=2)
    first, second = berlin("2026-10-25T02:00"), berlin("2026-10-25T02:00", fold=1)
    assert deliver_at(daily, first) == first
    assert deliver_at(daily, first + timedelta(minutes=1)) == second


def test_zones_that_lie_a_part_of_an_hour_apart_have_their_own_full_hours() -> None:
    due = deliver_at(
        Timing("Asia/Kathmandu", Digest.HOURLY), datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
    )
    assert due == datetime(2026, 11, 3, 12, 15, tzinfo=UTC)


@pytest.mark.parametrize("name", ["", "Nowhere/Else", "../etc/passwd", "Europe", "a\0b", "x" * 300])
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the library has several texts for it
        zone_of(name)
