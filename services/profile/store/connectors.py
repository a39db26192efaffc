"""Connectors of sites: what they may cost, what they did cost, and the keys that only calls read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.profile.domain.connectors import CONNECTORS, Provider, cap_sentence
from services.profile.store import imports
from shared import clock, jobs
from shared.db import Tx
from shared.errors import NotFoundError

KIND = "connector_pull"
# Without the key, on purpose: only `get_key` reads it.
_COLUMNS = (
    "site_id, provider, workspace_id, monthly_cap, rows_per_pull, weekly, month, used,"
    " pulled_until, asked_at, note, created_at"
)


@dataclass(frozen=True, slots=True)
class Connected:
    """A connector of a site, without its key."""

    site_id: UUID
    provider: Provider
    workspace_id: UUID
    monthly_cap: int
    rows_per_pull: int
    weekly: bool
    month: Any
    used: int
    pulled_until: datetime | None
    asked_at: datetime | None
    note: str | None
    created_at: datetime

    def used_in(self, now: datetime) -> int:
        """Return the units of this month."""
        return self.used if self.month == now.date().replace(day=1) else 0


def _connected(row: Any) -> Connected:
    return Connected(**{**row, "provider": Provider(row["provider"])})


async def save(
    tx: Tx,
    workspace_id: UUID,
    site_id: UUID,
    provider: Provider,
    *,
    key: str | None,
    monthly_cap: int,
    rows_per_pull: int,
    weekly: bool,
) -> Connected | None:
    """Make or change a connector; without a key the stored one stays, None if there is none."""
    terms = (site_id, provider.value, workspace_id, monthly_cap, rows_per_pull, weekly)
    if key is None:
        rows = await tx.fetch(
            "UPDATE connectors SET monthly_cap = $4, rows_per_pull = $5, weekly = $6"
            " WHERE site_id = $1 AND provider = $2 AND workspace_id = $3"
            f" RETURNING {_COLUMNS}",
            *terms,
        )
    else:
        rows = await tx.fetch(
            "INSERT INTO connectors (site_id, provider, workspace_id, monthly_cap, rows_per_pull,"
            " weekly, api_key) VALUES ($1, $2, $3, $4, $5, $6, $7)"
            " ON CONFLICT (site_id, provider) DO UPDATE SET monthly_cap = excluded.monthly_cap,"
            " rows_per_pull = excluded.rows_per_pull, weekly = excluded.weekly,"
            f" api_key = excluded.api_key RETURNING {_COLUMNS}",
            *(*terms, key),
        )
    return _connected(rows[0]) if rows else None


async def list_of_site(tx: Tx, site_id: UUID) -> list[Connected]:
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM connectors WHERE site_id = $1 ORDER BY provider", site_id
    )
    return [_connected(row) for row in rows]


async def get(tx: Tx, site_id: UUID, provider: Provider, *, lock: bool = False) -> Connected:
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM connectors WHERE site_id = $1 AND provider = $2"
        + (" FOR UPDATE" if lock else ""),
        site_id,
        provider.value,
    )
    if not rows:
        raise NotFoundError("This site has no such connector.")
    return _connected(rows[0])


async def get_key(tx: Tx, site_id: UUID, provider: Provider) -> str:
    """Return the key, for a call that is made now."""
    return str(
        await tx.fetch_value(
            "SELECT api_key FROM connectors WHERE site_id = $1 AND provider = $2",
            site_id,
            provider.value,
        )
    )


async def remove(tx: Tx, site_id: UUID, provider: Provider | None = None) -> int:
    """Forget one connector of a site, or all, with the keys."""
    tag = await tx.run(
        "DELETE FROM connectors WHERE site_id = $1 AND ($2::text IS NULL OR provider = $2)",
        site_id,
        None if provider is None else provider.value,
    )
    return int(tag.rpartition(" ")[2])


async def reserve(tx: Tx, site_id: UUID, provider: Provider, units: int, now: datetime) -> bool:
    """Count what a call may cost before it is made; says no if that would pass the cap."""
    tag = await tx.run(
        "UPDATE connectors SET month = $4,"
        " used = CASE WHEN month = $4 THEN used ELSE 0 END + $3"
        " WHERE site_id = $1 AND provider = $2"
        " AND CASE WHEN month = $4 THEN used ELSE 0 END + $3 <= monthly_cap",
        site_id,
        provider.value,
        units,
        now.date().replace(day=1),
    )
    return tag == "UPDATE 1"


async def settle(tx: Tx, site_id: UUID, provider: Provider, *, more: int) -> None:
    """Correct what was counted before a call by what the provider charged."""
    await tx.run(
        "UPDATE connectors SET used = greatest(used + $3, 0) WHERE site_id = $1 AND provider = $2",
        site_id,
        provider.value,
        more,
    )


async def end_pull(
    tx: Tx, site_id: UUID, provider: Provider, *, until: datetime | None, note: str
) -> None:
    """Note how a pull ended; with `until` the next one asks only for what is newer."""
    await tx.run(
        "UPDATE connectors SET pulled_until = coalesce($3, pulled_until), note = $4"
        " WHERE site_id = $1 AND provider = $2",
        site_id,
        provider.value,
        until,
        note,
    )


async def mark_asked(tx: Tx, site_id: UUID, provider: Provider, now: datetime) -> None:
    await tx.run(
        "UPDATE connectors SET asked_at = $3 WHERE site_id = $1 AND provider = $2",
        site_id,
        provider.value,
        now,
    )


async def is_pulling(tx: Tx, site_id: UUID, provider: Provider) -> bool:
    return bool(
        await tx.fetch_value(
            "SELECT EXISTS (SELECT FROM jobs WHERE site_id = $1 AND kind = $2"
            " AND payload->>'provider' = $3 AND state IN ('queued', 'running'))",
            site_id,
            KIND,
            provider.value,
        )
    )


async def list_due(tx: Tx, *, before: datetime, limit: int) -> list[Connected]:
    """Return connectors whose weekly pull is due, locked; other replicas get others."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM connectors WHERE weekly"
        " AND (asked_at IS NULL OR asked_at < $1) AND site_id IN"
        " (SELECT site_id FROM sites WHERE deleted_at IS NULL AND NOT paused AND NOT archived)"
        " ORDER BY site_id, provider LIMIT $2 FOR UPDATE SKIP LOCKED",
        before,
        limit,
    )
    return [_connected(row) for row in rows]


async def join_chunks(tx: Tx, import_id: UUID, *, size: int) -> bytes:
    """Make of the pages of a pull a file in chunks of `size`; returns the whole."""
    rows = await tx.fetch(
        "SELECT body FROM import_chunks WHERE import_id = $1 ORDER BY chunk_no", import_id
    )
    whole = b"".join(row["body"] for row in rows)
    await tx.run("DELETE FROM import_chunks WHERE import_id = $1", import_id)
    for number, begin in enumerate(range(0, len(whole), size)):
        await imports.add_chunk(tx, import_id, number, whole[begin : begin + size])
    return whole


def refusal_of(mine: Connected, cost: int, now: datetime) -> str:
    """Say why a call that may cost so much is not made."""
    connector = CONNECTORS[mine.provider]
    used = mine.used_in(now)
    return cap_sentence(mine.provider, connector, cost=cost, used=used, cap=mine.monthly_cap)


async def queue_pull(tx: Tx, mine: Connected, *, actor: str) -> jobs.Job:
    """Queue a pull."""
    await mark_asked(tx, mine.site_id, mine.provider, clock.now())
    return await jobs.add_job(
        tx,
        kind=KIND,
        workspace_id=mine.workspace_id,
        site_id=mine.site_id,
        payload={"provider": mine.provider.value, "actor": actor},
        total=mine.rows_per_pull,
    )
