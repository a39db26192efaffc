"""What a plan for new links needs: pages with what links to them say, one host, competitors by month."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import asyncpg

from shared.db import Tx
from shared.planning import LONGEST_TEXT

_ALIVE = "l.merged_into IS NULL AND l.deleted_at IS NULL"
_PRESENT = f"l.status IN ('live', 'changed') AND {_ALIVE}"
# Domains are counted only for the pages with the most links: on a million links, counting them for
# every page would take most of the time that there is.
_LINKED = 200
_TARGETS = f"""
    WITH linked AS (
        SELECT l.target_key FROM links l WHERE l.site_id = $1 AND l.target_key IS NOT NULL AND {_PRESENT}
        GROUP BY l.target_key ORDER BY count(*) DESC, l.target_key LIMIT {_LINKED}
    ), pages AS (
        SELECT target_key, count(*) AS domains, count(*) FILTER (WHERE exact) AS exact FROM (
            SELECT l.target_key, l.referring_domain, bool_or(l.anchor_kind = 'exact') AS exact
            FROM links l WHERE l.site_id = $1 AND {_PRESENT}
                AND l.target_key = ANY($2::uuid[] || ARRAY(SELECT target_key FROM linked))
            GROUP BY l.target_key, l.referring_domain
        ) AS d GROUP BY target_key
    ), answering AS (
        SELECT p.*, coalesce(t.broken, false) AS broken FROM pages p
        LEFT JOIN targets t ON t.site_id = $1 AND t.target_key = p.target_key
    ), most AS (
        SELECT * FROM answering WHERE NOT broken ORDER BY domains DESC, target_key LIMIT $3
    ), chosen AS (
        SELECT * FROM most UNION SELECT * FROM answering WHERE target_key = ANY($2)
    )
    SELECT c.*, (
        SELECT l.target_url FROM links l WHERE l.site_id = $1 AND l.target_key = c.target_key
            AND {_PRESENT} GROUP BY l.target_url
        ORDER BY l.target_url ^@ 'https:' DESC, count(*) DESC, l.target_url LIMIT 1
    ) AS url FROM chosen c ORDER BY domains DESC, target_key
"""


async def list_targets(
    tx: Tx, site_id: UUID, *, wanted: Sequence[UUID], limit: int
) -> list[asyncpg.Record]:
    """Return the pages that most domains link to and that answer, and those that are wanted."""
    return await tx.fetch(_TARGETS, site_id, list(wanted), limit)


async def list_titles(tx: Tx, site_id: UUID, target_keys: Sequence[UUID]) -> dict[UUID, str]:
    """Return the titles of pages, as sitemaps or people gave them."""
    rows = await tx.fetch(
        "SELECT page_key, left(title, 200) AS title FROM site_pages WHERE site_id = $1 AND page_key = ANY($2)"
        " AND title IS NOT NULL",
        site_id,
        list(target_keys),
    )
    return {row["page_key"]: row["title"] for row in rows}


_TEXTS = f"""
    SELECT target_key, text, kind, domains FROM (
        SELECT l.target_key, min(l.anchor_text) AS text, coalesce(l.anchor_kind, 'other') AS kind,
            count(DISTINCT l.referring_domain) AS domains,
            row_number() OVER (PARTITION BY l.target_key
                ORDER BY count(DISTINCT l.referring_domain) DESC, min(l.anchor_text)) AS place
        FROM links l WHERE l.site_id = $1 AND l.target_key = ANY($2) AND {_PRESENT}
            AND l.anchor_text <> '' AND length(l.anchor_text) <= $4
        GROUP BY l.target_key, lower(l.anchor_text), coalesce(l.anchor_kind, 'other')
    ) AS counted WHERE place <= $3 ORDER BY target_key, place
"""


async def list_texts_of_targets(
    tx: Tx, site_id: UUID, target_keys: Sequence[UUID], *, limit: int
) -> list[asyncpg.Record]:
    """Return for each page the anchor texts that most domains say."""
    return await tx.fetch(_TEXTS, site_id, list(target_keys), limit, LONGEST_TEXT)


_HOST = f"""
    SELECT count(*) AS links, coalesce((array_agg(DISTINCT l.anchor_text)
            FILTER (WHERE l.anchor_text <> '' AND length(l.anchor_text) <= $4))[:$3], '{{}}') AS texts,
        coalesce((array_agg(DISTINCT l.target_url)
            FILTER (WHERE l.target_url IS NOT NULL))[:$5], '{{}}') AS targets
    FROM links l WHERE l.site_id = $1 AND l.referring_domain = $2 AND {_ALIVE}
        AND l.status <> 'not_found'
"""


async def get_host(
    tx: Tx, site_id: UUID, domain: str, *, texts: int, targets: int
) -> asyncpg.Record:
    """Return what links of a domain say, also of those that are gone or were not looked at yet."""
    [row] = await tx.fetch(_HOST, site_id, domain, texts, LONGEST_TEXT, targets)
    return row


# A file that was read before a month was over does not know that month.
_COMPETITORS = """
    WITH read AS (
        SELECT competitor, max(claimed_at) AS claimed_at FROM competitor_claims
        WHERE site_id = $1 GROUP BY competitor HAVING count(first_seen_at) > 0
        ORDER BY competitor LIMIT $4
    ), came AS (
        SELECT competitor, domain, min(first_seen_at) AS at FROM competitor_claims
        WHERE site_id = $1 AND first_seen_at IS NOT NULL GROUP BY competitor, domain
    )
    SELECT r.competitor, m.month::date AS month, count(c.domain) AS count
    FROM read r CROSS JOIN generate_series($2::date::timestamp, $3::date::timestamp,
        interval '1 month') AS m(month)
    LEFT JOIN came c ON c.competitor = r.competitor AND c.at AT TIME ZONE 'UTC' >= m.month
        AND c.at AT TIME ZONE 'UTC' < m.month + interval '1 month'
    WHERE r.claimed_at AT TIME ZONE 'UTC' >= m.month + interval '1 month'
    GROUP BY r.competitor, m.month ORDER BY r.competitor, m.month
"""


async def list_competitor_months(
    tx: Tx, site_id: UUID, *, first: date, last: date, limit: int
) -> list[asyncpg.Record]:
    """Return by competitor and month how many domains came to link to it, where files date them."""
    return await tx.fetch(_COMPETITORS, site_id, first, last, limit)
