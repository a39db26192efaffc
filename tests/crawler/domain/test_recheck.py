"""The next look comes sooner where more is at stake."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.crawler.domain.recheck import (
    JITTER,
    LONGEST,
    SHORTEST,
    USUAL,
    PagePlan,
    first_check_at,
    hazard_of,
    interval_of,
    next_check_at,
)

NOW = datetime(2026, 11, 22, tzinfo=UTC)
DAY = timedelta(days=1)
OLD = 4_000.0


def wait(plan: PagePlan, jitter: float = 0.0) -> timedelta:
    return next_check_at(plan, now=NOW, jitter=jitter) - NOW


def test_an_ordinary_old_page_is_looked_at_once_a_week() -> None:
    assert wait(PagePlan(age_days=OLD)) == USUAL


def test_the_rate_grows_with_the_square_root_of_value() -> None:
    assert wait(PagePlan(value=4, age_days=OLD)) == USUAL / 2
    assert wait(PagePlan(value=0.25, age_days=OLD)) == USUAL * 2


def test_the_rate_grows_with_the_square_root_of_hazard() -> None:
    calm = PagePlan(age_days=OLD, exposure_days=365)
    stormy = PagePlan(age_days=OLD, exposure_days=365, losses=2)
    ratio = interval_of(calm) / interval_of(stormy)
    assert ratio == pytest.approx((hazard_of(stormy) / hazard_of(calm)) ** 0.5)
    assert ratio > 3


def test_a_short_history_hardly_moves_the_hazard() -> None:
    prior = hazard_of(PagePlan(age_days=OLD))
    assert hazard_of(PagePlan(age_days=OLD, exposure_days=7)) == pytest.approx(prior, rel=0.03)
    assert hazard_of(PagePlan(age_days=10)) > hazard_of(PagePlan(age_days=100)) > prior


@pytest.mark.parametrize("plan", [PagePlan(contract=True), PagePlan(value=100)])
def test_contracts_and_the_most_valuable_are_looked_at_hourly(plan: PagePlan) -> None:
    assert wait(plan) == SHORTEST


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
    assert wait(PagePlan(gone_since=NOW - 900 * DAY)) == LONGEST


def test_a_fresh_placement_climbs_its_ladder() -> None:
    plan = PagePlan(age_days=OLD, placed_at=NOW)
    assert wait(plan) == DAY
    assert wait(PagePlan(age_days=OLD, placed_at=NOW - 2 * DAY)) == 2 * DAY
    assert wait(PagePlan(age_days=OLD, placed_at=NOW - 7 * DAY)) == USUAL
    assert wait(PagePlan(age_days=OLD, placed_at=NOW - 90 * DAY)) == USUAL


@given(
    value=st.floats(0, 1e6),
    losses=st.integers(0, 50),
    exposure=st.floats(0, 1e5),
    failures=st.integers(0, 10_000),
    jitter=st.floats(-1, 1),
)
def test_the_next_look_is_never_now_and_never_beyond_the_longest(
    value: float, losses: int, exposure: float, failures: int, jitter: float
) -> None:
    plan = PagePlan(
        value=value, losses=losses, exposure_days=exposure, failure_run=failures, age_days=OLD
    )
    assert SHORTEST * (1 - JITTER) <= wait(plan, jitter) <= LONGEST * (1 + JITTER)


def test_an_import_is_spread_evenly() -> None:
    keys = [UUID(int=number * 7_919_311_777_777_777) for number in range(1_000)]
    firsts = [first_check_at(key, now=NOW, spread=10 * DAY) - NOW for key in keys]
    assert all(timedelta() <= first < 10 * DAY for first in firsts)
    assert 80 < sum(first < DAY for first in firsts) < 120
