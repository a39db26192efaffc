"""Kaplan-Meier: the same as scipy's with right censoring, and as its definition with late entry."""

import warnings
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import CensoredData, ecdf

from services.profile.domain.survival import Costs, Spell, curve_of, shown

_SPELLS = st.lists(
    st.builds(Spell, st.just(0), st.integers(1, 60), st.booleans(), st.just(1)),
    min_size=1,
    max_size=60,
)


@settings(max_examples=150, deadline=None)
@given(_SPELLS)
def test_it_is_the_estimate_of_scipy(spells: list[Spell]) -> None:
    lost = [spell.exit for spell in spells if spell.lost]
    alive = [spell.exit for spell in spells if not spell.lost]
    if not lost:
        assert curve_of(spells).points == ()
        return
    theirs = ecdf(CensoredData(uncensored=lost, right=alive)).sf
    curve = curve_of(spells)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the limits where nothing, or all, is lost
        limits = theirs.confidence_interval(method="log-log")
    for point in curve.points:
        assert point.share == pytest.approx(float(theirs.evaluate(point.days)), abs=1e-12)
        if 0 < point.share < 1:
            assert point.low == pytest.approx(float(limits.low.evaluate(point.days)), abs=1e-9)
            assert point.high == pytest.approx(float(limits.high.evaluate(point.days)), abs=1e-9)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.builds(
            lambda entry, length, lost, count: Spell(entry, entry + length, lost, count),
            st.integers(0, 30),
            st.integers(1, 40),
            st.booleans(),
            st.integers(1, 3),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_with_late_entry_it_is_the_product_of_its_definition(spells: list[Spell]) -> None:
    share = 1.0
    for point in curve_of(spells).points:
        at_risk = sum(s.count for s in spells if s.entry < point.days <= s.exit)
        lost = sum(s.count for s in spells if s.lost and s.exit == point.days)
        share *= 1 - lost / at_risk
        assert (point.at_risk, point.lost) == (at_risk, lost)
        assert point.share == pytest.approx(share, abs=1e-12)
        assert 0 <= point.low <= point.share <= point.high <= 1


def test_an_age_that_no_link_was_watched_to_has_no_share() -> None:
    curve = curve_of([Spell(0, 100, lost=False, count=8), Spell(0, 40, lost=True, count=2)])
    ninety = curve.at(90)
    assert ninety is not None
    assert ninety.share == pytest.approx(0.8)
    assert curve.at(365) is None
    assert curve_of([]).at(90) is None


def test_a_curve_is_thinned_out_with_its_last_point() -> None:
    curve = curve_of([Spell(0, day, lost=True) for day in range(1, 1000)])
    points = shown(curve)
    assert len(points) == 200
    assert points[-1].days == 999


def test_the_cost_of_a_month_is_told_by_currency() -> None:
    costs = Costs({"EUR": Decimal(200), "USD": Decimal(50)}, {"EUR": 609, "USD": 0})
    assert costs.per_month() == {"EUR": pytest.approx(10.0, abs=1e-3)}
