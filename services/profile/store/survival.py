"""The lives of links, by where they came from."""

from uuid import UUID

import asyncpg

from shared.db import Tx

GROUPS = {
    "vendor": "c.vendor_name",
    "campaign": "c.campaign",
    "method": "coalesce(c.method, CASE WHEN l.placement_id IS NULL THEN 'earned' ELSE 'placed' END)",
}
# A link is as old as its source, its contract or its coming says; one of unknown age has no place
# here. We watch from our first look on, or from its coming if we saw that.
_LIVES = """
    SELECT link_id, site_id, placement_id,
        least(gained_at, claimed_at, CASE WHEN placement_id IS NOT NULL THEN first_seen_at END)
            AS born_at,
        first_seen_at AS entered_at,
        CASE WHEN good_status = 'lost' THEN lost_at ELSE last_seen_at END AS ended_at,
        good_status = 'lost' AS lost
    FROM (SELECT l.*, (SELECT min(k.first_seen_at) FROM claims k WHERE k.link_id = l.link_id)
            AS claimed_at FROM links l
        WHERE l.site_id = $1 AND l.ever_live AND l.merged_into IS NULL
            AND l.deleted_at IS NULL) AS seen
"""


async def list_lives(tx: Tx, site_id: UUID, *, by: str) -> list[asyncpg.Record]:
    """Return for each group how many links were watched from which age to which, and their end."""
    return await tx.fetch(
        f"WITH l AS ({_LIVES}) SELECT {GROUPS[by]} AS name,"
        " greatest(0, extract(day FROM l.entered_at - l.born_at))::int AS entry,"
        " greatest(0, extract(day FROM l.ended_at - l.born_at))::int AS exit, l.lost,"
        " count(*)::int AS count, c.currency, sum(c.price) AS price"
        " FROM l LEFT JOIN contracts c ON c.placement_id = l.placement_id AND NOT c.cancelled"
        f" WHERE l.born_at IS NOT NULL AND {GROUPS[by]} IS NOT NULL"
        " GROUP BY 1, 2, 3, 4, c.currency ORDER BY 1, 2, 3, 4",
        site_id,
    )


async def count_undated(tx: Tx, site_id: UUID) -> int:
    """Return how many links nobody knows the age of."""
    return int(
        await tx.fetch_value(
            f"WITH l AS ({_LIVES}) SELECT count(*) FROM l WHERE born_at IS NULL", site_id
        )
    )
