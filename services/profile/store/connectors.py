"""Connectors of sites: what they may cost, what they did cost, and the keys that only calls read."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.profile.domain.connectors import CONNECTORS, Provider, cap_sentence
from services.profile.store import imports
from shared import clock, jobs
from shared.db import Tx
from shared.errors import NotFoundError
from shared.vault import UnreadableError, Vault

KIND = "connector_pull"
# Without the key, on purpose: only `get_key` and `seal_some` read it.
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
    sealed_key: str | None,
    monthly_cap: int,
    rows_per_pull: int,
    weekly: bool,
) -> Connected | None:
    """Make or change a connector; without a key the stored one stays, None if there is none.

    The key comes as `sealed_key_of` made it: this table never sees an open one.
    """
    terms = (site_id, provider.value, workspace_id, monthly_cap, rows_per_pull, weekly)
    if sealed_key is None:
        rows = await tx.fetch(
            "UPDATE connectors SET monthly_cap = $4, rows_per_pull = $5, weekly = $6"
            " WHERE site_id = $1 AND provider = $2 AND workspace_id = $3"
            f" RETURNING {_COLUMNS}",
            *terms,
        )
    else:
        rows = await tx.fetch(
            "INSERT INTO connectors (site_id, provider, workspace_id, monthly_cap, rows_per_pull,"
            " weekly, sealed_key) VALUES ($1, $2, $3, $4, $5, $6, $7)"
            " ON CONFLICT (site_id, provider) DO UPDATE SET monthly_cap = excluded.monthly_cap,"
            " rows_per_pull = excluded.rows_per_pull, weekly = excluded.weekly,"
            f" sealed_key = excluded.sealed_key, api_key = NULL RETURNING {_COLUMNS}",
            *(*terms, sealed_key),
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


Place = tuple[UUID, str]
"""Where a walk over all connectors stands."""


def sealed_key_of(vault: Vault, site_id: UUID, provider: Provider, key: str) -> str:
    """Return a key as the table keeps it: it opens for this connector and no other."""
    return vault.seal(key, bound_to=_bound(site_id, provider))


def _bound(site_id: UUID, provider: str) -> str:
    return f"connector {site_id} {provider}"


async def get_key(tx: Tx, site_id: UUID, provider: Provider, *, vault: Vault) -> str:
    """Return the key, for a call that is made now."""
    [row] = await tx.fetch(
        "SELECT api_key, sealed_key FROM connectors WHERE site_id = $1 AND provider = $2",
        site_id,
        provider.value,
    )
    return _opened(vault, row, site_id, provider)


def _opened(vault: Vault, row: Any, site_id: UUID, provider: str) -> str:
    if row["sealed_key"] is None:
        return str(row["api_key"])  # of an older version, until the first start has sealed it
    return vault.open(row["sealed_key"], bound_to=_bound(site_id, provider))


async def seal_some(
    tx: Tx, vault: Vault, *, after: Place | None, limit: int
) -> tuple[int, Place | None]:
    """Seal the next connectors' keys with the newest master key; returns how many, and the place.

    One that no master key opens stays as it is: only its owner can set it again.
    """
    rows = await tx.fetch(
        "SELECT site_id, provider, api_key, sealed_key FROM connectors"
        " WHERE $1::uuid IS NULL OR (site_id, provider) > ($1, $2::text)"
        " ORDER BY site_id, provider LIMIT $3 FOR UPDATE",
        *(after or (None, None)),
        limit,
    )
    fresh: list[tuple[UUID, str, str]] = []
    for row in rows:
        sealed, site_id, provider = row["sealed_key"], row["site_id"], row["provider"]
        if sealed is not None and vault.is_newest(sealed):
            continue
        with suppress(UnreadableError):
            key = _opened(vault, row, site_id, provider)
            fresh.append((site_id, provider, sealed_key_of(vault, site_id, provider, key)))
    await tx.run(
        "UPDATE connectors SET sealed_key = u.sealed_key, api_key = NULL"
        " FROM unnest($1::uuid[], $2::text[], $3::text[]) AS u(site_id, provider, sealed_key)"
        " WHERE connectors.site_id = u.site_id AND connectors.provider = u.provider",
        *([list(column) for column in zip(*fresh, strict=True)] if fresh else [[], [], []]),
    )
    place = (rows[-1]["site_id"], rows[-1]["provider"]) if len(rows) == limit else None
    return len(fresh), place


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
