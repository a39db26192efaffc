"""How much of profile's waits for a person on each site, counted no further than is shown."""

from collections.abc import Collection
from uuid import UUID

from shared.db import Tx
from shared.todo import MOST, MOST_SITES, Waiting

_LINKS = """links l WHERE l.site_id = s.site_id AND l.merged_into IS NULL AND l.deleted_at IS NULL
    AND (l.snoozed_until IS NULL OR l.snoozed_until <= now())"""
_KINDS = {
    "urgent_alert": "alerts a WHERE a.site_id = s.site_id AND a.state = 'open'"
    " AND a.severity = 'urgent' AND a.told_at IS NOT NULL",
    "target_broken": """targets t WHERE t.site_id = s.site_id AND t.broken AND EXISTS (
        SELECT FROM links l WHERE l.site_id = t.site_id AND l.target_key = t.target_key
            AND l.good_status IN ('live', 'changed') AND l.merged_into IS NULL
            AND l.deleted_at IS NULL)""",
    "off_contract": f"{_LINKS} AND l.contract_state = 'mismatched'",
    "recovery": "recoveries r WHERE r.site_id = s.site_id AND r.state = 'open'",
    "link_changed": f"{_LINKS} AND l.status = 'changed' AND l.contract_state IS NULL",
}
_COUNTED = " UNION ALL ".join(
    f"SELECT '{kind}' AS kind, count(*) AS count FROM (SELECT FROM {rows} LIMIT $4) AS few"
    for kind, rows in _KINDS.items()
)
_WAITING = f"""
    SELECT s.site_id, s.domain, w.kind, w.count FROM (
        SELECT site_id, domain FROM sites WHERE workspace_id = $1 AND deleted_at IS NULL
            AND NOT archived AND ($2::uuid[] IS NULL OR site_id = ANY($2))
        ORDER BY site_id LIMIT $3
    ) AS s CROSS JOIN LATERAL ({_COUNTED}) AS w WHERE w.count > 0 ORDER BY s.site_id, w.kind
"""


async def list_waiting(
    tx: Tx, workspace_id: UUID, *, only: Collection[UUID] | None
) -> list[Waiting]:
    """Return what waits on the first thousand sites of a workspace, or on those of them that are named."""
    wanted = None if only is None else list(only)
    rows = await tx.fetch(_WAITING, workspace_id, wanted, MOST_SITES, MOST + 1)
    return [Waiting(**row) for row in rows]
