"""What outreach did for a site within some days: agreed links that came, messages, answers."""

from datetime import datetime
from uuid import UUID

import asyncpg

from shared.db import Tx
from shared.reporting import MOST_NAMED, PlacementSeen

_PLACEMENTS = """
    SELECT count(*) FILTER (WHERE created_at >= $2 AND created_at < $3) AS agreed,
        count(*) FILTER (WHERE first_live_at >= $2 AND first_live_at < $3) AS verified
    FROM placements WHERE site_id = $1 AND cancelled_at IS NULL
"""
_VERIFIED = """
    SELECT referring_domain, referring_url, target_url,
        (first_live_at AT TIME ZONE 'UTC')::date AS seen_on
    FROM placements WHERE site_id = $1 AND cancelled_at IS NULL
        AND first_live_at >= $2 AND first_live_at < $3
    ORDER BY first_live_at, placement_id LIMIT $4
"""
# A conversation that somebody answers twice is one that was answered.
_LETTERS = """
    SELECT (SELECT count(*) FROM messages WHERE workspace_id = $4 AND site_id = $1
            AND sent_at >= $2 AND sent_at < $3) AS sent,
        count(DISTINCT thread_id) FILTER (WHERE kind = 'human') AS answered,
        count(DISTINCT thread_id) FILTER (WHERE kind = 'human' AND intent = 'interested')
            AS interested,
        count(DISTINCT message_id) FILTER (WHERE kind = 'bounce' AND hard) AS undelivered
    FROM inbound_messages WHERE workspace_id = $4 AND site_id = $1
        AND received_at >= $2 AND received_at < $3
"""


async def count_placements(
    tx: Tx, site_id: UUID, *, since: datetime, before: datetime
) -> asyncpg.Record:
    """Return how many links were agreed, and how many were seen in place for the first time."""
    return (await tx.fetch(_PLACEMENTS, site_id, since, before))[0]


async def list_verified(
    tx: Tx, site_id: UUID, *, since: datetime, before: datetime
) -> list[PlacementSeen]:
    """Return the first agreed links that were seen in place for the first time."""
    rows = await tx.fetch(_VERIFIED, site_id, since, before, MOST_NAMED)
    return [PlacementSeen(**row) for row in rows]


async def count_letters(
    tx: Tx, site_id: UUID, *, workspace_id: UUID, since: datetime, before: datetime
) -> asyncpg.Record:
    """Return how many messages went out, and what came back of whomever."""
    return (await tx.fetch(_LETTERS, site_id, since, before, workspace_id))[0]
