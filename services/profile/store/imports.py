"""Files that were uploaded: their chunks, the keys met so far, and what became of the rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from services.profile.domain.importing import RowBatch
from services.profile.domain.site import Site
from shared.db import Tx
from shared.errors import ConflictError, NotFoundError
from shared.ids import new_id

_COLUMNS = """
    import_id, workspace_id, site_id, job_id, file_no, file_name, bytes, lines, sha256, dry_run, state,
    dialect, source, detection::text AS detection, refused, rows, accepted, duplicates, rejected,
    own_domain, new_links, targets, archive_id, member, mapping::text AS mapping, data_until, actor,
    created_at, ended_at
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
    targets: int
    archive_id: UUID | None
    member: str | None
    mapping: dict[str, str] | None
    data_until: datetime | None
    actor: str
    created_at: datetime
    ended_at: datetime | None

    @property
    def chunks_id(self) -> UUID:
        """Return under which id the bytes are kept: lists of one archive share them."""
        return self.archive_id or self.import_id


def _import(row: Any) -> Import:
    values = dict(row)
    for name in ("detection", "mapping"):
        values[name] = None if values[name] is None else orjson.loads(values[name])
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


async def queue_imports(
    tx: Tx,
    import_ids: Iterable[UUID],
    *,
    job_id: UUID,
    dry_run: bool,
    mapping: Mapping[str, str] | None = None,
) -> None:
    """Give uploaded files to the job that reads them, with the mapping that a person chose."""
    await tx.run(
        "UPDATE imports SET job_id = $2, dry_run = $3, mapping = $4::jsonb, state = 'queued'"
        " WHERE import_id = ANY($1::uuid[])",
        list(import_ids),
        job_id,
        dry_run,
        orjson.dumps(mapping).decode() if mapping else None,
    )


_UNPACK = """
    INSERT INTO imports (import_id, workspace_id, site_id, job_id, file_no, file_name, bytes, lines,
        sha256, dry_run, state, mapping, actor, archive_id, member)
    SELECT u.import_id, i.workspace_id, i.site_id, i.job_id,
        (SELECT max(file_no) FROM imports WHERE job_id = i.job_id) + u.number,
        u.file_name, i.bytes, 0, i.sha256, i.dry_run, 'queued', i.mapping, i.actor, i.import_id,
        u.member
    FROM imports i, unnest($2::uuid[], $3::text[], $4::text[])
        WITH ORDINALITY AS u(import_id, file_name, member, number)
    WHERE i.import_id = $1
"""


async def unpack(tx: Tx, import_id: UUID, lists: Sequence[tuple[str, str]]) -> None:
    """Make of an archive the lists inside, each (name, member); the first takes its place."""
    (name, member), *rest = lists
    await tx.run(
        "UPDATE imports SET archive_id = import_id, member = $2, file_name = $3"
        " WHERE import_id = $1",
        import_id,
        member,
        name,
    )
    ids = [new_id() for _ in rest]
    names, members = [one[0] for one in rest], [one[1] for one in rest]
    await tx.run(_UNPACK, import_id, ids, names, members)


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


async def admit_keys(tx: Tx, import_id: UUID, keys: list[UUID]) -> int:
    """Return how many of these keys a file that is only counted had before."""
    tag = await tx.run(
        "INSERT INTO import_keys (import_id, row_key) SELECT $1, * FROM unnest($2::uuid[])"
        " ON CONFLICT DO NOTHING",
        import_id,
        keys,
    )
    return len(keys) - int(tag.rpartition(" ")[2])


async def count_rows(tx: Tx, import_id: UUID, batch: RowBatch, *, new_links: int) -> None:
    """Add what became of a batch of rows to the counts of its file."""
    await tx.run(
        "UPDATE imports SET rows = rows + $2, accepted = accepted + $3, duplicates = duplicates + $4,"
        " rejected = rejected + $5, own_domain = own_domain + $6, new_links = new_links + $7,"
        " data_until = greatest(data_until, $8) WHERE import_id = $1",
        import_id,
        batch.size,
        batch.accepted,
        batch.repeated + batch.before,
        len(batch.errors),
        batch.own,
        new_links,
        batch.data_until,
    )


async def end_import(tx: Tx, import_id: UUID, now: datetime) -> Import:
    """End the reading of a file and drop its bytes; the counts and the mapping stay."""
    await tx.run("DELETE FROM import_keys WHERE import_id = $1", import_id)
    rows = await tx.fetch(
        "UPDATE imports SET state = CASE WHEN refused IS NULL THEN 'done' ELSE 'refused' END,"
        f" ended_at = $2 WHERE import_id = $1 RETURNING {_COLUMNS}",
        import_id,
        now,
    )
    ended = _import(rows[0])
    await tx.run(
        "DELETE FROM import_chunks WHERE import_id = $1 AND NOT EXISTS"
        " (SELECT FROM imports WHERE (import_id = $1 OR archive_id = $1) AND ended_at IS NULL)",
        ended.chunks_id,
    )
    return ended


async def count_targets(tx: Tx, import_id: UUID, targets: int) -> None:
    """Note how many pages of the site a file ranks."""
    await tx.run("UPDATE imports SET targets = $2 WHERE import_id = $1", import_id, targets)


async def begin_undo(tx: Tx, workspace_id: UUID, import_id: UUID, *, after: datetime) -> Import:
    """Mark an import as being taken back; raises ConflictError while or after that cannot be."""
    found = await get_import(tx, workspace_id, import_id)
    if found.state in {"queued", "running"} and await _is_read(tx, found):
        raise ConflictError("This import is still running. Cancel its job first.")
    if found.state == "undoing":
        raise ConflictError("This import is being taken back already.")
    if found.ended_at is not None and found.ended_at < after:
        raise ConflictError(
            "This import is too old to be taken back: what was before is forgotten."
        )
    await tx.run("UPDATE imports SET state = 'undoing' WHERE import_id = $1", import_id)
    return found


async def _is_read(tx: Tx, found: Import) -> bool:
    return bool(
        await tx.fetch_value(
            "SELECT EXISTS (SELECT FROM jobs WHERE job_id = $1 AND state IN ('queued', 'running'))",
            found.job_id,
        )
    )


async def remove_import(tx: Tx, import_id: UUID) -> None:
    """Forget that a file was ever imported."""
    await tx.run("DELETE FROM imports WHERE import_id = $1", import_id)
