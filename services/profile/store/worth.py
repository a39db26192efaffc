"""What links are worth: told to the crawler where it moved, and summed up by month."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from services.profile.domain.value import MOST_WEIGHT
from shared.db import Tx

_PRESENT = "good_status IN ('live', 'changed')"
_ALIVE = "merged_into IS NULL AND deleted_at IS NULL"


async def list_untold(tx: Tx, *, site_id: UUID | None = None, limit: int) -> list[UUID]:
    """Return links whose value moved by a quarter since the crawler was told, by an index of those."""
    rows = await tx.fetch(
        "SELECT link_id FROM links WHERE abs(value * target_weight - told_value) > 0.25 * told_value"
        f" AND {_ALIVE} AND ($2::uuid IS NULL OR site_id = $2) LIMIT $1",
        limit,
        site_id,
    )
    return [row[0] for row in rows]


async def mark_told(tx: Tx, link_ids: Sequence[UUID]) -> None:
    """Note that the crawler was told of the value that these links have now."""
    await tx.run(
        "UPDATE links SET told_value = value * target_weight, tracked_seq = tracked_seq + 1"
        " WHERE link_id = ANY($1::uuid[])",
        list(link_ids),
    )


# As `target_weight` of domain/value.py has it; a test compares the two.
_WEIGHTS = f"""
    WITH named AS (
        SELECT site_id, target_key, max(coalesce(link_count, site_count, 0)) AS links
        FROM target_claims WHERE $1::uuid IS NULL OR site_id = $1 GROUP BY site_id, target_key
    ), weights AS (
        SELECT site_id, target_key, CASE WHEN links > 0 THEN round((1 + {MOST_WEIGHT - 1} * ln(1 + links)
            / ln(1 + max(links) OVER (PARTITION BY site_id)))::numeric, 2)::float8 ELSE 1 END AS weight
        FROM named
    ), wrong AS (
        SELECT l.link_id, w.weight FROM weights w JOIN links l USING (site_id, target_key)
        WHERE l.target_weight <> w.weight
        UNION ALL
        SELECT l.link_id, 1 FROM links l WHERE l.target_weight <> 1
            AND ($1::uuid IS NULL OR l.site_id = $1) AND NOT EXISTS (
            SELECT FROM weights w WHERE w.site_id = l.site_id AND w.target_key = l.target_key)
        LIMIT $2
    ), locked AS (
        SELECT link_id, weight FROM wrong JOIN links USING (link_id)
        ORDER BY link_id FOR UPDATE OF links
    )
    UPDATE links SET target_weight = locked.weight FROM locked WHERE links.link_id = locked.link_id
"""


async def weigh_targets(tx: Tx, *, site_id: UUID | None = None, limit: int) -> int:
    """Give links the weight of their target, of one site or of all; returns how many were wrong."""
    tag = await tx.run(_WEIGHTS, site_id, limit)
    return int(tag.rpartition(" ")[2])


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
