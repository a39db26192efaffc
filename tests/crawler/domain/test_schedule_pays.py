"""The schedule sees losses sooner than a uniform one of as many looks, in a small made-up world."""

import pytest

from services.crawler.domain import recheck
from tests.benchmarks.population import simulate


def test_losses_are_seen_much_sooner_for_the_same_number_of_looks() -> None:
    world = simulate(600, seed=1, days=180)
    assert world.looks == pytest.approx(1, abs=0.03)
    assert world.gain > 1.5


def test_a_schedule_without_regard_for_what_is_at_stake_would_be_no_better(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recheck, "weight_of", lambda **_: 1.0)
    monkeypatch.setattr(recheck, "TOP_VALUE", float("inf"))
    assert simulate(600, seed=1, days=180).gain == pytest.approx(1, abs=0.05)
