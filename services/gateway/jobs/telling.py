"""Tells receivers by webhooks: hands out the log of events, sends what is due, and notes what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.gateway.adapters.teller import Teller
from services.gateway.domain.attempts import ATTEMPTS, Attempt, why_switched_off
from services.gateway.domain.subscribers import Claimed
from services.gateway.jobs.delivering import again_at
from services.gateway.metrics import WEBHOOK_ATTEMPTS, WEBHOOK_SECONDS
from services.gateway.store import deliveries, event_log, receivers
from services.gateway.store import webhooks as store
from shared import clock, outbox
from shared.db import Database, Tx
from shared.events import WebhookDisabled

_BEHIND_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class WebhookMessages:
    """What is delivered (jobs/delivering.py)."""

    db: Database
    teller: Teller

    @property
    def bells(self) -> Sequence[str]:
        return (event_log.CHANNEL, deliveries.CHANNEL)

    async def prepare(self) -> None:
        """Turn the new events of the log into messages, for every receiver that wants them."""
        behind = True
        while behind:
            async with self.db.begin() as tx:
                # Read first: whatever is numbered up to here is committed and seen below.
                _, newest = await event_log.get_bounds(tx)
                subscribers = await deliveries.list_behind(tx, newest, limit=_BEHIND_AT_ONCE)
                for subscriber in subscribers:
                    await deliveries.catch_up(tx, subscriber, newest, now=clock.now())
            behind = bool(subscribers)

    async def claim(self, tx: Tx, now: datetime, *, limit: int) -> Sequence[Claimed]:
        return await deliveries.claim(tx, now, limit=limit)

    async def next_due(self, tx: Tx) -> datetime | None:
        return await deliveries.next_due(tx)

    async def tell(self, claimed: Claimed) -> None:
        async with self.db.begin() as tx:
            sealed = await store.sealed_secrets(tx, claimed.webhook_id, now=clock.now())
        attempt = await _attempt(self.teller, sealed, claimed)
        async with self.db.begin() as tx:
            await _settle(tx, claimed, attempt)


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
    is_kept = claimed.event is not None
    next_at = again_at(claimed.attempts, attempt, now=now) if is_kept else None
    failing_since = await deliveries.settle(tx, claimed, attempt, next_at=next_at, now=now)
    because = why_switched_off(attempt, failing_since=failing_since, now=now)
    if because is not None and await receivers.switch_off(
        tx, receivers.WEBHOOKS, claimed.webhook_id, because=because, now=now
    ):
        await _tell_others(tx, claimed.webhook_id, because)


async def _tell_others(tx: Tx, webhook_id: UUID, because: str) -> None:
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
