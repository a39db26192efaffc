"""A mail that comes in and belongs to mail of ours is kept once, with all that follows from it."""

from collections.abc import AsyncIterator
from typing import Any, TypeVar
from uuid import UUID

import pytest

from services.outreach.domain.inbound.arrival import read
from services.outreach.domain.message_ids import rfc_message_id
from services.outreach.store import inbound
from services.outreach.store.inbound import Box, Received
from shared.db import Database, Tx
from shared.events import (
    ContactUnsubscribed,
    Event,
    MessageBounced,
    ReplyReceived,
    SiteCreated,
    decode,
)
from shared.ids import new_id
from tests.outreach.inbound.mails import letter, report
from tests.outreach.mail import KEY, NOON, a_turn, an_approved, ready_to_send, row_of

E = TypeVar("E", bound=Event)
BOB = "bob@blog.example.org"


class House:
    """A workspace whose message to Bob was sent, and one that waits for him."""

    def __init__(self, tx: Tx, site: SiteCreated, mailbox_id: UUID) -> None:
        assert site.workspace_id is not None
        self.tx, self.site = tx, site
        self.box = Box(
            mailbox_id=mailbox_id,
            workspace_id=site.workspace_id,
            address="ann@ours.example",
            uidvalidity=1,
        )
        self.uid = 0

    async def send(self) -> UUID:
        message_id = await an_approved(self.tx, self.site, self.box.mailbox_id)
        await a_turn(self.tx)
        await self.tx.run(
            "UPDATE messages SET state = 'sent', sent_at = $2 WHERE message_id = $1",
            message_id,
            NOON,
        )
        return message_id

    async def receive(self, raw: bytes) -> dict[Any, int]:
        self.uid += 1
        received = [Received(self.uid, NOON, read(raw))]
        return await inbound.record(self.tx, self.box, received, key=KEY, now=NOON)

    async def told(self, kind: type[E]) -> list[E]:
        """Return the events of a type that this transaction publishes."""
        rows = await self.tx.fetch("SELECT body FROM outbox WHERE name = $1", kind.name)
        return [event for row in rows if isinstance(event := decode(row["body"]), kind)]

    async def rows(self) -> list[dict[str, Any]]:
        rows = await self.tx.fetch("SELECT * FROM inbound_messages ORDER BY inbound_id")
        return [dict(row) for row in rows]


@pytest.fixture
async def house(database: Database, site: SiteCreated) -> AsyncIterator[House]:
    mailbox_id = await ready_to_send(database, site)
    async with database.begin() as tx:
        yield House(tx, site, mailbox_id)


def named(message_id: UUID) -> str:
    return rfc_message_id(message_id, domain="ours.example", key=KEY)


def from_bob(text: str, message_id: UUID | None, more: str = "") -> bytes:
    headers = f"Message-ID: <{new_id()}@blog.example.org>"
    if message_id is not None:
        headers += f"\nIn-Reply-To: {named(message_id)}"
    return letter(text, sender=f"Bob <{BOB}>", headers=f"{headers}{more}")


async def test_an_answer_stops_what_waits_and_is_told(house: House) -> None:
    sent = await house.send()
    waiting = await an_approved(house.tx, house.site, house.box.mailbox_id)
    raw = from_bob("Sounds good, send me the draft.", sent)
    assert await house.receive(raw) == {"human": 1}
    assert await house.receive(raw) == {}  # the same again, under another number
    (row,) = await house.rows()
    assert (row["match"], row["intent"], row["message_id"]) == ("strong", "interested", sent)
    assert row["thread_id"] == sent
    assert (await row_of(house.tx, waiting))["state"] == "cancelled"
    (event,) = await house.told(ReplyReceived)
    assert (event.message_id, event.intent, event.sure) == (sent, "interested", True)


async def test_a_dead_address_is_never_written_to_again(house: House) -> None:
    sent = await house.send()
    waiting = await an_approved(house.tx, house.site, house.box.mailbox_id)
    raw = report(
        "550 5.1.1 user unknown", status="5.1.1", address="b@other.example", returned=named(sent)
    )
    assert await house.receive(raw) == {"bounce": 1}
    (row,) = await house.rows()
    assert (row["bounced_key"], row["hard"], row["match"]) == (BOB, True, "strong")
    assert (await row_of(house.tx, waiting))["state"] == "cancelled"
    assert (await row_of(house.tx, sent))["hard_bounce"]
    reasons = await house.tx.fetch("SELECT value, reason FROM suppressions")
    assert [tuple(row) for row in reasons] == [(BOB, "hard_bounce")]
    assert [one.hard for one in await house.told(MessageBounced)] == [True]


async def test_our_own_faults_are_not_held_against_the_recipient(house: House) -> None:
    sent = await house.send()
    raw = report("550 5.7.26 Unauthenticated email", status="5.7.26", returned=named(sent))
    assert await house.receive(raw) == {"bounce": 1}
    assert await house.tx.fetch("SELECT 1 FROM suppressions") == []
    (box,) = await house.tx.fetch("SELECT blocks FROM mailboxes")
    assert box["blocks"] == 1


async def test_an_automatic_reply_stops_nothing(house: House) -> None:
    await house.send()
    waiting = await an_approved(house.tx, house.site, house.box.mailbox_id)
    raw = from_bob("I am away until 9 December.", None, "\nAuto-Submitted: auto-replied")
    assert await house.receive(raw) == {"auto_reply": 1}
    (row,) = await house.rows()
    assert (row["match"], row["auto_kind"]) == ("weak", "ooo")
    assert row["resume_on"].isoformat() == "2025-12-09"
    assert (await row_of(house.tx, waiting))["state"] == "approved"


async def test_who_asks_for_no_more_mail_gets_none(house: House) -> None:
    await house.send()
    assert await house.receive(from_bob("Please remove me from your list.", None)) == {
        "unsubscribe": 1
    }
    rows = await house.tx.fetch("SELECT value, reason FROM suppressions")
    assert [tuple(row) for row in rows] == [(BOB, "unsubscribed")]
    assert [one.contact_email for one in await house.told(ContactUnsubscribed)] == [BOB]


async def test_strangers_are_not_kept_and_forged_ids_are_nothing(house: House) -> None:
    await house.send()
    forged = named(house.box.mailbox_id).replace(".", ".a", 1)
    stranger = letter("Hello!", sender="eve@gmail.com", headers=f"In-Reply-To: {forged}")
    assert await house.receive(stranger) == {}
    assert await house.receive(letter("Our copy", sender="Ann <ann@ours.example>")) == {}
    assert await house.rows() == []


async def test_what_was_written_before_an_answer_is_not_sent_after_it(house: House) -> None:
    sent = await house.send()
    await house.receive(from_bob("Which page do you mean?", sent))
    await house.tx.run("UPDATE inbound_messages SET created_at = now() + interval '1 hour'")
    late = await an_approved(house.tx, house.site, house.box.mailbox_id, subject="A second one")
    await house.tx.run("UPDATE mailboxes SET next_at = $1", NOON)
    turn = await a_turn(house.tx)
    assert turn.kept_back == {"answered meanwhile": 1}
    assert (await row_of(house.tx, late))["state"] == "cancelled"
