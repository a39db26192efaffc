"""Pasted tables: separators, headers, cells as people write them, errors row by row."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.outreach.domain.cells import (
    CellError,
    read_date,
    read_position,
    read_price,
    read_rel,
)
from services.outreach.domain.paste import MAX_ROWS, MAX_SHOWN, Row, read_table
from shared.errors import FieldError, InvalidError
from shared.vocabulary import Position


def only(text: str) -> Row:
    (row,) = read_table(text)
    return row


def test_a_row_without_a_header_is_read_by_the_order_of_its_columns() -> None:
    row = only(
        "https://b.example/p\thttps://a.example/\tmy anchor\tdofollow\tcontent\t2026-03-01\n"
    )
    assert (row.draft.page, row.draft.target) == ("https://b.example/p", "https://a.example/")
    assert (row.draft.anchor_text, row.draft.rel) == ("my anchor", ())
    assert (row.draft.position, row.draft.go_live_on) == (Position.CONTENT, date(2026, 3, 1))
    assert row.errors == ()


@pytest.mark.parametrize("sign", ["\t", ",", ";", "|"])
def test_the_separator_is_found(sign: str) -> None:
    rows = [
        ["Target", "Page", "Price", "Vendor"],
        ["https://a.example/", "b.example/p", "120 EUR", "Bob"],
    ]
    row = only("\n".join(sign.join(cells) for cells in rows))
    assert row.draft.page == "b.example/p"
    assert (row.draft.price, row.draft.currency, row.vendor) == (Decimal(120), "EUR", "Bob")


def test_a_header_may_be_in_any_order_and_unknown_columns_are_left_out() -> None:
    text = "Status,Anchor Text,Link To,Link From,Live date\nok,x y,https://a.example/,https://b.example/p,2026-01-02"
    row = only(text)
    assert (row.draft.page, row.draft.target) == ("https://b.example/p", "https://a.example/")
    assert (row.draft.anchor_text, row.draft.go_live_on) == ("x y", date(2026, 1, 2))
    assert row.errors == ()


def test_a_bare_name_promises_any_page_of_the_domain() -> None:
    row = only("blog.example,https://a.example/")
    assert (row.draft.page, row.draft.domain) == (None, "blog.example")
    assert only("https://blog.example/,https://a.example/").draft.page == "https://blog.example/"


def test_a_page_in_the_column_of_domains_is_promised_as_that_page() -> None:
    (page,) = read_table("domain,target\nhttps://blog.example/x,https://a.example/")
    (domain,) = read_table("domain,target\nhttps://blog.example/,https://a.example/")

    assert (page.draft.page, page.draft.domain) == ("https://blog.example/x", None)
    assert domain.draft.page is None


def test_a_row_is_shown_as_it_was_pasted_and_bounded() -> None:
    quoted = 'blog.example,https://a.example/,"two\nlines"'
    rows = read_table(f"page,target,note\n{quoted}\n\n{'x' * 5_000},y\n")
    assert rows[0].text == quoted
    assert (rows[1].number, len(rows[1].text)) == (5, MAX_SHOWN)


def test_quoted_cells_keep_their_commas_and_empty_lines_are_skipped() -> None:
    row = only('\n\nhttps://b.example/p,https://a.example/,"one, two"\n\n')
    assert row.draft.anchor_text == "one, two"
    assert row.number == 3


def test_what_cannot_be_read_is_told_by_line_and_column() -> None:
    text = "page,target,go live,rel\nhttps://b.example/p,https://a.example/,soon,maybe\n"
    errors = [(error.pointer, error.code) for error in only(text).errors]
    assert errors == [("/rows/2/go_live_on", "unreadable"), ("/rows/2/rel", "unreadable")]


def test_a_dash_means_nothing_was_agreed() -> None:
    row = only("https://b.example/p,https://a.example/,-,any")
    assert row.draft.rel is None


def test_too_many_rows_and_no_rows_are_refused() -> None:
    with pytest.raises(InvalidError):
        read_table("b.example,a.example\n" * (MAX_ROWS + 1))
    with pytest.raises(InvalidError):
        read_table(" \n \n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-31", date(2026, 3, 31)),
        ("31.3.2026", date(2026, 3, 31)),
        ("1.2.2026", date(2026, 2, 1)),
        ("31/03/2026", date(2026, 3, 31)),
        ("03/31/2026", date(2026, 3, 31)),
        ("05/05/2026", date(2026, 5, 5)),
    ],
)
def test_dates(text: str, expected: date) -> None:
    assert read_date(text) == expected


@pytest.mark.parametrize("text", ["01/02/2026", "2026-02-30", "tomorrow", "1.2.26", "31.31.2026"])
def test_doubtful_dates_are_refused(text: str) -> None:
    with pytest.raises(CellError):
        read_date(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("120", (Decimal(120), None)),
        ("120.50", (Decimal("120.50"), None)),
        ("€99", (Decimal(99), "EUR")),
        ("1,200.50 USD", (Decimal("1200.50"), "USD")),
        ("1.200,50 eur", (Decimal("1200.50"), "EUR")),
        ("1,200", (Decimal(1200), None)),
        ("1 200 zł", (Decimal(1200), "PLN")),
        ("99,9 £", (Decimal("99.9"), "GBP")),
        ("1.250 KWD", (Decimal("1.250"), "KWD")),
        ("1,250.500 KWD", (Decimal("1250.500"), "KWD")),
        ("1.250.000 ¥", (Decimal(1250000), "JPY")),
        ("1,250 ¥", (Decimal(1250), "JPY")),
        ("0.0001 CLF", (Decimal("0.0001"), "CLF")),
    ],
)
def test_prices(text: str, expected: tuple[Any, Any]) -> None:
    assert read_price(text) == expected


def test_a_price_that_can_be_two_amounts_is_refused() -> None:
    for text, beside in (("1,250 KWD", None), ("1,250", "kwd")):
        with pytest.raises(CellError, match=r"write 1\.250 or 1250\.000"):
            read_price(text, beside=beside)
    (row,) = read_table("page\tprice\tcurrency\nhttps://blog.example/\t1.250\tBHD")
    assert (row.draft.price, row.draft.currency) == (Decimal("1.250"), "BHD")


def test_rel_and_position_words() -> None:
    assert read_rel("Dofollow") == ()
    assert read_rel("nofollow, sponsored") == ("nofollow", "sponsored")
    assert read_position("In  content") is Position.CONTENT
    for reader in (read_rel, read_position):
        with pytest.raises(CellError):
            reader("nonsense words")


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    rows: list[Row] = []
    faults: Sequence[FieldError] = ()
    try:
        rows = read_table(text)
    except InvalidError as error:
        faults = error.errors
    assert {fault.pointer for fault in faults} <= {"/text"}
    numbers = [row.number for row in rows]
    assert numbers == sorted(set(numbers))
    assert max(numbers, default=1) <= text.count("\n") + text.count("\r") + 1
