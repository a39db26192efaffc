"""What looking cost each site by day, and the budgets that people set."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.crawler.domain.costs import Charge
from shared.db import Tx


async def add(tx: Tx, charges: Sequence[Charge]) -> None:
    """Add to the days of sites; rows in the order of their key, so that writers cannot deadlock."""
    await tx.run(
        """
        INSERT INTO costs (site_id, day, checks, requests, wire_bytes, cpu_s)
        SELECT * FROM unnest($1::uuid[], $2::date[], $3::float8[], $4::float8[], $5::float8[],
            $6::float8[])
        ON CONFLICT (site_id, day) DO UPDATE SET checks = costs.checks + excluded.checks,
            requests = costs.requests + excluded.requests,
            wire_bytes = costs.wire_bytes + excluded.wire_bytes,
            cpu_s = costs.cpu_s + excluded.cpu_s
        """,
        [charge.site_id for charge in charges],
        [charge.day for charge in charges],
        [charge.checks for charge in charges],
        [charge.requests for charge in charges],
        [charge.wire_bytes for charge in charges],
        [charge.cpu_s for charge in charges],
    )


async def list_days(tx: Tx, site_id: UUID, first: date, last: date) -> Sequence[Any]:
    """Return the days of a site on which something was looked at, the newest first."""
    return await tx.fetch(
        "SELECT day, checks, requests, wire_bytes, cpu_s FROM costs"
        " WHERE site_id = $1 AND day BETWEEN $2 AND $3 ORDER BY day DESC",
        *(site_id, first, last),
    )


async def find_budget(tx: Tx, site_id: UUID) -> tuple[int | None, int | None]:
    """Return how many requests and bytes a site may take in a day; None is no limit."""
    rows = await tx.fetch(
        "SELECT requests_per_day, bytes_per_day FROM budgets WHERE site_id = $1", site_id
    )
    return (rows[0]["requests_per_day"], rows[0]["bytes_per_day"]) if rows else (None, None)


async def save_budget(tx: Tx, site_id: UUID, requests: int | None, wire_bytes: int | None) -> None:
    """Set how much a site may take in a day."""
    if requests is None and wire_bytes is None:
        await tx.run("DELETE FROM budgets WHERE site_id = $1", site_id)
        return
    await tx.run(
        "INSERT INTO budgets (site_id, requests_per_day, bytes_per_day) VALUES ($1, $2, $3)"
        " ON CONFLICT (site_id) DO UPDATE SET requests_per_day = $2, bytes_per_day = $3",
        *(site_id, requests, wire_bytes),
    )


async def find_spent(tx: Tx, day: date) -> frozenset[UUID]:
    """Return the sites whose budget for the day is used up."""
    rows = await tx.fetch(
        "SELECT site_id FROM budgets JOIN costs USING (site_id) WHERE day = $1"
        " AND (requests >= requests_per_day OR wire_bytes >= bytes_per_day)",
        day,
    )
    return frozenset(row["site_id"] for row in rows)


async def remove_old(tx: Tx, before: date, *, limit: int) -> int:
    """Forget days that nobody looks at any more."""
    rows = await tx.fetch(
        "DELETE FROM costs WHERE (site_id, day) IN (SELECT site_id, day FROM costs"
        " WHERE day < $1 ORDER BY day LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING 1",
        *(before, limit),
    )
    return len(rows)
