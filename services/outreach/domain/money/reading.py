# ruff: noqa: RUF001 - dashes and wide letters are meant
"""Reads the amounts that a letter names, in the languages people write in, each with its sentence; pure.

An amount is a number beside a currency: `150 €`, `USD 1,200.50`, `1.200,- EUR`, `100 bis 150 Euro`. Numbers
that stand in dates, times, telephone numbers or longer numbers are none. What is doubtful is said to be so:
a bare `$` is taken for US dollars, and whoever proposes the amount can say that it was not named.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from services.outreach.domain.money.pricewords import (
    CODES_BEFORE,
    CODES_BEHIND,
    COMMON_CODES,
    FREE,
    MONTHLY,
    NOT,
    OR,
    PLUS_TAX,
    SHARED_SIGNS,
    SIGNS,
    WORDS,
    YEARLY,
)
from shared.currencies import MINOR_UNITS
from shared.currencies import MOST as _MOST_AMOUNT

LONGEST = 20_000
"""Letters of a text that are read."""
MOST = 20
"""Amounts of one text."""
_AROUND = 40
_LONGEST_SENTENCE = 300


class Per(StrEnum):
    """For how long an amount pays."""

    ONCE = "once"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """An amount that a text names, or that something is for nothing (0, without a currency)."""

    amount: Decimal
    up_to: Decimal | None = None
    """Of a range, its upper end."""
    currency: str | None = None
    is_sure: bool = True
    """False where the sign belongs to several currencies."""
    per: Per = Per.ONCE
    plus_tax: bool = False
    is_free: bool = False
    sentence: str = ""


_SPACE = r"[ \u00a0\u202f]"
_NUMBER = (
    r"(?:\d{1,3}(?:[.,'’ \u00a0\u202f]\d{3})+|\d{1,2}(?:,\d{2})+,\d{3}|\d{1,8})"
    r"(?:[.,](?:\d{1,4}|-{1,2}|–|—))?"
)
_ALL_SIGNS = "|".join(re.escape(one) for one in sorted(SIGNS, key=len, reverse=True))
# Behind these nothing has to end: where no spaces are written the next word follows at once.
_ALL_MARKS = "|".join(
    re.escape(one) for one in SIGNS if (len(one) == 1 and not one.isascii()) or one == "$"
)
_ALL_WORDS = "|".join(re.escape(one) for one in sorted(WORDS, key=len, reverse=True))
_SMALL = "|".join(COMMON_CODES)
_BEFORE = rf"(?<!\w)(?:(?i:(?:{_ALL_SIGNS})\.?|(?:{_SMALL})(?![^\W\d]))|(?:{'|'.join(CODES_BEFORE)})(?![^\W\d]))"
_BEHIND = rf"(?:{_ALL_MARKS}|(?i:(?:{_ALL_SIGNS}|{_ALL_WORDS}|{_SMALL})(?!\w))|(?:{'|'.join(CODES_BEHIND)})(?!\w))"
_ENDS = r"(?![\d]|[.,:/]\d|-\d)"


def _or_more(side: str) -> str:
    """Return the pattern of the upper end of a range."""
    return rf"(?:{_SPACE}?{OR}{_SPACE}?(?:{_BEFORE}{_SPACE}?)?(?P<{side}_to>{_NUMBER})(?P<{side}_to_k>[kK]\b)?)?"


_PRICE = re.compile(
    rf"(?P<before>{_BEFORE}){_SPACE}?(?P<first>{_NUMBER})(?P<first_k>[kK]\b)?"
    rf"{_or_more('first')}{_ENDS}"
    rf"|(?<![a-zA-Z0-9_.,:/+#@\\])(?P<second>{_NUMBER})(?P<second_k>[kK])?(?:{_SPACE}?{_BEHIND})?"
    rf"{_or_more('second')}"
    rf"{_SPACE}?(?P<behind>{_BEHIND})"
)
_PHONE_BEFORE = re.compile(r"(?:\+\d[\d ()/.\-]*|\d[ \u00a0()/\-–]{1,2}|\d[.:])$")
_LEADING_ZERO = re.compile(r"0\d")
_YEAR = re.compile(r"(?:19|20)\d\d")
_FREE = re.compile(FREE, re.IGNORECASE)
_NOT = re.compile(NOT, re.IGNORECASE)
_YEARLY = re.compile(YEARLY, re.IGNORECASE)
_MONTHLY = re.compile(MONTHLY, re.IGNORECASE)
_TAX = re.compile(PLUS_TAX, re.IGNORECASE)
_SENTENCE_END = re.compile(r"[\n\r]|[.!?。！？](?=\s|$)(?<!\bca\.)(?<!zzgl\.)(?<!excl\.)")


def amounts_in(text: str) -> list[Named]:
    """Return the amounts that a text names, in their order, each once; never raises."""
    found: dict[tuple[object, ...], Named] = {}
    for one in _all_in(text[:LONGEST]):
        key = (one.amount, one.up_to, one.currency, one.per, one.is_free)
        if one.is_free and any(each.is_free for each in found.values()):
            continue
        found.setdefault(key, one)
        if len(found) == MOST:
            break
    return list(found.values())


def _all_in(text: str) -> Iterator[Named]:
    free = [(match.start(), _free(match, text)) for match in _FREE.finditer(text)]
    named = [(start, one) for start, one in _amounts(text)]
    for _, one in sorted([*named, *free], key=lambda pair: pair[0]):
        if one is not None:
            yield one


def _amounts(text: str) -> Iterator[tuple[int, Named | None]]:
    at = 0
    while (match := _PRICE.search(text, at)) is not None:
        one = _named(match, text)
        yield match.start(), one
        # What begins as no amount may hide one: `2026 EUR 150`.
        at = match.end() if one is not None else match.start() + 1


def _named(match: re.Match[str], text: str) -> Named | None:
    side = "first" if match["before"] else "second"
    start = match.start(side)
    begins = match.start() if match["before"] else start
    if not match["before"] and _is_no_amount(match, text, begins):
        return None
    mark = (match["before"] or match["behind"]).lower().rstrip(".")
    currency = SIGNS.get(mark) or WORDS.get(mark) or mark.upper()
    amount = _number(
        match[side], currency, thousand=bool(match[f"{side}_k"] or match[f"{side}_to_k"])
    )
    up_to = _number(match[f"{side}_to"], currency, thousand=bool(match[f"{side}_to_k"]))
    if match[f"{side}_to"] and up_to is None:
        return None
    if amount is None or not 0 < amount <= _MOST_AMOUNT:
        return None
    if up_to is not None and not amount < up_to <= _MOST_AMOUNT:
        return None
    around = text[match.end() : match.end() + _AROUND].partition("\n")[0]
    return Named(
        amount=amount,
        up_to=up_to,
        currency=currency,
        is_sure=mark not in SHARED_SIGNS,
        per=_per(around),
        plus_tax=_TAX.search(around) is not None,
        sentence=_sentence(text, match.start(), match.end()),
    )


def _is_no_amount(match: re.Match[str], text: str, begins: int) -> bool:
    """Say whether the number is a part of something longer, or a year that stands before an amount."""
    ahead = text[max(0, begins - _AROUND) : begins]
    if _PHONE_BEFORE.search(ahead):
        return True
    follows = text[match.end() : match.end() + 2].lstrip()
    is_year = _YEAR.fullmatch(match["second_to"] or match["second"]) is not None
    return is_year and follows[:1].isdigit()


def _number(text: str | None, currency: str, *, thousand: bool) -> Decimal | None:
    """Read 1.200,50 and 1,200.50 and 1 200 and 1.200,-; three digits behind one mark are thousands."""
    if text is None:
        return None
    digits = re.sub(r"[.,](?:-{1,2}|–|—)$", "", text)
    digits = re.sub(r"['’\s\u00a0\u202f]", "", digits)
    if _LEADING_ZERO.match(digits):
        return None
    cents = re.search(r"[.,](\d{1,4})$", digits)
    if cents and len(cents[1]) >= 3:
        marks = set(re.findall(r"[.,]", digits))
        alone = digits.count(cents[0][0]) == 1
        is_part = alone and (len(marks) == 2 or len(cents[1]) == MINOR_UNITS.get(currency, 2))
        cents = cents if is_part and MINOR_UNITS.get(currency, 2) >= 3 else None
    whole = digits[: cents.start()] if cents else digits
    try:
        value = Decimal(re.sub(r"[.,]", "", whole) + (f".{cents[1]}" if cents else ""))
    except InvalidOperation:
        return None
    return value * 1000 if thousand else value


def _per(around: str) -> Per:
    year, month = _YEARLY.search(around), _MONTHLY.search(around)
    if year and (not month or year.start() < month.start()):
        return Per.YEAR
    return Per.MONTH if month else Per.ONCE


def _free(match: re.Match[str], text: str) -> Named | None:
    if _NOT.search(text[max(0, match.start() - _AROUND) : match.start()]):
        return None
    return Named(
        amount=Decimal(0), is_free=True, sentence=_sentence(text, match.start(), match.end())
    )


def _sentence(text: str, start: int, end: int) -> str:
    """Return the sentence around a place of the text, as it was written."""
    begins = 0
    for mark in _SENTENCE_END.finditer(text, max(0, start - _LONGEST_SENTENCE), start):
        begins = mark.end()
    begins = max(begins, start - _LONGEST_SENTENCE)
    mark_behind = _SENTENCE_END.search(text, end)
    ends = len(text) if mark_behind is None else mark_behind.end()
    return " ".join(text[begins:ends].split())[:_LONGEST_SENTENCE]
