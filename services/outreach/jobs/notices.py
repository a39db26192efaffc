"""The notices that dates call for: placements that end soon, ended, never went live; payments that are due; looks at links that we owe."""

import asyncio
from datetime import date, datetime

from services.outreach.domain.money import payment
from services.outreach.domain.money.payment import OVERDUE, Payment
from services.outreach.domain.placement import due_notice, first_notice_by
from services.outreach.jobs.turns import take_turns
from services.outreach.metrics import NOTICES
from services.outreach.store import exchanges, money_telling, payments, placements, watch
from services.outreach.store.placements import Entry
from shared import clock, outbox
from shared.db import Database, Tx
from shared.events import PlacementExpiring

CHUNK = 500


async def give_notices(db: Database, pause_s: float, stop: asyncio.Event) -> None:
    """Look at the dates from time to time."""

    async def take() -> bool:
        return await give_some(db, now=clock.now()) == CHUNK

    await take_turns(take, pause_s, stop)


async def give_some(db: Database, *, now: datetime) -> int:
    """Give the notices that are due, at most a chunk of each kind; returns the largest count."""
    today = now.date()
    async with db.begin() as tx:
        due = await _tell_of_payments(tx, today=today, now=now)
    async with db.begin() as tx:
        due = max(due, await exchanges.ask_for_looks(tx, now=now, limit=CHUNK))
    async with db.begin() as tx:
        ending = await _tell_of_ends(tx, today=today, now=now)
        overdue = await watch.mark_overdue(tx, today=today, now=now, limit=CHUNK)
        expired = await watch.mark_expired(tx, today=today, now=now, limit=CHUNK)
        entries = [
            Entry(one, "overdue", "The link should be there by now and was never seen.", now)
            for one in overdue
        ]
        entries += [Entry(one, "expired", "The agreed time is over.", now) for one in expired]
        await placements.add_history(tx, entries)
    for kind, count in (("expiring", ending), ("overdue", len(overdue)), ("expired", len(expired))):
        NOTICES.labels(kind).inc(count)
    return max(due, ending, len(overdue), len(expired))


async def _tell_of_ends(tx: Tx, *, today: date, now: datetime) -> int:
    ending = await watch.claim_ending(tx, today=today, by=first_notice_by(today), limit=CHUNK)
    due = [
        (one, days)
        for one in ending
        if (days := due_notice(one.until_on, told=one.told, today=today)) is not None
    ]
    await watch.save_told(tx, [(one.placement_id, days) for one, days in due])
    await placements.add_history(
        tx,
        [
            Entry(one.placement_id, "expiring", f"The agreed time ends on {one.until_on}.", now)
            for one, _ in due
        ],
    )
    await outbox.add(
        tx,
        [
            PlacementExpiring(
                workspace_id=one.workspace_id,
                site_id=one.site_id,
                placement_id=one.placement_id,
                link_id=one.link_id,
                referring_domain=one.referring_domain,
                until_on=one.until_on,
            )
            for one, _ in due
        ],
    )
    return len(due)


async def _tell_of_payments(tx: Tx, *, today: date, now: datetime) -> int:
    found = await payments.claim_to_tell(
        tx,
        today=today,
        by=payment.first_notice_by(today),
        least=min(payment.TELL_DAYS_BEFORE),
        overdue=OVERDUE,
        limit=CHUNK,
    )
    due: list[tuple[Payment, int]] = [
        (one, days)
        for one in found
        if one.due_on is not None
        and (days := payment.due_notice(one.due_on, told=one.told_days, today=today)) is not None
    ]
    await payments.save_told(tx, [(one.payment_id, days) for one, days in due])
    entries = [
        Entry(one.placement_id, "payment", payment.sentence(one, today), now) for one, _ in due
    ]
    await placements.add_history(tx, entries)
    await money_telling.tell_due(tx, due, today=today)
    for _, days in due:
        NOTICES.labels("payment_overdue" if days == OVERDUE else "payment_due").inc()
    return len(due)
