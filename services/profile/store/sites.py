"""The rows of sites."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from services.profile.domain.site import Host, Site
from shared.db import Tx
from shared.errors import ConflictError, FieldError, NotFoundError
from shared.vocabulary import HostRole

_COLUMNS = """
    site_id, workspace_id, domain, name, domains::text AS domains, brands, keywords, competitors, partners,
    manual_action, settings::text AS settings, paused, archived, version, discovered_until, created_at, updated_at,
    deleted_at
"""


def _site(row: asyncpg.Record) -> Site:
    values: dict[str, Any] = dict(row)
    hosts = orjson.loads(values.pop("domains"))
    settings = orjson.loads(values.pop("settings"))
    for name in ("brands", "keywords", "competitors", "partners"):
        values[name] = tuple(values[name])
    domains = tuple(Host(host["host"], HostRole(host["role"])) for host in hosts)
    return Site(domains=domains, settings=settings, **values)


async def find_sites(tx: Tx, site_ids: Iterable[UUID]) -> dict[UUID, Site]:
    """Return those of the sites that are there and not deleted."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM sites WHERE site_id = ANY($1::uuid[]) AND deleted_at IS NULL",
        list(set(site_ids)),
    )
    return {row["site_id"]: _site(row) for row in rows}


async def list_all(tx: Tx, site_ids: Iterable[UUID]) -> list[Site]:
    """Return sites whether or not they are deleted, by id."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM sites WHERE site_id = ANY($1::uuid[]) ORDER BY site_id",
        list(site_ids),
    )
    return [_site(row) for row in rows]


async def get_site(tx: Tx, workspace_id: UUID, site_id: UUID, *, deleted: bool = False) -> Site:
    """Return one site of a workspace; raises NotFoundError."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM sites WHERE site_id = $1 AND workspace_id = $2"
        " AND removed_at IS NULL AND (deleted_at IS NULL OR $3)",
        site_id,
        workspace_id,
        deleted,
    )
    if not rows:
        raise NotFoundError("There is no such site.")
    return _site(rows[0])


async def lock_site(tx: Tx, workspace_id: UUID, site_id: UUID) -> Site:
    """Return one site, deleted or not, locked for a change."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM sites WHERE site_id = $1 AND workspace_id = $2"
        " AND removed_at IS NULL FOR UPDATE",
        site_id,
        workspace_id,
    )
    if not rows:
        raise NotFoundError("There is no such site.")
    return _site(rows[0])


async def list_sites(
    tx: Tx,
    workspace_id: UUID,
    *,
    only: Iterable[UUID] | None,
    after: UUID | None = None,
    limit: int = 500,
) -> list[Site]:
    """Return a page of the workspace's sites, in the order of their making."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM sites WHERE workspace_id = $1 AND deleted_at IS NULL"
        " AND ($2::uuid[] IS NULL OR site_id = ANY($2)) AND ($3::uuid IS NULL OR site_id > $3)"
        " ORDER BY site_id LIMIT $4",
        workspace_id,
        None if only is None else list(only),
        after,
        limit,
    )
    return [_site(row) for row in rows]


async def count_sites(tx: Tx, workspace_id: UUID, *, only: Iterable[UUID] | None) -> int:
    return int(
        await tx.fetch_value(
            "SELECT count(*) FROM sites WHERE workspace_id = $1 AND deleted_at IS NULL"
            " AND ($2::uuid[] IS NULL OR site_id = ANY($2))",
            workspace_id,
            None if only is None else list(only),
        )
    )


def _values(site: Site) -> Sequence[object]:
    domains = [{"host": host.host, "role": host.role} for host in site.domains]
    return (
        site.site_id,
        site.workspace_id,
        site.domain,
        site.name,
        orjson.dumps(domains).decode(),
        list(site.brands),
        list(site.keywords),
        list(site.competitors),
        list(site.partners),
        site.manual_action,
        orjson.dumps(dict(site.settings)).decode(),
        site.paused,
        site.archived,
    )


async def add_site(tx: Tx, site: Site) -> Site:
    """Insert a site; raises ConflictError if the workspace has one with this domain."""
    rows = await tx.fetch(
        "INSERT INTO sites (site_id, workspace_id, domain, name, domains, brands, keywords,"
        " competitors, partners, manual_action, settings, paused, archived)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
        " ON CONFLICT (workspace_id, domain) WHERE deleted_at IS NULL DO NOTHING"
        f" RETURNING {_COLUMNS}",
        *_values(site),
    )
    if not rows:
        raise await _taken(tx, site)
    return _site(rows[0])


async def save_site(tx: Tx, site: Site, *, now: datetime) -> Site:
    """Save a site that `lock_site` gave; its version grows."""
    if await tx.fetch_value(_OTHER, site.workspace_id, site.domain, site.site_id) is not None:
        raise await _taken(tx, site)
    try:
        rows = await tx.fetch(
            "UPDATE sites SET domain = $3, name = $4, domains = $5, brands = $6, keywords = $7,"
            " competitors = $8, partners = $9, manual_action = $10, settings = $11, paused = $12,"
            " archived = $13, deleted_at = $14, updated_at = $15, version = version + 1"
            f" WHERE site_id = $1 AND workspace_id = $2 RETURNING {_COLUMNS}",
            *_values(site),
            site.deleted_at,
            now,
        )
    except asyncpg.UniqueViolationError as error:
        raise ConflictError(
            f"The workspace has another site {site.domain}.", code="site-exists"
        ) from error
    return _site(rows[0])


_OTHER = """
SELECT site_id FROM sites
WHERE workspace_id = $1 AND domain = $2 AND site_id <> $3 AND deleted_at IS NULL
"""


async def _taken(tx: Tx, site: Site) -> ConflictError:
    other = await tx.fetch_value(_OTHER, site.workspace_id, site.domain, site.site_id)
    detail = f"The workspace has a site {site.domain} already."
    fault = FieldError("/domain", "site-exists", f"Use the site that is there: {other}.")
    return ConflictError(detail, [fault], code="site-exists", existing=f"/v1/sites/{other}")


async def mark_discovered(tx: Tx, until: dict[UUID, datetime]) -> None:
    """Remember until when links that appear on watched pages would have been noticed."""
    site_ids = sorted(until)
    if not site_ids:
        return
    await tx.run(
        "UPDATE sites SET discovered_until = u.until FROM unnest($1::uuid[], $2::timestamptz[])"
        " AS u(site_id, until) WHERE sites.site_id = u.site_id"
        # Once an hour is exact enough, and keeps this row out of the way of every batch.
        " AND (discovered_until IS NULL OR discovered_until < u.until - interval '1 hour')",
        site_ids,
        [until[site_id] for site_id in site_ids],
    )
