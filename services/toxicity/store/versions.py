"""Versions of a site's disavow file: imported ones and built ones, never changed afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.toxicity.domain.ingest import canonical
from shared.db import Tx
from shared.errors import NotFoundError

_COLUMNS = (
    "version_no, origin, domains, urls, added, removed, new_domains, report, reason, made_by,"
    " created_at"
)


@dataclass(frozen=True, slots=True)
class Version:
    """One file as it was made."""

    version_no: int
    origin: str
    domains: int
    urls: int
    added: int
    removed: int
    report: Mapping[str, Any]
    reason: str
    made_by: str
    created_at: datetime
    text: str = ""
    new_domains: int = 0


async def find_newest(tx: Tx, site_id: UUID) -> Version | None:
    """Return the newest version, for a new one to be made of it; locks out other writers."""
    await tx.fetch_value("SELECT 1 FROM sites WHERE site_id = $1 FOR UPDATE", site_id)
    return await find_last(tx, site_id)


async def find_last(tx: Tx, site_id: UUID) -> Version | None:
    """Return the newest version, which is the one to upload or uploaded."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS}, text FROM disavow_versions"
        " WHERE site_id = $1 ORDER BY version_no DESC LIMIT 1",
        site_id,
    )
    return _version(rows[0]) if rows else None


async def add_version(tx: Tx, site_id: UUID, *, workspace_id: UUID, version: Version) -> None:
    await tx.run(
        "INSERT INTO disavow_versions (site_id, workspace_id, version_no, origin, text, domains,"
        " urls, added, removed, report, reason, made_by, created_at, new_domains)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        site_id,
        workspace_id,
        version.version_no,
        version.origin,
        version.text,
        version.domains,
        version.urls,
        version.added,
        version.removed,
        canonical(version.report),
        version.reason,
        version.made_by,
        version.created_at,
        version.new_domains,
    )


async def get_version(tx: Tx, site_id: UUID, version_no: int) -> Version:
    rows = await tx.fetch(
        f"SELECT {_COLUMNS}, text FROM disavow_versions WHERE site_id = $1 AND version_no = $2",
        site_id,
        version_no,
    )
    if not rows:
        raise NotFoundError("There is no such version of the disavow file.")
    return _version(rows[0])


async def list_versions(tx: Tx, site_id: UUID, *, before: int | None, limit: int) -> list[Version]:
    """Return the versions of a site without their texts, the newest first."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS}, '' AS text FROM disavow_versions"
        " WHERE site_id = $1 AND ($2::int IS NULL OR version_no < $2)"
        " ORDER BY version_no DESC LIMIT $3",
        site_id,
        before,
        limit,
    )
    return [_version(row) for row in rows]


def _version(row: asyncpg.Record) -> Version:
    return Version(
        version_no=row["version_no"],
        origin=row["origin"],
        domains=row["domains"],
        urls=row["urls"],
        added=row["added"],
        removed=row["removed"],
        report=row["report"],
        reason=row["reason"],
        made_by=row["made_by"],
        created_at=row["created_at"],
        text=row["text"],
        new_domains=row["new_domains"],
    )


async def count_new_domains(tx: Tx, site_id: UUID, *, since: datetime) -> int:
    """Return how many domains the versions built since then added to the list in force."""
    found = await tx.fetch_value(
        "SELECT coalesce(sum(new_domains), 0) FROM disavow_versions"
        " WHERE site_id = $1 AND created_at > $2",
        site_id,
        since,
    )
    return int(found)
