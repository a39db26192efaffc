"""Currencies of ISO 4217 with their minor units; amounts of different ones are never added up; pure."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

# Digits behind the point, where they are not two.
_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_FOUR = "CLF UYW"
_TWO = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF
    CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD
    GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL
    MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR
    PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP
    TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
"""
MINOR_UNITS: Mapping[str, int] = {
    **dict.fromkeys(_TWO.split(), 2),
    **dict.fromkeys(_NONE.split(), 0),
    **dict.fromkeys(_THREE.split(), 3),
    **dict.fromkeys(_FOUR.split(), 4),
}
MOST = Decimal(1_000_000_000)
Money = tuple[Decimal, str]
"""An amount and its currency."""


def is_currency(code: str) -> bool:
    return code in MINOR_UNITS


def fits(amount: Decimal, currency: str) -> bool:
    """Say whether the amount has no more digits behind the point than the currency has."""
    return amount == round(amount, MINOR_UNITS[currency])


def digits(amount: Decimal, currency: str) -> int:
    """Return how many digits stand behind the point: those of the currency, more only where they are none.

    Older rows may have cents of a currency without any: they are shown rather than rounded away.
    """
    exponent = amount.normalize().as_tuple().exponent
    return max(MINOR_UNITS.get(currency, 2), -exponent if isinstance(exponent, int) else 0)


def written(amount: Decimal, currency: str) -> str:
    """Return an amount as it is shown and sent: with the digits that its currency has."""
    return f"{amount:.{digits(amount, currency)}f}"


def exact(amount: Decimal | None, currency: str | None) -> Decimal | None:
    """Return an amount as it came from the database with the digits that its currency has."""
    return None if amount is None else Decimal(written(amount, currency or ""))


def said(amount: Decimal, currency: str) -> str:
    """Return an amount as people read it: `1,200.50 EUR`."""
    return f"{amount:,.{digits(amount, currency)}f} {currency}"


def listed(sums: Iterable[Money]) -> str:
    """Return sums of several currencies side by side: `120.00 EUR and 80.00 USD`."""
    texts = [said(*one) for one in sums]
    *others, last = texts or ["nothing"]
    return f"{', '.join(others)} and {last}" if others else last


def totals(amounts: Iterable[Money]) -> list[Money]:
    """Return the sum of each currency, by its name; nothing is converted."""
    sums: dict[str, Decimal] = {}
    for amount, currency in amounts:
        sums[currency] = sums.get(currency, Decimal(0)) + amount
    return [(amount, currency) for currency, amount in sorted(sums.items())]
