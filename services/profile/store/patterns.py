"""When it is asked next what the lost links of a site have in common: that costs a walk over all links."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from shared.db import Tx

GATHER = timedelta(minutes=10)
"""So long after a loss others are waited for: what dies together is rarely seen in one moment."""

_LEASE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class DueSite:
    """A site that is to be asked about, and when that was done before."""

    site_id: UUID
    asked_at: datetime | None
    lease_until: datetime


async def make_due(tx: Tx, site_ids: Collection[UUID], *, now: datetime) -> None:
    """Have sites that lost links asked about soon; one that is asked about just now, once more."""
    if site_ids:
        await tx.run(
            "UPDATE sites SET patterns_due_at = $2 WHERE site_id = ANY($1::uuid[])"
            " AND (patterns_due_at IS NULL OR patterns_due_at > $2)",
            *(list(site_ids), now + GATHER),
        )


async def claim_site(tx: Tx, *, now: datetime) -> DueSite | None:
    """Take a site that is due, for a while: whoever takes it and dies gives it back by that."""
    rows = await tx.fetch(
        "UPDATE sites SET patterns_due_at = $2 WHERE site_id = (SELECT site_id FROM sites"
        " WHERE patterns_due_at <= $1 AND deleted_at IS NULL ORDER BY patterns_due_at LIMIT 1"
        " FOR NO KEY UPDATE SKIP LOCKED)"
        " RETURNING site_id, patterns_at AS asked_at, patterns_due_at AS lease_until",
        *(now, now + _LEASE),
    )
    return DueSite(**rows[0]) if rows else None


async def mark_asked(tx: Tx, site: DueSite, *, now: datetime) -> None:
    """Note that a site was asked about; it stays due if it lost more meanwhile."""
    await tx.run(
        "UPDATE sites SET patterns_at = $2,"
        " patterns_due_at = CASE WHEN patterns_due_at <> $3 THEN patterns_due_at END"
        " WHERE site_id = $1",
        *(site.site_id, now, site.lease_until),
    )


async def find_lost_since(tx: Tx, link_ids: Iterable[UUID], *, since: datetime | None) -> set[UUID]:
    """Return those of the links that were lost since then."""
    rows = await tx.fetch(
        "SELECT link_id FROM links WHERE link_id = ANY($1::uuid[])"
        " AND ($2::timestamptz IS NULL OR lost_at >= $2)",
        *(list(link_ids), since),
    )
    return {row["link_id"] for row in rows}
