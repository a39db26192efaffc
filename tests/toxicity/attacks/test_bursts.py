"""Bursts of bad new domains are found soon; successes, quiet sites and heaps of ordinary junk are not."""

import itertools
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.toxicity.domain.attacks.bursts import Day, find_bursts
from services.toxicity.domain.attacks.drift import Arrival, measure, scripts
from services.toxicity.domain.attacks.telling import evidence, sentence
from tests.toxicity.attacks.years import Pools, tally

FIRST = date(2026, 1, 1)


def days(*counts: tuple[int, int]) -> list[Day]:
    """Return days of (new domains, bad ones among them)."""
    return [Day(FIRST + timedelta(days=at), *count) for at, count in enumerate(counts)]


def quiet(length: int = 60) -> list[tuple[int, int]]:
    return [(3, int(at % 20 == 0)) for at in range(length)]


def test_many_years_with_known_events() -> None:
    found = tally(range(200), Pools(1))
    assert found.blasts_in_time >= 0.9 * found.blasts
    assert found.drips_found >= 0.6 * found.drips
    assert found.viral_flagged <= 0.02 * found.viral
    assert found.false_alarms <= 0.1 * found.years


def test_a_blast_is_found_on_its_day_with_what_would_be_usual() -> None:
    (found,) = find_bursts(days(*quiet(), (43, 40)))
    assert found.started_on == found.found_on == FIRST + timedelta(days=60)
    assert (found.domains, found.bad) == (43, 40)
    assert found.expected < 1
    assert "40 bad-looking domains" in sentence(
        found.bad, found.started_on, found.last_on, found.expected
    )


def test_a_success_is_none() -> None:
    rising = [(60, 3), (90, 4), (50, 2), (30, 1)]
    assert find_bursts(days(*quiet(), *rising)) == []


def test_one_attack_over_many_days_is_one_alarm() -> None:
    (found,) = find_bursts(days(*quiet(), *[(10, 7)] * 20))
    assert found.last_on > found.found_on
    assert found.bad > 30


def test_after_a_calm_time_another_attack_is_another_alarm() -> None:
    found = find_bursts(days(*quiet(), (43, 40), *quiet(40), (43, 40)))
    assert len(found) == 2


def test_a_site_of_which_too_little_is_known_has_no_alarm() -> None:
    assert find_bursts(days(*quiet(10), (43, 40))) == []
    assert find_bursts([]) == []


def test_a_few_bad_domains_are_no_attack() -> None:
    assert find_bursts(days(*quiet(), (4, 4))) == []


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=90))
def test_bursts_are_in_order_and_apart_whatever_the_numbers(
    drawn: Sequence[tuple[int, int]],
) -> None:
    found = find_bursts(days(*((all_new + bad, bad) for all_new, bad in drawn)))
    for one in found:
        assert one.started_on <= one.found_on <= one.last_on
        assert one.bad <= one.domains
    for one, other in itertools.pairwise(found):
        assert one.last_on < other.started_on


def an_arrival(number: int, text: str, kind: str, tld: str = "com") -> Arrival:
    return Arrival(f"d{number}.{tld}", text, kind)


@pytest.mark.parametrize(
    ("text", "found"), [("Acme 1", {"LATIN"}), ("казино", {"CYRILLIC"}), ("1!", set())]
)
def test_scripts_are_those_of_the_letters(text: str, found: set[str]) -> None:
    assert scripts(text) == found


def test_drift_says_what_is_new_and_nothing_where_nothing_is() -> None:
    before = [an_arrival(number, "Acme Home", "branded") for number in range(40)]
    same = measure(before, before[:10])
    assert (same.new_script_share, same.new_tld_share) == (0, 0)
    assert same.anchor_bits < 0.3
    during = [an_arrival(number, "казино", "toxic", "top") for number in range(20)]
    drift = measure(before, during)
    assert (drift.new_script_share, drift.new_tld_share) == (1, 1)
    assert drift.anchor_bits > 2
    (burst,) = find_bursts(days(*quiet(), (20, 20)))
    said = " ".join(evidence(burst, drift))
    assert "казино" in said
    assert ".top" in said


def test_nothing_before_is_nothing_new() -> None:
    drift = measure([], [an_arrival(1, "казино", "toxic", "top")])
    assert (drift.anchor_bits, drift.new_script_share, drift.new_tld_share) == (0, 0, 0)
