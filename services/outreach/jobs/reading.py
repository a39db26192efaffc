"""Reads what comes back: each mailbox by one reader at a time, told by the server when mail arrives."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.outreach.adapters.inbox import FAILURES, Inbox, Postbox, Raw, trouble_of
from services.outreach.domain.inbound.arrival import read
from services.outreach.domain.inbound.verdict import InboundKind
from services.outreach.jobs.turns import rest
from services.outreach.metrics import INBOUND, READINGS
from services.outreach.store import inbound, mailbox_readings
from services.outreach.store.inbound import Box, Received
from services.outreach.store.mailbox_readings import MailboxReading
from shared import clock
from shared.clock import Clock
from shared.db import Database, Tx
from shared.log import get_logger
from shared.trouble import is_outage

log = get_logger(__name__)

MOST_OPEN = 16
"""Mailboxes that are open at once, each in a thread; when more are due, they take turns."""
BATCH = 50
LEASE = timedelta(minutes=20)
_SESSION = timedelta(minutes=10)
_IDLE_S = 120.0
_LEFT_OUT = "left_out"
_LOOK_BACK = timedelta(days=2)
"""After the server numbered a mailbox anew, mails since the last reading and these days are read again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What reading needs besides the rows."""

    open_with: Callable[[Executor], Postbox]
    key: bytes
    """Proves that Message-IDs are ours."""
    rest: timedelta
    """Between two looks at a mailbox that is not held open."""
    now: Clock = clock.now


async def read_mail(db: Database, reader: Reader, pause_s: float, stop: asyncio.Event) -> None:
    """Read mailboxes that are due, as many at once as there are threads."""
    with ThreadPoolExecutor(MOST_OPEN, thread_name_prefix="imap") as pool:
        postbox = reader.open_with(pool)
        open_now: set[asyncio.Task[None]] = set()
        async with asyncio.TaskGroup() as group:
            while not stop.is_set():
                free = MOST_OPEN - len(open_now)
                claimed = await _claim(db, reader, free) if free else []
                holds = len(claimed) < free
                for one in claimed:
                    task = group.create_task(read_one(db, reader, postbox, one, stop, holds=holds))
                    open_now.add(task)
                    task.add_done_callback(open_now.discard)
                await rest(pause_s, stop)


async def _claim(db: Database, reader: Reader, limit: int) -> list[MailboxReading]:
    async with db.begin() as tx:
        return await mailbox_readings.claim_readings(tx, now=reader.now(), lease=LEASE, limit=limit)


async def read_one(
    db: Database,
    reader: Reader,
    postbox: Postbox,
    reading: MailboxReading,
    stop: asyncio.Event,
    *,
    holds: bool,
) -> None:
    """Read one mailbox; `holds` keeps it open for a while, so that answers are seen at once."""
    mailbox_id = reading.account.mailbox_id
    try:
        async with postbox.open(reading.account) as inbox:
            await _read_for_a_while(db, reader, inbox, reading, stop, holds=holds)
        async with db.begin() as tx:
            again_at = reader.now() + (timedelta() if holds else reader.rest)
            await mailbox_readings.release(tx, mailbox_id, again_at=again_at)
        READINGS.labels("read").inc()
    except FAILURES as error:
        READINGS.labels("failed").inc()
        log.info("mailbox not read", mailbox_id=mailbox_id, error=type(error).__name__)
        async with db.begin() as tx:
            await mailbox_readings.release_failed(
                tx, mailbox_id, trouble=trouble_of(error), now=reader.now()
            )
    except Exception:  # because the other mailboxes must be read on; the lease ends by itself
        log.exception("mailbox left to its lease", mailbox_id=mailbox_id)


async def _read_for_a_while(
    db: Database,
    reader: Reader,
    inbox: Inbox,
    reading: MailboxReading,
    stop: asyncio.Event,
    *,
    holds: bool,
) -> None:
    end = reader.now() + _SESSION
    place = await _starting_place(inbox, reading)
    while True:
        place = await _take_new(db, reader, inbox, reading, place)
        if not holds or stop.is_set() or reader.now() >= end:
            return
        await inbox.wait(_IDLE_S, stop.is_set)


@dataclass(frozen=True, slots=True)
class _Place:
    """Up to which mail a mailbox is read, and mails before it that must be read again."""

    last_uid: int
    again: tuple[int, ...] = ()


async def _starting_place(inbox: Inbox, reading: MailboxReading) -> _Place:
    await inbox.look()
    if reading.uidvalidity is None or reading.read_at is None:
        return _Place(inbox.uidnext - 1)  # what lay there before is none of our business
    if reading.uidvalidity == inbox.uidvalidity:
        return _Place(reading.last_uid)
    since = await inbox.uids_since((reading.read_at - _LOOK_BACK).date())
    return _Place(inbox.uidnext - 1, tuple(uid for uid in since if uid < inbox.uidnext))


async def _take_new(
    db: Database, reader: Reader, inbox: Inbox, reading: MailboxReading, place: _Place
) -> _Place:
    """Take what is new, batch by batch, each with its effects and the place in one transaction."""
    uids = [*place.again, *await inbox.uids_after(place.last_uid)]
    for start in range(0, max(len(uids), 1), BATCH):
        batch = uids[start : start + BATCH]
        raws = await inbox.fetch(batch)
        received = await asyncio.to_thread(_read_all, raws, reading.account.mailbox_id)
        is_last_again = start + BATCH >= len(place.again)
        last = max([place.last_uid, *batch]) if is_last_again else None
        await _record(db, reader, inbox, reading, received, last)
    return _Place(max([place.last_uid, *uids]))


def _read_all(raws: list[Raw], mailbox_id: UUID) -> list[Received]:
    """Return mails that could be read; one that breaks the reader must not hold up those behind it."""
    read_ones = list[Received]()
    for raw in raws:
        try:
            arrival = read(raw.body, received_at=raw.received_at)
            read_ones.append(Received(raw.uid, raw.received_at, arrival))
        except Exception:  # because strangers write mails: what is in one is no reason to stop
            log.exception("mail left out", mailbox_id=mailbox_id, uid=raw.uid)
            INBOUND.labels(_LEFT_OUT).inc()
    return read_ones


async def _record(
    db: Database,
    reader: Reader,
    inbox: Inbox,
    reading: MailboxReading,
    received: list[Received],
    last_uid: int | None,
) -> None:
    box = Box(
        mailbox_id=reading.account.mailbox_id,
        workspace_id=reading.workspace_id,
        address=reading.address,
        uidvalidity=inbox.uidvalidity,
    )
    now = reader.now()
    counts: Counter[InboundKind] = Counter()
    async with db.begin() as tx:
        for one in received:
            counts.update(await _record_one(tx, box, one, key=reader.key, now=now))
        if last_uid is not None:
            await mailbox_readings.save_progress(
                tx, box.mailbox_id, uidvalidity=inbox.uidvalidity, last_uid=last_uid, now=now
            )
    for kind, count in counts.items():
        INBOUND.labels(kind).inc(count)


async def _record_one(
    tx: Tx, box: Box, one: Received, *, key: bytes, now: datetime
) -> Mapping[InboundKind, int]:
    """Write down one mail with its effects, or leave it out where it can only ever fail."""
    try:
        async with tx.savepoint():
            return await inbound.record(tx, box, [one], key=key, now=now)
    except Exception as error:
        if is_outage(error):
            raise
        log.exception("mail left out", mailbox_id=box.mailbox_id, uid=one.uid)
        INBOUND.labels(_LEFT_OUT).inc()
        return {}
