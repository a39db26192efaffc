"""Which links still wait for a verdict; answered without reading the others."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shared.db import Tx


async def has_pending(tx: Tx, site_id: UUID) -> bool:
    """Say whether some link of the site was never looked at."""
    return bool(
        await tx.fetch_value(
            "SELECT EXISTS (SELECT 1 FROM links WHERE site_id = $1 AND status = 'pending'"
            " AND deleted_at IS NULL AND merged_into IS NULL)",
            site_id,
        )
    )


async def has_unseen(tx: Tx, site_id: UUID, *, since: datetime) -> bool:
    """Say whether some link of the site was not looked at since that moment."""
    return bool(
        await tx.fetch_value(
            "SELECT EXISTS (SELECT 1 FROM links WHERE site_id = $1"
            " AND (last_checked_at < $2 OR last_checked_at IS NULL)"
            " AND deleted_at IS NULL AND merged_into IS NULL)",
            site_id,
            since,
        )
    )


async def list_confirming(tx: Tx, site_id: UUID) -> list[UUID]:
    """Return the links whose loss waits for a second look; this one reads all links of the site."""
    rows = await tx.fetch(
        "SELECT link_id FROM links WHERE site_id = $1 AND confirming_since IS NOT NULL"
        # One that could not be looked at since is not about to be decided.
        " AND status <> 'unknown'"
        " AND deleted_at IS NULL AND merged_into IS NULL",
        site_id,
    )
    return [row[0] for row in rows]


async def count_confirming(tx: Tx, link_ids: Sequence[UUID]) -> int:
    """Return how many of these links still wait for their second look."""
    return int(
        await tx.fetch_value(
            "SELECT count(*) FROM links WHERE link_id = ANY($1::uuid[])"
            " AND confirming_since IS NOT NULL AND status <> 'unknown'"
            " AND deleted_at IS NULL AND merged_into IS NULL",
            list(link_ids),
        )
    )


async def count_links(tx: Tx, site_id: UUID) -> int:
    """Return how many links the site has."""
    return int(
        await tx.fetch_value(
            "SELECT count(*) FROM links WHERE site_id = $1"
            " AND deleted_at IS NULL AND merged_into IS NULL",
            site_id,
        )
    )
