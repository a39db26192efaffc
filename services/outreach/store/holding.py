"""Letters about dead links wait until the link was looked at once more, and are held where it is no longer dead."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from shared import outbox
from shared.db import Tx
from shared.events import OutlinkDoubted

FRESH_FOR = timedelta(hours=24)
"""So old may the last look at page and address be when a letter about them goes out."""
ASK_AGAIN_AFTER = timedelta(hours=6)

_SPOKEN_OF = """
    SELECT FROM enrollments e JOIN opportunity_pages k ON k.opportunity_id = e.opportunity_id
        AND k.page_key = e.page_key
    WHERE e.enrollment_id = m.enrollment_id AND k.outlink_state IS NOT NULL
"""
# SQL over m, the message; $3 is now.
ANSWERS = f"EXISTS ({_SPOKEN_OF} AND k.outlink_state = 'answers')"
REMOVED = f"EXISTS ({_SPOKEN_OF} AND k.outlink_state = 'removed')"
NOT_LOOKED_AT = (
    f"EXISTS ({_SPOKEN_OF} AND (k.outlink_state = 'unsure'"
    f" OR k.judged_at < $3::timestamptz - interval '{FRESH_FOR.total_seconds():.0f} seconds'))"
)
# Asked once in a while, however often the letter has its turn.
_ASK = """
    UPDATE opportunity_pages k SET doubted_at = $2 FROM messages m
        JOIN enrollments e ON e.enrollment_id = m.enrollment_id
        JOIN opportunities o ON o.opportunity_id = e.opportunity_id
    WHERE m.message_id = $1 AND k.opportunity_id = e.opportunity_id AND k.page_key = e.page_key
        AND (k.doubted_at IS NULL OR k.doubted_at < $3)
    RETURNING o.workspace_id, o.site_id, k.page_url, k.page_key, o.subject_url, o.subject_key
"""


async def ask_for_look(tx: Tx, message_id: UUID, *, now: datetime) -> None:
    """Have page and address of a letter looked at once more before it goes out."""
    rows = await tx.fetch(_ASK, message_id, now, now - ASK_AGAIN_AFTER)
    await outbox.add(
        tx,
        [
            OutlinkDoubted(
                workspace_id=row["workspace_id"],
                site_id=row["site_id"],
                page_url=row["page_url"],
                page_key=row["page_key"],
                outlink_url=row["subject_url"],
                outlink_key=row["subject_key"],
            )
            for row in rows
        ],
    )


async def wake(tx: Tx, opportunity_ids: Collection[UUID], *, now: datetime) -> None:
    """Let approved letters about these opportunities have their turn again: there is news."""
    if opportunity_ids:
        await tx.run(
            "UPDATE messages SET due_at = $2 WHERE message_id IN (SELECT m.message_id FROM messages m"
            " JOIN enrollments e ON e.enrollment_id = m.enrollment_id"
            " WHERE e.opportunity_id = ANY($1::uuid[]) AND m.state = 'approved' AND m.because IS NOT NULL"
            " AND m.due_at > $2 ORDER BY m.message_id FOR UPDATE OF m SKIP LOCKED)",
            list(opportunity_ids),
            now,
        )
