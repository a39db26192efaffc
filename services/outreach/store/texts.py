"""Words of links that were agreed or ordered and that nobody has seen yet."""

from uuid import UUID

from shared.db import Tx
from shared.urls import page_id

_MOST = 500


async def list_on_host(
    tx: Tx, site_id: UUID, domain: str, *, without: UUID | None = None
) -> list[str]:
    """Return what links of a site on this domain are to say, by placements and briefs.

    `without` is a brief that does not count, nor does its placement.
    """
    rows = await tx.fetch(
        "SELECT anchor_text FROM placements WHERE site_id = $1 AND referring_domain = $2"
        " AND cancelled_at IS NULL AND anchor_text IS NOT NULL AND placement_id IS DISTINCT FROM"
        " (SELECT placement_id FROM briefs WHERE brief_id = $4)"
        " UNION SELECT anchor_text FROM briefs WHERE site_id = $1 AND referring_domain = $2"
        " AND placement_id IS NULL AND anchor_text IS NOT NULL"
        " AND brief_id IS DISTINCT FROM $4 LIMIT $3",
        site_id,
        domain,
        _MOST,
        without,
    )
    return [row["anchor_text"] for row in rows]


async def list_promised(tx: Tx, site_id: UUID, target_url: str) -> list[str]:
    """Return what links to this page are to say that were not seen yet, each as often as it is said."""
    rows = await tx.fetch(
        "SELECT anchor_text FROM placements WHERE site_id = $1 AND target_key = $2"
        " AND cancelled_at IS NULL AND first_live_at IS NULL AND anchor_text IS NOT NULL"
        " UNION ALL SELECT anchor_text FROM briefs WHERE site_id = $1 AND target_key = $2"
        " AND placement_id IS NULL AND anchor_text IS NOT NULL LIMIT $3",
        site_id,
        page_id(target_url),
        _MOST,
    )
    return [row["anchor_text"] for row in rows]
