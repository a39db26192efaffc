"""How a payment stands, when it is told of, and what a loss leaves unserved."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.outreach.domain.money.payment import (
    OVERDUE,
    Payment,
    PaymentState,
    due_notice,
    faults,
    sentence,
)
from services.outreach.domain.money.refund import letter, reckon
from services.outreach.domain.money.table import HEAD, csv_of
from services.outreach.domain.placement import Seen
from services.outreach.domain.record import Placement
from services.outreach.domain.terms import Terms
from shared.ids import new_id

TODAY = date(2026, 11, 3)
NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)


def a_payment(**given: Any) -> Payment:
    values: dict[str, Any] = {
        **dict.fromkeys(("payment_id", "workspace_id", "site_id", "placement_id"), new_id()),
        "amount": Decimal(120),
        "currency": "EUR",
        "created_by": new_id(),
        "created_at": NOON,
    }
    return Payment(**values | given)


STATES: list[tuple[dict[str, Any], PaymentState, str]] = [
    ({}, PaymentState.DUE, "120.00 EUR is to be paid, no day was agreed."),
    (
        {"due_on": TODAY},
        PaymentState.DUE,
        "120.00 EUR is to be paid, by 3 Nov 2026, today.",
    ),
    (
        {"due_on": date(2026, 11, 1)},
        PaymentState.OVERDUE,
        "120.00 EUR was to be paid by 1 Nov 2026, 2 days ago.",
    ),
    (
        {"paid_on": TODAY, "method": "by card", "due_on": date(2026, 1, 1)},
        PaymentState.PAID,
        "120.00 EUR was paid on 3 Nov 2026, by card.",
    ),
    (
        {"paid_on": TODAY, "refunded": Decimal(20), "refunded_on": TODAY},
        PaymentState.PAID,
        "120.00 EUR was paid on 3 Nov 2026. 20.00 EUR came back on 3 Nov 2026.",
    ),
    (
        {"paid_on": TODAY, "refunded": Decimal(120), "refunded_on": TODAY},
        PaymentState.REFUNDED,
        "120.00 EUR was paid on 3 Nov 2026. 120.00 EUR came back on 3 Nov 2026.",
    ),
    (
        {"waived_on": TODAY},
        PaymentState.NOTHING_OWED,
        "Nothing is owed any more: 120.00 EUR was let go on 3 Nov 2026.",
    ),
]


@pytest.mark.parametrize(("given", "state", "said"), STATES)
def test_a_payment_says_how_it_stands(
    given: dict[str, Any], state: PaymentState, said: str
) -> None:
    one = a_payment(**given)
    assert (one.state(TODAY), sentence(one, TODAY)) == (state, said)


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"currency": "EURO"}, "/currency"),
    ({"currency": "XXX"}, "/currency"),
    ({"amount": Decimal(0)}, "/amount"),
    ({"amount": Decimal("1.5"), "currency": "JPY"}, "/amount"),
    ({"amount": Decimal("1.005")}, "/amount"),
    ({"paid_on": TODAY + timedelta(days=2)}, "/paid_on"),
    ({"refunded": Decimal(5)}, "/refunded_on"),
    ({"refunded": Decimal(5), "refunded_on": TODAY}, "/paid_on"),
    ({"refunded": Decimal(500), "refunded_on": TODAY, "paid_on": TODAY}, "/refunded"),
    ({"waived_on": TODAY, "paid_on": TODAY}, "/waived_on"),
    ({"invoice_url": "javascript:alert(1)"}, "/invoice_url"),
]


@pytest.mark.parametrize(("given", "pointer"), FAULTS)
def test_what_is_wrong_is_named_with_its_fix(given: dict[str, Any], pointer: str) -> None:
    assert pointer in {fault.pointer for fault in faults(a_payment(**given), TODAY)}


def test_a_payment_in_the_smallest_unit_of_its_currency_is_right() -> None:
    assert faults(a_payment(amount=Decimal("0.001"), currency="KWD"), TODAY) == []


def test_each_notice_is_given_once_and_a_missed_one_is_not_made_up_for() -> None:
    due_on, told, given = TODAY + timedelta(days=9), None, []
    for days in range(14):
        notice = due_notice(due_on, told=told, today=TODAY + timedelta(days=days))
        if notice is not None:
            given.append((days, notice))
            told = notice
    assert given == [(2, 7), (7, 2), (10, OVERDUE)]
    assert due_notice(due_on, told=None, today=TODAY + timedelta(days=30)) == OVERDUE
    assert due_notice(due_on, told=OVERDUE, today=TODAY + timedelta(days=30)) is None


def test_no_cell_of_the_table_is_a_formula() -> None:
    one = a_payment(
        invoice_no="=1+1", note="+cmd", vendor_name="@Bob", referring_domain="b.example"
    )
    head, line = csv_of([one], today=TODAY, head=True).splitlines()
    assert head == ",".join(HEAD)
    assert line.startswith("b.example,,'@Bob,,120.00,EUR,To be paid,")
    assert "'=1+1" in line
    assert "'+cmd" in line


def a_lost_placement(**given: Any) -> Placement:
    terms: dict[str, Any] = {
        "referring_url": "https://blog.example/post",
        "referring_domain": "blog.example",
        "go_live_on": date(2026, 1, 1),
        "until_on": date(2026, 12, 31),
    }
    terms |= {name: given.pop(name) for name in list(given) if name in terms}
    values: dict[str, Any] = {
        **dict.fromkeys(("placement_id", "workspace_id", "site_id", "created_by"), new_id()),
        "terms": Terms(**terms),
        "seen": Seen.LOST,
        "first_live_at": datetime(2026, 1, 1, 9, tzinfo=UTC),
        "lost_at": datetime(2026, 7, 2, 9, tzinfo=UTC),
        "created_at": NOON,
    }
    return Placement(**values | given)


def test_a_loss_is_reckoned_by_the_days_that_were_served() -> None:
    paid = [
        a_payment(amount=Decimal(365), paid_on=TODAY),
        a_payment(amount=Decimal(100), currency="USD", paid_on=TODAY),
        a_payment(amount=Decimal(999)),
    ]
    found = reckon(a_lost_placement(), paid, today=date(2026, 7, 5))
    assert found.share is not None
    assert (found.share.agreed_days, found.share.served_days) == (365, 182)
    assert found.unserved == [(Decimal("183.00"), "EUR"), (Decimal("50.14"), "USD")]
    assert found.sentences[1] == (
        "Agreed were 365 days, 1 Jan 2026 to 31 Dec 2026; the link was there on 182 of them,"
        " 50 %, and is gone since 2 Jul 2026."
    )
    draft = letter(a_lost_placement(), found, language="en")
    assert draft is not None
    assert "give back 183.00 EUR and 50.14 USD" in draft.text
    german = letter(a_lost_placement(), found, language="de")
    assert german is not None
    assert "31.12.2026" in german.text


def test_what_came_back_already_is_not_asked_for_again() -> None:
    one = a_payment(paid_on=TODAY, refunded=Decimal(120), refunded_on=TODAY)
    found = reckon(a_lost_placement(), [one], today=date(2026, 7, 5))
    assert (found.paid, found.unserved) == ([], [])
    draft = letter(a_lost_placement(), found, language="en")
    assert draft is not None
    assert "give back" not in draft.text


UNKNOWN: list[tuple[dict[str, Any], str]] = [
    ({"until_on": None}, "Until when it was to stay was not agreed"),
    ({"first_live_at": None}, "It was never seen live"),
]


@pytest.mark.parametrize(("given", "said"), UNKNOWN)
def test_a_share_that_is_not_known_is_not_made_up(given: dict[str, Any], said: str) -> None:
    found = reckon(a_lost_placement(**given), [a_payment(paid_on=TODAY)], today=TODAY)
    assert (found.share, list(found.unserved)) == (None, [])
    assert any(text.startswith(said) for text in found.sentences)


def test_a_link_that_served_its_time_owes_nothing() -> None:
    late = a_lost_placement(lost_at=datetime(2027, 1, 1, 1, tzinfo=UTC))
    found = reckon(late, [a_payment(paid_on=TODAY)], today=date(2026, 12, 31))
    assert found.share is not None
    assert found.share.served_days == found.share.agreed_days
    assert letter(late, found, language="en") is None
