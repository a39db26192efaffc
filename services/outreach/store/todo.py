"""How much of each site waits: placements and payments by their dates, mail and opportunities to decide on; counted no further than is shown."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from services.outreach.domain.opportunities import RELEVANT
from services.outreach.domain.placement import first_notice_by
from shared.db import Tx
from shared.todo import MOST, MOST_SITES, Waiting

_OPEN = """placements p WHERE p.site_id = s.site_id AND p.cancelled_at IS NULL
    AND (p.until_on IS NULL OR p.until_on >= $5)"""
_UNPAID = "payments m WHERE m.site_id = s.site_id AND m.paid_on IS NULL AND m.waived_on IS NULL"
# Once its Sent folder was looked into, or where that cannot be.
_ASKED = """
    (m.sent_looks > 0 OR NOT EXISTS (SELECT FROM mailboxes b WHERE b.mailbox_id = m.mailbox_id
        AND b.imap_host IS NOT NULL AND b.removed_at IS NULL))
"""
_MAIL = "messages m WHERE m.workspace_id = $1 AND m.site_id = s.site_id"
_WAITING = f"""
    SELECT s.site_id, s.domain, w.kind, w.count FROM (
        SELECT site_id, domain FROM sites WHERE workspace_id = $1 AND deleted_at IS NULL
            AND ($2::uuid[] IS NULL OR site_id = ANY($2))
        ORDER BY site_id LIMIT $3
    ) AS s CROSS JOIN LATERAL (
        SELECT 'placement_overdue' AS kind, count(*) AS count FROM (
            SELECT FROM {_OPEN} AND p.seen = 'promised' AND p.go_live_on < $5 LIMIT $4) AS few
        UNION ALL
        SELECT 'placement_expiring', count(*) FROM (
            SELECT FROM {_OPEN} AND p.seen <> 'lost' AND p.until_on <= $6 LIMIT $4) AS few
        UNION ALL
        SELECT 'exchange_broken', count(*) FROM (
            SELECT FROM exchanges x WHERE x.site_id = s.site_id AND x.cancelled_at IS NULL
                AND x.seen IN ('different', 'missing') AND (x.until_on IS NULL OR x.until_on >= $5)
                AND (x.since_on IS NULL OR x.since_on <= $5) LIMIT $4) AS few
        UNION ALL
        SELECT 'payment_overdue', count(*) FROM (
            SELECT FROM {_UNPAID} AND m.due_on < $5 LIMIT $4) AS few
        UNION ALL
        SELECT 'payment_due', count(*) FROM (
            SELECT FROM {_UNPAID} AND m.due_on BETWEEN $5 AND $6 LIMIT $4) AS few
        UNION ALL
        SELECT 'message_approval', count(*) FROM (
            SELECT FROM {_MAIL} AND m.state = 'pending_approval' LIMIT $4) AS few
        UNION ALL
        SELECT 'message_in_doubt', count(*) FROM (
            SELECT FROM {_MAIL} AND m.state = 'in_doubt' AND {_ASKED} LIMIT $4) AS few
        UNION ALL
        SELECT 'mail_stuck', count(*) FROM (
            SELECT FROM {_MAIL} AND m.state = 'approved' AND EXISTS (
                SELECT FROM mailboxes b WHERE b.mailbox_id = m.mailbox_id AND b.state <> 'ready')
            LIMIT $4) AS few
        UNION ALL
        SELECT 'opportunity', count(*) FROM (
            SELECT FROM opportunities o WHERE o.site_id = s.site_id AND o.state = 'open'
                AND (o.kind = 'unlinked_mention' OR o.relevance >= $7) LIMIT $4) AS few
    ) AS w WHERE w.count > 0 ORDER BY s.site_id, w.kind
"""


async def list_waiting(
    tx: Tx, workspace_id: UUID, *, only: Collection[UUID] | None, today: date
) -> list[Waiting]:
    """Return what waits on the first thousand sites of a workspace, or on those of them that are named."""
    wanted = None if only is None else list(only)
    bounds = (MOST_SITES, MOST + 1, today, first_notice_by(today), RELEVANT)
    rows = await tx.fetch(_WAITING, workspace_id, wanted, *bounds)
    return [Waiting(**row) for row in rows]
