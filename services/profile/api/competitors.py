"""Competitors: what exports of their links say, and who links to them but not to you."""

import asyncio
import tempfile
from collections.abc import Sequence
from datetime import datetime
from typing import IO, Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from services.profile.domain.competitors import MAX_BYTES, Summary, read_file
from services.profile.domain.imports.labels import source_label
from services.profile.domain.site import Site, read_host
from services.profile.store import competitors, sites
from shared import clock, queries
from shared.access import Caller, Scope
from shared.db import Tx
from shared.dependencies import CallerDep, TxDep
from shared.errors import FieldError, InvalidError, NotFoundError
from shared.pages import Page, PageDep
from shared.problems import ProblemError
from shared.upload import FormReader
from shared.urls import domain_or_host
from shared.vocabulary import Role

router = APIRouter(prefix="/v1/sites/{site_id}/competitors", tags=["competitors"])
_IN_MEMORY = 4 * 1024 * 1024


async def _site(tx: Tx, caller: Caller, site_id: UUID) -> Site:
    caller.require_scope(Scope.LINKS_READ)
    caller.require(site_id, Role.VIEWER)
    return await sites.get_site(tx, caller.workspace_id, site_id)


class CompetitorOut(BaseModel):
    """What one source says of one competitor."""

    competitor: str
    source: str
    label: str = Field(description="The tool's name.")
    domains: int
    links: int
    claimed_at: datetime


class Competitors(BaseModel):
    items: list[CompetitorOut]


@router.get("")
async def list_competitors(site_id: UUID, caller: CallerDep, tx: TxDep) -> Competitors:
    """Return the competitors that exports were read of."""
    await _site(tx, caller, site_id)
    rows = await competitors.list_competitors(tx, site_id)
    return Competitors(
        items=[CompetitorOut(label=source_label(row["source"]), **row) for row in rows]
    )


class ReadOut(BaseModel):
    """What was read of a file: rows = accepted + lost + own_domain + rejected."""

    competitor: str
    source: str
    rows: int
    accepted: int
    domains: int
    lost: int = Field(description="Rows that the tool itself calls lost; no links.")
    own_domain: int = Field(description="Rows from the competitor's own hosts.")
    rejected: int


@router.post(
    "/imports",
    status_code=201,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "properties": {"file": {"type": "string", "format": "binary"}},
                        "required": ["file"],
                    }
                }
            },
        }
    },
)
async def import_competitor(
    site_id: UUID,
    request: Request,
    caller: CallerDep,
    tx: TxDep,
    competitor: Annotated[
        str, Query(max_length=2048, description="Whose links the file lists: a domain. Needed.")
    ] = "",
) -> ReadOut:
    """Read an export of a competitor's links: kept apart, never as links of the site."""
    caller.require_scope(Scope.LINKS_WRITE)
    caller.require(site_id, Role.EDITOR)
    site = await sites.get_site(tx, caller.workspace_id, site_id)
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        name = await _receive(request, file)
        host = _competitor(site, competitor)
        read = await asyncio.to_thread(_read, file, name, host)
    await competitors.save_claims(
        tx,
        site_id,
        sorted(read.domains.values(), key=lambda claim: claim.domain),
        competitor=host,
        source=read.source,
        file_name=name,
        now=clock.now(),
    )
    return ReadOut(
        competitor=host,
        source=read.source,
        rows=read.rows,
        accepted=read.rows - read.lost - read.own_domain - read.rejected,
        domains=len(read.domains),
        lost=read.lost,
        own_domain=read.own_domain,
        rejected=read.rejected,
    )


def _competitor(site: Site, text: str) -> str:
    host = read_host(text, pointer="/query/competitor")
    if host in site.hosts:
        detail = f"{host} is your own site. Import its links at /imports."
        raise InvalidError(detail, [FieldError("/query/competitor", "own-site", detail)])
    return host


async def _receive(request: Request, file: IO[bytes]) -> str:
    """Write the form's one file and return its name."""
    form, name, size = FormReader(request.headers.get("content-type", "")), "", 0
    async for piece in form.pieces(request.stream()):
        if piece.file_name is not None and name:
            detail = "Send one file at a time: each belongs to one competitor."
            raise InvalidError(detail, [FieldError("/file", "too-many", detail)])
        name = name or piece.file_name or ""
        size += len(piece.body)
        if size > MAX_BYTES:
            raise ProblemError(413, "body-too-large", "The file has more than 256 MB; split it.")
        # Far below the disk's speed, and in memory at first: no thread is worth its switch.
        file.write(piece.body)
    if not name:
        detail = "The form has no file. Send one as `file`."
        raise InvalidError(detail, [FieldError("/file", "missing", detail)])
    return name


def _read(file: IO[bytes], name: str, host: str) -> Summary:
    return read_file(file, name, (host,))


@router.delete("/{competitor}", status_code=204)
async def remove_competitor(site_id: UUID, competitor: str, caller: CallerDep, tx: TxDep) -> None:
    """Forget everything that was read of a competitor."""
    caller.require_scope(Scope.LINKS_WRITE)
    caller.require(site_id, Role.EDITOR)
    await sites.get_site(tx, caller.workspace_id, site_id)
    if not await competitors.remove_competitor(tx, site_id, competitor.lower()):
        raise NotFoundError("Nothing is known of this competitor.")


class Evidence(BaseModel):
    """What one source said, when, in which file, of one competitor."""

    competitor: str
    source: str
    label: str
    claimed_at: datetime
    links: int
    page_url: str | None
    target_url: str | None
    metrics: dict[str, float]
    first_seen_at: datetime | None
    last_seen_at: datetime | None
    file: str


class GapDomain(BaseModel):
    """A domain that links to competitors."""

    domain: str
    competitor_count: int
    links: int = Field(description="Links to competitors, as the sources count them.")
    links_to_you: int = Field(description="That we saw ourselves.")
    lost_links_to_you: int = Field(description="Once there, gone now: the easier conversation.")
    authority: float | None
    evidence: list[Evidence]


@router.get("/gap")
async def list_gap(
    site_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    paging: PageDep,
    at_least: Annotated[int, Query(ge=1, le=100, description="So many competitors.")] = 1,
    competitor: Annotated[
        str | None, Query(max_length=2048, description="Only these, comma between them.")
    ] = None,
) -> Page[GapDomain]:
    """Return the domains that link to competitors but not to you, those to most of them first.

    A domain of which a link to you is known and not yet checked, or could not be, is not among them.
    """
    site = await _site(tx, caller, site_id)
    return await _page(tx, site, paging, at_least=at_least, competitor=competitor, gap=True)


@router.get("/intersect")
async def list_intersect(
    site_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    paging: PageDep,
    at_least: Annotated[int, Query(ge=1, le=100, description="So many competitors.")] = 2,
    competitor: Annotated[
        str | None, Query(max_length=2048, description="Only these, comma between them.")
    ] = None,
) -> Page[GapDomain]:
    """Return the domains that several competitors have in common, and whether they link to you."""
    site = await _site(tx, caller, site_id)
    return await _page(tx, site, paging, at_least=at_least, competitor=competitor, gap=False)


async def _page(
    tx: Tx, site: Site, paging: PageDep, *, at_least: int, competitor: str | None, gap: bool
) -> Page[GapDomain]:
    only = [one.lower() for one in queries.split("competitor", competitor)]
    never = _own_domains(site)
    after = None if paging.after is None else (paging.after[0], paging.after[1], paging.after[2])
    rows = await competitors.list_domains(
        tx,
        site.site_id,
        only=only,
        never=never,
        least=at_least,
        gap=gap,
        after=after,
        limit=paging.limit + 1,
    )
    count = None
    if paging.wants_count:
        count = await competitors.count_domains(
            tx, site.site_id, only=only, never=never, least=at_least, gap=gap
        )
    return paging.page(
        rows,
        key=lambda row: (row["competitor_count"], row["links"], row["domain"]),
        item=_item,
        count=count,
    )


def _own_domains(site: Site) -> Sequence[str]:
    return [domain_or_host(host) for host in site.hosts]


def _item(row: Any) -> GapDomain:
    said = [
        Evidence(label=source_label(one["source"]), **one) for one in orjson.loads(row["evidence"])
    ]
    shown = {name: row[name] for name in GapDomain.model_fields if name != "evidence"}
    return GapDomain(evidence=said, **shown)
