"""Removal without mail: whom to ask, a letter to copy, a log by hand, and a removal that only looks can see."""

import io
import json
import zipfile
from datetime import date

import pytest

from services.toxicity import handlers
from services.toxicity.domain.removal import Attempt, Sight, State, Step, state_of
from shared.db import Database
from shared.events import LinkChecked, SiteCreated
from shared.http import ServiceClient
from shared.vocabulary import LinkStatus, Role
from tests.toxicity.builders import a_change, a_farm_read, a_site
from tests.toxicity.conftest import FARM, a_caller, call, upload


def path_of(site: SiteCreated, rest: str = "removals") -> str:
    return f"/v1/sites/{site.site_id}/{rest}"


@pytest.fixture
async def asked(
    client: ServiceClient, database: Database, site: SiteCreated, toxic: LinkChecked
) -> LinkChecked:
    """The toxic link, decided to be taken out; its page shows an address."""
    async with database.begin() as tx:
        read = a_farm_read(FARM, seq=2)
        facts = read.facts.model_copy(update={"emails": ("owner@farm.example.net",)})
        await handlers.on_events([read.model_copy(update={"facts": facts})], tx)
    body = {
        "site_id": str(site.site_id),
        "domains": ["example.net"],
        "decision": "ask_removal",
    }
    await call(client, "POST", "/v1/reviews", a_caller(site), body=body, status=201)
    return toxic


async def test_the_list_has_contacts_as_the_pages_show_them(
    client: ServiceClient, database: Database, site: SiteCreated, asked: LinkChecked
) -> None:
    (item,) = (await call(client, "GET", path_of(site), a_caller(site)))["items"]
    assert (item["domain"], item["state"], item["live"]) == ("example.net", "not_asked", 1)
    assert item["contacts"] == ["owner@farm.example.net"]
    assert item["contact_words"] == "owner@farm.example.net"
    plain = a_farm_read(FARM, seq=3)
    async with database.begin() as tx:
        await handlers.on_events([plain], tx)
    (item,) = (await call(client, "GET", path_of(site), a_caller(site)))["items"]
    assert (item["contacts"], item["contact_words"]) == ([], "not known")


async def test_the_table_runs_no_formula_of_a_stranger(
    client: ServiceClient, site: SiteCreated, asked: LinkChecked
) -> None:
    caller = a_caller(site)
    log = {"domains": ["example.net"], "step": "asked", "note": "=HYPERLINK(1)"}
    await call(client, "POST", path_of(site), caller, body=log, status=201)
    answer = await client.send("GET", path_of(site, "removals.csv"), caller=caller)
    header, row = answer.body.decode().splitlines()
    assert header.startswith("domain,contacts,state,links,live,asked_on")
    assert row.startswith("example.net,owner@farm.example.net,asked,1,1,")
    assert row.endswith("'=HYPERLINK(1)")


async def test_a_letter_names_every_page_and_the_second_one_is_a_reminder(
    client: ServiceClient, site: SiteCreated, asked: LinkChecked
) -> None:
    caller, letter = a_caller(site), path_of(site, "removals/letter")
    answer = await client.send("GET", letter, caller=caller, query="domain=example.net")
    first = answer.body.decode()
    assert FARM in first
    assert "https://acme.example/pricing" in first
    assert "Some time ago" not in first
    [word] = await call(client, "GET", "/internal/approvals", caller)
    assert (word["kind"], word["place"], word["may"]) == ("removal_letters", "removals", True)
    assert word["title"] == "1 letter is ready to be read and sent"
    log = {"domains": ["example.net"], "step": "asked", "happened_on": "2026-11-02"}
    await call(client, "POST", path_of(site), caller, body=log, status=201)
    answer = await client.send("GET", letter, caller=caller, query="domain=example.net")
    assert "Some time ago I wrote to you" in answer.body.decode()
    assert await call(client, "GET", "/internal/approvals", caller) == [], "it was asked for"
    everything = await client.send("GET", letter, caller=caller)
    assert everything.body == answer.body
    none = await client.send("GET", letter, caller=caller, query="domain=unknown.example")
    assert none.status == 404


async def test_steps_are_logged_by_hand_and_removed_is_only_seen(
    client: ServiceClient, database: Database, site: SiteCreated, asked: LinkChecked
) -> None:
    caller = a_caller(site)
    for step, state in (("asked", "asked"), ("reminded", "reminded"), ("refused", "refused")):
        log = {"domains": ["www.example.net"], "step": step, "contact": "form on the site"}
        await call(client, "POST", path_of(site), caller, body=log, status=201)
        (item,) = (await call(client, "GET", path_of(site), caller))["items"]
        assert item["state"] == state
    typed = {"domains": ["example.net"], "step": "removed"}
    await call(client, "POST", path_of(site), caller, body=typed, status=422)
    async with database.begin() as tx:
        await handlers.on_events([a_change(asked, LinkStatus.LOST, page=FARM)], tx)
    (item,) = (await call(client, "GET", path_of(site), caller))["items"]
    assert (item["state"], item["live"]) == ("removed", 0)
    assert item["gone_on"]
    assert "seen by our own look, after 3 attempts" in item["sentence"]


async def test_a_line_of_the_log_can_be_taken_back(
    client: ServiceClient, site: SiteCreated, asked: LinkChecked
) -> None:
    caller = a_caller(site)
    log = {"domains": ["example.net"], "step": "refused"}
    made = await call(client, "POST", path_of(site), caller, body=log, status=201)
    undo = path_of(site, "removals/undo")
    await call(client, "POST", undo, caller, body=made, status=204)
    (item,) = (await call(client, "GET", path_of(site), caller))["items"]
    assert (item["state"], item["attempts"]) == ("not_asked", [])
    unknown = {"removal_ids": [str(asked.link_id)]}
    await call(client, "POST", undo, caller, body=unknown, status=404)


async def test_the_bundle_holds_attempts_replies_dates_and_the_file(
    client: ServiceClient, site: SiteCreated, asked: LinkChecked
) -> None:
    caller = a_caller(site)
    why = {"manual_action": "Unnatural links, since May", "known_scheme": "bought in 2019"}
    await call(client, "PUT", path_of(site, "disavow/need"), caller, body=why)
    for step, on, note in (
        ("asked", "2026-10-01", ""),
        ("answered", "2026-10-04", "They want 50 euros a link"),
    ):
        log = {"domains": ["example.net"], "step": step, "happened_on": on, "note": note}
        await call(client, "POST", path_of(site), caller, body=log, status=201)
    await upload(client, path_of(site, "disavow/imports"), caller, b"domain:old-spam.com\n")
    path = path_of(site, "disavow/reconsideration")
    found = await call(client, "GET", path, caller)
    assert found["manual_action"] == "Unnatural links, since May"
    assert found["counts"] == {
        "domains": 1,
        "asked": 1,
        "attempts": 2,
        "answered": 1,
        "refused": 0,
        "removed": 0,
    }
    assert "2026-10-04 answered: They want 50 euros a link" in found["summary"]
    assert found["disavow"] == "domain:old-spam.com\n"
    archives = [(await client.send("GET", f"{path}.zip", caller=caller)).body for _ in range(2)]
    assert archives[0] == archives[1]
    with zipfile.ZipFile(io.BytesIO(archives[0])) as file:
        assert sorted(file.namelist()) == [
            "attempts.csv",
            "disavow.txt",
            "reconsideration.json",
            "summary.txt",
        ]
        assert file.read("disavow.txt") == b"domain:old-spam.com\n"
        inside = json.loads(file.read("reconsideration.json"))
    assert inside["domains"][0]["attempts"][1]["happened_on"] == "2026-10-04"


async def test_clients_and_strangers_see_no_contacts(
    client: ServiceClient, site: SiteCreated, asked: LinkChecked
) -> None:
    for rest in ("removals", "removals.csv", "disavow/reconsideration.zip"):
        for who, status in ((a_caller(site, Role.CLIENT), 403), (a_caller(a_site()), 404)):
            answer = await client.send("GET", path_of(site, rest), caller=who)
            assert answer.status == status


def test_only_a_look_makes_it_removed() -> None:
    answered = [Attempt(Step.ANSWERED, date(2026, 11, 1), note="we removed it")]
    assert state_of(answered, Sight(links=2, live=1)) is State.ANSWERED
    assert state_of(answered, Sight(links=2, live=0)) is State.REMOVED
    assert state_of([], Sight()) is State.NOT_ASKED
