"""Growth by day, week and month: nothing is lost between the periods, and there are never too many."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.profile.domain.velocity import (
    MAX_ROWS,
    Interval,
    Moves,
    first_day,
    periods,
    start_of,
)

UNTIL = date(2026, 11, 22)
DAYS = st.dates(UNTIL - timedelta(days=200), UNTIL)
COUNTED = st.dictionaries(DAYS, st.integers(0, 50), max_size=30)


@given(COUNTED, COUNTED, COUNTED, st.sampled_from(Interval))
def test_every_move_is_in_exactly_one_period(
    gained: dict[date, int], lost: dict[date, int], back: dict[date, int], interval: Interval
) -> None:
    moves = Moves(gained_links=gained, lost_links=lost, recovered_links=back)
    since = start_of(interval, UNTIL - timedelta(days=200))
    rows = periods(moves, interval=interval, since=since, until=UNTIL)
    assert sum(row.gained_links for row in rows) == sum(gained.values())
    net = sum(gained.values()) + sum(back.values()) - sum(lost.values())
    assert sum(row.net_links for row in rows) == net


@given(st.sampled_from(Interval), st.dates(date(1990, 1, 1), UNTIL))
def test_periods_follow_each_other_and_are_never_too_many(interval: Interval, wanted: date) -> None:
    since = first_day(interval, wanted, UNTIL)
    starts = [
        row.starts_on for row in periods(Moves(), interval=interval, since=since, until=UNTIL)
    ]
    assert starts == sorted(set(starts))
    assert starts[0] == since
    assert starts[-1] == start_of(interval, UNTIL)
    assert len(starts) <= MAX_ROWS + 1


@pytest.mark.parametrize(
    ("interval", "day", "start"),
    [
        (Interval.DAY, date(2026, 11, 22), date(2026, 11, 22)),
        (Interval.WEEK, date(2026, 11, 22), date(2026, 11, 16)),
        (Interval.WEEK, date(2026, 11, 16), date(2026, 11, 16)),
        (Interval.MONTH, date(2026, 11, 30), date(2026, 11, 1)),
    ],
)
def test_a_period_begins_on_its_day_its_monday_or_the_first(
    interval: Interval, day: date, start: date
) -> None:
    assert start_of(interval, day) == start


def test_moves_of_some_days_leave_out_what_came_before_and_after() -> None:
    days = {date(2026, 10, day): day for day in (1, 2, 3, 4)}
    moves = Moves(gained_links=days, lost_domains=days)
    within = moves.within(date(2026, 10, 2), date(2026, 10, 3))
    assert sum(within.gained_links.values()) == sum(within.lost_domains.values()) == 5
    assert sum(moves.since(date(2026, 10, 3)).gained_links.values()) == 7
