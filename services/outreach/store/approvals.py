"""What of outreach's waits for a person's word: messages, briefs, and links of the plan that nobody has begun."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

import asyncpg

from shared.approvals import MOST
from shared.db import Tx

# A brief without the words of its link can't be approved yet: it waits for its writer, not for a word.
_WAITING = """
    SELECT found.*, s.domain FROM (
        (SELECT 'message' AS kind, message_id AS id, site_id, subject || ' — to ' || to_email AS title,
            coalesce(updated_at, created_at) AS since, body_hash AS hash
        FROM messages WHERE workspace_id = $1 AND state = 'pending_approval'
            AND ($2::uuid[] IS NULL OR site_id = ANY($2)) ORDER BY message_id LIMIT $3)
        UNION ALL
        (SELECT 'brief', brief_id, site_id, coalesce(anchor_text, '') || ' — for '
            || coalesce(referring_domain, 'a site that is not chosen yet'),
            coalesce(updated_at, created_at), NULL
        FROM briefs WHERE workspace_id = $1 AND state = 'draft' AND anchor_text IS NOT NULL
            AND ($2::uuid[] IS NULL OR site_id = ANY($2)) ORDER BY brief_id LIMIT $3)
        UNION ALL
        (SELECT 'plan', slots.site_id, slots.site_id, count(*)::text, min(slots.due_on)::timestamptz, NULL
        FROM plan_slots slots WHERE slots.site_id IN (
                SELECT site_id FROM sites WHERE workspace_id = $1 AND deleted_at IS NULL
                    AND ($2::uuid[] IS NULL OR site_id = ANY($2)))
            AND slots.dropped_at IS NULL AND slots.placement_id IS NULL AND slots.due_on <= $4
            AND NOT EXISTS (SELECT FROM briefs b WHERE b.slot_id = slots.slot_id)
        GROUP BY slots.site_id ORDER BY min(slots.due_on) LIMIT $3)
    ) AS found JOIN sites s USING (site_id) WHERE s.deleted_at IS NULL
    ORDER BY since, id LIMIT $3
"""


async def list_approvals(
    tx: Tx, workspace_id: UUID, *, only: Collection[UUID] | None, due_by: date
) -> list[asyncpg.Record]:
    """Return what waits on these sites, the longest first; one more than is shown says that there is more."""
    sites = None if only is None else list(only)
    return await tx.fetch(_WAITING, *(workspace_id, sites, MOST + 1, due_by))
