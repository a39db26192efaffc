"""Searches for links that nobody told of, and what they found."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, ValidationError

from services.crawler.domain.discovery.candidates import (
    FILES,
    JOB_KIND,
    SOURCE_WORDS,
    STATE_WORDS,
    CandidateState,
    SearchSource,
    Sender,
    source_of_name,
)
from services.crawler.store import candidates, findings, searches, sites
from services.crawler.store.candidates import FoundPage
from services.crawler.store.findings import MentionSeen
from services.crawler.store.searches import Search
from shared import jobs, queries, words
from shared.access import Caller, Scope
from shared.db import Database, Tx
from shared.dependencies import CallerDep, DbDep, TxDep
from shared.errors import FieldError, InvalidError, NotFoundError
from shared.guards import strict_json
from shared.ids import new_id
from shared.job_routes import JobOut
from shared.pages import Page, PageDep
from shared.stored_file import CHUNK
from shared.upload import FormReader, Piece
from shared.vocabulary import DiscoveryReason, JobState, Role

router = APIRouter(prefix="/v1/sites/{site_id}/discoveries", tags=["discovery"])

_MOST_JSON = 10_000
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
                            "type": "string",
                            "format": "binary",
                            "description": "A log or an archive, packed or not.",
                        },
                        "source": {
                            "type": "string",
                            "enum": sorted(FILES),
                            "description": "What the file is; told by its name if left out.",
                        },
                    },
                }
            },
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["source"],
                    "additionalProperties": False,
                    "properties": {"source": {"type": "string", "enum": ["crawl", "feeds"]}},
                }
            },
        },
    }
}


class SearchBody(BaseModel, extra="forbid"):
    """A search among those who link already."""

    source: Literal[SearchSource.FEEDS, SearchSource.CRAWL]


class SearchOut(BaseModel):
    """One search, and how far it is."""

    id: UUID
    job_id: UUID
    source: SearchSource
    source_words: str
    file_name: str | None
    bytes: int
    state: JobState
    done: int = Field(description="Hosts that were asked and pages that were looked at.")
    total: int | None
    found: int = Field(description="Pages that were seen to link to the site.")
    notes: list[str] = Field(description="What the file held, and what of it could not be read.")
    started_by: str
    created_at: datetime


class FoundPageOut(BaseModel):
    """A page that may link to the site, after a look at it."""

    url: str
    domain: str
    state: CandidateState
    state_words: str
    heard_by: DiscoveryReason
    heard_by_words: str
    hits: int = Field(description="Readers that it sent, by the site's logs.")
    first_seen_at: datetime | None
    last_seen_at: datetime | None
    looked_at: datetime


class ReferrerOut(BaseModel):
    """A domain that sends readers from a page that nobody knows. It is no backlink."""

    domain: str
    target_url: str = Field(description="The page of the site that most of them came to.")
    hits: int
    first_seen_at: datetime | None
    last_seen_at: datetime | None

    @classmethod
    def of(cls, row: Sender) -> "ReferrerOut":
        return cls(**asdict(row))


class MentionOut(BaseModel):
    """A page that names the site or its brand, and was seen to have no link to it."""

    url: str
    domain: str
    title: str | None
    term: str
    sentence: str
    seen_at: datetime

    @classmethod
    def of(cls, row: MentionSeen) -> "MentionOut":
        return cls(**asdict(row))


@router.post("", status_code=202, openapi_extra=_FORM, summary="Search for links nobody told of")
async def start_search(
    site_id: UUID, request: Request, response: Response, caller: CallerDep, db: DbDep
) -> JobOut:
    """Search a log or a crawl archive that is sent as a form, or the newest pages of known linkers.

    Pages that are found are looked at politely. Only a link that was seen becomes a link here; it is
    never counted as growth, however new it is to us.
    """
    caller.require_scope(Scope.LINKS_WRITE)
    caller.require(site_id, Role.EDITOR)
    async with db.begin() as tx:
        await sites.require_site(tx, site_id, workspace_id=caller.workspace_id)
        if await sites.find_searched(tx, site_id) is None:
            raise NotFoundError("This site is paused or archived: nothing is looked at for it.")
    upload = _Upload(db, caller, site_id)
    try:
        if request.headers.get("content-type", "").startswith("application/json"):
            await upload.begin(await _source_of(request))
        else:
            form = FormReader(request.headers.get("content-type", ""))
            await upload.take(form.pieces(request.stream()))
            await upload.name_source(form.fields.get("source", ""))
        job = await upload.queue()
    except BaseException:
        # Whatever broke the upload off, half a file must not stay behind.
        await upload.forget()
        raise
    response.headers["Location"] = f"/v1/jobs/{job.job_id}"
    return JobOut.of(job)


@router.get("", summary="List the searches of a site")
async def list_searches(
    site_id: UUID, caller: CallerDep, tx: TxDep, paging: PageDep
) -> Page[SearchOut]:
    """Return the searches of a site, the newest first."""
    await _require_viewer(tx, caller, site_id)
    before = paging.after[0] if paging.after else None
    rows = await searches.list_searches(tx, site_id, before=before, limit=paging.limit + 1)
    return paging.page(rows, key=lambda row: (row.search_id,), item=_search_out)


@router.get("/pages", summary="List the pages that were looked at")
async def list_pages(
    site_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    paging: PageDep,
    state: Annotated[
        str | None, Query(max_length=200, description="linked, unlinked, unseen, comma separated.")
    ] = "linked",
) -> Page[FoundPageOut]:
    """Return pages that searches and Webmentions named, after a look at each, newest first."""
    await _require_viewer(tx, caller, site_id)
    states = queries.choices("state", state, CandidateState) or list(CandidateState)
    rows = await candidates.list_pages(
        tx, site_id, states, after=_moment_and_id(paging.after), limit=paging.limit + 1
    )
    return paging.page(rows, key=lambda row: (row.looked_at, row.page_key), item=_page_out)


@router.get("/referrers", summary="List domains that send readers from unknown pages")
async def list_referrers(
    site_id: UUID, caller: CallerDep, tx: TxDep, paging: PageDep
) -> Page[ReferrerOut]:
    """Return domains of which no page with a link is known; those that send most come first."""
    await _require_viewer(tx, caller, site_id)
    after = (int(paging.after[0]), str(paging.after[1])) if paging.after else None
    rows = await findings.list_unknown(tx, site_id, after=after, limit=paging.limit + 1)
    return paging.page(rows, key=lambda row: (row.hits, row.domain), item=ReferrerOut.of)


@router.get("/mentions", summary="List pages that name the site without a link")
async def list_mentions(
    site_id: UUID, caller: CallerDep, tx: TxDep, paging: PageDep
) -> Page[MentionOut]:
    """Return mentions that were seen on pages, each with its sentence, newest first."""
    await _require_viewer(tx, caller, site_id)
    rows = await findings.list_mentions(
        tx, site_id, after=_moment_and_id(paging.after), limit=paging.limit + 1
    )
    return paging.page(rows, key=lambda row: (row.seen_at, row.page_key), item=MentionOut.of)


async def _require_viewer(tx: Tx, caller: Caller, site_id: UUID) -> None:
    caller.require_scope(Scope.LINKS_READ)
    caller.require(site_id, Role.VIEWER)
    await sites.require_site(tx, site_id, workspace_id=caller.workspace_id)


def _moment_and_id(after: Sequence[Any] | None) -> tuple[datetime, UUID] | None:
    return None if after is None else (after[0], after[1])


async def _source_of(request: Request) -> SearchSource:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _MOST_JSON:
            break
    try:
        return SearchBody.model_validate(strict_json(bytes(body))).source
    except ValidationError as error:
        faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors()]
        raise RequestValidationError(faults) from error


@dataclass(slots=True)
class _Upload:
    """One search on its way into the database, its file a chunk at a time."""

    db: Database
    caller: Caller
    site_id: UUID
    search_id: UUID | None = None
    file_name: str = ""
    size: int = 0
    _buffer: bytearray = field(default_factory=bytearray)
    _chunks: int = 0

    async def begin(self, source: SearchSource, file_name: str | None = None) -> None:
        if self.search_id is not None:
            detail = "Send one file in one request: each is a search of its own."
            raise InvalidError(detail, [FieldError("/file", "too_many", detail)])
        search_id = new_id()
        async with self.db.begin() as tx:
            await searches.add_search(
                tx,
                search_id,
                source,
                workspace_id=self.caller.workspace_id,
                site_id=self.site_id,
                actor=self.caller.actor,
                file_name=file_name,
            )
        self.search_id, self.file_name = search_id, file_name or ""

    async def take(self, pieces: AsyncIterator[Piece]) -> None:
        """Write the file; raises InvalidError if there is none, or more than one."""
        async for piece in pieces:
            if piece.file_name is not None:
                await self.begin(source_of_name(piece.file_name), piece.file_name)
            self._buffer += piece.body
            while len(self._buffer) >= CHUNK or (piece.ended and self._buffer):
                await self._flush()
        if not self.size:
            detail = "Send a log or an archive in the form field `file`."
            raise InvalidError(detail, [FieldError("/file", "missing", detail)])

    async def name_source(self, text: str) -> None:
        """Take over what the form says of its file."""
        if not text.strip():
            return
        if text.strip() not in FILES:
            detail = f"source takes {', '.join(sorted(FILES))}."
            raise InvalidError(detail, [FieldError("/source", "invalid", detail)])
        if self.search_id is not None:
            async with self.db.begin() as tx:
                await searches.set_source(tx, self.search_id, SearchSource(text.strip()))

    async def queue(self) -> jobs.Job:
        """Give the search to a job; only now does it count."""
        if self.search_id is None:
            raise ValueError("a search is queued before it has begun")
        async with self.db.begin() as tx:
            job = await jobs.add_job(
                tx, kind=JOB_KIND, workspace_id=self.caller.workspace_id, site_id=self.site_id
            )
            await searches.queue_search(tx, self.search_id, job.job_id, size=self.size)
        self.search_id = None
        return job

    async def forget(self) -> None:
        if self.search_id is not None:
            async with self.db.begin() as tx:
                await searches.remove_search(tx, self.search_id)

    async def _flush(self) -> None:
        if self.search_id is None:
            raise ValueError("a file begins with its name")
        body = bytes(self._buffer[:CHUNK])
        del self._buffer[:CHUNK]
        async with self.db.begin() as tx:
            await searches.add_chunk(tx, self.search_id, self._chunks, body)
        self._chunks += 1
        self.size += len(body)


def _search_out(row: Search) -> SearchOut:
    if row.job_id is None:
        raise ValueError("a search without a job is not listed")
    return SearchOut(
        id=row.search_id,
        job_id=row.job_id,
        source=row.source,
        source_words=SOURCE_WORDS[row.source],
        file_name=row.file_name,
        bytes=row.bytes,
        # Jobs are forgotten before what they found is.
        state=JobState(row.state or JobState.DONE),
        done=row.done,
        total=row.total,
        found=row.accepted,
        notes=list(row.notes),
        started_by=row.actor,
        created_at=row.created_at,
    )


def _page_out(row: FoundPage) -> FoundPageOut:
    return FoundPageOut(
        url=row.url,
        domain=row.host,
        state=row.state,
        state_words=STATE_WORDS[row.state],
        heard_by=row.reason,
        heard_by_words=words.discovery(row.reason).label,
        hits=row.hits,
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        looked_at=row.looked_at,
    )
