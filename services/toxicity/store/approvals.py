"""What of toxicity's waits for a person's word: large disavow sets, letters, proposals for how links are judged."""

from collections.abc import Collection
from uuid import UUID

import asyncpg

from shared.approvals import MOST, MOST_SITES
from shared.db import Tx

# A confirmation counts for the set that was looked at. After a later decision or version that is another
# set, so that it waits no more: whoever builds next is asked anew.
_SETS = """
    SELECT 'disavow' AS kind, s.site_id AS id, s.site_id, s.domain, c.since, c.actors, c.names, NULL::bigint AS count
    FROM mine s CROSS JOIN LATERAL (
        SELECT set_key, min(confirmed_at) AS since, array_agg(actor_id) AS actors,
            array_agg(actor ORDER BY confirmed_at) AS names
        FROM disavow_confirmations d WHERE d.site_id = s.site_id
        GROUP BY set_key ORDER BY max(confirmed_at) DESC LIMIT 1
    ) AS c WHERE cardinality(c.actors) < $4
        AND NOT EXISTS (SELECT FROM disavow_versions v WHERE v.site_id = s.site_id AND v.created_at > c.since)
        AND NOT EXISTS (SELECT FROM reviews r WHERE r.site_id = s.site_id
            AND (r.decided_at > c.since OR r.undone_at > c.since))
"""
_LETTERS = """
    SELECT 'removal_letters', s.site_id, s.site_id, s.domain, l.since, NULL, NULL, l.count
    FROM mine s CROSS JOIN LATERAL (
        SELECT count(*) AS count, min(decided_at) AS since FROM (
            SELECT domain, min(decided_at) AS decided_at FROM (
                SELECT DISTINCT ON (i.subject)
                    coalesce(k.referring_domain, p.referring_domain, i.subject) AS domain,
                    r.decision, r.decided_at
                FROM review_items i JOIN reviews r USING (review_id)
                LEFT JOIN links k ON k.link_id = i.link_id LEFT JOIN pages p ON p.page_id = k.page_id
                WHERE i.site_id = s.site_id AND NOT i.undone ORDER BY i.subject, i.review_id DESC
            ) AS standing WHERE decision = 'ask_removal' GROUP BY domain
        ) AS asked WHERE NOT EXISTS (SELECT FROM removals m WHERE m.site_id = s.site_id
                AND m.domain = asked.domain AND m.undone_at IS NULL)
            AND EXISTS (SELECT FROM links k WHERE k.site_id = s.site_id
                AND k.referring_domain = asked.domain AND NOT k.lost AND k.untracked_at IS NULL)
    ) AS l WHERE l.count > 0
"""
_PROPOSALS = """
    SELECT 'calibration', s.site_id, s.site_id, s.domain, p.made_at, NULL, NULL, p.verdicts
    FROM mine s JOIN layer_proposals p USING (site_id) WHERE p.state = 'proposed'
"""
_WAITING = f"""
    WITH mine AS (
        SELECT site_id, domain FROM sites WHERE workspace_id = $1 AND deleted_at IS NULL
            AND ($2::uuid[] IS NULL OR site_id = ANY($2)) ORDER BY site_id LIMIT {MOST_SITES}
    )
    {_SETS} UNION ALL {_LETTERS} UNION ALL {_PROPOSALS} ORDER BY since, site_id LIMIT $3
"""


async def list_approvals(
    tx: Tx, workspace_id: UUID, *, only: Collection[UUID] | None, reviewers: int
) -> list[asyncpg.Record]:
    """Return what waits on these sites, the longest first; one more than is shown says that there is more."""
    sites = None if only is None else list(only)
    return await tx.fetch(_WAITING, *(workspace_id, sites, MOST + 1, reviewers))
