"""Files that were uploaded: their chunks, the keys met so far, and what became of the rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from services.profile.domain.importing import RowBatch
from services.profile.domain.site import Site
from shared.db import Tx
from shared.errors import NotFoundError

_COLUMNS = """
    import_id, workspace_id, site_id, job_id, file_no, file_name, bytes, lines, sha256, dry_run, state,
    dialect, source, detection::text AS detection, refused, rows, accepted, duplicates, rejected,
    own_domain, new_links, data_until, actor, created_at, ended_at
"""


@dataclass(frozen=True, slots=True)
class Import:
    """One file of an import."""

    import_id: UUID
    workspace_id: UUID
    site_id: UUID
    job_id: UUID | None
    file_no: int
    file_name: str
    bytes: int
    lines: int
    sha256: str
    dry_run: bool
    state: str
    dialect: str | None
    source: str | None
    detection: dict[str, Any] | None
    refused: str | None
    rows: int
    accepted: int
    duplicates: int
    rejected: int
    own_domain: int
    new_links: int
    data_until: datetime | None
    actor: str
    created_at: datetime
    ended_at: datetime | None


def _import(row: Any) -> Import:
    values = dict(row)
    detection = values["detection"]
    values["detection"] = None if detection is None else orjson.loads(detection)
    return Import(**values)


async def add_import(
    tx: Tx, site: Site, import_id: UUID, *, file_no: int, file_name: str, actor: str
) -> None:
    """Begin to take a file; nothing reads it before `finish_upload`."""
    await tx.run(
        "INSERT INTO imports (import_id, workspace_id, site_id, file_no, file_name, actor, state)"
        " VALUES ($1, $2, $3, $4, $5, $6, 'uploading')",
        import_id,
        site.workspace_id,
        site.site_id,
        file_no,
        file_name,
        actor,
    )


async def add_chunk(tx: Tx, import_id: UUID, chunk_no: int, body: bytes) -> None:
    await tx.run(
        "INSERT INTO import_chunks (import_id, chunk_no, body) VALUES ($1, $2, $3)",
        import_id,
        chunk_no,
        body,
    )


async def finish_upload(tx: Tx, import_id: UUID, *, size: int, lines: int, sha256: str) -> None:
    """Note that the whole of a file has arrived."""
    await tx.run(
        "UPDATE imports SET bytes = $2, lines = $3, sha256 = $4 WHERE import_id = $1",
        import_id,
        size,
        lines,
        sha256,
    )


async def queue_imports(tx: Tx, import_ids: Iterable[UUID], *, job_id: UUID, dry_run: bool) -> None:
    """Give uploaded files to the job that reads them."""
    await tx.run(
        "UPDATE imports SET job_id = $2, dry_run = $3, state = 'queued'"
        " WHERE import_id = ANY($1::uuid[])",
        list(import_ids),
        job_id,
        dry_run,
    )


async def remove_imports(tx: Tx, import_ids: Iterable[UUID]) -> None:
    """Forget files whose upload did not come to its end."""
    await tx.run(
        "DELETE FROM imports WHERE import_id = ANY($1::uuid[]) AND state = 'uploading'",
        list(import_ids),
    )


async def remove_abandoned_uploads(tx: Tx, *, before: datetime, limit: int) -> int:
    """Forget uploads that ended with their connection, or with us."""
    tag = await tx.run(
        "DELETE FROM imports WHERE import_id = ANY(ARRAY(SELECT import_id FROM imports"
        " WHERE state = 'uploading' AND created_at < $1 LIMIT $2))",
        before,
        limit,
    )
    return int(tag.rpartition(" ")[2])


async def get_chunk(tx: Tx, import_id: UUID, chunk_no: int) -> bytes | None:
    """Return one chunk of a file, None behind its end."""
    body: bytes | None = await tx.fetch_value(
        "SELECT body FROM import_chunks WHERE import_id = $1 AND chunk_no = $2",
        import_id,
        chunk_no,
    )
    return body


async def list_job_imports(tx: Tx, job_id: UUID) -> list[Import]:
    """Return the files of a job in the order of the request."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM imports WHERE job_id = $1 ORDER BY file_no", job_id
    )
    return [_import(row) for row in rows]


async def list_site_imports(
    tx: Tx, site_id: UUID, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[Import]:
    """Return the files that were imported for a site, the newest first."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM imports WHERE site_id = $1 AND state <> 'uploading'"
        " AND ($2::timestamptz IS NULL OR (created_at, import_id) < ($2, $3::uuid))"
        " ORDER BY created_at DESC, import_id DESC LIMIT $4",
        site_id,
        *(after or (None, None)),
        limit,
    )
    return [_import(row) for row in rows]


async def get_import(tx: Tx, workspace_id: UUID, import_id: UUID) -> Import:
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM imports WHERE import_id = $1 AND workspace_id = $2"
        " AND state <> 'uploading'",
        import_id,
        workspace_id,
    )
    if not rows:
        raise NotFoundError("There is no such import.")
    return _import(rows[0])


async def save_detection(
    tx: Tx, import_id: UUID, detection: dict[str, Any], *, refused: str | None
) -> None:
    """Note how a file was understood, or why it is not read."""
    await tx.run(
        "UPDATE imports SET dialect = $2, source = $3, detection = $4::jsonb, refused = $5,"
        " state = CASE WHEN $5::text IS NULL THEN 'running' ELSE 'refused' END"
        " WHERE import_id = $1",
        import_id,
        detection["dialect"],
        detection["source"],
        orjson.dumps(detection).decode(),
        refused,
    )


async def admit_keys(tx: Tx, import_id: UUID, keys: list[UUID]) -> set[UUID]:
    """Return the keys that this file did not have before."""
    rows = await tx.fetch(
        "INSERT INTO import_keys (import_id, row_key) SELECT $1, * FROM unnest($2::uuid[])"
        " ON CONFLICT DO NOTHING RETURNING row_key",
        import_id,
        keys,
    )
    return {row["row_key"] for row in rows}


async def count_rows(tx: Tx, import_id: UUID, batch: RowBatch, *, new_links: int) -> None:
    """Add what became of a batch of rows to the counts of its file."""
    await tx.run(
        "UPDATE imports SET rows = rows + $2, accepted = accepted + $3, duplicates = duplicates + $4,"
        " rejected = rejected + $5, own_domain = own_domain + $6, new_links = new_links + $7,"
        " data_until = greatest(data_until, $8) WHERE import_id = $1",
        import_id,
        batch.size,
        len(batch.links) + len(batch.domains),
        batch.repeated,
        len(batch.errors),
        batch.own,
        new_links,
        batch.data_until,
    )


async def end_import(tx: Tx, import_id: UUID, now: datetime) -> Import:
    """End the reading of a file and drop its bytes; the counts and the mapping stay."""
    for table in ("import_chunks", "import_keys"):
        await tx.run(f"DELETE FROM {table} WHERE import_id = $1", import_id)
    rows = await tx.fetch(
        "UPDATE imports SET state = CASE WHEN refused IS NULL THEN 'done' ELSE 'refused' END,"
        f" ended_at = $2 WHERE import_id = $1 RETURNING {_COLUMNS}",
        import_id,
        now,
    )
    return _import(rows[0])
