"""Takes back what workers had claimed that are gone, as soon as it is certain that all are gone."""

from datetime import datetime
from typing import Any

import asyncpg

from services.crawler.store import hosts
from services.crawler.store.bell import ring
from shared.db import Tx

_LOCK = "hashtext('anchorwatch looking'), hashtext($1)"

# Leased pages stay due, so the index of each host's due pages finds them.
_LEASED = """
SELECT page.page_id, hosts.host FROM hosts CROSS JOIN LATERAL (
    SELECT page_id FROM pages
    WHERE pages.host = hosts.host AND next_check_at <= $1::timestamptz AND lease_until > $1
    OFFSET 0
) AS page
"""

# With a new check_seq nothing that was seen under the old lease can be recorded any more.
_TAKE_BACK = """
WITH back AS (
    UPDATE pages SET check_seq = nextval('check_seq'), lease_until = NULL, wanted_at = NULL,
        next_check_at = least(next_check_at, wanted_at)
    WHERE page_id = ANY($1::uuid[]) AND lease_until > $2::timestamptz
    RETURNING host, next_check_at
), freed AS (
    UPDATE hosts SET due_at = least(hosts.due_at, mine.due_at),
        next_free_at = least(next_free_at, greatest(blocked_until,
            $2 + make_interval(secs => greatest(delay_s, crawl_delay_s, $3::float8))))
    FROM (SELECT host, min(next_check_at) AS due_at FROM back GROUP BY host) AS mine
    WHERE hosts.host = mine.host
)
SELECT count(*) FROM back
"""


async def keep_looking(session: "asyncpg.Connection[Any]", schema: str) -> None:
    """Say that somebody looks for as long as this session lives: his leases are his."""
    await session.fetchval(f"SELECT pg_advisory_lock_shared({_LOCK})", schema)


async def take_back(tx: Tx, now: datetime, *, floor_s: float) -> int | None:
    """Make all leased pages claimable, their hosts after a pause; None while anybody looks."""
    if not await tx.fetch_value(f"SELECT pg_try_advisory_xact_lock({_LOCK})", tx.schema):
        return None
    leased = await tx.fetch(_LEASED, now)
    if not leased:
        return 0
    await hosts.lock(tx, {row["host"] for row in leased})
    page_ids = [row["page_id"] for row in leased]
    count = int(await tx.fetch_value(_TAKE_BACK, page_ids, now, floor_s))
    await ring(tx)
    return count
