"""The links whose anchors could be changed, and how the pages of a site share exact keywords."""

from collections.abc import Sequence
from uuid import UUID

from services.profile.domain.reanchor import Candidate, TargetCount
from shared.db import Tx
from shared.vocabulary import AnchorKind

_PRESENT = "l.status IN ('live', 'changed') AND l.merged_into IS NULL AND l.deleted_at IS NULL"
_CANDIDATES = f"""
    SELECT DISTINCT ON (l.referring_domain, l.target_key, l.anchor_kind) l.link_id, l.referring_domain,
        l.referring_url, l.target_url, l.anchor_text, coalesce(l.anchor_kind, 'other') AS kind,
        count(*) OVER (PARTITION BY l.referring_domain, l.target_key, l.anchor_kind) AS links,
        l.placement_id, c.vendor_id, c.vendor_name
    FROM links l LEFT JOIN contracts c ON c.placement_id = l.placement_id
    WHERE l.site_id = $1 AND {_PRESENT} AND l.anchor_text IS NOT NULL
        AND (l.anchor_kind = 'exact' OR lower(l.anchor_text) = ANY($2::text[]))
    ORDER BY l.referring_domain, l.target_key, l.anchor_kind, l.placement_id NULLS LAST, l.link_id
    LIMIT $3
"""


async def list_candidates(
    tx: Tx, site_id: UUID, *, loud: Sequence[str], limit: int
) -> list[Candidate]:
    """Return one link of each domain, page and kind whose anchor is an exact keyword or too loud."""
    rows = await tx.fetch(_CANDIDATES, site_id, [text.lower() for text in loud], limit)
    return [
        Candidate(
            link_id=row["link_id"],
            referring_domain=row["referring_domain"],
            referring_url=row["referring_url"],
            target_url=row["target_url"],
            anchor_text=row["anchor_text"],
            kind=AnchorKind(row["kind"]),
            links=row["links"],
            placement_id=row["placement_id"],
            vendor_id=row["vendor_id"],
            vendor_name=row["vendor_name"],
        )
        for row in rows
    ]


_TARGETS = f"""
    SELECT min(l.target_url) AS target_url, count(DISTINCT l.referring_domain) AS domains,
        count(DISTINCT l.referring_domain) FILTER (WHERE l.anchor_kind = 'exact') AS exact
    FROM links l WHERE l.site_id = $1 AND l.target_key IS NOT NULL AND {_PRESENT}
    GROUP BY l.target_key HAVING count(*) FILTER (WHERE l.anchor_kind = 'exact') > 0
    ORDER BY 3 DESC, 1 LIMIT $2
"""


async def list_target_counts(tx: Tx, site_id: UUID, *, limit: int) -> list[TargetCount]:
    """Return the pages that exact keywords point at, with the domains that link to each."""
    rows = await tx.fetch(_TARGETS, site_id, limit)
    return [TargetCount(row["target_url"], row["domains"], row["exact"]) for row in rows]
