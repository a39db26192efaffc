"""What of profile's waits for a person's word: drafts of reports for clients."""

from collections.abc import Collection
from uuid import UUID

import asyncpg

from shared.approvals import MOST
from shared.db import Tx


async def list_approvals(
    tx: Tx, workspace_id: UUID, *, only: Collection[UUID] | None
) -> list[asyncpg.Record]:
    """Return drafts, the longest wait first; one more than is shown says that there is more."""
    return await tx.fetch(
        "SELECT r.report_id, r.site_id, s.domain, r.number, r.starts_on, r.ends_on, r.made_at"
        " FROM reports r JOIN sites s USING (site_id) WHERE r.workspace_id = $1 AND r.state = 'draft'"
        " AND s.deleted_at IS NULL AND ($2::uuid[] IS NULL OR r.site_id = ANY($2))"
        " ORDER BY r.made_at, r.report_id LIMIT $3",
        *(workspace_id, None if only is None else list(only), MOST + 1),
    )
