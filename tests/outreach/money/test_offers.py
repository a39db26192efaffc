"""Offers and campaigns by their routes: turns, acceptance in one transaction, budgets, and who sees them."""

from decimal import Decimal
from importlib import import_module
from typing import Any
from uuid import UUID

import pytest

from services.outreach import handlers
from services.outreach.jobs.sequencing import go_on, move_some
from services.outreach.store import messages, people
from shared import clock
from shared.db import Database
from shared.events import OfferAccepted, PlacementPromised, PlacementUpdated, SiteCreated
from shared.http import ServiceClient
from shared.vocabulary import LinkStatus, Role
from tests.outreach.conftest import a_conclusion, published
from tests.outreach.inbound.test_threads import receive
from tests.outreach.mail import a_turn, an_approved, ready_to_send
from tests.outreach.money.test_payments import Desk, in_days
from tests.outreach.sequences.house import a_person, a_sequence, rows_of, send

QUOTE = "A link costs 120,- EUR per year. Call +49 170 1234567."
ASKED = {"made_by": "them", "amount": "120", "currency": "eur", "per": "year"}


@pytest.fixture
def desk(client: ServiceClient, site: SiteCreated) -> Desk:
    return Desk(client, site)


def version(number: int) -> dict[str, Any]:
    return {"headers": {"If-Match": f'W/"{number}"'}}


async def offered(desk: Desk, **given: Any) -> Any:
    body = {"site_id": str(desk.site.site_id), "referring_domain": "blog.example.org", **ASKED}
    return await desk.ask("POST", "/v1/offers", body | given, status=201)


async def test_amounts_of_a_letter_are_proposed_and_become_an_offer_of_its_conversation(
    desk: Desk, database: Database
) -> None:
    mailbox_id = await ready_to_send(database, desk.site)
    async with database.begin() as tx:
        message_id = await an_approved(tx, desk.site, mailbox_id)
        await a_turn(tx)
        await tx.run("UPDATE messages SET state = 'sent', sent_at = now()")
    await receive(database, message_id, QUOTE)
    thread_id = str(message_id)
    (named,) = (await desk.ask("GET", f"/v1/threads/{thread_id}/amounts"))["items"]
    assert (named["amount"], named["per"], named["sentence"]) == (
        *("120.00", "year"),
        "A link costs 120,- EUR per year.",
    )
    body = {"thread_id": thread_id, **ASKED, "quote": named["sentence"]}
    body |= {"inbound_id": named["inbound_id"]}
    made = await desk.ask("POST", "/v1/offers", body, status=201)
    assert (made["referring_domain"], made["state"], made["in_all"]) == (
        *("example.org", "open"),
        "120.00 EUR in all.",
    )
    assert made["history"][0]["quote"] == named["sentence"]
    (listed,) = (await desk.ask("GET", f"/v1/offers?thread_id={thread_id}"))["items"]
    assert listed["offer_id"] == made["offer_id"]
    assert await published(database, PlacementPromised) == []
    strange = await desk.ask("POST", "/v1/offers", {**body, "inbound_id": thread_id}, status=422)
    assert [error["pointer"] for error in strange["errors"]] == ["/inbound_id"]
    await desk.ask("GET", f"/v1/threads/{thread_id}/amounts", role=Role.CLIENT, status=404)
    async with database.begin() as tx:
        key = await tx.fetch_value("SELECT address_key FROM inbound_messages")
        counts = await people.erase_person(
            tx, desk.alice.workspace_id, key, actor="Alice", now=clock.now()
        )
    assert counts["quotes"] == 1
    whole = await desk.ask("GET", f"/v1/offers/{made['offer_id']}")
    assert (whole["amount"], whole["history"][0]["quote"]) == ("120.00", None)


async def test_a_counter_offer_stands_and_only_what_was_read_is_accepted(
    desk: Desk, database: Database
) -> None:
    made = await offered(desk, campaign="Spring")
    path = f"/v1/offers/{made['offer_id']}"
    counter = {
        "made_by": "us",
        "amount": "100",
        "currency": "EUR",
        "per": "year",
        "months": 24,
        "rel": ["sponsored"],
        "method": "guest_post",
        "target_url": "https://acme.example/a",
    }
    after = await desk.ask("POST", f"{path}/turns", counter, status=201, **version(1))
    assert [one["made_by"] for one in after["history"]] == ["them", "us"]
    assert after["sentence"].startswith("Your team proposes: 100.00 EUR a year, for 24 months")
    accept = {"go_live_on": "2027-01-01", "due_on": "2027-01-15", "anchor_text": "Acme"}
    await desk.ask("POST", f"{path}/accept", accept, status=412, **version(1))
    await desk.ask("POST", f"{path}/accept", accept, status=428)
    done = await desk.ask("POST", f"{path}/accept", accept, status=201, **version(2))
    assert (done["offer"]["state"], done["payments"], done["warnings"]) == ("accepted", 2, [])
    placement = await desk.ask("GET", f"/v1/placements/{done['placement_id']}")
    assert (placement["price"], placement["until_on"], placement["rel"]) == (
        {"amount": "200.00", "currency": "EUR"},
        "2028-12-31",
        ["sponsored"],
    )
    assert (placement["campaign"], placement["method"]) == ("Spring", "guest post")
    due = await desk.ask("GET", f"/v1/payments?placement_id={done['placement_id']}")
    assert sorted(one["due_on"] for one in due["items"]) == ["2027-01-15", "2028-01-15"]
    (told,) = await published(database, OfferAccepted)
    assert (str(told.placement_id), told.amount) == (done["placement_id"], Decimal(200))
    assert len(await published(database, PlacementPromised)) == 1
    await desk.ask("POST", f"{path}/decline", {}, status=409, **version(3))


async def test_what_can_not_be_accepted_leaves_everything_as_it_was(
    desk: Desk, database: Database
) -> None:
    monthly = await offered(desk, per="month")
    path = f"/v1/offers/{monthly['offer_id']}/accept"
    problem = await desk.ask("POST", path, {}, status=422, **version(1))
    assert [error["pointer"] for error in problem["errors"]] == ["/months"]
    over = await offered(desk, valid_until=in_days(-1))
    path = f"/v1/offers/{over['offer_id']}"
    assert over["state"] == "expired"
    problem = await desk.ask("POST", f"{path}/accept", {}, status=409, **version(1))
    assert problem["code"] == "expired"
    declined = await desk.ask("POST", f"{path}/decline", {"because": "too much"}, **version(1))
    assert declined["sentence"].endswith("Alice declined it: too much.")
    states = (await desk.ask("GET", "/v1/offers?state=declined,open"))["items"]
    assert [one["state"] for one in states] == ["declined", "open"]
    assert await published(database, OfferAccepted) == []


async def test_a_budget_is_not_overdrawn_by_accident(desk: Desk) -> None:
    site_id = str(desk.site.site_id)
    budgets = [{"amount": "150", "currency": "EUR"}]
    body = {"site_id": site_id, "name": "Spring", "budgets": budgets, "goal_links": 3}
    await desk.ask("POST", "/v1/campaigns", body, status=201)
    for number, (status, given) in enumerate(
        ((201, {}), (409, {}), (201, {"over_budget": True})), 1
    ):
        one = await offered(desk, campaign="spring", referring_domain=f"blog{number}.example")
        path = f"/v1/offers/{one['offer_id']}/accept"
        answer = await desk.ask("POST", path, given, status=status, **version(1))
        assert status == 201 or answer["code"] == "over-budget"
    (campaign,) = (await desk.ask("GET", "/v1/campaigns"))["items"]
    assert campaign["budget_sentence"] == (
        "240.00 EUR are agreed, 90.00 EUR more than the budget of 150.00 EUR."
    )


async def test_a_campaign_counts_domains_and_links_and_what_each_live_one_cost(
    desk: Desk, database: Database
) -> None:
    made = await a_sequence(desk.client, database, desk.site, campaign="Spring")
    async with database.begin() as tx:
        people = [
            await a_person(tx, desk.site, f"ann@roses{number}.example") for number in range(3)
        ]
        found = await tx.fetch("SELECT prospect_id FROM prospects ORDER BY domain")
    path = f"/v1/sequences/{made['sequence_id']}/enrollments"
    await send(desk.client, "POST", path, desk.site, rows_of(*people[:2]))
    async with database.begin() as tx:
        await tx.run(
            "UPDATE enrollments SET sent_at = now(), state = 'replied', intent = 'interested'"
            " WHERE domain = 'roses0.example'"
        )
        await tx.run(
            "UPDATE enrollments SET sent_at = now(), state = 'bounced'"
            " WHERE domain = 'roses1.example'"
        )
    price = {"amount": "90.00", "currency": "EUR"}
    for number, status in ((7, LinkStatus.LIVE), (8, LinkStatus.LOST)):
        placement_id = await desk.placement(number, campaign="SPRING", price=price)
        event = a_conclusion(desk.site, UUID(placement_id), status, contract_state="met")
        async with database.begin() as tx:
            await handlers.on_link_changed([event], tx)
        await desk.pay(placement_id, "40", paid_on=in_days(0))
    (campaign,) = (await desk.ask("GET", "/v1/campaigns"))["items"]
    assert campaign["name"] == "Spring"
    path = f"/v1/campaigns/{campaign['campaign_id']}"
    body = {"prospect_ids": [str(found[2]["prospect_id"])]}
    campaign = await desk.ask("POST", f"{path}/prospects", body)
    assert campaign["funnel"] == {
        "found": 5,
        "contacted": 2,
        "delivered": 1,
        "answered": 1,
        "interested": 1,
        "agreed": 2,
        "live": 1,
        "lost": 1,
    }
    assert campaign["spend"] == [
        {
            "currency": "EUR",
            "agreed": "180.00",
            "paid": "80.00",
            "owed": "0.00",
            "live_links": 1,
            "cost_per_live_link": "180.00",
        }
    ]
    stranger = {"prospect_ids": [str(desk.site.site_id)]}
    await desk.ask("POST", f"{path}/prospects", stranger, status=422)


async def test_a_new_name_goes_to_all_that_carries_it(desk: Desk, database: Database) -> None:
    await a_sequence(desk.client, database, desk.site, campaign="Spring")
    placement_id = await desk.placement(campaign="Spring")
    (campaign,) = (await desk.ask("GET", "/v1/campaigns"))["items"]
    path = f"/v1/campaigns/{campaign['campaign_id']}"
    await desk.ask("PATCH", path, {"name": " May  Day "}, **version(1))
    (sequence,) = (await desk.ask("GET", "/v1/sequences"))["items"]
    placement = await desk.ask("GET", f"/v1/placements/{placement_id}")
    assert (sequence["campaign"], placement["campaign"]) == ("May Day", "May Day")
    (told,) = await published(database, PlacementUpdated)
    assert (told.campaign, told.terms_seq) == ("May Day", 2)
    body = {"site_id": str(desk.site.site_id), "name": "MAY DAY"}
    taken = await desk.ask("POST", "/v1/campaigns", body, status=409)
    assert taken["code"] == "name-taken"


async def test_the_sequences_of_a_paused_campaign_write_to_nobody(
    desk: Desk, database: Database
) -> None:
    made = await a_sequence(desk.client, database, desk.site, campaign="Spring")
    async with database.begin() as tx:
        ann = await a_person(tx, desk.site, "ann@blog.example")
    path = f"/v1/sequences/{made['sequence_id']}/enrollments"
    done = await send(desk.client, "POST", path, desk.site, rows_of(ann))
    enrollment_id = UUID(done["accepted"][0]["enrollment_id"])
    (campaign,) = (await desk.ask("GET", "/v1/campaigns"))["items"]
    path = f"/v1/campaigns/{campaign['campaign_id']}"
    paused = await desk.ask("PATCH", path, {"state": "paused"}, **version(1))
    assert paused["sentence"] == "Its sequences write to nobody until it goes on."
    await move_some(database, now=clock.now())
    async with database.begin() as tx:
        assert (await messages.list_by_enrollment(tx, [enrollment_id]))[enrollment_id] == []
    await desk.ask("PATCH", path, {"state": "active"}, **version(2))
    async with database.begin() as tx:
        assert await go_on(tx, now=clock.now()) == 1
        assert len((await messages.list_by_enrollment(tx, [enrollment_id]))[enrollment_id]) == 1


async def test_campaigns_and_offers_are_not_for_clients_or_other_sites(desk: Desk) -> None:
    made = await offered(desk, campaign="Spring")
    await desk.placement(campaign="Spring")
    (campaign,) = (await desk.ask("GET", "/v1/campaigns"))["items"]
    for path in ("/v1/offers", "/v1/campaigns"):
        await desk.ask("GET", path, role=Role.CLIENT, status=403)
    for path in (f"/v1/offers/{made['offer_id']}", f"/v1/campaigns/{campaign['campaign_id']}"):
        await desk.ask("GET", path, role=Role.CLIENT, status=404)
    (placement,) = (await desk.ask("GET", "/v1/placements", role=Role.CLIENT))["items"]
    assert "campaign" not in placement
    await desk.ask(
        "POST", f"/v1/offers/{made['offer_id']}/decline", {}, role=Role.VIEWER, status=403
    )


async def test_the_names_that_were_texts_become_campaigns_without_a_loss(
    desk: Desk, database: Database
) -> None:
    await a_sequence(desk.client, database, desk.site, campaign="Spring", method="guest post")
    for number, name in enumerate(("Spring", "spring", "Autumn", None)):
        given = {} if name is None else {"campaign": name}
        await desk.placement(number, method="guest post", **given)
    version_of = import_module("services.outreach.migrations.versions.0015_campaigns_and_offers")
    async with database.begin() as tx:
        await tx.run("UPDATE placements SET campaign = 'spring' WHERE referring_url LIKE '%blog1%'")
        await tx.run("DELETE FROM campaigns")
        for _ in range(2):
            await tx.run(version_of.NAMES)
        rows = await tx.fetch("SELECT name, method FROM campaigns ORDER BY name")
    assert [(row["name"], row["method"]) for row in rows] == [
        (name, "guest post") for name in ("Autumn", "Spring", "spring")
    ]
