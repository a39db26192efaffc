"""The whole pipeline on a made-up web of 2,000 hosts of which 5 % are bad (`make bench ONLY=synthetic`: 15,000)."""

from collections.abc import Sequence

import pytest

from shared.vocabulary import Action
from tests.synthetic.pipeline import Case, judge_world, measure
from tests.synthetic.world import Kind, make_world

# Said of a domain by those who look at names and at days, not by the page that was planted.
_OF_OTHERS = frozenset({"name_like_bad", "in_burst"})


@pytest.fixture(scope="module")
def cases() -> Sequence[Case]:
    return judge_world(make_world(11, hosts=2_000))


def test_the_truth_is_found_at_the_disavow_threshold(cases: Sequence[Case]) -> None:
    found = measure(cases)
    assert found.auc >= 0.97
    assert found.precision >= 0.99, found.wrong
    assert found.recall >= 0.40
    assert found.calibration_error <= 0.05


def test_every_reason_points_at_what_was_planted(cases: Sequence[Case]) -> None:
    stray = {one.rpartition(" ")[2] for one in measure(cases).stray}
    assert stray <= _OF_OTHERS


def test_nobody_honest_and_no_junk_is_proposed(cases: Sequence[Case]) -> None:
    proposed = [case for case in cases if case.score.action is Action.PROPOSE_DISAVOW]
    assert proposed
    assert {case.host.kind for case in proposed if not case.host.toxic} == set()
    junk = [case for case in cases if case.host.kind is Kind.SCRAPER]
    assert all(case.score.action is not Action.REQUEST_REMOVAL for case in junk)
