"""kill -9 of senders at random moments: no letter is sent twice, none is lost, what is not known is in doubt."""

import random
from collections import Counter
from datetime import time, timedelta
from uuid import UUID

import pytest

from shared.db import Database, Tx
from shared.events import SiteCreated
from tests.fault.senders import DeadlyRoom, start_sender
from tests.mailroom import mailroom
from tests.outreach.conftest import add_site
from tests.outreach.conftest import database as database  # noqa: PLC0414 - the fixture
from tests.outreach.mail import NOON, a_mailbox, an_approved, switch

MAILBOXES = 20
LETTERS = 400
KILLS = 25
ROUND = timedelta(minutes=10)
"""Between two senders: longer than a lease."""
pytestmark = [pytest.mark.fault, pytest.mark.timeout(900)]


async def prepare(database: Database) -> None:
    """Write letters to as many domains, from mailboxes that hold them up as little as can be."""
    site = await add_site(database)
    async with database.begin() as tx:
        await switch(tx, site.workspace_id)
        boxes = [await a_quick_mailbox(tx, site, number) for number in range(MAILBOXES)]
        for number in range(LETTERS):
            reader = f"bob@blog{number}.example"
            await an_approved(tx, site, boxes[number % MAILBOXES], to_email=reader)


async def a_quick_mailbox(tx: Tx, site: SiteCreated, number: int) -> UUID:
    return await a_mailbox(
        tx,
        site,
        address=f"ann{number}@ours.example",
        smtp_security="none",
        opens=time(0),
        closes=time(23, 59),
        daily_cap=10**6,
        hourly_cap=10**6,
        ramp_from=NOON.date() - timedelta(days=10**6 // 2),
    )


@pytest.mark.parametrize("seed", range(2))
async def test_senders_that_are_killed_send_nothing_twice(database: Database, seed: int) -> None:
    chance = random.Random(seed)
    await prepare(database)
    room = DeadlyRoom()
    kills = 0
    async with mailroom(made=room):
        for number in range(KILLS):
            room.kill_in = chance.randrange(1, 60)
            process = await start_sender(room, database, NOON + number * ROUND, turns=LETTERS)
            kills += await process.wait() != 0
        room.kill_in = None
        process = await start_sender(room, database, NOON + KILLS * ROUND, turns=LETTERS)
        assert await process.wait() == 0

    async with database.begin() as tx:
        rows = await tx.fetch("SELECT state, rfc_message_id FROM messages")
    states = Counter(row["state"] for row in rows)
    arrived = {str(mail["Message-ID"]) for _, mail in room.got}
    of_doubt = {row["rfc_message_id"] for row in rows if row["state"] == "in_doubt"}
    print(f"\n{kills} kills, {dict(states)}, {len(of_doubt & arrived)} of those in doubt arrived")  # noqa: T201 - a measure
    assert kills > KILLS // 2
    assert room.doubles == 0
    assert set(states) <= {"sent", "in_doubt"}
    assert {row["rfc_message_id"] for row in rows if row["state"] == "sent"} <= arrived
