"""Which sources name which pages and domains of a site."""

from datetime import datetime
from uuid import UUID

from shared.db import Tx

# What a person typed and what we exported ourselves are no catch of a source.
_TOOLS = "c.source NOT IN ('hand', 'anchorwatch', 'list', 'generic')"
_ALIVE = "l.merged_into IS NULL AND l.deleted_at IS NULL"
_PAGES = f"""
    SELECT l.page_key::text AS unit, c.source FROM claims c JOIN links l USING (link_id)
    WHERE l.site_id = $1 AND {_ALIVE} AND {_TOOLS}
"""
_DOMAINS = f"""
    SELECT l.referring_domain AS unit, c.source FROM claims c JOIN links l USING (link_id)
    WHERE l.site_id = $1 AND {_ALIVE} AND {_TOOLS}
    UNION ALL SELECT c.domain, c.source FROM domain_claims c WHERE c.site_id = $1 AND {_TOOLS}
"""
_SETS = """
    SELECT sources, count(*) AS units FROM (
        SELECT unit, array_agg(DISTINCT source ORDER BY source) AS sources FROM ({seen}) seen
        GROUP BY unit) sets
    GROUP BY sources
"""


async def count_sets(tx: Tx, site_id: UUID, *, domains: bool) -> dict[tuple[str, ...], int]:
    """Return how many pages or domains are known to exactly which sources."""
    rows = await tx.fetch(_SETS.format(seen=_DOMAINS if domains else _PAGES), site_id)
    return {tuple(row["sources"]): row["units"] for row in rows}


async def list_source_dates(tx: Tx, site_id: UUID) -> dict[str, tuple[datetime, datetime | None]]:
    """Return of each source when it was imported last, and up to when its data goes."""
    rows = await tx.fetch(
        "SELECT source, max(ended_at) AS imported_at, max(data_until) AS data_until FROM imports"
        " WHERE site_id = $1 AND state = 'done' AND NOT dry_run AND ended_at IS NOT NULL"
        " AND accepted > 0 GROUP BY source",
        site_id,
    )
    return {row["source"]: (row["imported_at"], row["data_until"]) for row in rows}
