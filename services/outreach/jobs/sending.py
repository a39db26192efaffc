"""Sends what is due: claimed in one transaction, handed over outside any, written down in another."""

import asyncio
import os
import socket
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

from services.outreach.adapters.carrier import Carrier, GivenUpError
from services.outreach.domain.answers import Verdict, judge
from services.outreach.domain.letter import mail_of
from services.outreach.domain.messages import Step
from services.outreach.jobs.turns import take_turns
from services.outreach.metrics import IN_DOUBT, KEPT_BACK, MESSAGES, OLDEST_DUE, SEND_SECONDS
from services.outreach.store import claiming, outcomes, parcels
from services.outreach.store.claiming import Turn
from services.outreach.store.parcels import Parcel
from shared import clock
from shared.clock import Clock
from shared.db import Database
from shared.errors import InvalidError
from shared.log import get_logger

log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """What sending needs besides the rows."""

    carrier: Carrier
    key: bytes
    """Proves that Message-IDs are ours."""
    public_url: str | None
    lease: timedelta
    now: Clock = clock.now
    worker: str = f"{socket.gethostname()}/{os.getpid()}"


async def send_mail(db: Database, sender: Sender, pause_s: float, stop: asyncio.Event) -> None:
    """Send what is due, turn after turn; rest when there is nothing."""

    async def take() -> bool:
        turn = await send_some(db, sender)
        if turn.claimed or turn.kept_back:
            return True
        await _measure(db, sender)
        return False

    await take_turns(take, pause_s, stop)


async def send_some(db: Database, sender: Sender) -> Turn:
    """End the attempts of senders that died, claim what is due, and send it."""
    now = sender.now()
    async with db.begin() as tx:
        recovered = await outcomes.recover(tx, now=now)
        turn = await claiming.claim_due(
            tx, now=now, worker=sender.worker, lease=sender.lease, key=sender.key
        )
        claimed = await parcels.load_parcels(tx, turn.claimed, public_url=sender.public_url)
    if recovered.in_doubt or recovered.unsent:
        found = {"in_doubt": recovered.in_doubt, "unsent": recovered.unsent}
        log.warning("attempts of a dead sender ended", **found)
    for check, count in turn.kept_back.items():
        KEPT_BACK.labels(check).inc(count)
    async with asyncio.TaskGroup() as group:
        for parcel in claimed:
            group.create_task(_send(db, sender, parcel))
    return turn


async def _send(db: Database, sender: Sender, parcel: Parcel) -> None:
    try:
        verdict = await _handed_over(db, sender, parcel)
        async with db.begin() as tx:
            await outcomes.save_outcome(tx, parcel, verdict, now=sender.now())
    except GivenUpError:
        log.warning("attempt given up, its lease ran out", message_id=parcel.claim.message_id)
    except Exception:  # because the other letters of this turn must not be broken off half-way
        log.exception("attempt left to its lease", message_id=parcel.claim.message_id)
    else:
        MESSAGES.labels(verdict.step).inc()


async def _handed_over(db: Database, sender: Sender, parcel: Parcel) -> Verdict:
    try:
        mail = mail_of(parcel.letter, at=sender.now())
    except (InvalidError, ValueError) as error:  # an address or a header that cannot be written
        return Verdict(Step.REFUSED, str(error))
    on_hand_over = partial(_mark, db, sender, parcel.claim.attempt_id)
    with SEND_SECONDS.time():
        answer = await sender.carrier.carry(parcel.account, mail, on_hand_over)
    return judge(answer, deferrals=parcel.deferrals)


async def _mark(db: Database, sender: Sender, attempt_id: UUID) -> None:
    async with db.begin() as tx:
        if not await outcomes.mark_handed_over(tx, attempt_id, now=sender.now()):
            raise GivenUpError("The lease of this attempt ran out.")


async def _measure(db: Database, sender: Sender) -> None:
    async with db.begin() as tx:
        backlog = await outcomes.measure(tx, now=sender.now())
    IN_DOUBT.set(backlog.in_doubt)
    OLDEST_DUE.set(backlog.oldest_due_s)
