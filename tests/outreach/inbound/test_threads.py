"""`/v1/threads`: conversations with both directions, answers that wait for approval, and corrections."""

from typing import Any
from uuid import UUID

import pytest

from services.outreach.domain.inbound.arrival import read
from services.outreach.domain.message_ids import rfc_message_id
from services.outreach.store import inbound, keeping
from services.outreach.store.inbound import Box, Received
from shared.db import Database
from shared.events import SiteCreated
from shared.http import ServiceClient
from shared.ids import new_id
from shared.vocabulary import Role
from tests.outreach.conftest import a_caller, add_site, body_of
from tests.outreach.inbound.mails import letter
from tests.outreach.mail import KEY, NOON, a_turn, an_approved, ready_to_send, row_of

BOB = "bob@blog.example.org"


@pytest.fixture
async def sent(database: Database, site: SiteCreated) -> UUID:
    """A message to Bob that went out."""
    mailbox_id = await ready_to_send(database, site)
    async with database.begin() as tx:
        message_id = await an_approved(tx, site, mailbox_id)
        await a_turn(tx)
        await tx.run("UPDATE messages SET state = 'sent', sent_at = now()")
    return message_id


async def receive(database: Database, message_id: UUID, text: str, headers: str = "") -> None:
    named = rfc_message_id(message_id, domain="ours.example", key=KEY)
    more = f"Message-ID: <{new_id()}@blog.example.org>\nIn-Reply-To: {named}{headers}"
    raw = letter(text, sender=f"Bob <{BOB}>", headers=more)
    async with database.begin() as tx:
        row = await row_of(tx, message_id)
        count = await tx.fetch_value("SELECT count(*) FROM inbound_messages")
        box = Box(
            mailbox_id=row["mailbox_id"],
            workspace_id=row["workspace_id"],
            address="ann@ours.example",
            uidvalidity=1,
        )
        received = [Received(int(count) + 1, NOON, read(raw))]
        await inbound.record(tx, box, received, key=KEY, now=NOON)


async def listed(client: ServiceClient, site: SiteCreated, **query: str) -> list[dict[str, Any]]:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    answer = await client.send("GET", "/v1/threads", query=asked, caller=a_caller(site))
    found: list[dict[str, Any]] = body_of(answer)["items"]
    return found


async def test_an_answer_is_shown_and_answered(
    client: ServiceClient, database: Database, site: SiteCreated, sent: UUID
) -> None:
    await receive(database, sent, "Which page do you mean?")
    (thread,) = await listed(client, site, state="open")
    assert (thread["thread_id"], thread["newest"]["intent"]) == (str(sent), "question")
    assert thread["newest"]["decided_by"] == "Which page do you mean?"

    reply = {"text": "The one on quays."}
    path = f"/v1/threads/{sent}"
    made = body_of(
        await client.send("POST", f"{path}/replies", body=reply, caller=a_caller(site)), 201
    )
    assert made["state"] == "pending_approval"
    async with database.begin() as tx:
        row = await row_of(tx, UUID(made["message_id"]))
    assert (row["to_email"], row["subject"]) == (BOB, "Re: Hello")
    assert row["parent_message_id"] == sent
    assert len(row["answers"]) == 2  # ours, and theirs
    assert await listed(client, site, state="open") == []
    shown = body_of(await client.send("GET", path, caller=a_caller(site)))
    assert sorted(one["direction"] for one in shown["entries"]) == ["in", "out", "out"]


async def test_nobody_answers_a_program(
    client: ServiceClient, database: Database, site: SiteCreated, sent: UUID
) -> None:
    await receive(database, sent, "I am away.", "\nAuto-Submitted: auto-replied")
    answer = await client.send(
        "POST", f"/v1/threads/{sent}/replies", body={"text": "Hi"}, caller=a_caller(site)
    )
    assert "No person wrote here" in body_of(answer, 409)["detail"]
    assert [one["state"] for one in await listed(client, site)] == ["closed"]


async def test_a_person_knows_better_and_what_follows_is_done(
    client: ServiceClient, database: Database, site: SiteCreated, sent: UUID
) -> None:
    await receive(database, sent, "Please spare me.")
    (thread,) = await listed(client, site)
    path = f"/v1/threads/{sent}/mails/{thread['newest']['inbound_id']}"
    fixed = body_of(
        await client.send("PATCH", path, body={"kind": "unsubscribe"}, caller=a_caller(site))
    )
    assert (fixed["kind"], fixed["intent"], fixed["corrected_by"]) == ("unsubscribe", None, "Alice")
    async with database.begin() as tx:
        (row,) = await tx.fetch("SELECT judged_kind, handled_at FROM inbound_messages")
        reasons = await tx.fetch("SELECT value, reason FROM suppressions")
    assert row["judged_kind"] == "human"
    assert [tuple(one) for one in reasons] == [(BOB, "unsubscribed")]
    wrong = {"kind": "auto_reply", "intent": "question"}
    body_of(await client.send("PATCH", path, body=wrong, caller=a_caller(site)), 422)


@pytest.mark.parametrize("role", [Role.CLIENT, Role.VIEWER])
async def test_who_may_not_write_is_told_no_more_than_they_may_see(
    client: ServiceClient, database: Database, site: SiteCreated, sent: UUID, role: Role
) -> None:
    await receive(database, sent, "Yes, gladly. Send me the text.")
    caller, stranger = a_caller(site, role), a_caller(await add_site(database, "other.example"))
    path, reply = f"/v1/threads/{sent}", {"text": "Hi"}
    seen = await client.send("GET", path, caller=caller)
    assert seen.status == (404 if role is Role.CLIENT else 200)
    written = await client.send("POST", f"{path}/replies", body=reply, caller=caller)
    assert written.status == (404 if role is Role.CLIENT else 403)
    assert (await client.send("GET", path, caller=stranger)).status == 404


async def test_what_was_removed_by_age_says_so(
    client: ServiceClient, database: Database, site: SiteCreated, sent: UUID
) -> None:
    await receive(database, sent, "Which page do you mean?")
    async with database.begin() as tx:
        await tx.run("UPDATE inbound_messages SET handled_at = now()")
        for shelf in keeping.SHELVES:
            if shelf.kind in {"mail", "inbound_mail"}:
                await tx.run(f"UPDATE {shelf.table} t SET {shelf.empties} WHERE {shelf.where}")
    shown = body_of(await client.send("GET", f"/v1/threads/{sent}", caller=a_caller(site)))
    entries = {one["direction"]: one for one in shown["entries"]}
    ours, theirs = entries["out"]["message"], entries["in"]["mail"]
    for one in (ours, theirs):
        assert one["text"] == ""
        assert "mail is kept only for as long as your workspace says" in one["removed"]
    message = body_of(await client.send("GET", f"/v1/messages/{sent}", caller=a_caller(site)))
    assert message["removed"] == ours["removed"]
    async with database.begin() as tx:
        await tx.run("UPDATE messages SET to_email = ''")
    message = body_of(await client.send("GET", f"/v1/messages/{sent}", caller=a_caller(site)))
    assert message["removed"] == "It was removed, for its reader was erased."
