"""The next look comes sooner where more is at stake."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.crawler.domain.recheck import (
    GONE_LONGEST,
    JITTER,
    LONGEST,
    SHORTEST,
    TOP_VALUE,
    USUAL,
    USUAL_HAZARD,
    PagePlan,
    interval_of,
    next_check_at,
    rate_of,
    share_of,
    stretch_of,
)

NOW = datetime(2026, 11, 22, tzinfo=UTC)
DAY = timedelta(days=1)


def wait(plan: PagePlan, jitter: float = 0.0) -> timedelta:
    return next_check_at(plan, now=NOW, jitter=jitter) - NOW


def test_an_ordinary_page_is_looked_at_once_a_week() -> None:
    assert wait(PagePlan()) == USUAL


def test_the_rate_grows_with_the_square_root_of_value_and_of_hazard() -> None:
    assert wait(PagePlan(value=4)) == USUAL / 2
    assert wait(PagePlan(value=0.25)) == USUAL * 2
    assert wait(PagePlan(hazard=9 * USUAL_HAZARD)) == USUAL / 3
    assert wait(PagePlan(value=4, hazard=4 * USUAL_HAZARD)) == USUAL / 4


@pytest.mark.parametrize("plan", [PagePlan(contract=True), PagePlan(value=TOP_VALUE)])
def test_contracts_and_the_most_valuable_are_looked_at_hourly(plan: PagePlan) -> None:
    assert wait(plan) == SHORTEST


def test_rates_add_up_to_the_budget_whatever_was_wanted() -> None:
    plans = [PagePlan(value=value) for value in (0.5, 1, 2, 5, 20)]
    wanted = sum(map(rate_of, plans))
    for budget in (wanted / 3, wanted, 3 * wanted):
        stretch = stretch_of(host_load=0, gap_s=1, load=wanted, budget=budget)
        waits = [interval_of(PagePlan(value=plan.value, stretch=stretch)) for plan in plans]
        assert sum(DAY / one for one in waits) == pytest.approx(budget)


def test_a_host_is_never_planned_beyond_half_of_its_pace() -> None:
    plan = PagePlan(value=100)
    load = 1_000 * rate_of(plan)
    stretch = stretch_of(host_load=load, gap_s=100, load=0, budget=None)
    busy_s = 1_000 * 100 * (DAY / interval_of(PagePlan(value=100, stretch=stretch)))
    assert busy_s == pytest.approx(86_400 / 2)
    assert stretch_of(host_load=1, gap_s=1, load=0, budget=None) == 1


def test_a_second_look_waits_until_it_counts() -> None:
    confirm_at = NOW + timedelta(minutes=15)
    for jitter in (-1.0, 0.0, 1.0):
        due = next_check_at(PagePlan(confirm_at=confirm_at), now=NOW, jitter=jitter)
        assert confirm_at <= due <= confirm_at + timedelta(minutes=2)


def test_a_second_look_that_is_overdue_comes_at_once() -> None:
    plan = PagePlan(confirm_at=NOW - DAY)
    assert wait(plan) <= timedelta(minutes=2)


def test_failing_pages_are_asked_ever_less_often() -> None:
    waits = [wait(PagePlan(failure_run=run)) for run in range(1, 12)]
    assert waits[:3] == [timedelta(hours=1), timedelta(hours=2), timedelta(hours=4)]
    assert waits[-1] == 3 * DAY
    assert waits == sorted(waits)
    assert wait(PagePlan(failure_run=11, contract=True)) == timedelta(hours=6)
    assert wait(PagePlan(failure_run=1, closed_by_robots=True)) == DAY


def test_lost_links_are_looked_for_ever_less_often() -> None:
    assert wait(PagePlan(gone_since=NOW)) == DAY
    assert wait(PagePlan(gone_since=NOW - 10 * DAY)) == 5 * DAY
    assert wait(PagePlan(gone_since=NOW - 900 * DAY)) == GONE_LONGEST


def test_a_fresh_placement_climbs_its_ladder() -> None:
    assert wait(PagePlan(placed_at=NOW)) == DAY
    assert wait(PagePlan(placed_at=NOW - 2 * DAY)) == 2 * DAY
    assert wait(PagePlan(value=0.01, placed_at=NOW - 14 * DAY)) == 16 * DAY
    assert wait(PagePlan(placed_at=NOW - 90 * DAY)) == USUAL


@given(
    value=st.floats(0, 1e6),
    hazard=st.floats(1e-9, 1),
    stretch=st.floats(0, 1_000),
    failures=st.integers(0, 10_000),
    jitter=st.floats(-1, 1),
    share=st.floats(0, 1),
)
def test_the_next_look_is_never_now_and_never_beyond_the_longest(
    value: float, hazard: float, stretch: float, failures: int, jitter: float, share: float
) -> None:
    plan = PagePlan(value=value, hazard=hazard, stretch=stretch, failure_run=failures, share=share)
    assert SHORTEST * (1 - JITTER) <= wait(plan, jitter) <= LONGEST * (1 + JITTER)


def test_what_came_together_is_spread_evenly_over_the_first_period() -> None:
    keys = [UUID(int=number * 7_919_311_777_777_777) for number in range(1_000)]
    waits = [wait(PagePlan(value=0.5, share=share_of(key))) for key in keys]
    longest = wait(PagePlan(value=0.5))
    assert all(timedelta() < one <= longest for one in waits)
    assert 80 < sum(longest / 2 < one <= longest * 0.6 for one in waits) < 120
