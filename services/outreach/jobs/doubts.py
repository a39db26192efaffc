"""Before a person is asked whether a message was sent, its mailbox is: the Sent folder may hold it.

Found, it was sent. Not found proves nothing, for not every server keeps a copy: it stays with the person.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.outreach.adapters.inbox import FAILURES, Postbox, trouble_of
from services.outreach.adapters.sent_folder import SentLook, Sighting
from services.outreach.jobs.turns import take_turns
from services.outreach.metrics import SENT_LOOKS
from services.outreach.store import decisions, doubts, mailbox_readings
from services.outreach.store.doubts import Doubt, by_mailbox
from services.outreach.store.mailbox_readings import MailboxReading
from shared import clock, words
from shared.clock import Clock
from shared.db import Database
from shared.log import get_logger

log = get_logger(__name__)

AT_ONCE = 20
_MOST_OPEN = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Settler:
    """What looking into Sent folders needs besides the rows."""

    open_with: Callable[[Executor], Postbox]
    now: Clock = clock.now


async def settle_doubts(
    db: Database, settler: Settler, pause_s: float, stop: asyncio.Event
) -> None:
    """Look into the Sent folders of messages in doubt, from time to time."""
    with ThreadPoolExecutor(_MOST_OPEN, thread_name_prefix="sent") as pool:
        postbox = settler.open_with(pool)

        async def take() -> bool:
            return await settle_some(db, settler, postbox) == AT_ONCE

        await take_turns(take, pause_s, stop)


async def settle_some(db: Database, settler: Settler, postbox: Postbox) -> int:
    """Look once at what is due; returns how many messages that were."""
    async with db.begin() as tx:
        claimed = await doubts.claim_doubts(tx, now=settler.now(), limit=AT_ONCE)
        groups = by_mailbox(claimed)
        readings = await mailbox_readings.list_readings(tx, list(groups))
    for reading in readings:
        try:
            await _settle(db, settler, postbox, reading, groups[reading.account.mailbox_id])
        except (
            Exception
        ):  # because the other mailboxes must be looked into; the next look comes by itself
            log.exception("sent folder left out", mailbox_id=reading.account.mailbox_id)
    return len(claimed)


async def _settle(
    db: Database,
    settler: Settler,
    postbox: Postbox,
    reading: MailboxReading,
    group: Sequence[Doubt],
) -> None:
    """Look for the messages of one mailbox, and write what came of it."""
    try:
        async with postbox.open(reading.account) as inbox:
            look = await inbox.look_for_sent([one.rfc_message_id for one in group])
    except FAILURES as error:
        SENT_LOOKS.labels("failed").inc(len(group))
        log.info("sent folder not seen", mailbox_id=reading.account.mailbox_id)
        sentence = f"The Sent folder could not be looked into: {trouble_of(error)}"
        await _note(db, {one.message_id: sentence for one in group}, now=settler.now())
        return
    now = settler.now()
    missing = not_found(look, now=now)
    await _note(
        db,
        {one.message_id: missing for one in group if one.rfc_message_id not in look.found},
        now=now,
    )
    SENT_LOOKS.labels("missing").inc(len(group) - len(look.found))
    for one in group:
        sight = look.found.get(one.rfc_message_id)
        if sight is not None:
            async with db.begin() as tx:
                because = found(sight, now=now)
                await decisions.say_sent(tx, one.message_id, because=because, by_name="", now=now)
            SENT_LOOKS.labels("found").inc()


async def _note(db: Database, sentences: dict[UUID, str], *, now: datetime) -> None:
    async with db.begin() as tx:
        await doubts.note_looks(tx, sentences, now=now)


def found(sight: Sighting, *, now: datetime) -> str:
    """Say that a message was sent, and by what that is known."""
    since = f", since {words.clock(sight.since, now=now)} (UTC)" if sight.since else ""
    return f"It was sent: it lies in the folder “{sight.folder}” of the mailbox{since}."


def not_found(look: SentLook, *, now: datetime) -> str:
    """Say that a look told nothing, and why that is no proof."""
    when = words.clock(now, now=now)
    if not look.folders:
        return f"The mailbox names no folder of sent mail ({when}, UTC)."
    folders = " and ".join(f"“{name}”" for name in look.folders)
    return (
        f"It is not in {folders} ({when}, UTC). That proves nothing:"
        " not every server keeps a copy there."
    )
