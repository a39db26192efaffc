"""Mail by the routes: off until an owner turns it on, approved by people only, and as it was read."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.outreach.api.mail_house import MailHouse
from services.outreach.app import create_app
from services.outreach.settings import Settings
from shared.access import Caller
from shared.db import Database
from shared.events import MessageApproved, MessageSent, SiteCreated
from shared.http import DirectTransport, ServiceClient
from shared.vocabulary import Role
from tests.fakes import RecordingBus
from tests.mailroom import Mailroom, mailroom
from tests.outreach.conftest import SECRET, a_caller, body_of, published
from tests.outreach.mail import NOON, a_mailbox, a_turn, an_approved, switch

MAILBOX = {
    "address": "Ann@Ours.example",
    "sender_name": "Ann\tLee",
    "smtp_host": "Mail.Ours.example",
    "smtp_security": "none",
    "password": "a secret of Ann",
    "zone": "Europe/Lisbon",
}
RECORDS = {"ours.example": ("v=spf1 -all",), "_dmarc.ours.example": ("v=DMARC1; p=none",)}
ON = {"sending": True, "sender_name": "Ann", "postal_address": "1 Quay, Porto"}


class Desk:
    """Calls the routes as somebody of the whole workspace."""

    def __init__(
        self, client: ServiceClient, site: SiteCreated, role: Role, *, person: bool = True
    ) -> None:
        caller: Caller = a_caller(site, role, workspace=True)
        self.client, self.caller = client, replace(caller, is_person=person)

    async def ask(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        answer = await self.client.send(
            method, path, caller=self.caller, body=body, headers={"if-match": "*"}
        )
        return body_of(answer, status)


@pytest.fixture
async def room() -> AsyncIterator[Mailroom]:
    async with mailroom() as made:
        yield made


@pytest.fixture
def records() -> dict[str, tuple[str, ...]]:
    return dict(RECORDS)


@pytest.fixture
def client(
    database: Database, room: Mailroom, records: dict[str, tuple[str, ...]]
) -> ServiceClient:
    async def texts(name: str) -> tuple[str, ...]:
        return records.get(name, ())

    async def mail_hosts(_: str) -> None:
        return None  # no name server answers

    settings = Settings.load(
        {},
        internal_secret=SECRET,
        master_key="k" * 32,
        mail_connect_to=f"mail.ours.example:587=127.0.0.1:{room.port}",
    )
    app = create_app(settings, bus=RecordingBus(), db=database)
    house: MailHouse = app.state.mail_house
    examiner = replace(house.examiner, texts=texts, mail_hosts=mail_hosts)
    app.state.mail_house = replace(house, examiner=examiner)
    return ServiceClient("outreach", DirectTransport(app), secret=SECRET.encode())


async def test_only_an_owner_who_is_signed_in_switches_mail_on(
    client: ServiceClient, site: SiteCreated
) -> None:
    owner, path = Desk(client, site, Role.OWNER), "/v1/outreach/settings"
    assert (await owner.ask("GET", path))["sending"] is False
    await owner.ask("PUT", path, {"sending": True, "sender_name": "Ann"}, 422)
    await Desk(client, site, Role.EDITOR).ask("PUT", path, ON, 403)
    await Desk(client, site, Role.OWNER, person=False).ask("PUT", path, ON, 403)
    await Desk(client, site, Role.CLIENT).ask("GET", path, None, 403)

    on = await owner.ask("PUT", path, ON)

    assert (on["sending"], on["switched_by"], on["one_click"]) == (True, "Alice", False)
    assert "not with one click" in on["sentence"]
    key = Desk(client, site, Role.EDITOR, person=False)
    assert (await key.ask("PUT", path, ON | {"sending": False}))["sending"] is False


async def test_a_mailbox_sends_only_when_nothing_is_wrong_with_it(
    client: ServiceClient, site: SiteCreated, records: dict[str, tuple[str, ...]], room: Mailroom
) -> None:
    desk = Desk(client, site, Role.EDITOR)
    made = await desk.ask("POST", "/v1/mailboxes", MAILBOX, 201)
    path = f"/v1/mailboxes/{made['mailbox_id']}"
    assert (made["address"], made["sender_name"]) == ("Ann@ours.example", "Ann Lee")
    assert (made["state"], made["cap_today"]) == ("unchecked", 5)
    assert "password" not in made
    await desk.ask("POST", "/v1/mailboxes", MAILBOX, 409)
    await desk.ask("POST", "/v1/mailboxes", MAILBOX | {"zone": "Mars/Base", "smtp_port": 22}, 422)
    await desk.ask("POST", f"{path}/resume", None, 409)

    del records["ours.example"]
    checked = await desk.ask("POST", f"{path}/preflight")
    assert checked["state"] == "unchecked"
    stops = {one["check"]: one["level"] for one in checked["findings"]}
    assert stops == {
        "smtp": "good",
        "imap": "warning",
        "mx": "warning",
        "spf": "stop",
        "dmarc": "good",
        "leaving": "warning",
    }
    records |= RECORDS
    assert (await desk.ask("POST", f"{path}/preflight"))["state"] == "ready"
    paused = await desk.ask("POST", f"{path}/pause")
    assert (paused["state"], paused["paused_because"]) == ("paused", "Paused by Alice.")
    assert (await desk.ask("POST", f"{path}/preflight"))["state"] == "paused"
    assert (await desk.ask("POST", f"{path}/resume"))["state"] == "ready"
    assert (await desk.ask("PATCH", path, {"username": "other"}))["state"] == "unchecked"
    assert room.got == []


async def test_a_person_approves_what_was_read_and_nothing_else(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    desk, key = Desk(client, site, Role.EDITOR), Desk(client, site, Role.EDITOR, person=False)
    mailbox = await key.ask("POST", "/v1/mailboxes", MAILBOX, 201)
    message = {
        "site_id": str(site.site_id),
        "mailbox_id": mailbox["mailbox_id"],
        "to_email": "bob@blog.example.org",
        "subject": "Your post",
        "text": "May I?",
    }
    await key.ask("POST", "/v1/messages", message | {"text": "Dear [name]"}, 422)
    made = await key.ask("POST", "/v1/messages", message, 201)
    path = f"/v1/messages/{made['message_id']}"
    read = {"message_id": made["message_id"], "hash": made["hash"]}
    await key.ask("POST", "/v1/messages/approve", {"messages": [read]}, 403)

    await desk.ask("PATCH", path, {"text": "May I, please?"})
    stale = await desk.ask("POST", "/v1/messages/approve", {"messages": [read]})
    assert (stale["approved"], len(stale["refused"])) == ([], 1)
    read["hash"] = (await desk.ask("GET", path))["hash"]
    done = await desk.ask("POST", "/v1/messages/approve", {"messages": [read]})
    assert done == {"approved": [made["message_id"]], "refused": []}
    [told] = await published(database, MessageApproved)
    assert told.approved_by == "Alice"

    edited = await desk.ask("PATCH", path, {"subject": "Another"})
    assert (edited["state"], edited["approved_by"]) == ("pending_approval", None)
    todo = await desk.ask("GET", "/internal/todo")
    assert [(one["kind"], one["count"]) for one in todo] == [("message_approval", 1)]
    waiting = await desk.client.send(
        "GET", "/v1/messages", caller=desk.caller, query="state=pending_approval&sort=due"
    )
    assert [one["message_id"] for one in body_of(waiting)["items"]] == [made["message_id"]]
    assert (await desk.ask("POST", f"{path}/cancel"))["state"] == "cancelled"
    await desk.ask("POST", f"{path}/cancel", None, 409)
    suppressed = {"values": ["example.org"]}
    await desk.ask("POST", "/v1/suppressions", suppressed, 201)
    await desk.ask("POST", "/v1/messages", message, 409)


async def test_a_message_in_doubt_waits_for_what_a_person_says(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    desk = Desk(client, site, Role.EDITOR)
    async with database.begin() as tx:
        await switch(tx, site.workspace_id)
        mailbox_id = await a_mailbox(tx, site)
        ids = [await an_approved(tx, site, mailbox_id, to_email=f"b@{n}.example") for n in "ab"]
        for minutes in (0, 30):
            await a_turn(tx, NOON + timedelta(minutes=minutes))
        await tx.run("UPDATE messages SET state = 'in_doubt'")
    sent, unsent = (f"/v1/messages/{one}/resolve" for one in ids)
    await Desk(client, site, Role.EDITOR, person=False).ask("POST", sent, {"outcome": "sent"}, 403)

    assert (await desk.ask("POST", sent, {"outcome": "sent"}))["state"] == "sent"
    again = await desk.ask("POST", unsent, {"outcome": "unsent"})

    assert (again["state"], again["approved_by"]) == ("pending_approval", None)
    assert [one.message_id for one in await published(database, MessageSent)] == ids[:1]
    await desk.ask("POST", sent, {"outcome": "sent"}, 409)
