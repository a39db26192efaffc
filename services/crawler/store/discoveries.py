"""Links that were seen on pages and that nobody watches: each is told once."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from shared.db import Tx
from shared.events import LinkDiscovered
from shared.ids import new_id

# A page that nobody watches rests; it wakes when profile has its link watched.
_PAGES = """
WITH new AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[])
    AS new (page_id, page_key, url, host)
), added AS (
    INSERT INTO pages (page_id, page_key, url, host, next_check_at, created_at)
    SELECT page_id, page_key, url, host, 'infinity', $5 FROM new ORDER BY page_key
    ON CONFLICT (page_key) DO NOTHING RETURNING page_key, page_id
)
SELECT page_key, page_id FROM added
UNION SELECT page_key, pages.page_id FROM pages WHERE page_key = ANY($2::uuid[])
"""


async def add_pages(
    tx: Tx, places: Iterable[tuple[UUID, str, str]], now: datetime
) -> dict[UUID, UUID]:
    """Return the ids of pages by their keys; pages that are not known yet are added, at rest."""
    rows = sorted({key: (url, host) for key, url, host in places}.items())
    if not rows:
        return {}
    found = await tx.fetch(
        _PAGES,
        [new_id() for _ in rows],
        [key for key, _ in rows],
        [url for _, (url, _) in rows],
        [host for _, (_, host) in rows],
        now,
    )
    return {row["page_key"]: row["page_id"] for row in found}


async def add_discoveries(tx: Tx, found: Sequence[LinkDiscovered]) -> list[LinkDiscovered]:
    """Remember discoveries; returns those that were not known before, to be published once."""
    by_key = {(e.observation.page_id, e.site_id, e.target_key): e for e in found}
    if not by_key:
        return []
    keys = sorted(by_key, key=str)
    rows = await tx.fetch(
        "INSERT INTO discoveries (page_id, site_id, target_key)"
        " SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[])"
        " ON CONFLICT DO NOTHING RETURNING page_id, site_id, target_key",
        [key[0] for key in keys],
        [key[1] for key in keys],
        [key[2] for key in keys],
    )
    return [by_key[row["page_id"], row["site_id"], row["target_key"]] for row in rows]
