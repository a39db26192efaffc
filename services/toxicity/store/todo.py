"""How many links of each site wait for a decision, counted no further than is shown."""

from collections.abc import Collection
from uuid import UUID

from services.toxicity.store.reads import OPEN, UNDECIDED
from shared.db import Tx
from shared.todo import MOST, MOST_SITES, Waiting

_WAITING = f"""
    SELECT s.site_id, s.domain, 'review' AS kind, w.count FROM (
        SELECT site_id, domain FROM sites WHERE workspace_id = $1 AND deleted_at IS NULL
            AND ($2::uuid[] IS NULL OR site_id = ANY($2))
        ORDER BY site_id LIMIT $3
    ) AS s CROSS JOIN LATERAL (SELECT count(*) AS count FROM (
        SELECT FROM links l WHERE l.site_id = s.site_id AND l.action IN {OPEN} AND NOT l.lost
            AND {UNDECIDED} LIMIT $4
    ) AS few) AS w WHERE w.count > 0 ORDER BY s.site_id
"""


async def list_waiting(
    tx: Tx, workspace_id: UUID, *, only: Collection[UUID] | None
) -> list[Waiting]:
    """Return what waits on the first thousand sites of a workspace, or on those of them that are named."""
    wanted = None if only is None else list(only)
    rows = await tx.fetch(_WAITING, workspace_id, wanted, MOST_SITES, MOST + 1)
    return [Waiting(**row) for row in rows]
