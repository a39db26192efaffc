"""What was done about a site's links within some days: decisions, requests to take links out, disavow files."""

from datetime import date, datetime
from uuid import UUID

import asyncpg

from services.toxicity.domain.removal import State
from shared.db import Tx
from shared.reporting import MOST_NAMED, DensityAt, VersionMade

_DECISIONS = """
    SELECT r.decision, count(*) AS subjects FROM reviews r JOIN review_items i USING (review_id)
    WHERE r.site_id = $1 AND r.decided_at >= $2 AND r.decided_at < $3 AND NOT i.undone
    GROUP BY r.decision
"""
# Only what was seen makes a domain `removed`, whatever was answered (domain/removal.py).
_REMOVALS = f"""
    WITH log AS (
        SELECT domain, bool_or(step IN ('asked', 'reminded') AND happened_on BETWEEN $2 AND $3) AS asked,
            (array_agg(step ORDER BY happened_on DESC, removal_id DESC))[1] AS last
        FROM removals WHERE site_id = $1 AND undone_at IS NULL AND happened_on <= $3 GROUP BY domain
    ), seen AS (
        SELECT l.referring_domain AS domain, bool_and(l.lost) AS gone,
            max(l.changed_at) FILTER (WHERE l.lost) AS gone_at
        FROM links l JOIN log ON log.domain = l.referring_domain
        WHERE l.site_id = $1 AND l.untracked_at IS NULL GROUP BY l.referring_domain
    )
    SELECT domain, asked, CASE WHEN gone THEN '{State.REMOVED}' ELSE last END AS state,
        coalesce(gone AND (gone_at AT TIME ZONE 'UTC')::date BETWEEN $2 AND $3, false) AS gone_now
    FROM log LEFT JOIN seen USING (domain)
"""
_COUNTED = f"""
    SELECT state, count(*) FILTER (WHERE asked) AS asked, count(*) FILTER (WHERE gone_now) AS gone,
        (array_agg(domain ORDER BY domain) FILTER (WHERE gone_now))[:{MOST_NAMED}] AS named
    FROM ({_REMOVALS}) AS one GROUP BY state
"""
_VERSIONS = """
    SELECT version_no, (created_at AT TIME ZONE 'UTC')::date AS made_on, origin = 'built' AS built,
        domains, urls, added, removed, count(*) OVER () AS made FROM disavow_versions
    WHERE site_id = $1 AND created_at >= $2 AND created_at < $3 ORDER BY version_no DESC LIMIT $4
"""


async def count_decisions(
    tx: Tx, site_id: UUID, *, since: datetime, before: datetime
) -> dict[str, int]:
    """Return about how many domains and links each decision was made that stands."""
    rows = await tx.fetch(_DECISIONS, site_id, since, before)
    return {row["decision"]: row["subjects"] for row in rows}


async def count_removals(tx: Tx, site_id: UUID, *, first: date, last: date) -> list[asyncpg.Record]:
    """Return for each state how many domains were asked and how many are gone, within these days."""
    return await tx.fetch(_COUNTED, site_id, first, last)


async def list_versions(
    tx: Tx, site_id: UUID, *, since: datetime, before: datetime
) -> tuple[list[VersionMade], int]:
    """Return the newest versions of the disavow file made within a time, and how many were made."""
    rows = await tx.fetch(_VERSIONS, site_id, since, before, MOST_NAMED)
    made = [
        VersionMade(
            number=row["version_no"],
            **{
                name: row[name]
                for name in ("made_on", "built", "domains", "urls", "added", "removed")
            },
        )
        for row in rows
    ]
    return made, rows[0]["made"] if rows else 0


async def list_densities(tx: Tx, site_id: UUID, *, until: date) -> list[DensityAt]:
    """Return the last count of the month of a day, and of the month before it, as far as there are any."""
    rows = await tx.fetch(
        "SELECT month, counted_on, judged, worth_action FROM density_months WHERE site_id = $1"
        " AND month <= $2 AND month >= date_trunc('month', $2::date - interval '1 month')"
        " ORDER BY month DESC LIMIT 2",
        site_id,
        until,
    )
    return [DensityAt(**row) for row in rows]
