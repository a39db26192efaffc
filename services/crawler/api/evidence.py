"""Evidence of a link: the list, each as a WARC file, as a page, and against the one before it."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, Field

from services.crawler.api.showing import opened, page_answer, warc_answer
from services.crawler.domain.evidence.comparing import (
    FACET_WORDS,
    differences,
    header_differences,
    place_of,
    said,
)
from services.crawler.domain.evidence.integrity import fault_of
from services.crawler.domain.evidence.packing import unpacked
from services.crawler.store import exhibits
from services.crawler.store.exhibits import Row
from shared.access import Caller, Scope
from shared.db import Tx
from shared.dependencies import CallerDep, TxDep
from shared.errors import NotFoundError
from shared.pages import Page, PageDep
from shared.vocabulary import Outcome, Reason

router = APIRouter(prefix="/v1", tags=["evidence"])

_MOST_IN_FILE = 100
_MOST_CHECKED = 100
_MOST_BYTES = 32 * 1024 * 1024
_WARC = {"content": {"application/gzip": {}}, "description": "A WARC 1.1 file."}


class FacetOut(BaseModel):
    """In what a link was not as before."""

    code: str
    label: str


class EvidenceOut(BaseModel):
    """One piece of evidence: when, what it says, and how it can be known again."""

    id: UUID
    link_id: UUID
    site_id: UUID
    number: int = Field(description="Its place in the chain of its site.")
    seen_at: datetime
    outcome: Outcome
    reasons: list[Reason]
    label: str = Field(description="The outcome in two or three words.")
    sentence: str
    changed: list[FacetOut]
    sha256: str = Field(description="Of its statement, which names all other digests.")
    body_bytes: int = Field(description="Bytes of the page as received.")
    stored_bytes: int
    expired_at: datetime | None = Field(description="When retention removed its content.")

    @classmethod
    def of(cls, row: Row) -> "EvidenceOut":
        same = {"link_id", "site_id", "number", "seen_at", "outcome", "reasons", "stored_bytes"}
        spoken = said(row["outcome"], row["reasons"])
        return cls(
            id=row["evidence_id"],
            label=spoken.label,
            sentence=spoken.sentence,
            changed=[FacetOut(code=one, label=FACET_WORDS[one]) for one in row["changed"]],
            sha256=row["sha256"].hex(),
            body_bytes=row["body_size"],
            expired_at=row["expired_at"],
            **{name: row[name] for name in same},
        )


class DifferenceOut(BaseModel):
    """One fact before and after, as it is and in words."""

    name: str
    label: str
    before: Any
    after: Any
    before_text: str
    after_text: str


class HeaderOut(BaseModel):
    """A header field of the answer before and after."""

    name: str
    before: str | None
    after: str | None


class PlaceOut(BaseModel):
    """The link in its sentence."""

    left_context: str
    anchor_text: str
    right_context: str


class DiffOut(BaseModel):
    """What this evidence says that the one before it did not."""

    id: UUID
    seen_at: datetime
    before_id: UUID | None = Field(description="Null for the first of a link.")
    before_seen_at: datetime | None
    differences: list[DifferenceOut]
    headers: list[HeaderOut]
    place_before: PlaceOut | None
    place_after: PlaceOut | None


class ChainOut(BaseModel):
    """One link of a site's chain, and whether it is still as it was written."""

    id: UUID
    link_id: UUID
    number: int
    seen_at: datetime
    sha256: str
    previous: str | None = Field(description="SHA-256 of the one before; null where emptied.")
    expired_at: datetime | None
    fault: str | None = Field(description="What is not as it was written.")

    @classmethod
    def of(cls, row: Row) -> "ChainOut":
        fault = fault_of(row)
        previous = None
        if row["expired_at"] is None and fault is None:
            previous = orjson.loads(unpacked(row["statement"]))["previous"]
        return cls(
            id=row["evidence_id"],
            link_id=row["link_id"],
            number=row["number"],
            seen_at=row["seen_at"],
            sha256=row["sha256"].hex(),
            previous=previous,
            expired_at=row["expired_at"],
            fault=fault,
        )


async def find_row(tx: Tx, caller: Caller, link_id: UUID, evidence_id: UUID) -> Row:
    """Return evidence that the caller may see; else it is as if there were none."""
    await require_link(tx, caller, link_id)
    return await exhibits.get_whole(tx, link_id, evidence_id)


async def require_link(tx: Tx, caller: Caller, link_id: UUID) -> UUID:
    """Return the site of a link; NotFoundError unless the caller may see it."""
    caller.require_scope(Scope.LINKS_READ)
    site_id = await exhibits.find_site(tx, caller.workspace_id, link_id)
    if site_id is None or not caller.may_see(site_id):
        raise NotFoundError("There is no such evidence.")
    return site_id


@router.get("/links/{link_id}/evidence", response_model=Page[EvidenceOut], responses={200: _WARC})
async def list_evidence(
    link_id: UUID,
    request: Request,
    caller: CallerDep,
    tx: TxDep,
    paging: PageDep,
    format: Annotated[  # noqa: A002 - the parameter's public name
        Literal["json", "warc"] | None,
        Query(description="`warc`, or `Accept: application/warc`: the newest as one file."),
    ] = None,
) -> Any:
    """Return the evidence of a link, the newest first: one piece for each change that was seen."""
    await require_link(tx, caller, link_id)
    accepted = request.headers.get("accept", "")
    if format == "warc" or (format is None and _asks_for_file(accepted)):
        rows = await exhibits.list_whole(tx, link_id, most_bytes=_MOST_BYTES, limit=_MOST_IN_FILE)
        if not rows:
            raise NotFoundError("There is no evidence of this link yet.")
        return warc_answer(rows, name=f"evidence-of-link-{link_id}")
    before = paging.after[0] if paging.after is not None else None
    rows = await exhibits.list_of_link(tx, link_id, before=before, limit=paging.limit + 1)
    return paging.page(rows, key=lambda row: (row["number"],), item=EvidenceOut.of)


@router.get(
    "/links/{link_id}/evidence/{evidence_id}.warc.gz",
    response_class=Response,
    responses={200: _WARC},
)
async def get_evidence_file(
    link_id: UUID, evidence_id: UUID, caller: CallerDep, tx: TxDep
) -> Response:
    """Return one piece of evidence as a WARC file: what was asked and answered, and what it means."""
    row = await find_row(tx, caller, link_id, evidence_id)
    return warc_answer([row], name=f"evidence-{evidence_id}")


@router.get("/links/{link_id}/evidence/{evidence_id}")
async def get_evidence(
    link_id: UUID, evidence_id: UUID, caller: CallerDep, tx: TxDep
) -> EvidenceOut:
    """Return one piece of evidence."""
    return EvidenceOut.of(await find_row(tx, caller, link_id, evidence_id))


@router.get("/links/{link_id}/evidence/{evidence_id}/diff")
async def get_evidence_diff(
    link_id: UUID, evidence_id: UUID, caller: CallerDep, tx: TxDep
) -> DiffOut:
    """Return what was different before: text, rel, headers, verdict.

    A link that is not seen is compared with the last evidence in which it was.
    """
    row = await find_row(tx, caller, link_id, evidence_id)
    earlier = await exhibits.find_before(tx, row)
    now, before = opened(row), opened(earlier) if earlier is not None else None
    old = before.statement if before is not None else None
    changes = differences(old, now.statement)
    headers = header_differences(
        before.heads.captures if before is not None else (), now.heads.captures
    )
    return DiffOut(
        id=evidence_id,
        seen_at=row["seen_at"],
        before_id=earlier["evidence_id"] if earlier is not None else None,
        before_seen_at=earlier["seen_at"] if earlier is not None else None,
        differences=[DifferenceOut.model_validate(one, from_attributes=True) for one in changes],
        headers=[HeaderOut(name=name, before=was, after=now) for name, was, now in headers],
        place_before=_place(old),
        place_after=_place(now.statement),
    )


@router.get("/links/{link_id}/evidence/{evidence_id}/page", response_class=HTMLResponse)
async def get_evidence_page(
    link_id: UUID, evidence_id: UUID, caller: CallerDep, tx: TxDep
) -> HTMLResponse:
    """Return one piece of evidence as a page for people."""
    row = await find_row(tx, caller, link_id, evidence_id)
    return await page_answer(row, await exhibits.find_before(tx, row))


@router.get("/sites/{site_id}/evidence")
async def list_chain(
    site_id: UUID, caller: CallerDep, tx: TxDep, paging: PageDep
) -> Page[ChainOut]:
    """Return the chain of a site's evidence in its order, each piece checked against its digests."""
    caller.require_scope(Scope.LINKS_READ)
    if not caller.may_see(site_id):
        raise NotFoundError("There is no such site.")
    known = await exhibits.find_chain(tx, caller.workspace_id, site_id)
    if known is None:
        raise NotFoundError("There is no such site.")
    after = paging.after[0] if paging.after is not None else 0
    # Each piece is unpacked and hashed: a page of them is smaller than other pages may be.
    paging = replace(paging, limit=min(paging.limit, _MOST_CHECKED))
    rows = await exhibits.list_of_site(tx, site_id, after=after, limit=paging.limit + 1)
    return paging.page(
        rows,
        key=lambda row: (row["number"],),
        item=ChainOut.of,
        count=known if paging.wants_count else None,
    )


def _asks_for_file(accept: str) -> bool:
    return "application/warc" in accept or "application/gzip" in accept


def _place(statement: Any) -> PlaceOut | None:
    place = place_of(statement)
    if place is None:
        return None
    return PlaceOut(**{name: place[name] for name in PlaceOut.model_fields})
