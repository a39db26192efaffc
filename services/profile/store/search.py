"""Finds domains and addresses over many sites, by index alone: no search reads all links."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from services.profile.store.listing import contains
from shared.db import Tx

_ALIVE = "merged_into IS NULL AND deleted_at IS NULL"
_LAST = chr(0x10FFFF)
_MOST_ROWS = 20_000
"""Rows behind one beginning of a name; of a shorter one only the first are counted."""


async def search_domains(
    tx: Tx, site_ids: Sequence[UUID], text: str, *, exact: str, limit: int
) -> list[asyncpg.Record]:
    """Return referring domains with this name, or a name that begins so, the exact one first."""
    return await tx.fetch(
        "WITH hits AS ("
        f" (SELECT site_id, referring_domain, status FROM links WHERE site_id = ANY($1::uuid[])"
        f"  AND referring_domain = $2 AND {_ALIVE} LIMIT {_MOST_ROWS})"
        " UNION ALL"
        f" (SELECT site_id, referring_domain, status FROM links WHERE site_id = ANY($1::uuid[])"
        f"  AND referring_domain >= $3 AND referring_domain < $4 AND referring_domain LIKE $5"
        f"  AND referring_domain <> $2 AND {_ALIVE} LIMIT {_MOST_ROWS}))"
        " SELECT site_id, referring_domain AS domain, count(*) AS links,"
        " count(*) FILTER (WHERE status IN ('live', 'changed')) AS links_present FROM hits"
        " GROUP BY 1, 2 ORDER BY referring_domain = $2 DESC, links DESC, 2, 1 LIMIT $6",
        list(site_ids),
        exact,
        text,
        text + _LAST,
        contains(text)[1:],
        limit,
    )


async def search_links(
    tx: Tx, site_ids: Sequence[UUID], key: UUID, *, limit: int
) -> list[asyncpg.Record]:
    """Return the links on a page, or to it."""
    found = f"{_LINK} WHERE site_id = ANY($1::uuid[]) AND {_ALIVE} AND"
    return await tx.fetch(
        f"({found} page_key = $2 LIMIT $3) UNION ({found} target_key = $2 LIMIT $3)"
        " ORDER BY link_id DESC LIMIT $3",
        list(site_ids),
        key,
        limit,
    )


_LINK = "SELECT link_id, site_id, referring_url, referring_domain, target_url, status FROM links"
