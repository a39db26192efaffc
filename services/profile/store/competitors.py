"""Which domains link to competitors, and which of these do not link to the site."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import orjson

from services.profile.domain.competitors import DomainClaim
from shared.db import Tx

_BATCH = 5_000
_SAVE = """
    INSERT INTO competitor_claims (site_id, domain, competitor, source, link_count, page_url,
        target_url, metrics, first_seen_at, last_seen_at, file_name, claimed_at)
    SELECT $1, u.domain, $2, $3, u.link_count, u.page_url, u.target_url, u.metrics, u.first_seen_at,
        u.last_seen_at, $4, $5
    FROM unnest($6::text[], $7::bigint[], $8::text[], $9::text[], $10::jsonb[], $11::timestamptz[],
        $12::timestamptz[])
      AS u(domain, link_count, page_url, target_url, metrics, first_seen_at, last_seen_at)
    ON CONFLICT (site_id, domain, competitor, source) DO UPDATE SET link_count = excluded.link_count,
        page_url = coalesce(excluded.page_url, competitor_claims.page_url),
        target_url = coalesce(excluded.target_url, competitor_claims.target_url),
        metrics = competitor_claims.metrics || excluded.metrics,
        first_seen_at = least(competitor_claims.first_seen_at, excluded.first_seen_at),
        last_seen_at = greatest(competitor_claims.last_seen_at, excluded.last_seen_at),
        file_name = excluded.file_name, claimed_at = excluded.claimed_at
"""


async def save_claims(
    tx: Tx,
    site_id: UUID,
    claims: Sequence[DomainClaim],
    *,
    competitor: str,
    source: str,
    file_name: str,
    now: datetime,
) -> None:
    """Keep which domains link to a competitor, as a source says it; nothing else is touched."""
    for start in range(0, len(claims), _BATCH):
        part = claims[start : start + _BATCH]
        await tx.run(
            _SAVE,
            *(site_id, competitor, source, file_name, now),
            [claim.domain for claim in part],
            [claim.link_count for claim in part],
            [claim.page_url for claim in part],
            [claim.target_url for claim in part],
            [orjson.dumps(claim.metrics).decode() for claim in part],
            [claim.first_seen_at for claim in part],
            [claim.last_seen_at for claim in part],
        )


async def list_competitors(tx: Tx, site_id: UUID) -> list[asyncpg.Record]:
    """Return the competitors that something is known of, each with its sources."""
    return await tx.fetch(
        "SELECT competitor, source, count(*) AS domains, sum(link_count)::bigint AS links,"
        " max(claimed_at) AS claimed_at FROM competitor_claims WHERE site_id = $1"
        " GROUP BY competitor, source ORDER BY competitor, source LIMIT 500",
        site_id,
    )


async def remove_competitor(tx: Tx, site_id: UUID, competitor: str) -> int:
    """Forget what is known of a competitor; returns of how many domains that was."""
    tag = await tx.run(
        "DELETE FROM competitor_claims WHERE site_id = $1 AND competitor = $2", site_id, competitor
    )
    return int(tag.rpartition(" ")[2])


# A link that is pending or could not be looked at may be there: its domain is no gap.
_OWN = """
    SELECT referring_domain AS domain, count(*) FILTER (WHERE status IN ('live', 'changed')) AS present,
        count(*) FILTER (WHERE status IN ('pending', 'unknown')) AS unsure,
        count(*) FILTER (WHERE status = 'lost') AS lost, max(authority) AS authority
    FROM links l WHERE site_id = $1 AND merged_into IS NULL AND deleted_at IS NULL
    AND EXISTS (SELECT FROM competitor_claims c WHERE c.site_id = $1 AND c.domain = l.referring_domain)
    GROUP BY referring_domain
"""
_ROWS = f"""
    SELECT c.domain, count(DISTINCT competitor) AS competitor_count,
        sum(link_count)::bigint AS links, coalesce(max(own.present), 0) AS links_to_you,
        coalesce(max(own.unsure), 0) AS unsure, coalesce(max(own.lost), 0) AS lost_links_to_you,
        max(own.authority) AS authority, json_agg(json_build_object('competitor', competitor,
            'source', source, 'claimed_at', claimed_at, 'links', link_count, 'page_url', page_url,
            'target_url', target_url, 'metrics', c.metrics, 'first_seen_at', first_seen_at,
            'last_seen_at', last_seen_at, 'file', file_name) ORDER BY competitor, source)::text
            AS evidence
    FROM competitor_claims c LEFT JOIN ({_OWN}) own ON own.domain = c.domain
    WHERE c.site_id = $1 AND ($2::text[] IS NULL OR competitor = ANY($2))
        AND NOT c.domain = ANY($3::text[])
    GROUP BY c.domain HAVING count(DISTINCT competitor) >= $4
        AND (NOT $5::boolean OR coalesce(max(own.present + own.unsure), 0) = 0)
"""


async def list_domains(
    tx: Tx,
    site_id: UUID,
    *,
    only: Sequence[str],
    never: Sequence[str],
    least: int,
    gap: bool,
    after: tuple[int, int, str] | None,
    limit: int,
) -> list[asyncpg.Record]:
    """Return the domains that link to at least so many competitors; in a gap, only those not to you."""
    place = "WHERE (competitor_count, links, domain) < ($6, $7, $8::text)" if after else ""
    return await tx.fetch(
        f"SELECT * FROM ({_ROWS}) d {place}"
        f" ORDER BY competitor_count DESC, links DESC, domain DESC LIMIT {limit:d}",
        *(site_id, list(only) or None, list(never), least, gap),
        *(after or ()),
    )


async def count_domains(
    tx: Tx, site_id: UUID, *, only: Sequence[str], never: Sequence[str], least: int, gap: bool
) -> int:
    """Return how many such domains there are."""
    return int(
        await tx.fetch_value(
            f"SELECT count(*) FROM ({_ROWS}) d",
            *(site_id, list(only) or None, list(never), least, gap),
        )
    )


async def list_pages(tx: Tx, site_id: UUID, *, never: Sequence[str], limit: int) -> list[str]:
    """Return pages that link to competitors, as sources name them; one of each domain and competitor."""
    rows = await tx.fetch(
        "SELECT page_url FROM (SELECT page_url, domain, count(*) OVER (PARTITION BY domain) AS claims"
        " FROM competitor_claims WHERE site_id = $1 AND page_url IS NOT NULL"
        " AND NOT domain = ANY($2::text[])) AS d"
        " GROUP BY page_url ORDER BY max(claims) DESC, page_url LIMIT $3",
        *(site_id, list(never), limit),
    )
    return [row["page_url"] for row in rows]
