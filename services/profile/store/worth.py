"""What links are worth: told to the crawler where it moved, and summed up by month."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from shared.db import Tx

_PRESENT = "good_status IN ('live', 'changed')"
_ALIVE = "merged_into IS NULL AND deleted_at IS NULL"


async def list_untold(tx: Tx, *, limit: int) -> list[UUID]:
    """Return links whose value moved by a quarter since the crawler was told, by an index of those."""
    rows = await tx.fetch(
        "SELECT link_id FROM links WHERE abs(value - told_value) > 0.25 * told_value"
        f" AND {_ALIVE} LIMIT $1",
        limit,
    )
    return [row[0] for row in rows]


async def mark_told(tx: Tx, link_ids: Sequence[UUID]) -> None:
    """Note that the crawler was told of the value that these links have now."""
    await tx.run(
        "UPDATE links SET told_value = value, tracked_seq = tracked_seq + 1"
        " WHERE link_id = ANY($1::uuid[])",
        list(link_ids),
    )


async def count_beside(tx: Tx, link_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return on how many other pages of its domain each link's site is still linked."""
    rows = await tx.fetch(
        "SELECT mine.link_id, (SELECT count(DISTINCT other.page_key) FROM links other"
        " WHERE other.site_id = mine.site_id AND other.referring_domain = mine.referring_domain"
        " AND other.page_key <> mine.page_key AND other.good_status IN ('live', 'changed')"
        " AND other.merged_into IS NULL AND other.deleted_at IS NULL) AS pages"
        " FROM links mine WHERE mine.link_id = ANY($1::uuid[])",
        list(link_ids),
    )
    return {row["link_id"]: row["pages"] for row in rows}


async def get_value(tx: Tx, site_id: UUID) -> asyncpg.Record:
    """Return what the present links of a site are worth together, and how many they are."""
    rows = await tx.fetch(
        "SELECT coalesce(sum(value), 0) AS value, count(*) AS links FROM links"
        f" WHERE site_id = $1 AND {_PRESENT} AND {_ALIVE}",
        site_id,
    )
    return rows[0]


async def list_months(tx: Tx, site_id: UUID, *, since: datetime) -> list[asyncpg.Record]:
    """Return what was lost and won back each month, in links and in value."""
    return await tx.fetch(
        "SELECT date_trunc('month', c.at AT TIME ZONE 'UTC')::date AS month, c.kind,"
        " count(*) AS links, sum(l.value) AS value FROM changes c JOIN links l USING (link_id)"
        " WHERE c.site_id = $1 AND c.kind IN ('lost', 'recovered') AND c.at >= $2"
        " GROUP BY month, c.kind ORDER BY month",
        site_id,
        since,
    )
