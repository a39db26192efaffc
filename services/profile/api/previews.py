"""A look at a file before it is imported: what it is, which column fills which field, its first rows."""

import asyncio
import io
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from services.profile.api.imports import read_mapping
from services.profile.domain.imports import (
    Detection,
    Dialect,
    DomainRow,
    LinkRow,
    Part,
    Preview,
    RowError,
    detect_part,
    parts_of,
    preview,
    remap,
)
from services.profile.domain.imports.columns import KNOWN_FIELDS
from services.profile.domain.imports.labels import DIALECT_LABELS, field_label
from services.profile.store import mappings, sites
from shared.access import Scope
from shared.dependencies import CallerDep, DbDep
from shared.errors import FieldError, InvalidError
from shared.problems import ProblemError
from shared.upload import FormReader
from shared.vocabulary import Role

router = APIRouter(tags=["imports"])
MOST_BYTES = 4 * 1024 * 1024
MOST_ROWS = 8
MOST_ERRORS = 20
_LOOKS_AT_ONCE = asyncio.Semaphore(2)
"""Each may hold a thread for a second; people who change a mapping must not stop the imports."""
_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "A file, or its first lines: at most 4 MB.",
                        },
                        "mapping": {
                            "type": "string",
                            "description": "A JSON object, our field -> their column, in the place "
                            "of what is detected. It is not remembered yet.",
                        },
                    },
                }
            }
        },
    }
}


class FieldOut(BaseModel):
    """A field that a column may fill."""

    field: str
    label: str


class SampleOut(BaseModel):
    """One row as it would be taken."""

    row: int = Field(description="The line of the file on which the row begins.")
    referring: str = Field(description="The page that links, or the domain where no page is named.")
    target_url: str | None
    anchor: str | None = Field(
        description="Empty: a link without text; null: the file says nothing."
    )
    rel: list[str] | None
    first_seen: datetime | None
    last_seen: datetime | None

    @classmethod
    def of(cls, row: LinkRow | DomainRow) -> "SampleOut":
        times = {"first_seen": row.first_seen, "last_seen": row.last_seen}
        if isinstance(row, DomainRow):
            return cls(
                row=row.row_no,
                referring=row.host,
                target_url=None,
                anchor=None,
                rel=None,
                **times,
            )
        return cls(
            row=row.row_no,
            referring=row.referring_url,
            target_url=row.target_url,
            anchor=row.anchor,
            rel=None if row.rel is None else sorted(row.rel),
            **times,
        )


class FaultOut(BaseModel):
    """One row that could not be used."""

    row: int
    detail: str = Field(description="What is wrong and what to do.")
    raw: str

    @classmethod
    def of(cls, error: RowError) -> "FaultOut":
        return cls(row=error.row_no, detail=error.detail, raw=error.raw)


class PreviewOut(BaseModel):
    """How a file is understood; nothing of it was stored."""

    file_name: str
    lists: int = Field(description="Lists in the file; the first of them is shown.")
    dialect: str
    dialect_label: str
    encoding: str
    delimiter: str | None
    header_row: int | None
    header: list[str]
    mapping: dict[str, str] = Field(description="Our field -> their column.")
    remembered: bool = Field(description="Whether somebody chose this mapping earlier.")
    fields: list[FieldOut] = Field(description="Every field that a column may fill.")
    notes: list[str]
    refused: str | None = Field(description="Why it would not be read, and what to do.")
    rows: int = Field(description="accepted + duplicates + rejected + own_domain")
    accepted: int
    duplicates: int
    rejected: int
    own_domain: int
    sample: list[SampleOut]
    errors: list[FaultOut]


_FIELDS = [
    FieldOut(field=name, label=field_label(name))
    for name in sorted(KNOWN_FIELDS, key=lambda name: (":" in name, field_label(name)))
]


@router.post("/v1/sites/{site_id}/imports/previews", openapi_extra=_FORM)
async def preview_import(
    site_id: UUID, request: Request, caller: CallerDep, db: DbDep
) -> PreviewOut:
    """Say how a file, or its first lines, would be read; nothing is stored and nothing remembered."""
    caller.require_scope(Scope.LINKS_WRITE)
    caller.require(site_id, Role.EDITOR)
    async with db.begin() as tx:
        site = await sites.get_site(tx, caller.workspace_id, site_id)
    name, body, given = await _receive(request)
    async with _LOOKS_AT_ONCE:
        try:
            parts = await asyncio.to_thread(parts_of, io.BytesIO(body), name)
            detection = await asyncio.to_thread(detect_part, parts[0], site_hosts=site.hosts)
        except InvalidError as error:
            return _refused(name, error.detail)
        async with db.begin() as tx:
            known = await mappings.find_mapping(tx, caller.workspace_id, detection.fingerprint)
        wanted = given or known
        if wanted:
            detection = _remapped(detection, wanted)
        seen = await asyncio.to_thread(_look, parts[0], detection, site.hosts)
    remembered = known is not None and given is None
    return _shown(parts[0].name, len(parts), detection, seen, remembered=remembered)


async def _receive(request: Request) -> tuple[str, bytes, dict[str, str] | None]:
    """Return the name, the bytes and the chosen mapping of the one file of a form."""
    form = FormReader(request.headers.get("content-type", ""))
    names: list[str] = []
    body = bytearray()
    async for piece in form.pieces(request.stream()):
        if piece.file_name is not None:
            names.append(piece.file_name)
        body += piece.body
        if len(body) > MOST_BYTES:
            detail = "Send the first 4 MB of the file; the import itself takes all of it."
            raise ProblemError(413, "body-too-large", detail)
    if len(names) != 1:
        detail = "Send one file in the form field `file`."
        raise InvalidError(detail, [FieldError("/file", "missing", detail)])
    return names[0], bytes(body), read_mapping(form.fields.get("mapping", ""))


def _remapped(detection: Detection, wanted: dict[str, str]) -> Detection:
    try:
        return remap(detection, wanted)
    except InvalidError as error:
        fault = FieldError("/mapping", "unknown_column", error.detail)
        raise InvalidError(error.detail, [fault]) from error


def _look(part: Part, detection: Detection, hosts: tuple[str, ...]) -> Preview:
    if detection.refused is not None:
        return Preview()
    chunks = part.chunks()
    try:
        return preview(chunks, detection, hosts, most_rows=MOST_ROWS, most_errors=MOST_ERRORS)
    finally:
        chunks.close()


def _refused(name: str, detail: str) -> PreviewOut:
    nothing = Detection(Dialect.UNREADABLE, "none", "none", None, None, refused=detail)
    return _shown(name, 0, nothing, Preview(), remembered=False)


def _shown(
    name: str, lists: int, detection: Detection, seen: Preview, *, remembered: bool
) -> PreviewOut:
    counts = seen.counts
    return PreviewOut(
        file_name=name,
        lists=lists,
        dialect=detection.dialect,
        dialect_label=DIALECT_LABELS[detection.dialect],
        encoding=detection.encoding,
        delimiter=detection.delimiter,
        header_row=detection.header_row,
        header=list(detection.header),
        mapping=dict(detection.mapping),
        remembered=remembered,
        fields=_FIELDS,
        notes=list(detection.notes),
        refused=detection.refused,
        rows=counts.rows,
        accepted=counts.accepted,
        duplicates=counts.duplicates,
        rejected=counts.rejected,
        own_domain=counts.own_domain,
        sample=[SampleOut.of(row) for row in seen.sample],
        errors=[FaultOut.of(error) for error in seen.errors],
    )
