"""What is to be told to whom: handed out from the log of events, claimed, and what became of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.gateway.domain.attempts import Attempt, Ending, State
from services.gateway.domain.outward import Logged
from services.gateway.domain.subscribers import Claimed, Message, Subscriber, messages_for
from services.gateway.domain.webhooks import AT_ONCE
from services.gateway.store import event_log, receivers
from shared.db import Tx

CHANNEL = "gateway_webhooks"
MAX_REPLAYED = 10_000
_AT_ONCE = 500
_LEASE = timedelta(seconds=60)

_BEHIND = """
SELECT webhook_id, workspace_id, types, site_ids, handed_seq FROM webhooks
WHERE switched_off_at IS NULL AND handed_seq < $1 ORDER BY webhook_id LIMIT $2
FOR UPDATE SKIP LOCKED
"""
_HAND_OUT = """
INSERT INTO webhook_deliveries (webhook_id, seq, event_id, type, next_at)
SELECT $1, u.seq, u.event_id, u.type, $5
FROM unnest($2::bigint[], $3::uuid[], $4::text[]) AS u(seq, event_id, type)
ON CONFLICT (webhook_id, seq) DO UPDATE SET state = 'waiting', attempts = 0,
    next_at = excluded.next_at, leased_until = NULL, type = excluded.type
"""
# A receiver that fails gets one message at a time; leases of other processes count. An attempt counts
# as it begins: one that its process does not survive must not be made for ever.
_CLAIM = f"""
WITH free AS (
    SELECT w.webhook_id, CASE WHEN w.failing_since IS NULL THEN {AT_ONCE} ELSE 1 END - (
        SELECT count(*) FROM webhook_deliveries d WHERE d.webhook_id = w.webhook_id
            AND d.state = 'waiting' AND d.leased_until > $1) AS room
    FROM webhooks w WHERE w.switched_off_at IS NULL AND EXISTS (
        SELECT FROM webhook_deliveries d WHERE d.webhook_id = w.webhook_id
            AND d.state = 'waiting' AND d.next_at <= $1)
), due AS (
    SELECT d.webhook_id, d.seq FROM free CROSS JOIN LATERAL (
        SELECT webhook_id, seq FROM webhook_deliveries d WHERE d.webhook_id = free.webhook_id
            AND d.state = 'waiting' AND d.next_at <= $1
            AND (d.leased_until IS NULL OR d.leased_until <= $1)
        ORDER BY d.next_at, d.seq LIMIT greatest(free.room, 0) FOR UPDATE SKIP LOCKED
    ) AS d LIMIT $2
), taken AS (
    UPDATE webhook_deliveries d SET leased_until = $3, attempts = attempts + 1 FROM due
    WHERE d.webhook_id = due.webhook_id AND d.seq = due.seq
    RETURNING d.webhook_id, d.seq, d.event_id, d.type, d.attempts
)
SELECT taken.*, w.url, w.workspace_id, e.site_id, e.name AS event_name, e.body
FROM taken JOIN webhooks w USING (webhook_id) LEFT JOIN event_log e USING (seq)
ORDER BY taken.seq
"""
_SETTLE = """
UPDATE webhook_deliveries SET state = $3, next_at = coalesce($4, next_at),
    leased_until = NULL, last_at = $5, last_status = $6, last_ms = $7, sentence = $8
WHERE webhook_id = $1 AND seq = $2
"""


async def list_behind(tx: Tx, newest: int, *, limit: int) -> list[Subscriber]:
    """Return webhooks to which events are still to be handed out; locked for this transaction."""
    return [subscriber_of(row) for row in await tx.fetch(_BEHIND, newest, limit)]


def subscriber_of(row: Any) -> Subscriber:
    site_ids = row["site_ids"]
    return Subscriber(
        row["webhook_id"],
        row["workspace_id"],
        frozenset(row["types"]),
        None if site_ids is None else frozenset(site_ids),
        row["handed_seq"],
    )


async def catch_up(tx: Tx, subscriber: Subscriber, newest: int, *, now: datetime) -> None:
    """Hand out the next events of the log, up to the newest, as messages to send."""
    found = await _wanted(tx, subscriber, after=subscriber.handed_seq, since=None)
    await _hand_out(tx, subscriber.webhook_id, messages_for(subscriber, found), now=now)
    last = found[-1].seq if len(found) == _AT_ONCE else newest
    await tx.run(
        "UPDATE webhooks SET handed_seq = $2 WHERE webhook_id = $1", subscriber.webhook_id, last
    )


async def hand_out_again(
    tx: Tx, subscriber: Subscriber, since: datetime, *, now: datetime
) -> tuple[int, datetime | None]:
    """Have what happened since then sent again; returns how many messages, and where it stopped.

    It stops after MAX_REPLAYED events, at the moment to go on from; None says that there are no more.
    """
    count, after = 0, 0
    for _ in range(MAX_REPLAYED // _AT_ONCE):
        found = await _wanted(tx, subscriber, after=after, since=since)
        messages = messages_for(subscriber, found)
        await _hand_out(tx, subscriber.webhook_id, messages, now=now)
        count += len(messages)
        if len(found) < _AT_ONCE:
            return count, None
        after = found[-1].seq
    return count, await event_log.get_moment(tx, after)


async def _wanted(
    tx: Tx, subscriber: Subscriber, *, after: int, since: datetime | None
) -> list[Logged]:
    return await event_log.list_of_workspace(
        tx,
        workspace_id=subscriber.workspace_id,
        after=after,
        names=subscriber.names,
        site_ids=subscriber.site_ids,
        since=since,
        limit=_AT_ONCE,
    )


async def _hand_out(
    tx: Tx, webhook_id: UUID, messages: Sequence[Message], *, now: datetime
) -> None:
    if messages:
        await tx.run(
            _HAND_OUT,
            webhook_id,
            [one.seq for one in messages],
            [one.event_id for one in messages],
            [one.type for one in messages],
            now,
        )
        await wake(tx)


async def wake(tx: Tx) -> None:
    await tx.run(f"NOTIFY {CHANNEL}")


async def claim(tx: Tx, now: datetime, *, limit: int) -> list[Claimed]:
    """Take messages that are due, of each receiver as many as it may have on their way."""
    rows = await tx.fetch(_CLAIM, now, limit, now + _LEASE)
    return [_claimed(row) for row in rows]


async def next_due(tx: Tx) -> datetime | None:
    """Return when the next message is due that is not on its way."""
    found: datetime | None = await tx.fetch_value(
        "SELECT min(due) FROM webhooks w CROSS JOIN LATERAL ("
        " SELECT min(greatest(next_at, coalesce(leased_until, next_at))) AS due"
        " FROM (SELECT next_at, leased_until FROM webhook_deliveries d"
        " WHERE d.webhook_id = w.webhook_id AND state = 'waiting' ORDER BY next_at LIMIT 20) AS d"
        ") AS d WHERE w.switched_off_at IS NULL"
    )
    return found


async def settle(
    tx: Tx, claimed: Claimed, attempt: Attempt, *, next_at: datetime | None, now: datetime
) -> datetime | None:
    """Write down what an attempt came to; returns since when the receiver fails, None if it does not."""
    taken = attempt.ending is Ending.TAKEN
    state = State.DELIVERED if taken else State.FAILED if next_at is None else State.WAITING
    failing_since = await receivers.note_attempt(
        tx, receivers.WEBHOOKS, claimed.webhook_id, taken=taken, now=now
    )
    await tx.run(
        _SETTLE,
        *(claimed.webhook_id, claimed.message.seq, state, next_at, now),
        *(attempt.status, attempt.elapsed_ms, attempt.sentence),
    )
    return failing_since


async def list_deliveries(
    tx: Tx, webhook_id: UUID, *, state: State | None, before: int | None, limit: int
) -> list[Any]:
    """Return messages, the newest event first."""
    return await tx.fetch(
        "SELECT seq, event_id, type, state, attempts, next_at, last_at, last_status, last_ms,"
        " sentence, created_at FROM webhook_deliveries WHERE webhook_id = $1"
        " AND ($2::text IS NULL OR state = $2) AND ($3::bigint IS NULL OR seq < $3)"
        " ORDER BY seq DESC LIMIT $4",
        *(webhook_id, state, before, limit),
    )


async def remove_old(tx: Tx, *, before: datetime, limit: int) -> int:
    """Forget messages whose events are forgotten, too; returns how many."""
    done = await tx.run(
        "DELETE FROM webhook_deliveries WHERE (webhook_id, seq) IN (SELECT webhook_id, seq"
        " FROM webhook_deliveries WHERE created_at < $1 AND NOT EXISTS (SELECT FROM event_log e"
        " WHERE e.seq = webhook_deliveries.seq) LIMIT $2)",
        *(before, limit),
    )
    return int(done.rpartition(" ")[2])


def _claimed(row: Any) -> Claimed:
    event = None
    if row["body"] is not None:
        event = Logged(
            row["seq"], row["event_name"], row["workspace_id"], row["site_id"], row["body"]
        )
    message = Message(row["seq"], row["event_id"], row["type"])
    return Claimed(row["webhook_id"], message, row["attempts"], row["url"], event)
