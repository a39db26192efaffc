"""Bursts and drops are found soon, chance and imports are no news."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.profile.domain.anomalies import (
    LONGEST,
    MIN_DAYS,
    Anomaly,
    Days,
    Direction,
    days_of,
    find_anomalies,
    tail,
)
from services.profile.domain.growing import sentence_of
from tests.benchmarks import histories

FIRST = date(2026, 1, 5)


def bursts(counts: list[int]) -> list[Anomaly]:
    return find_anomalies(Days(FIRST, counts), Direction.BURST)


def test_a_burst_is_found_on_its_first_days_with_its_start_and_end() -> None:
    [found] = bursts([1, 2, 1, 0, 2, 0, 1] * 20 + [12, 15, 11] + [1, 2, 1, 0, 2, 0, 1] * 3)
    assert found.started_on == FIRST + timedelta(days=140)
    assert found.found_on <= found.started_on + timedelta(days=1)
    assert found.ended_on == found.started_on + timedelta(days=2)
    assert (found.count, found.days) == (38, (12, 15, 11))
    assert found.confidence > 0.999
    assert sentence_of(found) == (
        "38 referring domains came between 25 May 2026 and 27 May 2026;"
        " about 3.6 would have been usual (more than 99.9% sure)."
    )


def test_what_goes_on_has_no_end_and_becomes_normal_after_four_weeks() -> None:
    steady = [1, 2, 1, 0, 2, 0, 1] * 20
    [going] = bursts([*steady, 20, 20])
    assert going.ended_on is None
    found = bursts([*steady, *[20] * 120])
    assert len(found) <= 3
    assert found[0].ended_on == found[0].started_on + timedelta(days=LONGEST)


def test_a_weekly_rhythm_is_no_news() -> None:
    assert bursts([20, 22, 19, 21, 20, 1, 0] * 30) == []


def test_few_domains_are_no_event_however_rare() -> None:
    assert bursts([0] * 200 + [4] + [0] * 20) == []
    assert len(bursts([0] * 200 + [9] + [0] * 20)) == 1


def test_nothing_is_judged_before_enough_was_seen() -> None:
    assert bursts([1] * (MIN_DAYS - 2) + [50]) == []


def test_more_domains_lose_more_and_that_is_no_drop() -> None:
    """A file brings ten times the domains: what they lose is news only after two weeks of learning."""
    before, after = [0, 1, 0, 0, 1, 0, 0] * 16, [4, 6, 5, 3, 6, 5, 4] * 10
    stands = [200] * len(before) + [2_200] * len(after)
    assert find_anomalies(Days(FIRST, before + after, stands), Direction.DROP) == []
    gone = before + after + [60, 40]
    [found] = find_anomalies(Days(FIRST, gone, [*stands, 2_200, 2_200]), Direction.DROP)
    assert found.count == 100


def test_the_tail_is_that_of_the_negative_binomial() -> None:
    assert tail(0, 3.0, 2.0) == pytest.approx(1.0)
    assert tail(1, 3.0, 2.0) == pytest.approx(1 - (2 / 5) ** 2)
    assert tail(2, 3.0, 2.0) == pytest.approx(1 - (2 / 5) ** 2 - 2 * (3 / 5) * (2 / 5) ** 2)
    assert 0 < tail(500, 3.0, 2.0) < 1e-80


def test_days_are_laid_out_without_gaps_and_stand_until_they_go() -> None:
    last = FIRST + timedelta(days=3)
    went = {FIRST + timedelta(days=1): 2}
    known = {FIRST - timedelta(days=9): 5, FIRST + timedelta(days=2): 3}
    assert days_of(went, FIRST, last, known) == Days(FIRST, [0, 2, 0, 0], [5, 5, 6, 6])


@settings(max_examples=60)
@given(st.lists(st.integers(0, 60), min_size=1, max_size=160))
def test_any_history_gives_anomalies_in_order_that_hold_together(counts: list[int]) -> None:
    found = bursts(counts)
    for one in found:
        assert one.started_on <= one.found_on <= (one.ended_on or one.found_on)
        assert one.count == sum(one.days)
        assert 0 <= one.confidence <= 1
    assert [one.started_on for one in found] == sorted(one.started_on for one in found)


def test_bursts_and_drops_of_seeded_histories_are_found_and_quiet_years_stay_quiet() -> None:
    """A part of `make bench ONLY=anomalies`, which plays hundreds of years."""
    loud, quiet = histories.Tally(), histories.Tally()
    for seed in range(12):
        histories.judge(histories.site(seed, events=True), loud)
        histories.judge(histories.site(10_000 + seed, events=False), quiet)
    assert loud.found >= 0.95 * loud.injected
    assert loud.false + quiet.false <= loud.site_years + quiet.site_years
