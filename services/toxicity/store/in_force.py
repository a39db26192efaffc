"""The links that the entries of a disavow file are about, added up by host and by page."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from services.toxicity.domain.in_force import HostLinks
from shared.db import Tx

_SUMS = """
    count(*) AS links,
    count(*) FILTER (WHERE NOT l.lost AND l.counted_domain IS NOT NULL) AS live,
    count(*) FILTER (WHERE NOT l.lost AND l.counted_followed) AS followed,
    count(*) FILTER (WHERE NOT l.lost AND l.counted_followed AND l.band = 'ok') AS good,
    count(*) FILTER (WHERE l.score IS NOT NULL) AS judged,
    max(l.found_at)::date AS last_seen_on,
    (array_agg(l.sentence ORDER BY l.milli DESC NULLS LAST))[1] AS sentence
"""
_URL = "coalesce(l.referring_url, p.url)"
_BY_HOST = f"""
    SELECT coalesce(lower(substring({_URL} from '^[a-z]+://([^/:?#]+)')), l.referring_domain) AS name,
        {_SUMS}
    FROM links l LEFT JOIN pages p ON p.page_id = l.page_id
    WHERE l.site_id = $1 AND l.referring_domain = ANY($2::text[]) AND l.untracked_at IS NULL
    GROUP BY 1
"""
_BY_PAGE = f"""
    SELECT {_URL} AS name, {_SUMS}
    FROM links l LEFT JOIN pages p ON p.page_id = l.page_id
    WHERE l.site_id = $1 AND l.referring_domain = ANY($2::text[]) AND {_URL} = ANY($3::text[])
        AND l.untracked_at IS NULL
    GROUP BY 1
"""


async def list_hosts(tx: Tx, site_id: UUID, domains: Sequence[str]) -> list[HostLinks]:
    """Return the hosts below these registrable domains that link to the site."""
    if not domains:
        return []
    return [_known(row) for row in await tx.fetch(_BY_HOST, site_id, list(domains))]


async def list_pages(
    tx: Tx, site_id: UUID, domains: Sequence[str], pages: Sequence[str]
) -> dict[str, HostLinks]:
    """Return these very pages, as far as links to the site come from them."""
    if not pages:
        return {}
    rows = await tx.fetch(_BY_PAGE, site_id, list(domains), list(pages))
    return {row["name"]: _known(row) for row in rows}


def _known(row: asyncpg.Record) -> HostLinks:
    return HostLinks(
        host=row["name"],
        links=row["links"],
        live=row["live"],
        followed=row["followed"],
        good=row["good"],
        judged=row["judged"],
        last_seen_on=row["last_seen_on"],
        sentence=row["sentence"] or "",
    )
