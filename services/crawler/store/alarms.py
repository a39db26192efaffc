"""Brings pages forward where a confirmed loss says that other links may have gone, too."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.crawler.domain.claim import Alarm
from shared.db import Tx

MOST_PER_HOST = 50
"""Pages of a host that a loss brings forward, and of one placement order."""

PULL_EVERY = timedelta(hours=6)
"""A host whose links go one by one is not asked for everything again after each."""

# From the far end: what was to wait longest gains most. Pages at infinity rest, because nobody
# watches them; pages whose look failed keep to their retry.
_PULL = """
WITH pulled AS (
    UPDATE hosts SET pulled_at = $2::timestamptz, due_at = least(due_at, $2)
    WHERE host = ANY($1::text[]) AND coalesce(pulled_at <= $2::timestamptz - $3::interval, true)
    RETURNING host
), page AS (
    SELECT near.page_id FROM pulled CROSS JOIN LATERAL (
        SELECT page_id FROM pages WHERE pages.host = pulled.host
            AND next_check_at > $2 AND next_check_at < 'infinity'
            AND lease_until IS NULL AND failure_run = 0 AND page_id <> ALL($5::uuid[])
        ORDER BY next_check_at DESC LIMIT $4
    ) AS near
)
UPDATE pages SET next_check_at = $2 FROM page WHERE pages.page_id = page.page_id
"""

_TOGETHER = """
SELECT DISTINCT page_id, pages.host
FROM unnest($1::uuid[], $2::timestamptz[]) AS lost (site_id, placed_at)
CROSS JOIN LATERAL (
    SELECT page_id FROM watches WHERE watches.site_id = lost.site_id AND contract
        AND known_since BETWEEN lost.placed_at - interval '1 day' AND lost.placed_at + interval '1 day'
        AND removed_at IS NULL AND page_id <> ALL($4::uuid[])
    ORDER BY known_since LIMIT $3
) AS placed JOIN pages USING (page_id)
WHERE next_check_at < 'infinity'
"""

_FORWARD = """
WITH forward AS (
    UPDATE pages SET next_check_at = $2 WHERE page_id = ANY($1::uuid[])
        AND next_check_at > $2 AND lease_until IS NULL AND failure_run = 0
    RETURNING host
)
UPDATE hosts SET due_at = least(due_at, $2)
WHERE host IN (SELECT host FROM forward)
"""


@dataclass(frozen=True, slots=True)
class Around:
    """What was placed together with links that went."""

    page_ids: Sequence[UUID] = ()
    hosts: Collection[str] = ()


async def find_around(tx: Tx, alarms: Sequence[Alarm], lost: Sequence[UUID]) -> Around:
    """Return the pages of the same placement orders, at most so many for each; `lost` are known."""
    orders = [alarm for alarm in alarms if alarm.placed_at is not None]
    if not orders:
        return Around()
    rows = await tx.fetch(
        _TOGETHER,
        [alarm.site_id for alarm in orders],
        [alarm.placed_at for alarm in orders],
        MOST_PER_HOST,
        lost,
    )
    return Around([row["page_id"] for row in rows], {row["host"] for row in rows})


async def bring_forward(
    tx: Tx, alarms: Sequence[Alarm], around: Around, lost: Sequence[UUID]
) -> None:
    """Make pages due: of the hosts of the losses, and those around them. The hosts are locked."""
    if not alarms:
        return
    at: datetime = max(alarm.at for alarm in alarms)
    hosts = sorted({alarm.host for alarm in alarms})
    await tx.run(_PULL, hosts, at, PULL_EVERY, MOST_PER_HOST, lost)
    if around.page_ids:
        await tx.run(_FORWARD, around.page_ids, at)
