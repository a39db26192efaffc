"""A site's links as a file: CSV, a workbook, lines of JSON, or the layouts of Ahrefs and Semrush."""

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from services.profile.api.filters import FilterDep, get_filter
from services.profile.api.link_models import link_item
from services.profile.domain.exporting.layouts import (
    Layout,
    ahrefs_layout,
    own_layout,
    semrush_layout,
)
from services.profile.domain.exporting.writers import BookWriter, TableWriter, Writer
from services.profile.domain.filters import LinkFilter
from services.profile.store import figures, listing, sites
from shared import clock
from shared.access import Scope, derive, for_client
from shared.db import Database, Tx
from shared.dependencies import CallerDep, DbDep, TxDep
from shared.errors import NotFoundError
from shared.inputs import Whole
from shared.jsontext import dumps
from shared.vocabulary import Role

router = APIRouter(prefix="/v1/sites/{site_id}", tags=["exports"])
public = APIRouter(include_in_schema=False)

PATH = "/shared/exports"
KNOWN_UP_TO = "New-Links-Known-Up-To"
"""The header that says up to when links that came up can stand in the file."""
_BATCH = 1_000
_TAG_BYTES = 16


class Format(StrEnum):
    """How a file is written."""

    CSV = "csv"
    XLSX = "xlsx"
    JSONL = "jsonl"
    AHREFS = "ahrefs"
    SEMRUSH = "semrush"


_MEDIA = {
    Format.CSV: ("text/csv; charset=utf-8", "csv"),
    Format.XLSX: ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    Format.JSONL: ("application/jsonl; charset=utf-8", "jsonl"),
    Format.AHREFS: ("text/csv; charset=utf-16", "csv"),
    Format.SEMRUSH: ("text/csv; charset=utf-8", "csv"),
}
FormatQuery = Annotated[
    Format,
    Query(alias="format", description="`ahrefs` and `semrush` are the layouts of those tools."),
]
BomQuery = Annotated[bool, Query(description="Begin CSV with a byte order mark, for Excel.")]


@dataclass(frozen=True, slots=True)
class _Export:
    """Which links go into a file, and for whose eyes."""

    site_id: UUID
    wanted: LinkFilter
    everything: bool

    async def items(self, db: Database) -> AsyncIterator[list[dict[str, Any]]]:
        """Yield the links batch by batch, each read in a transaction of its own."""
        after: UUID | None = None
        while True:
            async with db.begin() as tx:
                rows = await listing.list_whole_links(
                    tx, self.site_id, self.wanted, after=after, limit=_BATCH
                )
                claims = await listing.list_claims(tx, [row["link_id"] for row in rows])
            if not rows:
                return
            now, after = clock.now(), rows[-1]["link_id"]
            found = [link_item(row, claims.get(row["link_id"], ()), now=now) for row in rows]
            yield found if self.everything else [for_client(item) for item in found]


def _layout(form: Format, *, everything: bool) -> Layout:
    if form is Format.AHREFS:
        return ahrefs_layout()
    return semrush_layout() if form is Format.SEMRUSH else own_layout(for_client=not everything)


async def _table(
    export: _Export, db: Database, layout: Layout, writer: Writer
) -> AsyncIterator[bytes]:
    yield writer.begin()
    async for items in export.items(db):
        yield writer.write(map(layout.cells, items))
    yield writer.end()


async def _lines(export: _Export, db: Database) -> AsyncIterator[bytes]:
    async for items in export.items(db):
        yield b"".join(dumps(item) + b"\n" for item in items)


async def _answer(
    export: _Export, tx: Tx, db: Database, form: Format, *, bom: bool
) -> StreamingResponse:
    known = (await figures.list_known_until(tx, [export.site_id])).get(export.site_id)
    media, ending = _MEDIA[form]
    if form is Format.JSONL:
        body = _lines(export, db)
    else:
        layout = _layout(form, everything=export.everything)
        book = form is Format.XLSX
        writer: Writer = BookWriter(layout) if book else TableWriter(layout, bom=bom)
        body = _table(export, db, layout, writer)
    name = f"links-{clock.now():%Y-%m-%d}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    if known is not None:
        # In the head and not in the rows: a file that is read again must hold nothing but links.
        headers[KNOWN_UP_TO] = known.isoformat(timespec="seconds").replace("+00:00", "Z")
    return StreamingResponse(body, media_type=media, headers=headers)


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={200: {"content": {media.partition(";")[0]: {} for media, _ in _MEDIA.values()}}},
)
async def export_links(
    site_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    db: DbDep,
    wanted: FilterDep,
    form: FormatQuery = Format.CSV,
    bom: BomQuery = False,
) -> StreamingResponse:
    """Return the links that a filter means as a file, streamed however many there are."""
    caller.require_scope(Scope.LINKS_READ)
    caller.require(site_id, Role.CLIENT)
    await sites.get_site(tx, caller.workspace_id, site_id)
    export = _Export(site_id, wanted, caller.sees_everything_in(site_id))
    return await _answer(export, tx, db, form, bom=bom)


class ExportLinkBody(BaseModel):
    """For how long the address is to work."""

    model_config = ConfigDict(extra="forbid")

    days: Whole = Field(default=30, ge=1, le=366, description="How many days it works.")


class ExportLinkOut(BaseModel):
    """An address from which a spreadsheet fetches the links without a key until it ends."""

    path: str = Field(description="Below the address of this Anchorwatch.")
    url: str | None = Field(description="The whole address, where public_url is set.")
    formula: str | None = Field(description="For a cell of Google Sheets.")
    expires_at: datetime


async def _get_bom(bom: BomQuery = False) -> bool:
    return bom


@router.post(
    "/export/links", status_code=201, dependencies=[Depends(get_filter), Depends(_get_bom)]
)
async def create_export_link(
    site_id: UUID,
    body: ExportLinkBody,
    request: Request,
    caller: CallerDep,
    tx: TxDep,
    form: FormatQuery = Format.CSV,
) -> ExportLinkOut:
    """Make an address for spreadsheets: these filters, as a client sees the links, until it ends."""
    caller.require_scope(Scope.LINKS_READ)
    caller.require(site_id, Role.EDITOR)
    await sites.get_site(tx, caller.workspace_id, site_id)
    expires_at = (clock.now() + timedelta(days=body.days)).replace(microsecond=0)
    query = request.url.query
    token = _token(site_id, expires_at, query, secret=request.app.state.secret)
    path = f"{PATH}/{token}" + (f"?{query}" if query else "")
    base = request.app.state.public_url
    url = f"{base.rstrip('/')}{path}" if base else None
    formula = f'=IMPORTDATA("{url}")' if url and form is Format.CSV else None
    return ExportLinkOut(path=path, url=url, formula=formula, expires_at=expires_at)


@public.get(PATH + "/{token}")
async def fetch_export(
    token: str,
    request: Request,
    tx: TxDep,
    db: DbDep,
    wanted: FilterDep,
    form: FormatQuery = Format.CSV,
    bom: BomQuery = False,
) -> StreamingResponse:
    """Return the file of a signed address; the gateway lets it through without a caller."""
    query, secret = request.url.query, request.app.state.secret
    site_id = _read_token(token, query, secret=secret, now=clock.now())
    if site_id is None or site_id not in await sites.find_sites(tx, {site_id}):
        raise NotFoundError("This address does not work any more. Ask for a new one.")
    export = _Export(site_id, wanted, everything=False)
    return await _answer(export, tx, db, form, bom=bom)


def _token(site_id: UUID, expires_at: datetime, query: str, *, secret: bytes) -> str:
    body = site_id.bytes + int(expires_at.timestamp()).to_bytes(5, "big")
    return base64.urlsafe_b64encode(body + _tag(body, query, secret)).rstrip(b"=").decode()


def _read_token(token: str, query: str, *, secret: bytes, now: datetime) -> UUID | None:
    """Return the site of an address; None for one that is not ours, was changed or has run out."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    body, tag = raw[:-_TAG_BYTES], raw[-_TAG_BYTES:]
    if len(body) != 21 or not hmac.compare_digest(tag, _tag(body, query, secret)):
        return None
    return UUID(bytes=body[:16]) if int.from_bytes(body[16:]) > now.timestamp() else None


def _tag(body: bytes, query: str, secret: bytes) -> bytes:
    key = derive(secret, "export address")
    return hmac.new(key, body + query.encode(), hashlib.sha256).digest()[:_TAG_BYTES]
