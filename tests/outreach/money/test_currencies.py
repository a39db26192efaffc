"""Amounts in every currency of ISO 4217: none loses a digit on its way, none is given one that it lacks."""

from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest

from services.outreach.domain.cells import read_price
from services.outreach.domain.money.reading import amounts_in
from services.outreach.domain.terms import Draft, check
from shared.currencies import MINOR_UNITS, fits, said, written
from shared.db import Database
from shared.events import OfferAccepted, PlacementPromised, SiteCreated
from shared.http import ServiceClient
from tests.outreach.conftest import published
from tests.outreach.money.test_offers import offered, version
from tests.outreach.money.test_payments import Desk

# As the list of ISO 4217 has them; written down here a second time, so that a slip in one is seen.
NOT_TWO = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"), 0),
    **dict.fromkeys(("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
UNITS = {code: Decimal(1234) + Decimal(1).scaleb(-digits) for code, digits in MINOR_UNITS.items()}
"""An amount of each currency that ends with its smallest unit."""


def test_the_table_is_that_of_iso_4217() -> None:
    assert {code: digits for code, digits in MINOR_UNITS.items() if digits != 2} == NOT_TWO
    assert len(MINOR_UNITS) == 164
    assert {"EUR", "USD", "GBP", "CHF", "ARS", "HUF", "IDR", "MRU"} <= set(MINOR_UNITS)


@pytest.mark.parametrize("code", sorted(MINOR_UNITS))
def test_an_amount_of_every_currency_keeps_its_digits(code: str) -> None:
    digits, amount = NOT_TWO.get(code, 2), UNITS[code]
    text = written(amount, code)
    assert len(text.partition(".")[2]) == digits
    assert read_price(f"{text} {code}") == (amount, code)
    assert read_price(said(amount, code)) == (amount, code) or digits == 0
    assert [(one.amount, one.currency) for one in amounts_in(f"A link is {text} {code}.")] == [
        (amount, code)
    ]
    terms, faults = check(Draft(domain="blog.example", price=amount, currency=code), hosts=[])
    assert not faults
    assert terms is not None
    assert terms.price == amount
    finer = amount + Decimal(1).scaleb(-digits - 1)
    assert not fits(finer, code)
    _, faults = check(Draft(domain="blog.example", price=finer, currency=code), hosts=[])
    assert [one.code for one in faults] == ["too-fine"]


def test_what_older_rows_have_too_much_is_shown_and_not_rounded_away() -> None:
    assert written(Decimal("100.5000"), "JPY") == "100.5"
    assert said(Decimal("1000.0000"), "JPY") == "1,000 JPY"
    assert written(Decimal("1E+3"), "KWD") == "1000.000"


@pytest.fixture
def desk(client: ServiceClient, site: SiteCreated) -> Desk:
    return Desk(client, site)


async def test_prices_of_every_currency_come_back_as_they_were_agreed(
    desk: Desk, database: Database
) -> None:
    lines = [
        f"https://blog{number}.example/x\t{written(amount, code)}\t{code}\tBob"
        for number, (code, amount) in enumerate(UNITS.items())
    ]
    text = "\n".join(["page\tprice\tcurrency\tvendor", *lines])
    body = {"site_id": str(desk.site.site_id), "text": text}
    await desk.ask("POST", "/v1/placements/imports", body, status=201)
    shown = (await desk.ask("GET", "/v1/placements?limit=500"))["items"]
    expected = {code: written(amount, code) for code, amount in UNITS.items()}
    assert {one["price"]["currency"]: one["price"]["amount"] for one in shown} == expected
    told = await published(database, PlacementPromised)
    assert {str(one.currency): str(one.price) for one in told} == expected
    (vendor,) = (await desk.ask("GET", "/v1/vendors"))["items"]
    assert {one["currency"]: one["amount"] for one in vendor["spend"]} == expected
    whole = await desk.ask("GET", f"/v1/relationships/{shown[0]['referring_domain']}")
    assert [one["amount"] for one in whole["spend"]] == [shown[0]["price"]["amount"]]


@pytest.mark.parametrize(
    ("code", "amount"), [("KWD", "12.345"), ("JPY", "5000"), ("CLF", "1.2345")]
)
async def test_an_accepted_offer_keeps_the_digits_of_its_currency(
    desk: Desk, database: Database, code: str, amount: str
) -> None:
    made = await offered(desk, amount=amount, currency=code, per="once")
    path = f"/v1/offers/{made['offer_id']}/accept"
    body = {"due_on": "2027-01-15"}
    accepted = await desk.ask("POST", path, body, status=201, **version(made["version"]))
    placed = await desk.ask("GET", f"/v1/placements/{accepted['placement_id']}")
    assert placed["price"] == {"amount": amount, "currency": code}
    (told,) = await published(database, OfferAccepted)
    assert str(told.amount) == amount
    (payment,) = (await desk.ask("GET", "/v1/payments"))["items"]
    assert (payment["amount"], payment["currency"]) == (amount, code)
    table = await desk.client.send("GET", "/v1/payments/export", caller=desk.alice)
    assert f",{amount},{code}," in table.body.decode()


async def test_the_migration_loses_no_digit(database: Database) -> None:
    """An amount as large as the column took before is still the same after it."""
    before, step = (
        "999999999999.99",
        import_module(
            "services.outreach.migrations.versions.0020_take_prices_with_all_their_digits"
        ),
    )
    assert step.down_revision == "0019"
    async with database.begin() as tx:
        await tx.run("CREATE TEMP TABLE old (price numeric(14, 2)) ON COMMIT DROP")
        await tx.run("INSERT INTO old VALUES ($1)", Decimal(before))
        await tx.run("ALTER TABLE old ALTER COLUMN price TYPE numeric(18, 4)")
        rows: Any = await tx.fetch("SELECT price FROM old")
    assert rows[0]["price"] == Decimal(before)
