"""Payments by their routes: written, marked as paid, told of, exported, and kept from clients."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.outreach import handlers
from services.outreach.jobs.notices import give_some
from shared import clock
from shared.db import Database
from shared.events import PaymentDue, PaymentSettled, SiteCreated
from shared.http import ServiceClient
from shared.vocabulary import LinkStatus, Role
from tests.outreach.conftest import (
    a_caller,
    a_conclusion,
    a_promise,
    add_site,
    body_of,
    published,
)

TODAY = clock.now().date()


class Desk:
    """Alice at her desk: the routes, called as an editor of the site."""

    def __init__(self, client: ServiceClient, site: SiteCreated) -> None:
        self.client, self.site, self.alice = client, site, a_caller(site)

    async def ask(self, method: str, path: str, body: Any = None, **given: Any) -> Any:
        status, role = given.pop("status", 200), given.pop("role", None)
        caller = a_caller(self.site, role) if role else given.pop("caller", self.alice)
        path, _, query = path.partition("?")
        given["query"] = query
        answer = await self.client.send(method, path, caller=caller, body=body, **given)
        return body_of(answer, status)

    async def placement(self, number: int = 1, **given: Any) -> str:
        body = a_promise(self.site, referring_url=f"https://blog{number}.example/post", **given)
        made = await self.ask("POST", "/v1/placements", body, status=201)
        return str(made["placement_id"])

    async def pay(self, placement_id: str, amount: str = "120.50", **given: Any) -> Any:
        body = {"placement_id": placement_id, "amount": amount, "currency": "EUR", **given}
        return await self.ask("POST", "/v1/payments", body, status=201)


@pytest.fixture
def desk(client: ServiceClient, site: SiteCreated) -> Desk:
    return Desk(client, site)


def in_days(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


async def test_a_payment_is_written_down_changed_and_noted_in_the_history(desk: Desk) -> None:
    placement_id = await desk.placement()
    made = await desk.pay(placement_id, "1200.5", currency="eur", due_on=in_days(3))
    assert (made["amount"], made["currency"], made["state"]) == ("1200.50", "EUR", "due")
    assert made["sentence"].startswith("1,200.50 EUR is to be paid, by ")
    path = f"/v1/payments/{made['payment_id']}"
    await desk.ask("PATCH", path, {"paid_on": in_days(0)}, status=428)
    tag = {"If-Match": 'W/"1"'}
    paid = {"paid_on": in_days(0), "method": " by  card "}
    changed = await desk.ask("PATCH", path, paid, headers=tag)
    assert (changed["state"], changed["method"], changed["version"]) == ("paid", "by card", 2)
    await desk.ask("DELETE", path, status=409)
    history = await desk.ask("GET", f"/v1/placements/{placement_id}/changes")
    assert [one["kind"] for one in history["items"]] == ["payment", "payment", "promised"]


async def test_a_payment_that_can_not_be_names_field_and_fix(desk: Desk) -> None:
    placement_id = await desk.placement()
    body = {"placement_id": placement_id, "amount": "12.5", "currency": "JPY"}
    problem = await desk.ask("POST", "/v1/payments", body, status=422)
    assert [error["pointer"] for error in problem["errors"]] == ["/amount"]
    body = {"placement_id": str(desk.site.site_id), "amount": "12", "currency": "JPY"}
    problem = await desk.ask("POST", "/v1/payments", body, status=422)
    assert [error["pointer"] for error in problem["errors"]] == ["/placement_id"]


async def test_sums_stand_by_currency_and_what_came_back_is_not_paid(desk: Desk) -> None:
    placement_id = await desk.placement()
    gone = {"paid_on": in_days(-9), "refunded": "20", "refunded_on": in_days(-1)}
    await desk.pay(placement_id, "100", **gone)
    await desk.pay(placement_id, "50", due_on=in_days(-1))
    await desk.pay(placement_id, "900", currency="JPY")
    sums = (await desk.ask("GET", "/v1/payments/sums"))["items"]
    assert [(one["currency"], one["state"], one["amount"]) for one in sums] == [
        ("EUR", "overdue", "50.00"),
        ("EUR", "paid", "80.00"),
        ("JPY", "due", "900"),
    ]


async def test_what_a_filter_means_is_marked_as_paid_after_a_look(
    desk: Desk, database: Database
) -> None:
    first, second = await desk.placement(1), await desk.placement(2)
    for one in (first, first, second):
        await desk.pay(one, "10", due_on=in_days(-1))
    await desk.pay(first, "7", waived_on=in_days(0))
    path = f"/v1/payments/paid?placement_id={first}"
    body = {"paid_on": in_days(0), "method": "bank"}
    look = await desk.ask("POST", f"{path}&dry_run=true", body)
    assert (look["matched"], look["changed"], len(look["sample"])) == (2, 0, 2)
    assert [one["amount"] for one in look["sums"]] == ["20.00"]
    assert (await desk.ask("POST", path, body))["changed"] == 2
    states = (await desk.ask("GET", "/v1/payments?state=paid,overdue"))["items"]
    assert sorted(one["state"] for one in states) == ["overdue", "paid", "paid"]
    assert (await desk.ask("POST", path, body))["matched"] == 0
    late = await desk.ask("POST", "/v1/payments/paid", {"paid_on": in_days(9)}, status=422)
    assert [error["pointer"] for error in late["errors"]] == ["/paid_on"]
    await desk.ask("POST", path, body, role=Role.VIEWER, status=403)


async def test_each_notice_is_told_once_and_ends_when_it_is_paid(
    desk: Desk, database: Database
) -> None:
    placement_id = await desk.placement()
    made = await desk.pay(placement_id, due_on=in_days(5))
    await desk.pay(placement_id, due_on=in_days(30))
    noon = datetime.combine(TODAY, clock.now().timetz())
    for days in (0, 0, 2, 3, 5, 6, 7):
        await give_some(database, now=noon + timedelta(days=days))
    told = await published(database, PaymentDue)
    assert [(str(one.payment_id), one.days) for one in told] == [
        (made["payment_id"], days) for days in (7, 2, -1)
    ]
    assert told[2].sentence.endswith("yesterday.")
    paid = {"paid_on": in_days(0)}
    path = f"/v1/payments/{made['payment_id']}"
    await desk.ask("PATCH", path, paid, headers={"If-Match": 'W/"1"'})
    (settled,) = await published(database, PaymentSettled)
    assert str(settled.payment_id) == made["payment_id"]


async def test_what_is_owed_is_on_the_work_list(desk: Desk) -> None:
    placement_id = await desk.placement()
    for days in (-3, 0, 7, 8):
        await desk.pay(placement_id, due_on=in_days(days))
    await desk.pay(placement_id, due_on=in_days(-3), paid_on=in_days(0))
    todo = await desk.ask("GET", "/internal/todo", role=Role.VIEWER)
    assert {one["kind"]: one["count"] for one in todo} == {"payment_due": 2, "payment_overdue": 1}


async def test_the_table_has_every_payment_once(desk: Desk) -> None:
    placement_id = await desk.placement()
    for number in range(3):
        await desk.pay(placement_id, invoice_no=f"=A{number}")
    answer = await desk.client.send("GET", "/v1/payments/export", caller=desk.alice)
    lines = answer.body.decode().splitlines()
    assert (answer.status, len(lines)) == (200, 4)
    assert all(",'=A" in line for line in lines[1:])


async def test_a_vendor_shows_what_was_paid_and_is_owed(desk: Desk) -> None:
    vendor = await desk.ask("POST", "/v1/vendors", {"name": "Bob"}, status=201)
    placement_id = await desk.placement(vendor_id=vendor["vendor_id"])
    await desk.pay(placement_id, "100", paid_on=in_days(0))
    await desk.pay(placement_id, "30", due_on=in_days(-2))
    await desk.pay(placement_id, "8", currency="USD")
    shown = await desk.ask("GET", f"/v1/vendors/{vendor['vendor_id']}")
    assert shown["paid"] == [{"amount": "100.00", "currency": "EUR"}]
    assert [one["currency"] for one in shown["owed"]] == ["EUR", "USD"]
    assert shown["overdue_payments"] == 1


async def test_a_lost_link_shows_what_may_be_asked_back(desk: Desk, database: Database) -> None:
    placement_id = await desk.placement(go_live_on=in_days(-9), until_on=in_days(90))
    await desk.pay(placement_id, "100", paid_on=in_days(-9))
    found = await desk.ask("GET", f"/v1/placements/{placement_id}/refund")
    assert (found["served"], found["letter"]) == (None, None)
    now = clock.now()
    for status, at in ((LinkStatus.LIVE, now - timedelta(days=9)), (LinkStatus.LOST, now)):
        event = a_conclusion(
            desk.site, UUID(placement_id), status, occurred_at=at, contract_state="met"
        )
        async with database.begin() as tx:
            await handlers.on_link_changed([event], tx)
    found = await desk.ask("GET", f"/v1/placements/{placement_id}/refund?language=de")
    assert (found["served"]["agreed_days"], found["served"]["served_days"]) == (100, 9)
    assert found["unserved"] == [{"amount": "91.00", "currency": "EUR"}]
    assert "91.00 EUR" in found["letter"]["text"]


async def test_nothing_of_it_is_shown_to_clients_or_other_sites(
    desk: Desk, database: Database
) -> None:
    placement_id = await desk.placement()
    made = await desk.pay(placement_id)
    one = f"/v1/payments/{made['payment_id']}"
    for path in ("/v1/payments", "/v1/payments/sums", "/v1/payments/export"):
        await desk.ask("GET", path, role=Role.CLIENT, status=403)
    await desk.ask("GET", one, role=Role.CLIENT, status=404)
    await desk.ask("GET", f"/v1/placements/{placement_id}/refund", role=Role.CLIENT, status=403)
    other = a_caller(await add_site(database, "other.example", desk.site.workspace_id))
    await desk.ask("GET", one, caller=other, status=404)
    assert (await desk.ask("GET", "/v1/payments", caller=other))["items"] == []
    todo = await desk.ask("GET", "/internal/todo", role=Role.CLIENT)
    assert todo == []
