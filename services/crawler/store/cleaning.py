"""Removes rows that nothing refers to any more, a bounded number at a time."""

from datetime import datetime

from shared.db import Tx


async def remove_tombstones(tx: Tx, before: datetime, *, limit: int) -> int:
    """Forget links that were untracked before a moment; their late events cannot come any more."""
    rows = await tx.fetch(
        "DELETE FROM watches WHERE link_id IN (SELECT link_id FROM watches"
        " WHERE removed_at < $1 ORDER BY removed_at LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING 1",
        before,
        limit,
    )
    return len(rows)


async def remove_targets(tx: Tx, *, limit: int) -> int:
    """Forget targets that no watched link points at."""
    rows = await tx.fetch(
        """
        DELETE FROM targets WHERE (site_id, target_key) IN (
            SELECT site_id, target_key FROM targets WHERE NOT EXISTS (
                SELECT 1 FROM watches WHERE watches.site_id = targets.site_id
                AND watches.target_key = targets.target_key AND removed_at IS NULL
            ) LIMIT $1 FOR UPDATE SKIP LOCKED
        ) RETURNING 1
        """,
        limit,
    )
    return len(rows)
