# ruff: noqa: RUF001 - Cyrillic and wide letters are meant
"""The price that somebody quotes: an amount beside a currency."""

import re
from decimal import Decimal, InvalidOperation

from services.outreach.domain.inbound.verdict import Price

_SYMBOLS = {
    "€": "EUR",
    "$": "USD",
    "£": "GBP",
    "¥": "JPY",
    "₹": "INR",
    "zł": "PLN",
    "us$": "USD",
    "a$": "AUD",
    "au$": "AUD",
    "c$": "CAD",
    "ca$": "CAD",
    "r$": "BRL",
    "₽": "RUB",
    "руб": "RUB",
    "kč": "CZK",
    "円": "JPY",
    "₺": "TRY",
    "euro": "EUR",
    "euros": "EUR",
    "eur": "EUR",
    "dollars": "USD",
    "dollar": "USD",
    "dólares": "USD",
    "bucks": "USD",
    "usd": "USD",
    "pounds": "GBP",
    "quid": "GBP",
    "gbp": "GBP",
    "chf": "CHF",
    "franken": "CHF",
    "francs": "CHF",
    "pln": "PLN",
    "zloty": "PLN",
    "złotych": "PLN",
    "sek": "SEK",
    "kronor": "SEK",
    "nok": "NOK",
    "dkk": "DKK",
    "kroner": "DKK",
    "aud": "AUD",
    "cad": "CAD",
    "nzd": "NZD",
    "jpy": "JPY",
    "inr": "INR",
    "rupees": "INR",
    "brl": "BRL",
    "reais": "BRL",
    "czk": "CZK",
    "try": "TRY",
    "rub": "RUB",
}
_NUMBER = r"\d{1,3}(?:[.,' \u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?|\d{1,7}(?:[.,]\d{1,2})?"
_BEFORE = "|".join(
    re.escape(one)
    for one in ("us$", "au$", "ca$", "a$", "c$", "r$", "€", "$", "£", "¥", "₹", "₽", "₺")
)
_CODES = "eur|usd|gbp|chf|pln|sek|nok|dkk|aud|cad|nzd|jpy|inr|brl|czk"
_PRICE = re.compile(
    rf"(?:(?P<before>{_BEFORE}|\b(?:{_CODES})\b)\s?(?P<first>{_NUMBER})(?P<thousand>k\b)?)"
    rf"|(?:(?<![\d.,])(?P<second>{_NUMBER})(?P<kilo>k)?\s?(?P<after>€|£|\$|zł\w*|kč|円|₽|руб|₺|"
    rf"\b(?:{'|'.join(word for word in _SYMBOLS if word.isalpha() and word.isascii())}|złotych|dólares)\b))",
    re.IGNORECASE,
)


def price_in(text: str) -> Price | None:
    """Return the first amount of money in a text."""
    for match in _PRICE.finditer(text[:8000]):
        mark = (match["before"] or match["after"]).lower()
        currency = _SYMBOLS.get(mark) or _SYMBOLS.get(mark[:2]) or _SYMBOLS.get(mark[:3])
        amount = _amount(match["first"] or match["second"])
        if currency and amount:
            if match["thousand"] or match["kilo"]:
                amount *= 1000
            return Price(format(amount.normalize(), "f"), currency)
    return None


def _amount(text: str) -> Decimal | None:
    """Read 1.200,50 and 1,200.50 and 1 200: the last mark divides cents if two digits or one follow."""
    digits = re.sub(r"['\s\u00a0\u202f]", "", text)
    cents = re.search(r"[.,](\d{1,2})$", digits)
    whole = digits[: cents.start()] if cents else digits
    try:
        return Decimal(re.sub(r"[.,]", "", whole) + (f".{cents[1]}" if cents else ""))
    except InvalidOperation:
        return None
