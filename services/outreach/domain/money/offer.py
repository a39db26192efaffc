"""What somebody asks or proposes for a link, and what it comes to once a person accepts it; pure."""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from services.outreach.domain.money.reading import Per
from services.outreach.domain.terms import MAX_PRICE, RELS
from shared.currencies import MOST, fits, is_currency, said
from shared.errors import FieldError

MOST_MONTHS = 600
MOST_PARTS = 60
"""Payments that one offer is divided into."""


class OfferState(StrEnum):
    """How an offer stands; one whose last day is over has expired."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"


LABELS: dict[OfferState, str] = {
    OfferState.OPEN: "Open",
    OfferState.ACCEPTED: "Accepted",
    OfferState.DECLINED: "Declined",
    OfferState.EXPIRED: "Expired",
}


class By(StrEnum):
    """Whose word it is."""

    THEM = "them"
    US = "us"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferTerms:
    """What is offered; None means that nothing was said about it. An amount of 0 is for nothing."""

    amount: Decimal | None = None
    currency: str | None = None
    per: Per = Per.ONCE
    plus_tax: bool = False
    rel: tuple[str, ...] | None = None
    """The tokens; empty = followed."""
    months: int | None = None
    """So long the link is to stay."""
    method: str | None = None
    target_url: str | None = None


def state_of(kept: str, valid_until: date | None, today: date) -> OfferState:
    """Return how an offer stands today."""
    if kept == OfferState.OPEN and valid_until is not None and valid_until < today:
        return OfferState.EXPIRED
    return OfferState(kept)


def faults(terms: OfferTerms) -> list[FieldError]:
    """Return what is wrong with terms, each with the field and the fix."""
    return [*_money_faults(terms), *_other_faults(terms)]


def _money_faults(terms: OfferTerms) -> Iterable[FieldError]:
    amount, currency = terms.amount, terms.currency
    if amount is None:
        return
    if not 0 <= amount <= MOST:
        yield FieldError("/amount", "out-of-range", f"Give an amount from 0 to {MOST:,}.")
    if amount == 0:
        return
    if currency is None:
        yield FieldError("/currency", "missing", "Give the currency of the amount, such as EUR.")
    elif not is_currency(currency):
        fix = "Give a currency of ISO 4217 by its three letters, such as EUR."
        yield FieldError("/currency", "not-a-currency", fix)
    elif not fits(amount, currency):
        fix = f"{currency} has fewer digits behind the point; give none that do not exist."
        yield FieldError("/amount", "too-fine", fix)


def _other_faults(terms: OfferTerms) -> Iterable[FieldError]:
    if terms.months is not None and not 1 <= terms.months <= MOST_MONTHS:
        yield FieldError("/months", "out-of-range", f"Give a number from 1 to {MOST_MONTHS}.")
    if any(token not in RELS for token in terms.rel or ()):
        fix = f"Use {', '.join(RELS)}, or an empty list for a followed link."
        yield FieldError("/rel", "not-allowed", fix)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """What accepted terms come to."""

    price: Decimal | None
    months: int | None
    sentence: str


def reckoned(terms: OfferTerms) -> tuple[Deal | None, list[FieldError]]:
    """Return the whole price and time of terms, or why they can't be reckoned."""
    amount, currency = terms.amount, terms.currency or ""
    if not amount:
        return Deal(price=None, months=terms.months, sentence="Nothing is to be paid."), []
    months = 12 if terms.per is Per.YEAR and terms.months is None else terms.months
    if terms.per is not Per.ONCE and months is None:
        fix = "It is offered by the month: say for how many months the link is to stay."
        return None, [FieldError("/months", "missing", fix)]
    if terms.per is Per.YEAR and months is not None and months % 12:
        fix = "It is offered by the year: agree on whole years, or offer a whole price."
        return None, [FieldError("/months", "not-whole-years", fix)]
    times = {Per.ONCE: 1, Per.MONTH: months or 1, Per.YEAR: (months or 12) // 12}[terms.per]
    price = amount * times
    if price > MAX_PRICE or not fits(price, currency):
        fix = f"Offer an amount up to {MAX_PRICE:,}, with no more digits than {currency} has."
        return None, [FieldError("/amount", "not-a-price", fix)]
    return Deal(price=price, months=months, sentence=_sum(amount, currency, times, terms.per)), []


def _sum(amount: Decimal, currency: str, times: int, per: Per) -> str:
    if times == 1:
        return f"{said(amount, currency)} in all."
    word = {Per.MONTH: "months", Per.YEAR: "years"}[per]
    return f"{times} {word} of {said(amount, currency)}: {said(amount * times, currency)} in all."


def parts(terms: OfferTerms, deal: Deal, first: date) -> list[tuple[date, Decimal]]:
    """Return the payments of a deal: one, or one for each year or month, the first on that day."""
    if deal.price is None or terms.amount is None:
        return []
    step = {Per.ONCE: 0, Per.MONTH: 1, Per.YEAR: 12}[terms.per]
    count = 1 if not step else (deal.months or step) // step
    if count > MOST_PARTS:
        return [(first, deal.price)]
    return [(later(first, step * number), terms.amount) for number in range(count)]


def later(day: date, months: int) -> date:
    """Return the same day so many months later; the last of a month where it has no such day."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def last_day(first: date, months: int) -> date:
    """Return the last day of a time of so many months."""
    return later(first, months) - timedelta(days=1)


def words_of(terms: OfferTerms) -> str:
    """Return terms as people say them: `120.00 EUR a year + tax, for 24 months, marked sponsored`."""
    texts = [_price_words(terms)]
    if terms.months is not None:
        texts.append("for 1 month" if terms.months == 1 else f"for {terms.months} months")
    if terms.rel is not None:
        texts.append(f"marked {' and '.join(terms.rel)}" if terms.rel else "followed")
    if terms.method:
        texts.append(terms.method)
    if terms.target_url:
        texts.append(f"to {terms.target_url}")
    return ", ".join(texts)


def _price_words(terms: OfferTerms) -> str:
    if terms.amount is None:
        return "no price was named"
    if terms.amount == 0:
        return "for nothing"
    per = {Per.ONCE: "", Per.MONTH: " a month", Per.YEAR: " a year"}[terms.per]
    return f"{said(terms.amount, terms.currency or '')}{per}{' + tax' if terms.plus_tax else ''}"
