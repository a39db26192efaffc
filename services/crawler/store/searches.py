"""Searches for links: what was asked for, the chunks of a file until it was read, what is to be said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.crawler.domain.discovery.candidates import SearchSource
from shared.db import Tx
from shared.policies import not_held


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """One search, with how far its job is."""

    search_id: UUID
    site_id: UUID
    job_id: UUID | None
    source: SearchSource
    file_name: str | None
    bytes: int
    actor: str
    notes: tuple[str, ...]
    created_at: datetime
    state: str | None
    total: int | None
    done: int
    accepted: int


_COLUMNS = (
    "search_id, searches.site_id, job_id, source, file_name, bytes, actor, notes,"
    " searches.created_at, state, total, coalesce(done, 0) AS done, coalesce(accepted, 0) AS accepted"
)
_FROM = "FROM searches LEFT JOIN jobs USING (job_id)"


async def add_search(
    tx: Tx,
    search_id: UUID,
    source: SearchSource,
    *,
    workspace_id: UUID,
    site_id: UUID,
    actor: str,
    file_name: str | None = None,
) -> None:
    """Begin a search; it starts when it is given to a job."""
    await tx.run(
        "INSERT INTO searches (search_id, workspace_id, site_id, source, actor, file_name)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        *(search_id, workspace_id, site_id, source, actor, file_name),
    )


async def add_chunk(tx: Tx, search_id: UUID, number: int, body: bytes) -> None:
    await tx.run(
        "INSERT INTO search_chunks (search_id, chunk_no, body) VALUES ($1, $2, $3)",
        *(search_id, number, body),
    )


async def get_chunk(tx: Tx, search_id: UUID, number: int) -> bytes | None:
    body: bytes | None = await tx.fetch_value(
        "SELECT body FROM search_chunks WHERE search_id = $1 AND chunk_no = $2", search_id, number
    )
    return body


async def queue_search(tx: Tx, search_id: UUID, job_id: UUID, *, size: int) -> None:
    """Give a search to its job."""
    await tx.run(
        "UPDATE searches SET job_id = $2, bytes = $3 WHERE search_id = $1",
        *(search_id, job_id, size),
    )


async def set_source(tx: Tx, search_id: UUID, source: SearchSource) -> None:
    """Say what a file is, once the form that brought it has said so."""
    await tx.run("UPDATE searches SET source = $2 WHERE search_id = $1", search_id, source)


async def end_reading(tx: Tx, search_id: UUID, notes: Sequence[str]) -> None:
    """Keep what is to be said of a file, and not the file any longer."""
    await tx.run("UPDATE searches SET notes = $2 WHERE search_id = $1", search_id, list(notes))
    await tx.run("DELETE FROM search_chunks WHERE search_id = $1", search_id)


async def add_note(tx: Tx, search_id: UUID, note: str) -> None:
    await tx.run(
        "UPDATE searches SET notes = array_append(notes, $2)"
        " WHERE search_id = $1 AND NOT notes @> ARRAY[$2]",
        *(search_id, note),
    )


async def remove_search(tx: Tx, search_id: UUID) -> None:
    await tx.run("DELETE FROM searches WHERE search_id = $1 AND job_id IS NULL", search_id)


async def find_by_job(tx: Tx, job_id: UUID) -> Search | None:
    rows = await tx.fetch(f"SELECT {_COLUMNS} {_FROM} WHERE job_id = $1", job_id)
    return _search(rows[0]) if rows else None


async def list_searches(tx: Tx, site_id: UUID, *, before: UUID | None, limit: int) -> list[Search]:
    """Return the searches of a site, the newest first."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} {_FROM} WHERE searches.site_id = $1 AND job_id IS NOT NULL"
        " AND ($2::uuid IS NULL OR search_id < $2) ORDER BY search_id DESC LIMIT $3",
        *(site_id, before, limit),
    )
    return [_search(row) for row in rows]


async def remove_old(tx: Tx, before: datetime, abandoned: datetime, *, limit: int) -> int:
    """Forget old searches, and uploads that nothing came of; returns how many."""
    rows = await tx.fetch(
        "DELETE FROM searches WHERE search_id = ANY(ARRAY(SELECT search_id FROM searches"
        f" WHERE (created_at < $1 AND {not_held()}) OR (created_at < $2 AND job_id IS NULL)"
        " ORDER BY created_at LIMIT $3)) RETURNING 1",
        *(before, abandoned, limit),
    )
    return len(rows)


def _search(row: Any) -> Search:
    fields = {name: row[name] for name in Search.__dataclass_fields__}
    return Search(**fields | {"source": SearchSource(row["source"]), "notes": tuple(row["notes"])})
