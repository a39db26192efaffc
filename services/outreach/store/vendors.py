"""Vendors and what is known of them over all sites that the caller may see."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg

from shared.currencies import exact
from shared.db import Tx
from shared.errors import ConflictError, FieldError, InvalidError, NotFoundError
from shared.ids import new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    vendor_id: UUID
    workspace_id: UUID
    name: str
    url: str | None = None
    contact: str | None = None
    note: str | None = None
    version: int = 1
    created_by: UUID
    created_at: datetime


_COLUMNS = "vendor_id, workspace_id, name, url, contact, note, version, created_by, created_at"
# Somebody with grants for single sites sees the vendors of these sites and the own ones.
_SEEN = """
    ($2::uuid[] IS NULL OR created_by = $3 OR EXISTS (SELECT 1 FROM placements p
        WHERE p.vendor_id = vendors.vendor_id AND p.site_id = ANY($2::uuid[])))
"""


async def add_vendor(tx: Tx, vendor: Vendor) -> None:
    """Write a vendor; raises ConflictError if the workspace has one of this name."""
    tag = await tx.run(
        "INSERT INTO vendors (vendor_id, workspace_id, name, url, contact, note, created_by,"
        " created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        " ON CONFLICT (workspace_id, lower(name)) DO NOTHING",
        vendor.vendor_id,
        vendor.workspace_id,
        vendor.name,
        vendor.url,
        vendor.contact,
        vendor.note,
        vendor.created_by,
        vendor.created_at,
    )
    if tag.endswith(" 0"):
        fault = FieldError("/name", "name-taken", "Use the vendor that is there, or another name.")
        detail = f"There is a vendor called {vendor.name!r} already."
        raise ConflictError(detail, [fault], code="name-taken")


async def get_vendor(
    tx: Tx, vendor_id: UUID, *, workspace_id: UUID, site_ids: Iterable[UUID] | None, actor_id: UUID
) -> Vendor:
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM vendors WHERE workspace_id = $1 AND {_SEEN} AND vendor_id = $4",
        workspace_id,
        None if site_ids is None else list(site_ids),
        actor_id,
        vendor_id,
    )
    if not rows:
        raise NotFoundError("There is no such vendor.")
    return Vendor(**dict(rows[0]))


async def list_vendors(
    tx: Tx,
    *,
    workspace_id: UUID,
    site_ids: Iterable[UUID] | None,
    actor_id: UUID,
    text: str,
    after: tuple[str, UUID] | None,
    limit: int,
) -> list[Vendor]:
    """Return vendors by name."""
    name, vendor_id = after or ("", UUID(int=0))
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM vendors WHERE workspace_id = $1 AND {_SEEN}"
        " AND ($4 = '' OR strpos(lower(name), lower($4)) > 0)"
        " AND (lower(name), vendor_id) > ($5, $6) ORDER BY lower(name), vendor_id LIMIT $7",
        workspace_id,
        None if site_ids is None else list(site_ids),
        actor_id,
        text,
        name,
        vendor_id,
        limit,
    )
    return [Vendor(**dict(row)) for row in rows]


async def save_vendor(tx: Tx, vendor: Vendor, *, now: datetime) -> None:
    """Write a changed vendor; raises InvalidError if another one has the name."""
    taken = await tx.fetch_value(
        "SELECT 1 FROM vendors WHERE workspace_id = $1 AND lower(name) = lower($2)"
        " AND vendor_id <> $3",
        vendor.workspace_id,
        vendor.name,
        vendor.vendor_id,
    )
    if taken:
        raise InvalidError(
            f"There is a vendor called {vendor.name!r} already.",
            [FieldError("/name", "taken", "Use another name, or that vendor.")],
        )
    await tx.run(
        "UPDATE vendors SET name = $2, url = $3, contact = $4, note = $5, updated_at = $6,"
        " version = version + 1 WHERE vendor_id = $1",
        vendor.vendor_id,
        vendor.name,
        vendor.url,
        vendor.contact,
        vendor.note,
        now,
    )


async def find_by_names(tx: Tx, names: Iterable[str], *, workspace_id: UUID) -> dict[str, UUID]:
    """Return the vendors of these names, by the name in small letters."""
    rows = await tx.fetch(
        "SELECT lower(name) AS name, vendor_id FROM vendors"
        " WHERE workspace_id = $1 AND lower(name) = ANY($2::text[])",
        workspace_id,
        [name.lower() for name in names],
    )
    return {row["name"]: row["vendor_id"] for row in rows}


async def add_by_names(
    tx: Tx, names: Sequence[str], *, workspace_id: UUID, actor_id: UUID, now: datetime
) -> None:
    """Write vendors of which only the name is known; those that exist stay as they are."""
    await tx.run(
        "INSERT INTO vendors (vendor_id, workspace_id, name, created_by, created_at)"
        " SELECT u.vendor_id, $3, u.name, $4, $5 FROM unnest($1::uuid[], $2::text[])"
        " AS u(vendor_id, name) ORDER BY lower(u.name)"
        " ON CONFLICT (workspace_id, lower(name)) DO NOTHING",
        [new_id() for _ in names],
        list(names),
        workspace_id,
        actor_id,
        now,
    )


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of one vendor's orders."""

    orders: int = 0
    promised: int = 0
    overdue: int = 0
    live: int = 0
    mismatched: int = 0
    lost: int = 0
    aged_90: int = 0
    alive_90: int = 0
    aged_365: int = 0
    alive_365: int = 0

    @property
    def as_agreed(self) -> float | None:
        """Return the share of seen placements that are live as agreed; None while none was seen."""
        seen = self.live + self.mismatched + self.lost
        return round(self.live / seen, 4) if seen else None


def share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


_ALIVE = """
    count(*) FILTER (WHERE p.first_live_at < $3::timestamptz - make_interval(days => {days})) AS aged_{days},
    count(*) FILTER (WHERE p.first_live_at < $3::timestamptz - make_interval(days => {days})
        AND (p.lost_at IS NULL OR p.lost_at > p.first_live_at + make_interval(days => {days})))
        AS alive_{days}
"""
_RECORDS = f"""
    SELECT p.vendor_id, count(*) AS orders,
        count(*) FILTER (WHERE p.seen = 'promised') AS promised,
        count(*) FILTER (WHERE p.seen = 'promised' AND p.go_live_on < $4) AS overdue,
        count(*) FILTER (WHERE p.seen = 'live') AS live,
        count(*) FILTER (WHERE p.seen = 'mismatched') AS mismatched,
        count(*) FILTER (WHERE p.seen = 'lost') AS lost,
        {_ALIVE.format(days=90)}, {_ALIVE.format(days=365)}
    FROM placements p JOIN sites s ON s.site_id = p.site_id AND s.deleted_at IS NULL
    WHERE p.vendor_id = ANY($1::uuid[]) AND p.cancelled_at IS NULL
      AND ($2::uuid[] IS NULL OR p.site_id = ANY($2::uuid[]))
    GROUP BY p.vendor_id
"""


async def list_records(
    tx: Tx,
    vendor_ids: Sequence[UUID],
    *,
    site_ids: Iterable[UUID] | None,
    now: datetime,
    today: date,
) -> dict[UUID, Record]:
    """Return what is known of these vendors' orders on the sites that the caller may see."""
    rows = await tx.fetch(
        _RECORDS, list(vendor_ids), None if site_ids is None else list(site_ids), now, today
    )
    return {row["vendor_id"]: _record(row) for row in rows}


def _record(row: asyncpg.Record) -> Record:
    values: dict[str, Any] = dict(row)
    del values["vendor_id"]
    return Record(**values)


async def list_spend(
    tx: Tx, vendor_ids: Sequence[UUID], *, site_ids: Iterable[UUID] | None
) -> Mapping[UUID, list[tuple[str, Decimal]]]:
    """Return what was agreed to be paid to these vendors, by currency; nothing is converted."""
    rows = await tx.fetch(
        "SELECT p.vendor_id, p.currency, sum(p.price) AS amount FROM placements p"
        " JOIN sites s ON s.site_id = p.site_id AND s.deleted_at IS NULL"
        " WHERE p.vendor_id = ANY($1::uuid[]) AND p.price IS NOT NULL AND p.cancelled_at IS NULL"
        " AND ($2::uuid[] IS NULL OR p.site_id = ANY($2::uuid[]))"
        " GROUP BY p.vendor_id, p.currency ORDER BY p.currency",
        list(vendor_ids),
        None if site_ids is None else list(site_ids),
    )
    spend: dict[UUID, list[tuple[str, Decimal]]] = {}
    for row in rows:
        spend.setdefault(row["vendor_id"], []).append(
            (row["currency"], exact(row["amount"], row["currency"]) or Decimal(0))
        )
    return spend
