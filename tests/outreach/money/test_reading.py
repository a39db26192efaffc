# ruff: noqa: RUF001 - dashes are meant
"""Amounts that letters name, in the languages people write in; telephone numbers and dates are none."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.outreach.domain.money.reading import Named, Per, amounts_in
from shared.currencies import MINOR_UNITS

AMOUNTS: dict[str, dict[str, Any]] = {
    "We ask 150 €.": {"amount": "150", "currency": "EUR"},
    "It is USD 1,200.50 per post.": {"amount": "1200.50", "currency": "USD"},
    "£90 + VAT": {"amount": "90", "currency": "GBP", "plus_tax": True},
    "C'est 120 euros le lien": {"amount": "120", "currency": "EUR"},
    "Der Preis: 1.200,- EUR zzgl. MwSt.": {"amount": "1200", "currency": "EUR", "plus_tax": True},
    "CHF 1'200.– im Jahr": {"amount": "1200", "currency": "CHF", "per": Per.YEAR},
    "100-150 € pro Link": {"amount": "100", "up_to": "150", "currency": "EUR"},
    "€100 - €150": {"amount": "100", "up_to": "150", "currency": "EUR"},
    "150 USD - 200 USD": {"amount": "150", "up_to": "200", "currency": "USD"},
    "von 100 bis 150 Euro pro Jahr": {
        "amount": "100",
        "up_to": "150",
        "currency": "EUR",
        "per": Per.YEAR,
    },
    "$100/month": {"amount": "100", "currency": "USD", "per": Per.MONTH, "is_sure": False},
    "100 €/an HT": {"amount": "100", "currency": "EUR", "per": Per.YEAR, "plus_tax": True},
    "₹1,20,000": {"amount": "120000", "currency": "INR"},
    "1 200 zł netto": {"amount": "1200", "currency": "PLN", "plus_tax": True},
    "KWD 12.500": {"amount": "12.5", "currency": "KWD"},
    "EUR 1.500": {"amount": "1500", "currency": "EUR"},
    "$1.5k": {"amount": "1500", "currency": "USD", "is_sure": False},
    "In 2026 EUR 150": {"amount": "150", "currency": "EUR"},
    "EUR100": {"amount": "100", "currency": "EUR"},
    "150 рублей в год": {"amount": "150", "currency": "RUB", "per": Per.YEAR},
    "You can have it for free.": {"amount": "0", "is_free": True},
    "Das ist kostenlos.": {"amount": "0", "is_free": True},
}
NONE = (
    "Call +49 170 1234567 €",
    "Tel. 555-0100 USD",
    "on 12.03.2026 EUR",
    "2026-03-12 EUR",
    "at 14:30 €",
    "It is not free of charge.",
    "Das ist leider nicht kostenlos.",
    "Feel free to write.",
    "TOP 10 links, ALL 5 of them",
    "150 links",
)


@pytest.mark.parametrize("text", AMOUNTS)
def test_an_amount_is_read_with_what_is_said_of_it(text: str) -> None:
    (found,) = amounts_in(text)
    wanted = AMOUNTS[text]
    values: dict[str, Any] = {
        name: Decimal(value) if name in {"amount", "up_to"} else value
        for name, value in wanted.items()
    }
    assert found == Named(**values, sentence=text)


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_amount_is_not_read_as_one(text: str) -> None:
    assert amounts_in(text) == []


def test_each_amount_stands_with_its_own_sentence() -> None:
    text = "Hello!\nA post costs 200 EUR. For a link we ask\n50 EUR. Reply by 3.12. please."
    assert [(str(one.amount), one.sentence) for one in amounts_in(text)] == [
        ("200", "A post costs 200 EUR."),
        ("50", "50 EUR."),
    ]


def _grouped(digits: str, mark: str) -> str:
    head = len(digits) % 3 or 3
    parts = [digits[:head], *(digits[at : at + 3] for at in range(head, len(digits), 3))]
    return mark.join(parts)


STYLES = (("", "."), ("", ","), (",", "."), (".", ","), ("'", "."), (" ", ","), ("\u202f", ","))
CODES = st.sampled_from([code for code, digits in MINOR_UNITS.items() if digits == 2])


@settings(max_examples=150, deadline=None)
@given(
    whole=st.integers(1, 9_999_999),
    cents=st.one_of(st.none(), st.integers(0, 99)),
    style=st.sampled_from(STYLES),
    code=CODES,
    before=st.booleans(),
)
def test_an_amount_is_read_however_it_is_written(
    whole: int, cents: int | None, style: tuple[str, str], code: str, *, before: bool
) -> None:
    mark, point = style
    text = _grouped(str(whole), mark) if mark else str(whole)
    text += "" if cents is None else f"{point}{cents:02d}"
    said = f"{code} {text}" if before else f"{text} {code}"
    found = amounts_in(f"We ask {said} for it.")
    if before and not found:
        assert code in {"ALL", "AMD", "BAM", "BOB", "CDF", "COP", "CUP", "DOP", "GEL", "LAK"} | {
            *("MAD", "MOP", "PEN", "RON", "SAR", "SOS", "TOP", "TRY", "UYU")
        }
        return
    assert [(one.amount, one.currency) for one in found] == [
        (Decimal(whole) + Decimal(cents or 0) / 100, code)
    ]


@settings(max_examples=100, deadline=None)
@given(
    date=st.dates(),
    form=st.sampled_from(("%d.%m.%Y", "%d/%m/%Y", "%Y-%m-%d", "%m-%d-%Y")),
    mark=st.sampled_from(("EUR", "€", "USD", "euros")),
)
def test_a_date_is_never_an_amount(date: Any, form: str, mark: str) -> None:
    assert amounts_in(f"Published {date.strftime(form)} {mark}") == []


@settings(max_examples=100, deadline=None)
@given(
    country=st.integers(1, 999),
    area=st.integers(10, 9999),
    number=st.integers(10_000, 99_999_999),
    mark=st.sampled_from(("-", " ", "/", ".", ") ", "")),
)
def test_a_telephone_number_is_never_an_amount(
    country: int, area: int, number: int, mark: str
) -> None:
    assert amounts_in(f"Phone +{country} {area}{mark}{number} €") == []


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("0123456789.,-€$ EURkto"))))
def test_no_text_breaks_it(text: str) -> None:
    for one in amounts_in(text):
        assert one.amount >= 0
        assert one.is_free == (one.currency is None)
        assert len(one.sentence) <= 300
