"""Alerts that somebody put off: until then no channel is told of them, then all that were are told again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.gateway.store import notices
from shared.db import Tx
from shared.ids import new_id

# What waits in other channels waits until then, too. What is on its way at this moment arrives.
_POSTPONE = """
UPDATE notices SET deliver_at = greatest(deliver_at, $2), next_at = greatest(next_at, $2), attempts = 0
WHERE alert_id = $1 AND state = 'waiting' AND NOT is_over AND NOT is_reminder
    AND (leased_until IS NULL OR leased_until <= $3)
"""
# Whoever was told is told again, in each channel by its newest message.
_REMIND = """
INSERT INTO notices (notice_id, channel_id, user_id, event_id, alert_id, site_id, severity, title,
    sentences, path, has_links, can_act, is_reminder, deliver_at, next_at)
SELECT u.notice_id, n.channel_id, n.user_id, $3, n.alert_id, n.site_id, n.severity,
    CASE WHEN n.is_reminder THEN n.title ELSE 'Still open: ' || n.title END, n.sentences, n.path,
    n.has_links, true, true, $4, $4
FROM unnest($1::uuid[], $2::uuid[]) AS u(notice_id, told_id)
JOIN notices n ON n.notice_id = u.told_id
ON CONFLICT (channel_id, event_id, user_id) DO NOTHING
"""
_TOLD = """
SELECT DISTINCT ON (n.channel_id, n.user_id) n.notice_id FROM notices n
WHERE n.alert_id = $1 AND n.can_act AND NOT n.is_over
    AND (n.state <> 'waiting' OR n.leased_until > $2)
    AND NOT EXISTS (SELECT FROM notices w WHERE w.channel_id = n.channel_id
        AND w.user_id IS NOT DISTINCT FROM n.user_id AND w.alert_id = n.alert_id
        AND w.state = 'waiting' AND NOT w.is_over AND (w.leased_until IS NULL OR w.leased_until <= $2))
ORDER BY n.channel_id, n.user_id, n.notice_id DESC LIMIT 1000
"""


async def put_off(
    tx: Tx, told: Mapping[str, Any], deed_id: UUID, *, until: datetime, now: datetime
) -> None:
    """Put an alert off in every channel until a moment; the last word counts."""
    alert_id = told["alert_id"]
    await tx.run(
        "INSERT INTO snoozes (alert_id, workspace_id, site_id, until) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (alert_id) DO UPDATE SET until = excluded.until",
        *(alert_id, told["workspace_id"], told["site_id"], until),
    )
    await notices.remove_reminders(tx, [alert_id])
    await tx.run(_POSTPONE, *(alert_id, until, now))
    found = [row["notice_id"] for row in await tx.fetch(_TOLD, *(alert_id, now))]
    await tx.run(_REMIND, *([new_id() for _ in found], found, deed_id, until))
    await notices.wake(tx)


async def find_until(
    tx: Tx, alert_ids: Sequence[UUID], *, now: datetime
) -> Mapping[UUID, datetime]:
    """Return until when these alerts are put off; those that are not are left out."""
    rows = await tx.fetch(
        "SELECT alert_id, until FROM snoozes WHERE alert_id = ANY($1::uuid[]) AND until > $2",
        *(list(alert_ids), now),
    )
    return {row["alert_id"]: row["until"] for row in rows}


async def end(tx: Tx, alert_ids: Sequence[UUID]) -> None:
    """Put these alerts off no longer: they are over, or somebody takes care of them."""
    await notices.remove_reminders(tx, alert_ids)
    await tx.run("DELETE FROM snoozes WHERE alert_id = ANY($1::uuid[])", list(alert_ids))


async def remove_over(tx: Tx, *, now: datetime) -> None:
    await tx.run("DELETE FROM snoozes WHERE until <= $1", now)
