"""Single cells of a pasted table: dates, prices, rel, positions, as people write them."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from shared.currencies import MINOR_UNITS
from shared.vocabulary import Position


class CellError(ValueError):
    """A cell cannot be read; the text says what to write instead."""


_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})")
_SYMBOLS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "₪": "ILS", "zł": "PLN", "₹": "INR"}
_AMOUNT = re.compile(r"[\d.,'\u2019\s]*\d[\d.,'\u2019\s]*")
_NOTHING = frozenset({"", "-", "–", "n/a", "none", "any", "?"})  # noqa: RUF001 - people paste it
_FOLLOWED = frozenset({"follow", "followed", "dofollow", "do-follow", "do follow"})
_REL_WORDS = {
    "nofollow": "nofollow",
    "no-follow": "nofollow",
    "sponsored": "sponsored",
    "ugc": "ugc",
}
_POSITIONS = {
    "content": Position.CONTENT,
    "body": Position.CONTENT,
    "in content": Position.CONTENT,
    "text": Position.CONTENT,
    "article": Position.CONTENT,
    "footer": Position.FOOTER,
    "header": Position.HEADER,
    "sidebar": Position.SIDEBAR,
    "blogroll": Position.SIDEBAR,
    "nav": Position.NAV,
    "menu": Position.NAV,
    "comment": Position.COMMENT,
}


def is_nothing(text: str) -> bool:
    """Whether a cell says that nothing was agreed."""
    return text.strip().lower() in _NOTHING


def read_date(text: str) -> date:
    """Read 2026-03-01, 1.3.2026 or 25/03/2026; a date that could be two days is refused."""
    found = _ISO.fullmatch(text)
    if found:
        return _date(int(found[1]), int(found[2]), int(found[3]), text)
    found = _DAY_FIRST.fullmatch(text)
    if not found:
        raise CellError(f"{text!r} is no date; write it as 2026-03-31.")
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    if found[2] == "." or second == first:
        return _date(year, second, first, text)
    if first <= 12 and second <= 12:
        raise CellError(f"{text!r} can be two different days; write it as 2026-03-31.")
    day, month = (first, second) if first > 12 else (second, first)
    return _date(year, month, day, text)


def _date(year: int, month: int, day: int, text: str) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise CellError(f"{text!r} is no day of the calendar; write it as 2026-03-31.") from error


def read_price(text: str, *, beside: str | None = None) -> tuple[Decimal, str | None]:
    """Read 120, 1,200.50 EUR, €99 or 1.200,00 zł; returns the currency where the cell names one.

    `beside` is the currency that another cell of the row names.
    """
    currency = next((code for sign, code in _SYMBOLS.items() if sign in text), None)
    letters = re.search(r"(?<![^\W\d_])([A-Za-z]{3})(?![^\W\d_])", text)
    if currency is None and letters:
        currency = letters[1].upper()
    found = _AMOUNT.search(text)
    if not found:
        raise CellError(f"{text!r} is no price; write it as 120.50 EUR.")
    try:
        return Decimal(_plain(found[0], currency or beside or "")), currency
    except InvalidOperation as error:
        raise CellError(f"{text!r} is no price; write it as 120.50 EUR.") from error


def _plain(amount: str, currency: str) -> str:
    """Return an amount with a dot before its cents and nothing between its thousands.

    One sign before three digits is between thousands, as in 1,200. Where the currency has three digits, a
    point is before them, and a comma may be either: the writer has to say which.
    """
    digits = re.sub(r"[\s'\u2019]", "", amount)
    if "," in digits and "." in digits:
        decimal = "," if digits.rindex(",") > digits.rindex(".") else "."
    else:
        sign = "," if "," in digits else "."
        cents = digits.rpartition(sign)[2]
        is_alone = digits.count(sign) == 1
        is_fine = is_alone and len(cents) == 3 and MINOR_UNITS.get(currency.upper(), 2) >= 3
        if is_fine and sign == ",":
            whole = digits.rpartition(sign)[0] or "0"
            either = f"write {whole}.{cents} or {whole}{cents}.000"
            raise CellError(f"{amount.strip()!r} can be two different amounts; {either}.")
        decimal = sign if is_fine or (is_alone and len(cents) != 3) else ""
    whole, _, cents = digits.rpartition(decimal) if decimal else (digits, "", "")
    whole = re.sub(r"[.,]", "", whole)
    return f"{whole or '0'}.{cents}" if cents else whole


def read_rel(text: str) -> tuple[str, ...]:
    """Read rel tokens; dofollow is the empty list: the link must be followed."""
    words = [word for word in re.split(r"[\s,+/|]+", text.lower().strip()) if word]
    if text.lower().strip() in _FOLLOWED or words == ["follow"]:
        return ()
    tokens = [_REL_WORDS.get(word, "") for word in words]
    if not all(tokens):
        raise CellError(f"{text!r} is unknown; write dofollow, nofollow, sponsored or ugc.")
    return tuple(tokens)


def read_position(text: str) -> Position:
    found = _POSITIONS.get(" ".join(text.lower().split()))
    if found is None:
        raise CellError(f"{text!r} is unknown; write content, sidebar, nav, header or footer.")
    return found


def read_count(text: str) -> int:
    if not text.strip().isdecimal() or len(text.strip()) > 6:
        raise CellError(f"{text!r} is no whole number; write it as 12.")
    return int(text)


def read_currency(text: str) -> str:
    return _SYMBOLS.get(text.strip(), text.strip().upper())


READERS: dict[str, Callable[[str], Any]] = {
    "rel": read_rel,
    "position": read_position,
    "go_live_on": read_date,
    "until_on": read_date,
    "max_outlinks": read_count,
    "currency": read_currency,
}
"""Fields whose cells are more than text; `price` is read apart, it may name its currency."""
