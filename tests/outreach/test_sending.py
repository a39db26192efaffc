"""Mail goes out once, or not at all, or is in doubt: whatever servers, replicas and kills do."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.outreach.adapters.carrier import Carrier
from services.outreach.domain.mailboxes import MAIL_PORTS
from services.outreach.jobs import sending
from services.outreach.jobs.sending import Sender
from services.outreach.store import claiming, outcomes
from shared.db import Database
from shared.events import MessageFailed, MessageSent, SiteCreated
from shared.vault import Vault
from shared.wall import Guard, parse_routes
from tests.fault.senders import DeadlyRoom, start_sender
from tests.mailroom import Mailroom, mailroom
from tests.outreach.conftest import published
from tests.outreach.mail import KEY, NOON, a_mailbox, an_approved, row_of, switch

VAULT = Vault(lambda: ["a master key of the tests, long enough"])
LEASE = timedelta(minutes=5)


@pytest.fixture
async def room() -> AsyncIterator[Mailroom]:
    async with mailroom() as made:
        yield made


def a_sender(room: Mailroom, now: datetime = NOON) -> Sender:
    routes = parse_routes(f"mail.ours.example:587=127.0.0.1:{room.port}")
    carrier = Carrier(Guard(ports=MAIL_PORTS, routes=routes), VAULT)
    return Sender(
        carrier=carrier, key=KEY, public_url="https://watch.example", lease=LEASE, now=lambda: now
    )


async def prepared(
    database: Database, site: SiteCreated, *people: str, **mailbox: Any
) -> tuple[UUID, list[UUID]]:
    """A workspace that may send, a mailbox without encryption, and approved messages to these people."""
    async with database.begin() as tx:
        await switch(tx, site.workspace_id)
        mailbox_id = await a_mailbox(
            tx, site, **{"smtp_security": "none", "hourly_cap": 60, **mailbox}
        )
        ids = [
            await an_approved(
                tx, site, mailbox_id, to_email=one, due_at=NOON - timedelta(hours=1 / at)
            )
            for at, one in enumerate(people, start=1)
        ]
    return mailbox_id, ids


async def states(database: Database, ids: list[UUID]) -> list[str]:
    async with database.begin() as tx:
        return [(await row_of(tx, one))["state"] for one in ids]


async def test_an_approved_message_arrives_whole_and_is_told_of(
    database: Database, site: SiteCreated, room: Mailroom
) -> None:
    _, [first] = await prepared(database, site, "bob@blog.example.org")

    await sending.send_some(database, a_sender(room))

    [mail] = room.to("bob@blog.example.org")
    assert (mail["From"], mail["Subject"]) == ("Ann <ann@ours.example>", "Your post on quays")
    async with database.begin() as tx:
        row = await row_of(tx, first)
    assert (row["state"], row["rfc_message_id"], row["sent_at"]) == (
        "sent",
        mail["Message-ID"],
        NOON,
    )
    assert f"https://watch.example/u/{row['leave_token']}" in mail["List-Unsubscribe"]
    assert [event.message_id for event in await published(database, MessageSent)] == [first]


async def test_what_servers_refuse_is_tried_again_given_up_or_never_written_to_again(
    database: Database, site: SiteCreated, room: Mailroom
) -> None:
    room.refusals = {
        "later@a.example": "451 4.2.1 come back",
        "nobody@b.example": "550 5.1.1 no such user",
        "full@c.example": "552 5.2.2 full",
    }
    _, ids = await prepared(database, site, *room.refusals)
    for minutes in (0, 2, 4):
        await sending.send_some(database, a_sender(room, NOON + timedelta(minutes=minutes)))

    assert await states(database, ids) == ["approved", "rejected", "rejected"]
    failed = await published(database, MessageFailed)
    assert [one.hard_bounce for one in failed] == [True, False]
    async with database.begin() as tx:
        later, nobody = await row_of(tx, ids[0]), await row_of(tx, ids[1])
        suppressed = await tx.fetch("SELECT value, reason FROM suppressions")
    assert later["due_at"] == NOON + timedelta(minutes=5)
    assert later["deferrals"] == 1
    assert nobody["because"] == "The mail server said: 550 5.1.1 no such user"
    assert [tuple(row) for row in suppressed] == [("nobody@b.example", "hard_bounce")]
    room.refusals.clear()
    await sending.send_some(database, a_sender(room, NOON + timedelta(hours=1)))
    assert await states(database, ids[:1]) == ["sent"]


async def test_a_mailbox_rests_when_its_password_fails_twice(
    database: Database, site: SiteCreated, room: Mailroom
) -> None:
    sealed = VAULT.seal("secret", bound_to="another mailbox")
    _, ids = await prepared(
        database, site, "bob@a.example", smtp_security="starttls", sealed_password=sealed
    )
    for minutes in (0, 30, 60):
        await sending.send_some(database, a_sender(room, NOON + timedelta(minutes=minutes)))

    async with database.begin() as tx:
        [row] = await tx.fetch("SELECT state, paused_because FROM mailboxes")
    assert row["state"] == "paused"
    assert "twice" in row["paused_because"]
    assert await states(database, ids) == ["approved"]
    assert room.got == []


@pytest.mark.parametrize(("handed", "state"), [(False, "approved"), (True, "in_doubt")])
async def test_a_sender_that_died_left_the_message_unsent_or_in_doubt(
    database: Database, site: SiteCreated, room: Mailroom, handed: bool, state: str
) -> None:
    _, [message_id] = await prepared(database, site, "bob@a.example")
    sender = a_sender(room)
    async with database.begin() as tx:
        turn = await claiming.claim_due(tx, now=NOON, worker="dead", lease=LEASE, key=KEY)
        [claim] = turn.claimed
        if handed:
            assert await outcomes.mark_handed_over(tx, claim.attempt_id, now=NOON)
    async with database.begin() as tx:
        await outcomes.recover(tx, now=NOON + LEASE + timedelta(seconds=1))
        assert (await row_of(tx, message_id))["state"] == state
        # The dead one wakes up: its attempt is not its own any more.
        assert not await outcomes.mark_handed_over(tx, claim.attempt_id, now=NOON)
    later = replace(sender, now=lambda: NOON + timedelta(minutes=30))
    await sending.send_some(database, later)
    assert len(room.got) == (0 if handed else 1)


async def test_replicas_that_send_at_once_send_each_message_once(
    database: Database, site: SiteCreated, room: Mailroom
) -> None:
    people = [f"bob@blog{number}.example" for number in range(4)]
    async with database.begin() as tx:
        await switch(tx, site.workspace_id)
        for number, person in enumerate(people):
            mailbox_id = await a_mailbox(
                tx, site, address=f"ann{number}@ours.example", smtp_security="none"
            )
            await an_approved(tx, site, mailbox_id, to_email=person)
    for _ in range(3):
        async with asyncio.TaskGroup() as group:
            for _ in range(4):
                group.create_task(sending.send_some(database, a_sender(room)))
    assert Counter(to[0] for to, _ in room.got) == Counter(people)


async def test_a_sender_that_is_killed_sends_nothing_twice(
    database: Database, site: SiteCreated
) -> None:
    people = ["after@a.example", "before@b.example"]
    room = DeadlyRoom(kill_after=people[0], kill_before=people[1])
    async with mailroom(made=room):
        _, ids = await prepared(database, site, *people)
        for minutes in (0, 10):
            process = await start_sender(room, database, NOON + timedelta(minutes=minutes))
            assert await process.wait() == -signal.SIGKILL
        hour = NOON + timedelta(hours=1)
        await sending.send_some(database, a_sender(room, hour))

    assert await states(database, ids) == ["in_doubt", "sent"]
    assert sorted(to[0] for to, _ in room.got) == people
    assert room.doubles == 0
