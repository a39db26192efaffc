"""The pages of a site itself: those that died with links on them, and those that may take their place."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from services.profile.domain.recovery import is_typo
from shared.db import Tx
from shared.urls import page_id

MOST_DEAD, MOST_LIVE = 5_000, 100_000
SITEMAP, BY_HAND = "sitemap", "hand"


async def save_pages(
    tx: Tx, site_id: UUID, pages: Sequence[tuple[str, str | None]], *, source: str, now: datetime
) -> None:
    """Keep pages of a site with their titles, as a sitemap or a person names them."""
    found = dict(sorted({page_id(url): (url, title) for url, title in pages}.items()))
    await tx.run(
        "INSERT INTO site_pages (site_id, page_key, url, title, source, seen_at)"
        " SELECT $1, u.page_key, u.url, u.title, $5, $6"
        " FROM unnest($2::uuid[], $3::text[], $4::text[]) AS u(page_key, url, title)"
        " ON CONFLICT (site_id, page_key) DO UPDATE SET url = excluded.url,"
        " title = coalesce(excluded.title, site_pages.title), source = excluded.source,"
        " seen_at = excluded.seen_at WHERE site_pages.seen_at <= excluded.seen_at",
        site_id,
        list(found),
        [url for url, _ in found.values()],
        [title for _, title in found.values()],
        source,
        now,
    )


async def forget_older(tx: Tx, site_id: UUID, *, read_at: datetime) -> None:
    """Forget pages that the sitemap named before and did not name in the reading of this moment."""
    await tx.run(
        "DELETE FROM site_pages WHERE site_id = $1 AND source = $2 AND seen_at < $3",
        site_id,
        SITEMAP,
        read_at,
    )


async def list_dead(tx: Tx, site_id: UUID, *, limit: int = MOST_DEAD) -> list[asyncpg.Record]:
    """Return the site's pages that do not answer, those first whose links are worth most.

    The anchors that point at a page say what it was about.
    """
    return await tx.fetch(
        "SELECT t.target_key, t.target_url, t.reasons, t.http_status, t.broken_since,"
        " count(l.link_id) AS links, count(DISTINCT l.referring_domain) AS referring_domains,"
        " coalesce(sum(l.value), 0) AS value,"
        " coalesce(string_agg(DISTINCT l.anchor_text, ' ') FILTER ("
        "   WHERE l.anchor_kind IN ('partial', 'exact', 'other')), '') AS anchors"
        " FROM targets t LEFT JOIN links l ON l.site_id = t.site_id AND l.target_key = t.target_key"
        "   AND l.merged_into IS NULL AND l.deleted_at IS NULL"
        " WHERE t.site_id = $1 AND t.broken GROUP BY t.site_id, t.target_key"
        " ORDER BY value DESC, t.target_key LIMIT $2",
        site_id,
        limit,
    )


_LIVE = """
    SELECT p.site_id, p.url, p.title FROM site_pages p WHERE NOT EXISTS (SELECT FROM targets t
        WHERE t.site_id = p.site_id AND t.target_key = p.page_key AND t.broken)
    UNION ALL
    SELECT t.site_id, coalesce(t.final_url, t.target_url), NULL FROM targets t WHERE NOT t.broken
"""
# Two wrong letters leave the beginning or the end of most addresses as it was.
_MEANT = f"""
    SELECT u.target_url, array_agg(DISTINCT live.url) AS urls
    FROM unnest($1::uuid[], $2::text[]) AS u(site_id, target_url)
    JOIN ({_LIVE}) AS live ON live.site_id = u.site_id
        AND abs(length(live.url) - length(u.target_url)) <= 2
        AND (left(live.url, length(u.target_url) * 2 / 3)
                = left(u.target_url, length(u.target_url) * 2 / 3)
            OR right(live.url, length(u.target_url) / 3)
                = right(u.target_url, length(u.target_url) / 3))
    GROUP BY u.target_url
"""


async def find_meant(tx: Tx, dead: Sequence[tuple[UUID, str]]) -> dict[str, str]:
    """Return for dead addresses of sites the live page of two letters less, more or else, if any."""
    if not dead:
        return {}
    sites, urls = zip(*dead, strict=True)
    rows = await tx.fetch(_MEANT, list(sites), list(urls))
    found = {row["target_url"]: is_typo(row["target_url"], row["urls"]) for row in rows}
    return {url: meant for url, meant in found.items() if meant is not None}


async def list_live(tx: Tx, site_id: UUID) -> list[asyncpg.Record]:
    """Return the pages of a site that answer, or that its sitemap names and nobody saw dead."""
    return await tx.fetch(
        f"SELECT url, max(title) AS title FROM ({_LIVE}) AS live WHERE site_id = $1"
        " GROUP BY url ORDER BY url LIMIT $2",
        site_id,
        MOST_LIVE,
    )
