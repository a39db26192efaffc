"""A loss is believed after two looks with enough time between them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.crawler.domain.streak import Streak, after, confirm_after
from shared.vocabulary import Outcome, Reason

START = datetime(2026, 11, 22, tzinfo=UTC)
HOUR = timedelta(hours=1)
LOOKS = st.lists(st.tuples(st.sampled_from(Outcome), st.integers(0, 200)), max_size=30)


def streak_after(*looks: tuple[Outcome, int], wait: timedelta = HOUR) -> Streak:
    """Return the streak after looks, each so many minutes after the start."""
    streak = Streak()
    for outcome, minutes in looks:
        streak = after(streak, outcome, at=START + timedelta(minutes=minutes), wait=wait)
    return streak


def test_a_link_missing_twice_with_an_hour_between_counts_twice() -> None:
    looks = ((Outcome.MISSING, 0), (Outcome.MISSING, 60))
    assert streak_after(*looks) == Streak(2, START)


def test_two_looks_within_the_hour_are_one() -> None:
    looks = ((Outcome.MISSING, 0), (Outcome.MISSING, 59))
    assert streak_after(*looks) == Streak(1, START)


def test_a_look_that_saw_nothing_neither_counts_nor_forgives() -> None:
    looks = ((Outcome.MISSING, 0), (Outcome.UNKNOWN, 30), (Outcome.UNKNOWN, 90))
    assert streak_after(*looks) == Streak(1, START)
    assert streak_after(*looks, (Outcome.MISSING, 91)) == Streak(2, START)


def test_a_look_that_finds_the_link_starts_afresh() -> None:
    looks = ((Outcome.MISSING, 0), (Outcome.MISSING, 60), (Outcome.FOUND, 70))
    assert streak_after(*looks) == Streak()
    later = streak_after(*looks, (Outcome.MISSING, 80))
    assert later == Streak(1, START + timedelta(minutes=80))


def test_a_clock_that_went_back_counts_nothing() -> None:
    assert streak_after((Outcome.MISSING, 100), (Outcome.MISSING, 0)).count == 1


@pytest.mark.parametrize(
    ("reasons", "contract", "override", "wait"),
    [
        ([Reason.LINK_REMOVED], False, None, HOUR),
        ([Reason.LINK_REMOVED], True, None, timedelta(minutes=15)),
        ([Reason.DNS_GONE], True, None, timedelta(hours=6)),
        ([Reason.DNS_GONE], False, timedelta(), timedelta()),
    ],
)
def test_how_long_a_second_look_has_to_wait(
    reasons: list[Reason], *, contract: bool, override: timedelta | None, wait: timedelta
) -> None:
    assert confirm_after(reasons, contract=contract, override=override) == wait


@given(LOOKS)
def test_unknown_looks_never_matter(looks: list[tuple[Outcome, int]]) -> None:
    observed = [look for look in looks if look[0] is not Outcome.UNKNOWN]
    assert streak_after(*looks) == streak_after(*observed)


@given(LOOKS)
def test_a_streak_of_two_spans_the_wait(looks: list[tuple[Outcome, int]]) -> None:
    streak = streak_after(*looks)
    assert (streak.count == 0) == (streak.since is None)
    if streak.count >= 2 and streak.since is not None:
        last = START + timedelta(minutes=max(minutes for _, minutes in looks))
        assert last - streak.since >= HOUR
