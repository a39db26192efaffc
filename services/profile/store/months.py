"""The monthly parts of the table of looks: made ahead of time, dropped when all of it is old."""

from datetime import date, datetime

import asyncpg

from shared.db import Tx
from shared.policies import HELD, not_held

_REST = "observations_rest"


async def add_months(tx: Tx, first: date, *, count: int) -> int:
    """Make room for `count` months from that of `first` on; returns how many were not there yet."""
    made = await tx.fetch_value(
        "SELECT count(*) FILTER (WHERE add_observation_month(month::date)) FROM generate_series("
        "date_trunc('month', $1::date::timestamp), date_trunc('month', $1::date::timestamp)"
        " + ($2::int - 1) * interval '1 month', interval '1 month') AS month",
        first,
        count,
    )
    return int(made)


async def list_months(tx: Tx) -> list[str]:
    """Return the names of the parts, the oldest first."""
    rows = await tx.fetch(
        "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = 'observations'::regclass ORDER BY c.relname"
    )
    return [row[0] for row in rows if row[0] != _REST]


async def drop_months(tx: Tx, *, before: datetime, patience_ms: int = 3_000) -> int:
    """Drop the months of which every look is older than `before`; returns how many."""
    dropped = 0
    old = [name for name in await list_months(tx) if _end(name) <= before.date()]
    try:
        async with tx.savepoint():
            await tx.run(f"SET LOCAL lock_timeout = {patience_ms:d}")
            for name in old:
                if not await _has_held(tx, name):
                    await tx.run(f'DROP TABLE "{name}"')
                    dropped += 1
    except asyncpg.LockNotAvailableError:
        return 0  # somebody reads for long: rather not tonight than in the way of all who write
    return dropped


async def _has_held(tx: Tx, name: str) -> bool:
    """Say whether a month has looks at a site under a legal hold: then all of it stays."""
    return bool(
        await tx.fetch_value(
            "SELECT EXISTS (SELECT FROM retention WHERE cardinality(held_sites) > 0)"
            f' AND EXISTS (SELECT FROM "{name}" WHERE site_id = ANY(ARRAY{HELD}))'
        )
    )


def _end(name: str) -> date:
    year, month = map(int, name.split("_")[1:])
    return date(year + month // 12, month % 12 + 1, 1)


async def remove_strays(tx: Tx, *, before: datetime, limit: int) -> int:
    """Forget at most `limit` old looks of months that never had a part."""
    tag = await tx.run(
        f"DELETE FROM {_REST} WHERE ctid = ANY(ARRAY("
        f"SELECT ctid FROM {_REST} WHERE checked_at < $1 AND {not_held()} LIMIT $2))",
        before,
        limit,
    )
    return int(tag.rpartition(" ")[2])
