"""The list of hosts that this robot never asks, and the requests to be put on it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.crawler.store import hosts
from shared.db import Tx

MOST_WAITING = 1_000
"""Requests that wait for the operator; anybody may make them, so they are bounded."""

_COLUMNS = "host, in_force, source, note, requested_at, decided_at, decided_by"


async def list_all(tx: Tx, *, in_force: bool | None, after: str, limit: int) -> Sequence[Any]:
    """Return hosts in the order of their names."""
    return await tx.fetch(
        f"SELECT {_COLUMNS} FROM opt_outs WHERE host > $1"
        " AND ($2::bool IS NULL OR in_force = $2) ORDER BY host LIMIT $3",
        *(after, in_force, limit),
    )


async def get(tx: Tx, host: str) -> Any:
    """Return what is known of a host that somebody asked for."""
    [row] = await tx.fetch(f"SELECT {_COLUMNS} FROM opt_outs WHERE host = $1", host)
    return row


async def find_in_force(tx: Tx) -> list[str]:
    """Return every host that is never asked."""
    rows = await tx.fetch("SELECT host FROM opt_outs WHERE in_force")
    return [row["host"] for row in rows]


async def add_request(tx: Tx, host: str, note: str, now: datetime) -> bool:
    """Remember that somebody asks for a host; False if too many wait already."""
    waiting = await tx.fetch_value("SELECT count(*) FROM opt_outs WHERE NOT in_force")
    if waiting >= MOST_WAITING:
        return False
    await tx.run(
        "INSERT INTO opt_outs (host, in_force, source, note, requested_at)"
        " VALUES ($1, false, 'owner', $2, $3) ON CONFLICT (host) DO NOTHING",
        *(host, note, now),
    )
    return True


async def save_in_force(
    tx: Tx, host: str, *, source: str, note: str, by: str, now: datetime, key: str
) -> Any:
    """Put a host on the list, and have its pages looked up soon, so that their links say why."""
    rows = await tx.fetch(
        "INSERT INTO opt_outs (host, in_force, source, note, requested_at, decided_at, decided_by)"
        " VALUES ($1, true, $2, $3, $4, $4, $5) ON CONFLICT (host) DO UPDATE SET in_force = true,"
        " source = CASE WHEN opt_outs.in_force THEN opt_outs.source ELSE $2 END,"
        " note = CASE WHEN $3 = '' THEN opt_outs.note ELSE $3 END,"
        " decided_at = coalesce(opt_outs.decided_at, $4),"
        f" decided_by = coalesce(opt_outs.decided_by, $5) RETURNING {_COLUMNS}",
        *(host, source, note, now, by),
    )
    await make_pages_due(tx, key, now)
    return rows[0]


async def remove(tx: Tx, host: str) -> bool:
    """Take a host off the list; its pages come at their next turn."""
    return bool(await tx.fetch("DELETE FROM opt_outs WHERE host = $1 RETURNING 1", host))


async def make_pages_due(tx: Tx, key: str, now: datetime) -> None:
    """Let all pages of a host be looked at soon: what is off limits costs no request."""
    await hosts.make_due(tx, [key], now)
    await tx.run(
        "UPDATE pages SET next_check_at = least(next_check_at, $2) WHERE host = $1"
        " AND next_check_at < 'infinity'",
        *(key, now),
    )
