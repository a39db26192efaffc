"""Pages of prospects that are worth being searched: the named one, their lists of links, their blog."""

from uuid import UUID

from services.outreach.domain.prospect import OPEN, Stage
from shared.db import Tx

MOST_PROSPECTS = 500
_SEARCHED = OPEN | {Stage.PLACED, Stage.UNRESPONSIVE}


async def list_prospect_pages(tx: Tx, site_id: UUID) -> list[str]:
    """Return pages of the prospects of a site, the nearest first: named pages, then what they link to."""
    rows = await tx.fetch(
        "SELECT p.url, p.domain, r.told->'list_pages' AS list_pages, r.told->'pages'->>0 AS home"
        " FROM prospects p LEFT JOIN readings r ON r.domain = p.domain"
        " WHERE p.site_id = $1 AND p.stage = ANY($2::text[])"
        " ORDER BY coalesce(p.relevance, -1) DESC, p.prospect_id LIMIT $3",
        *(site_id, sorted(_SEARCHED), MOST_PROSPECTS),
    )
    named = [row["url"] for row in rows if row["url"]]
    lists = [url for row in rows for url in row["list_pages"] or ()]
    homes = [row["home"] for row in rows if row["home"]]
    return [*named, *lists, *homes]
