"""Filters of links under a name: one's own, and those that are shared with all who see the site."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import asyncpg

from shared import jsontext
from shared.db import Tx
from shared.errors import ConflictError, NotFoundError

Row = Mapping[str, Any]
MAX_VIEWS = 100
"""Of one person on one site."""

_COLUMNS = "view_id, site_id, owner_id, name, filters, shared, version, created_at"


async def count_own(tx: Tx, site_id: UUID, *, owner_id: UUID) -> int:
    """Return how many somebody has on a site; locked, so that two added at once cannot pass the limit."""
    await tx.run("SELECT pg_advisory_xact_lock(hashtext('views'), hashtext($1))", owner_id.hex)
    return int(
        await tx.fetch_value(
            "SELECT count(*) FROM views WHERE site_id = $1 AND owner_id = $2", site_id, owner_id
        )
    )


async def add_view(tx: Tx, row: Row) -> Row:
    """Add a view; raises ConflictError if its owner has one of this name on the site."""
    return await _named(
        tx,
        "INSERT INTO views (view_id, workspace_id, site_id, owner_id, name, filters, shared)"
        f" VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7) RETURNING {_COLUMNS}",
        *(row["view_id"], row["workspace_id"], row["site_id"], row["owner_id"], row["name"]),
        *(jsontext.dumps(row["filters"]).decode(), row["shared"]),
    )


async def list_views(
    tx: Tx, site_id: UUID, *, owner_id: UUID, after: UUID | None, limit: int
) -> list[asyncpg.Record]:
    """Return what somebody sees on a site: the own ones and the shared ones."""
    return await tx.fetch(
        f"SELECT {_COLUMNS} FROM views WHERE site_id = $1 AND (owner_id = $2 OR shared)"
        " AND ($3::uuid IS NULL OR view_id > $3) ORDER BY view_id LIMIT $4",
        *(site_id, owner_id, after, limit),
    )


async def get_view(tx: Tx, view_id: UUID, *, owner_id: UUID) -> Row:
    """Return a view that is shared, or one's own; raises NotFoundError for any other."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM views WHERE view_id = $1 AND (owner_id = $2 OR shared)",
        *(view_id, owner_id),
    )
    if not rows:
        raise NotFoundError("There is no such view.")
    return dict(rows[0])


async def save_view(tx: Tx, row: Row) -> Row:
    """Save the name, the filters and for whom a view is."""
    return await _named(
        tx,
        "UPDATE views SET name = $2, filters = $3::jsonb, shared = $4, version = version + 1"
        f" WHERE view_id = $1 RETURNING {_COLUMNS}",
        *(row["view_id"], row["name"], jsontext.dumps(row["filters"]).decode(), row["shared"]),
    )


async def remove_view(tx: Tx, view_id: UUID) -> None:
    await tx.run("DELETE FROM views WHERE view_id = $1", view_id)


async def remove_views_on(tx: Tx, site_ids: Iterable[UUID]) -> None:
    """Forget the views of sites that were deleted."""
    await tx.run("DELETE FROM views WHERE site_id = ANY($1::uuid[])", list(site_ids))


async def _named(tx: Tx, sql: str, *arguments: object) -> Row:
    try:
        async with tx.savepoint():
            rows = await tx.fetch(sql, *arguments)
    except asyncpg.UniqueViolationError:
        raise ConflictError(
            "You have a view of this name on this site. Give another name.", code="name-taken"
        ) from None
    if not rows:
        raise NotFoundError("There is no such view.")
    return dict(rows[0])
