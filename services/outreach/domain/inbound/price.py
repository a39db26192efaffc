"""The price that somebody quotes: the first amount of money that their letter names."""

from services.outreach.domain.inbound.verdict import Price
from services.outreach.domain.money.reading import amounts_in

_LONGEST = 8_000


def price_in(text: str) -> Price | None:
    """Return the first amount of money in a text."""
    for one in amounts_in(text[:_LONGEST]):
        if one.currency is not None:
            return Price(format(one.amount.normalize(), "f"), one.currency)
    return None
