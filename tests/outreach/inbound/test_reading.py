"""Mailboxes are read over IMAP: only what is new, nothing changed there, whatever the server does."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from services.outreach.adapters.inbox import Postbox
from services.outreach.adapters.sent_folder import folders_of_sent, parse_list
from services.outreach.domain.inbound.verdict import InboundKind
from services.outreach.domain.mailboxes import MAIL_PORTS, bound_to
from services.outreach.domain.message_ids import rfc_message_id
from services.outreach.jobs.doubts import Settler, settle_some
from services.outreach.jobs.reading import Reader, read_mail
from services.outreach.store import inbound, mailbox_readings
from services.outreach.store.doubts import WAITS
from services.outreach.store.todo import list_waiting
from shared.db import Database, Tx
from shared.events import SiteCreated
from shared.vault import Vault
from shared.wall import Guard, parse_routes
from tests.outreach.imap import PASSWORD, USER, ImapServer
from tests.outreach.inbound.mails import letter
from tests.outreach.mail import KEY, NOON, a_turn, an_approved, ready_to_send, row_of
from tests.waiting import eventually

VAULT = Vault(lambda: ["k" * 40])


@dataclass
class House:
    """A mailbox on a server, a message that was sent from it, and a reader."""

    database: Database
    server: ImapServer
    mailbox_id: UUID
    message_id: UUID
    now: datetime = NOON

    def answer(self, text: str) -> bytes:
        named = rfc_message_id(self.message_id, domain="ours.example", key=KEY)
        headers = f"Message-ID: <{len(text)}@blog.example.org>\nIn-Reply-To: {named}"
        return letter(text, sender="Bob <bob@blog.example.org>", headers=headers)

    def postbox(self, pool: Executor) -> Postbox:
        routes = parse_routes(f"imap.ours.example:143=127.0.0.1:{self.server.port}")
        return Postbox(Guard(ports=MAIL_PORTS, routes=routes), VAULT, pool)

    async def read(self, *, until: partial[Any] | None = None) -> None:
        """Run the reader until something is so, or it has looked once."""
        stop = asyncio.Event()
        reader = Reader(
            open_with=self.postbox, key=KEY, rest=timedelta(minutes=1), now=lambda: self.now
        )
        async with asyncio.TaskGroup() as group:
            group.create_task(read_mail(self.database, reader, 0.05, stop))
            try:
                await eventually(until or partial(self.has_looked, self.now))
            finally:
                stop.set()
        self.now += timedelta(hours=2)

    async def has_looked(self, since: datetime) -> bool:
        state = await self.state()
        return bool(state) and (state["read_at"] == since or state["failures"] > 0)

    async def state(self) -> dict[str, Any]:
        async with self.database.begin() as tx:
            rows = await tx.fetch("SELECT * FROM mailbox_readings")
        return dict(rows[0]) if rows else {}

    async def texts(self) -> list[str]:
        async with self.database.begin() as tx:
            rows = await tx.fetch("SELECT text FROM inbound_messages ORDER BY inbound_id")
        return [row["text"] for row in rows]

    async def has_texts(self, *texts: str) -> bool:
        return await self.texts() == list(texts)


@pytest.fixture
async def house(database: Database, site: SiteCreated) -> AsyncIterator[House]:
    mailbox_id = await ready_to_send(
        database,
        site,
        imap_host="imap.ours.example",
        imap_port=143,
        imap_security="none",
        username=USER,
    )
    sealed = VAULT.seal(PASSWORD, bound_to=bound_to(mailbox_id))
    async with database.begin() as tx:
        await tx.run("UPDATE mailboxes SET sealed_password = $1", sealed)
        message_id = await an_approved(tx, site, mailbox_id)
        await a_turn(tx)
    server = ImapServer(mails={1: letter("An old mail", sender="bob@blog.example.org")})
    async with server.running():
        yield House(database, server, mailbox_id, message_id)


async def test_only_what_is_new_is_read_and_nothing_is_changed(house: House) -> None:
    await house.read()
    house.server.deliver(house.answer("Which page?"))
    await house.read()
    await house.read()
    assert await house.texts() == ["Which page?"]
    assert {one.split()[0] for one in house.server.commands} <= {
        *("CAPABILITY", "LOGIN", "EXAMINE", "UID", "IDLE", "DONE", "LOGOUT")
    }
    fetched = [one for one in house.server.commands if one.startswith("UID FETCH")]
    assert len(fetched) == 1
    assert "BODY.PEEK[]" in fetched[0]


async def test_an_answer_is_seen_while_the_mailbox_is_held_open(house: House) -> None:
    async def answered() -> bool:
        if "IDLE" in house.server.commands and len(house.server.mails) == 1:
            house.server.deliver(house.answer("Yes."))
        return await house.has_texts("Yes.")

    await house.read(until=partial(answered))
    assert await house.texts() == ["Yes."]
    assert sum(one.startswith("LOGIN") for one in house.server.commands) == 1


async def test_a_new_numbering_brings_nothing_twice_and_loses_nothing(house: House) -> None:
    house.server.mails.clear()
    await house.read()
    house.server.deliver(house.answer("One."))
    await house.read()
    house.server.uidvalidity = 2
    house.server.mails = dict(enumerate(house.server.mails.values(), 10))
    house.server.deliver(house.answer("And two."))
    await house.read()
    assert await house.texts() == ["One.", "And two."]
    assert (await house.state())["uidvalidity"] == 2


@pytest.mark.parametrize(
    ("greeting", "fetched", "trouble"),
    [
        (b"* BYE go away\r\n", None, "refused"),
        (b"", b"* 1 FETCH (UID 2 BODY[]<0> {999999999}\r\n", "refused"),
    ],
)
async def test_a_bad_server_is_left_alone_for_longer_and_longer(
    house: House, greeting: bytes, fetched: bytes | None, trouble: str
) -> None:
    await house.read()
    house.server.greeting = greeting or house.server.greeting
    house.server.answer_to_fetch = fetched
    house.server.deliver(house.answer("Lost?"))
    before = house.now
    await house.read()
    state = await house.state()
    assert trouble in state["trouble"]
    assert state["next_at"] - before == timedelta(minutes=1)
    house.server.greeting, house.server.answer_to_fetch = b"* OK here\r\n", None
    await house.read(until=partial(house.has_texts, "Lost?"))


async def test_a_mail_that_breaks_us_does_not_hold_up_the_next(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = inbound.record

    async def refusing(
        tx: Tx, box: inbound.Box, received: Sequence[inbound.Received], **rest: Any
    ) -> dict[InboundKind, int]:
        if "poison" in received[0].arrival.text:
            await tx.run("SELECT 1 / 0")
        return await record(tx, box, received, **rest)

    monkeypatch.setattr(inbound, "record", refusing)
    await house.read()
    for text in ("Before.", "This is poison.", "Behind it."):
        house.server.deliver(house.answer(text))
    await house.read()
    assert await house.texts() == ["Before.", "Behind it."]
    assert (await house.state())["failures"] == 0


async def test_two_readers_never_read_one_mailbox_at_once(house: House) -> None:
    async with house.database.begin() as tx:
        claim = partial(mailbox_readings.claim_readings, tx, lease=timedelta(minutes=5), limit=5)
        assert len(await claim(now=NOON)) == 1
        assert await claim(now=NOON) == []
        assert len(await claim(now=NOON + timedelta(minutes=6))) == 1


# ---- messages in doubt, and the Sent folder ---------------------------------------------------------


async def doubt(house: House) -> str:
    """Let nobody know whether the message was sent; returns its Message-ID."""
    await house.read()  # from here on the mailbox is one that is read
    async with house.database.begin() as tx:
        await tx.run("UPDATE messages SET state = 'in_doubt'")
        return str(await tx.fetch_value("SELECT rfc_message_id FROM messages"))


async def settled(house: House) -> dict[str, Any]:
    with ThreadPoolExecutor(1) as pool:
        settler = Settler(open_with=house.postbox, now=lambda: house.now)
        await settle_some(house.database, settler, house.postbox(pool))
    async with house.database.begin() as tx:
        return dict(await row_of(tx, house.message_id))


async def is_asked(house: House) -> bool:
    """Say whether the list of what is to do asks a person about the message."""
    async with house.database.begin() as tx:
        row = await row_of(tx, house.message_id)
        found = await list_waiting(tx, row["workspace_id"], only=None, today=NOON.date())
    return "message_in_doubt" in [one.kind for one in found]


async def test_what_lies_in_the_sent_folder_was_sent(house: House) -> None:
    wanted = await doubt(house)
    house.server.sent = {
        7: f"Message-ID: <x{wanted[1:]}\r\n\r\n".encode(),
        8: f"Message-ID: {wanted}\r\n\r\n".encode(),
    }
    row = await settled(house)
    assert (row["state"], row["because"]) == (
        "sent",
        "It was sent: it lies in the folder “Sent” of the mailbox, since Tue 12:00 (UTC).",
    )
    async with house.database.begin() as tx:
        told = await tx.fetch_value("SELECT count(*) FROM outbox WHERE name = 'message.sent'")
        began = await tx.fetch_value("SELECT max(started_at) FROM send_attempts")
    assert (told, row["sent_at"]) == (1, began)
    changing = ("SELECT", "STORE", "APPEND", "COPY", "MOVE", "EXPUNGE", "DELETE")
    assert not [one for one in house.server.commands if one.upper().startswith(changing)]


async def test_what_is_not_found_there_proves_nothing_and_is_looked_for_again(house: House) -> None:
    wanted = await doubt(house)
    house.server.sent = {7: f"Message-ID: <x{wanted[1:]}\r\n\r\n".encode()}
    assert not await is_asked(house)
    row = await settled(house)
    assert (row["state"], await is_asked(house)) == ("in_doubt", True)
    assert "It is not in “Sent”" in row["sent_look"]
    assert "proves nothing" in row["sent_look"]
    assert (await settled(house))["sent_looks"] == 1  # not due yet
    house.server.listed = b'* LIST (\\HasNoChildren) "/" "Entw&APw-rfe"\r\n'
    house.now += timedelta(hours=1)
    row = await settled(house)
    assert "names no folder of sent mail" in row["sent_look"]
    house.server.greeting = b"* BYE go away\r\n"
    for _ in range(9):
        house.now += timedelta(days=2)
        row = await settled(house)
    assert row["sent_look"].startswith("The Sent folder could not be looked into:")
    assert (row["state"], row["sent_looks"]) == ("in_doubt", len(WAITS))


@pytest.mark.parametrize(
    ("listed", "names"),
    [
        ([b'(\\Sent) "/" "Weird"', b'() "/" "Sent"'], ["Weird"]),
        ([b'() "." INBOX.Gesendet', b'() "." INBOX'], ["Gesendet"]),
        ([b'() "/" "[Gmail]/Envoy&AOk-s"', b"rubbish", None], ["Envoyés"]),
        ([(b'() "/" {9}', b"Sent Mail"), b")"], ["Sent Mail"]),
        ([b'(\\Noselect \\Sent) "/" "Sent"'], []),
        ([b'() NIL "Sent"', b'() "/" "Presents"'], ["Sent"]),
    ],
)
def test_the_folder_of_sent_mail_is_told_by_the_server_or_by_its_name(
    listed: list[object], names: list[str]
) -> None:
    assert [one.name for one in folders_of_sent(parse_list(listed))] == names
