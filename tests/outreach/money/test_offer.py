"""What offered terms come to, in parts and in all, and when they can't be reckoned."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.outreach.domain.money.campaign import (
    Campaign,
    Funnel,
    Spend,
    budget_sentence,
    faults,
    goal_sentence,
)
from services.outreach.domain.money.offer import (
    OfferState,
    OfferTerms,
    last_day,
    later,
    parts,
    reckoned,
    state_of,
    words_of,
)
from services.outreach.domain.money.reading import Per
from shared.clock import now
from shared.ids import new_id

TODAY = date(2026, 11, 30)


def some_terms(**given: Any) -> OfferTerms:
    values: dict[str, Any] = {"amount": Decimal(120), "currency": "EUR"}
    return OfferTerms(**values | given)


@pytest.mark.parametrize(
    ("given", "price", "months", "dates"),
    [
        ({}, "120", None, ["2026-11-30"]),
        ({"months": 24}, "120", 24, ["2026-11-30"]),
        ({"per": Per.YEAR}, "120", 12, ["2026-11-30"]),
        ({"per": Per.YEAR, "months": 24}, "240", 24, ["2026-11-30", "2027-11-30"]),
        (
            {"per": Per.MONTH, "months": 4},
            "480",
            4,
            ["2026-11-30", "2026-12-30", "2027-01-30", "2027-02-28"],
        ),
    ],
)
def test_terms_come_to_a_price_a_time_and_payments(
    given: dict[str, Any], price: str, months: int | None, dates: list[str]
) -> None:
    terms = some_terms(**given)
    deal, wrong = reckoned(terms)
    assert deal is not None
    assert (wrong, deal.price, deal.months) == ([], Decimal(price), months)
    made = parts(terms, deal, TODAY)
    assert [day.isoformat() for day, _ in made] == dates
    assert sum(amount for _, amount in made) == deal.price


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"per": Per.MONTH}, "/months"),
        ({"per": Per.YEAR, "months": 18}, "/months"),
        ({"amount": Decimal("0.1255"), "currency": "KWD"}, "/amount"),
    ],
)
def test_what_can_not_be_reckoned_says_what_is_missing(given: dict[str, Any], pointer: str) -> None:
    deal, wrong = reckoned(some_terms(**given))
    assert (deal, [fault.pointer for fault in wrong]) == (None, [pointer])


def test_for_nothing_is_no_price() -> None:
    deal, _ = reckoned(OfferTerms(amount=Decimal(0), months=6))
    assert deal is not None
    assert (deal.price, deal.months) == (None, 6)
    assert parts(OfferTerms(amount=Decimal(0)), deal, TODAY) == []


def test_terms_are_said_as_people_say_them() -> None:
    terms = some_terms(per=Per.YEAR, plus_tax=True, months=24, rel=("sponsored",))
    assert words_of(terms) == "120.00 EUR a year + tax, for 24 months, marked sponsored"
    assert words_of(OfferTerms(amount=Decimal(0), rel=())) == "for nothing, followed"
    assert words_of(OfferTerms()) == "no price was named"


def test_an_offer_expires_after_its_last_day_and_only_while_it_is_open() -> None:
    yesterday = date(2026, 11, 29)
    assert state_of("open", TODAY, TODAY) is OfferState.OPEN
    assert state_of("open", yesterday, TODAY) is OfferState.EXPIRED
    assert state_of("accepted", yesterday, TODAY) is OfferState.ACCEPTED


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 600))
def test_times_of_months_follow_each_other_without_gap(day: date, months: int) -> None:
    assert later(day, months) > day
    assert (later(day, months) - last_day(day, months)).days == 1


def a_campaign(**given: Any) -> Campaign:
    values: dict[str, Any] = {
        **dict.fromkeys(("campaign_id", "workspace_id", "site_id", "created_by"), new_id()),
        "name": "Spring",
        "created_at": now(),
    }
    return Campaign(**values | given)


def test_a_campaign_says_how_far_it_is_and_what_is_left() -> None:
    one = a_campaign(goal_links=10, goal_on=date(2026, 12, 12), budgets=((Decimal(500), "EUR"),))
    assert goal_sentence(one, Funnel(live=3), TODAY) == (
        "3 of 10 links are live. Its day is 12 Dec 2026; 12 days are left."
    )
    assert (
        goal_sentence(one, Funnel(live=10), TODAY)
        == "10 links are live: the goal of 10 is reached."
    )
    spend = [
        Spend(currency="EUR", agreed=Decimal(620), live_links=3),
        Spend(currency="USD", agreed=Decimal(9)),
    ]
    assert budget_sentence(one, spend) == (
        "620.00 EUR are agreed, 120.00 EUR more than the budget of 500.00 EUR."
        " 9.00 USD are agreed, without a budget."
    )
    assert spend[0].cost_per_live_link == Decimal("206.67")
    assert spend[1].cost_per_live_link is None


def test_a_budget_stands_once_for_each_currency() -> None:
    twice = a_campaign(budgets=((Decimal(5), "EUR"), (Decimal(6), "EUR"), (Decimal(7), "EURO")))
    assert [fault.pointer for fault in faults(twice)] == [
        "/budgets/1/currency",
        "/budgets/2/currency",
    ]
