"""Imports of other tools' exports: uploaded as a stream, read by a job, shown with their provenance."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field

from services.profile.domain.imports import check_fields
from services.profile.domain.imports.archive import is_archive
from services.profile.domain.imports.labels import DIALECT_LABELS
from services.profile.domain.imports.rows import Dialect
from services.profile.domain.site import Site
from services.profile.store import imports, mappings, sites
from services.profile.store.imports import Import
from services.profile.store.mappings import SavedMapping
from shared import clock, jobs
from shared.access import Scope
from shared.db import Database
from shared.dependencies import CallerDep, DbDep, TxDep
from shared.errors import FieldError, InvalidError
from shared.ids import new_id
from shared.job_routes import JobOut
from shared.pages import Page, PageDep
from shared.upload import FormReader, Piece
from shared.vocabulary import Role

router = APIRouter(tags=["imports"])
CHUNK = 1_048_576
UNDO_FOR = timedelta(days=30)
_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {
                            "type": "array",
                            "items": {"type": "string", "format": "binary"},
                            "description": "One or more exports; the format is detected.",
                        },
                        "mapping": {
                            "type": "string",
                            "description": "A JSON object, our field -> their column, in the place "
                            "of what is detected; remembered for files with the same header.",
                        },
                        "dry_run": {
                            "type": "boolean",
                            "default": False,
                            "description": "Read and count, store nothing.",
                        },
                    },
                }
            }
        },
    }
}


class ImportOut(BaseModel):
    """One imported file: how it was understood, and what became of its rows."""

    id: UUID
    site_id: UUID
    job_id: UUID | None
    file_name: str = Field(description="As it was uploaded.")
    bytes: int
    sha256: str
    dry_run: bool
    state: str = Field(description="queued, running, done or refused")
    dialect: str | None
    dialect_label: str | None = Field(description="The format as people call it.")
    source: str | None = Field(description="The tool in one word: ahrefs, semrush, gsc ...")
    detection: dict[str, Any] | None = Field(
        description="Encoding, delimiter, header row, and which of their columns became which field."
    )
    refused: str | None = Field(description="Why the file was not read at all, and what to do.")
    rows: int = Field(description="accepted + duplicates + rejected + own_domain")
    accepted: int
    duplicates: int = Field(description="Rows whose page and target came before in the same file.")
    rejected: int
    own_domain: int = Field(description="Links from the site's own hosts: dropped.")
    new_links: int = Field(description="Links that nobody had told us of before.")
    targets: int = Field(description="Own pages that a list of them ranks; it makes no links.")
    archive_id: UUID | None = Field(description="Lists out of one archive have the same here.")
    data_until: datetime | None = Field(description="The newest date that the file knows of.")
    imported_by: str
    created_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, found: Import) -> "ImportOut":
        names = set(cls.model_fields) - {"id", "imported_by", "dialect_label"}
        values = {name: getattr(found, name) for name in names}
        label = DIALECT_LABELS[Dialect(found.dialect)] if found.dialect else None
        return cls(id=found.import_id, imported_by=found.actor, dialect_label=label, **values)


@router.post(
    "/v1/sites/{site_id}/imports",
    status_code=202,
    openapi_extra=_FORM,
)
async def start_import(
    site_id: UUID,
    request: Request,
    response: Response,
    caller: CallerDep,
    db: DbDep,
    dry_run: Annotated[bool, Query(description="Read and count, store nothing.")] = False,
) -> JobOut:
    """Take one or more exports and read them in a job; nothing has to be said about their format."""
    caller.require_scope(Scope.LINKS_WRITE)
    caller.require(site_id, Role.EDITOR)
    async with db.begin() as tx:
        site = await sites.get_site(tx, caller.workspace_id, site_id)
    form = FormReader(request.headers.get("content-type", ""))
    upload = _Upload(db, site, caller.actor, limit=request.app.state.import_files)
    try:
        await upload.take(form.pieces(request.stream()))
        dry_run = dry_run or _truth(form.fields.get("dry_run", "false"))
        mapping = read_mapping(form.fields.get("mapping", ""))
        job = await upload.queue(dry_run=dry_run, mapping=mapping)
    except BaseException:
        # Whatever broke the upload off, half a file must not stay behind.
        await upload.forget()
        raise
    response.headers["Location"] = f"/v1/jobs/{job.job_id}"
    return JobOut.of(job)


def _truth(text: str) -> bool:
    words = {"true": True, "1": True, "yes": True, "on": True}
    words |= {"false": False, "0": False, "no": False, "off": False, "": False}
    if text.strip().lower() not in words:
        detail = "dry_run takes true or false."
        raise InvalidError(detail, [FieldError("/dry_run", "not_boolean", detail)])
    return words[text.strip().lower()]


def read_mapping(text: str) -> dict[str, str] | None:
    """Return the mapping in a form's field, None if it is empty; raises InvalidError."""
    if not text.strip():
        return None
    try:
        given = orjson.loads(text)
    except orjson.JSONDecodeError:
        given = None
    if not isinstance(given, dict) or not all(isinstance(name, str) for name in given.values()):
        detail = "mapping takes a JSON object: our field -> their column."
        raise InvalidError(detail, [FieldError("/mapping", "not_a_mapping", detail)])
    try:
        check_fields(given)
    except InvalidError as error:
        fault = FieldError("/mapping", "unknown_field", error.detail)
        raise InvalidError(error.detail, [fault]) from error
    return given


@dataclass(slots=True)
class _Upload:
    """The files of one request on their way into the database, a chunk at a time."""

    db: Database
    site: Site
    actor: str
    limit: int
    import_ids: list[UUID] = field(default_factory=list)
    lines: int = 0
    _buffer: bytearray = field(default_factory=bytearray)
    _chunks: int = 0
    _size: int = 0
    _file_lines: int = 0
    _digest: Any = None
    _packed: bool = False

    async def take(self, pieces: AsyncIterator[Piece]) -> None:
        """Write the pieces of all files; raises InvalidError if there are none, or too many."""
        async for piece in pieces:
            if piece.file_name is not None:
                await self._begin(piece.file_name)
            self._buffer += piece.body
            while len(self._buffer) >= CHUNK or (piece.ended and self._buffer):
                await self._flush()
            if piece.ended:
                await self._finish()
        if not self.import_ids:
            detail = "Send at least one file in the form field `file`."
            raise InvalidError(detail, [FieldError("/file", "missing", detail)])

    async def _begin(self, file_name: str) -> None:
        if len(self.import_ids) == self.limit:
            detail = f"At most {self.limit} files in one request."
            raise InvalidError(detail, [FieldError("/file", "too_many", detail)])
        import_id, number = new_id(), len(self.import_ids)
        async with self.db.begin() as tx:
            await imports.add_import(
                tx, self.site, import_id, file_no=number, file_name=file_name, actor=self.actor
            )
        self.import_ids.append(import_id)
        self._buffer.clear()
        self._chunks = self._size = self._file_lines = 0
        self._digest = hashlib.sha256()

    async def _flush(self) -> None:
        body = bytes(self._buffer[:CHUNK])
        self._packed = is_archive(body) if self._chunks == 0 else self._packed
        del self._buffer[:CHUNK]
        self._digest.update(body)
        self._size += len(body)
        self._file_lines += 0 if self._packed else body.count(b"\n")
        async with self.db.begin() as tx:
            await imports.add_chunk(tx, self.import_ids[-1], self._chunks, body)
        self._chunks += 1

    async def _finish(self) -> None:
        self.lines += self._file_lines
        async with self.db.begin() as tx:
            await imports.finish_upload(
                tx,
                self.import_ids[-1],
                size=self._size,
                lines=self._file_lines,
                sha256=self._digest.hexdigest(),
            )

    async def queue(self, *, dry_run: bool, mapping: dict[str, str] | None) -> jobs.Job:
        """Give the files to a job; only now do they count as uploaded."""
        async with self.db.begin() as tx:
            job = await jobs.add_job(
                tx,
                kind="import",
                workspace_id=self.site.workspace_id,
                site_id=self.site.site_id,
                total=self.lines or None,
            )
            await imports.queue_imports(
                tx, self.import_ids, job_id=job.job_id, dry_run=dry_run, mapping=mapping
            )
        return job

    async def forget(self) -> None:
        async with self.db.begin() as tx:
            await imports.remove_imports(tx, self.import_ids)


@router.get("/v1/sites/{site_id}/imports")
async def list_imports(
    site_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    paging: PageDep,
) -> Page[ImportOut]:
    """Return the files that were imported for a site, the newest first."""
    caller.require_scope(Scope.LINKS_READ)
    caller.require(site_id, Role.VIEWER)
    after = None if paging.after is None else (paging.after[0], paging.after[1])
    rows = await imports.list_site_imports(tx, site_id, after=after, limit=paging.limit + 1)
    return paging.page(rows, key=lambda row: (row.created_at, row.import_id), item=ImportOut.of)


@router.get("/v1/imports/{import_id}")
async def get_import(import_id: UUID, caller: CallerDep, tx: TxDep) -> ImportOut:
    """Return how a file was understood, and what became of its rows."""
    caller.require_scope(Scope.LINKS_READ)
    found = await imports.get_import(tx, caller.workspace_id, import_id)
    caller.require(found.site_id, Role.VIEWER)
    return ImportOut.of(found)


@router.delete("/v1/imports/{import_id}", status_code=202)
async def undo_import(import_id: UUID, response: Response, caller: CallerDep, tx: TxDep) -> JobOut:
    """Take an import back: what only it told goes, what it wrote over comes back; within 30 days."""
    caller.require_scope(Scope.LINKS_WRITE)
    found = await imports.get_import(tx, caller.workspace_id, import_id)
    caller.require(found.site_id, Role.EDITOR)
    after = clock.now() - UNDO_FOR
    await imports.begin_undo(tx, caller.workspace_id, import_id, after=after)
    job = await jobs.add_job(
        tx,
        kind="undo_import",
        workspace_id=caller.workspace_id,
        site_id=found.site_id,
        payload={"import_id": str(import_id)},
        total=found.accepted or None,
    )
    response.headers["Location"] = f"/v1/jobs/{job.job_id}"
    return JobOut.of(job)


class MappingOut(BaseModel):
    """Which column fills which field in every file with this header."""

    fingerprint: str
    mapping: dict[str, str] = Field(description="Our field -> their column.")
    header: list[str]
    saved_by: str
    saved_at: datetime

    @classmethod
    def of(cls, found: SavedMapping) -> "MappingOut":
        return cls(
            fingerprint=found.fingerprint,
            mapping=found.mapping,
            header=found.header,
            saved_by=found.actor,
            saved_at=found.saved_at,
        )


@router.get("/v1/mappings")
async def list_mappings(caller: CallerDep, tx: TxDep, paging: PageDep) -> Page[MappingOut]:
    """Return the mappings that people chose and that are used for files with the same header."""
    caller.require_scope(Scope.LINKS_READ)
    caller.require_workspace(Role.VIEWER)
    after = None if paging.after is None else paging.after[0]
    rows = await mappings.list_mappings(
        tx, caller.workspace_id, after=after, limit=paging.limit + 1
    )
    return paging.page(rows, key=lambda row: (row.fingerprint,), item=MappingOut.of)


@router.delete("/v1/mappings/{fingerprint}", status_code=204)
async def forget_mapping(
    fingerprint: Annotated[str, Path(max_length=64)], caller: CallerDep, tx: TxDep
) -> None:
    """Forget a mapping: files with this header are read as they are recognised."""
    caller.require_scope(Scope.LINKS_WRITE)
    caller.require_workspace(Role.EDITOR)
    await mappings.remove_mapping(tx, caller.workspace_id, fingerprint)
