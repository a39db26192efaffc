"""Tells receivers by webhooks: hands out the log of events, sends what is due, and notes what came of it."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from services.gateway.adapters.teller import Teller
from services.gateway.domain import webhooks
from services.gateway.domain.subscribers import Claimed
from services.gateway.domain.webhooks import ATTEMPTS, Attempt
from services.gateway.jobs.following import first_of, require_end
from services.gateway.metrics import WEBHOOK_ATTEMPTS, WEBHOOK_SECONDS
from services.gateway.store import deliveries, event_log
from services.gateway.store import webhooks as store
from shared import clock, outbox
from shared.db import Database, Tx
from shared.events import WebhookDisabled
from shared.log import get_logger

log = get_logger(__name__)
_BEHIND_AT_ONCE = 20
_IN_FLIGHT = 100
_POLL_S = 5.0
_LAST_S = 3.0
"""How long what is on its way may take when this process stops; then it is sent again by the next."""


async def tell_webhooks(stop: asyncio.Event, *, db: Database, teller: Teller) -> None:
    """Send every message as soon as it is due, of many receivers at once, none waiting for another."""
    bell = asyncio.Event()
    async with _ringing(db, bell) as connection, asyncio.TaskGroup() as group:
        going: set[asyncio.Task[None]] = set()
        while not stop.is_set() and not connection.is_closed():
            bell.clear()
            await hand_out(db)
            now = clock.now()
            async with db.begin() as tx:
                claimed = await deliveries.claim(tx, now, limit=_IN_FLIGHT - len(going))
                due = None if claimed else await deliveries.next_due(tx)
            for one in claimed:
                task = group.create_task(_tell(db, teller, one))
                going.add(task)
                task.add_done_callback(going.discard)
                task.add_done_callback(lambda _: bell.set())
            if not claimed:
                await first_of(bell, stop, seconds=_pause(due, now))
        await _finish(going)
    require_end(stop)


async def hand_out(db: Database) -> None:
    """Turn the new events of the log into messages, for every receiver that wants them."""
    behind = True
    while behind:
        async with db.begin() as tx:
            # Read first: whatever is numbered up to here is committed and seen below.
            _, newest = await event_log.get_bounds(tx)
            subscribers = await deliveries.list_behind(tx, newest, limit=_BEHIND_AT_ONCE)
            for subscriber in subscribers:
                await deliveries.catch_up(tx, subscriber, newest, now=clock.now())
        behind = bool(subscribers)


async def _tell(db: Database, teller: Teller, claimed: Claimed) -> None:
    try:
        async with db.begin() as tx:
            sealed = await store.sealed_secrets(tx, claimed.webhook_id, now=clock.now())
        attempt = await _attempt(teller, sealed, claimed)
        async with db.begin() as tx:
            await _settle(tx, claimed, attempt)
    except Exception:  # because one message must not end all others; its lease ends by itself
        log.exception("a webhook was not told", webhook_id=claimed.webhook_id)


async def _attempt(teller: Teller, sealed: Sequence[str], claimed: Claimed) -> Attempt:
    if claimed.attempts > ATTEMPTS:
        return Attempt(0, trouble="no attempt came to an end")
    body = claimed.body
    if body is None:
        return Attempt(0, trouble="the event is no longer kept")
    attempt = await teller.send(
        sealed,
        webhook_id=claimed.webhook_id,
        message_id=claimed.message.event_id,
        url=claimed.url,
        body=body,
    )
    WEBHOOK_ATTEMPTS.labels(attempt.ending).inc()
    WEBHOOK_SECONDS.observe(attempt.elapsed_ms / 1000)
    return attempt


async def _settle(tx: Tx, claimed: Claimed, attempt: Attempt) -> None:
    now = clock.now()
    next_at = None
    if claimed.event is not None:
        next_at = webhooks.next_attempt(
            claimed.attempts,
            now=now,
            luck=random.random(),  # noqa: S311 - spreads attempts, guards nothing
            retry_after_s=attempt.retry_after_s,
        )
    failing_since = await deliveries.settle(tx, claimed, attempt, next_at=next_at, now=now)
    because = webhooks.why_switched_off(attempt, failing_since=failing_since, now=now)
    if because is not None and await store.switch_off(
        tx, claimed.webhook_id, because=because, now=now
    ):
        await _tell_owners(tx, claimed.webhook_id, because)


async def _tell_owners(tx: Tx, webhook_id: UUID, because: str) -> None:
    row = await store.find_webhook(tx, webhook_id)
    if row is None:
        return
    told = WebhookDisabled(
        workspace_id=row["workspace_id"],
        webhook_id=webhook_id,
        webhook_name=row["name"],
        url=row["url"],
        because=because,
    )
    await outbox.add(tx, [told])


@asynccontextmanager
async def _ringing(db: Database, bell: asyncio.Event) -> AsyncIterator[Any]:
    """Ring at new events and new messages; yield the connection, which is nothing worth once closed."""

    def ring(*_: Any) -> None:
        bell.set()

    async with db.listening() as connection:
        await connection.add_listener(event_log.CHANNEL, ring)
        await connection.add_listener(deliveries.CHANNEL, ring)
        connection.add_termination_listener(ring)
        yield connection


def _pause(due: datetime | None, now: datetime) -> float:
    return _POLL_S if due is None else min(max((due - now).total_seconds(), 0.05), _POLL_S)


async def _finish(going: set["asyncio.Task[None]"]) -> None:
    """Give what is on its way a moment, then let go of it: its lease ends, and it is sent again."""
    if going:
        _, late = await asyncio.wait(going, timeout=_LAST_S)
        for task in late:
            task.cancel()
