"""One link: everything about it, its history, and what a person does with it."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from services.profile.api.edits import LinkChange, apply_change, check_change
from services.profile.api.link_models import LinkOut, Model, Row, link_item
from services.profile.domain.anchor import class_of
from services.profile.domain.index_hint import index_hint
from services.profile.domain.value import inputs_of, parts_of
from services.profile.store import decisions, history, listing, sites, worth
from shared import clock, jsontext, outbox
from shared.access import Caller, Scope, for_client
from shared.db import Tx
from shared.dependencies import CallerDep, TxDep
from shared.errors import NotFoundError
from shared.events import CheckRequested
from shared.pages import Page, PageDep
from shared.versions import IF_MATCH, etag, require_match
from shared.vocabulary import Outcome, Reason, Role

router = APIRouter(prefix="/v1/links/{link_id}", tags=["links"])


class PlaceOut(Model):
    """One place of the link on its page."""

    target_url: str
    anchor_text: str
    rel: list[str]
    kind: str
    position: str
    hidden: bool
    in_noscript: bool = False
    in_iframe: bool = False
    image_alt: str | None
    left_context: str
    right_context: str


class AnchorOut(Model):
    """Why the anchor is of its kind: the rule, and the word that decided."""

    kind: str
    flags: list[str]
    rule: str
    word: str


class IndexHintOut(Model):
    """A search engine's own export that lists the link: it knows the page."""

    source: str
    listed_at: datetime = Field(description="When that export was imported.")
    sentence: str


class ValuePartOut(Model):
    """One factor of the link's value, and why it is what it is."""

    name: str
    factor: float
    sentence: str


class LinkDetail(LinkOut):
    """A link with its places on the page and the page's head."""

    value_parts: list[ValuePartOut] = Field(description="Their product is the value.")
    domain_links: int = Field(description="Other pages of the same domain that still link to you.")

    occurrences: list[PlaceOut]
    page: dict[str, Any] = Field(description="Title, language, canonical and robots of the page.")
    anchor: AnchorOut | None
    index_hint: IndexHintOut | None


class ObservationOut(BaseModel):
    """One look of the crawler; kept for 30 days."""

    check_seq: int
    checked_at: datetime
    outcome: Outcome
    reasons: list[Reason]
    http_status: int | None
    evidence_id: UUID | None


async def _visible(tx: Tx, caller: Caller, link_id: UUID, role: Role) -> Row:
    """Return a link; one that the caller may not know of is not there either."""
    row: Row | None = await listing.find_link(tx, caller.workspace_id, link_id)
    if row is None or not caller.may_see(row["site_id"]):
        raise NotFoundError("There is no such link.")
    caller.require(row["site_id"], role)
    return row


@router.get("", response_model=LinkDetail)
async def get_link(link_id: UUID, caller: CallerDep, tx: TxDep) -> Response:
    """Return a link with occurrences, claims, contract and the words for its state."""
    caller.require_scope(Scope.LINKS_READ)
    row = await _visible(tx, caller, link_id, Role.CLIENT)
    return await _answer(tx, caller, row)


async def _answer(tx: Tx, caller: Caller, row: Row) -> Response:
    claims = await listing.list_claims(tx, [row["link_id"]])
    now, said = clock.now(), claims.get(row["link_id"], ())
    item = link_item(row, said, now=now)
    hint = index_hint(said, now=now)
    item["index_hint"] = asdict(hint) if hint is not None else None
    item["occurrences"] = [
        {name: place.get(name) for name in PlaceOut.model_fields}
        for place in orjson.loads(row["items"] or "[]")
    ]
    item["page"] = orjson.loads(row["page"] or "{}")
    item["anchor"] = await _anchor(tx, caller, row)
    item["value_parts"] = [
        {"name": part.name, "factor": float(part.factor), "sentence": part.sentence}
        for part in parts_of(inputs_of(row))
    ]
    beside = await worth.count_beside(tx, [row["link_id"]])
    item["domain_links"] = beside.get(row["link_id"], 0)
    if not caller.sees_everything_in(row["site_id"]):
        item = for_client(item)
    body = jsontext.dumps(item)
    headers = {"ETag": etag(row["version"])}
    return Response(body, media_type="application/json", headers=headers)


async def _anchor(tx: Tx, caller: Caller, row: Row) -> dict[str, Any] | None:
    if row["anchor_kind"] is None:
        return None
    site = await sites.get_site(tx, caller.workspace_id, row["site_id"])
    found = class_of(site, row["anchor_text"] or "", image=row["kind"] == "image")
    flags = sorted(found.flags)
    return {"kind": row["anchor_kind"], "flags": flags, "rule": found.rule, "word": found.word}


@router.patch("", response_model=LinkDetail, dependencies=[IF_MATCH])
async def change_link(
    link_id: UUID, body: LinkChange, request: Request, caller: CallerDep, tx: TxDep
) -> Response:
    """Tag, note, assign, snooze, acknowledge or override; needs If-Match with the link's ETag."""
    caller.require_scope(Scope.LINKS_WRITE)
    row = await _visible(tx, caller, link_id, Role.EDITOR)
    require_match(request, row["version"])
    check_change(body)
    await apply_change(tx, [row["link_id"]], body, actor=caller.actor)
    return await _answer(tx, caller, await _visible(tx, caller, link_id, Role.EDITOR))


@router.delete("", status_code=204)
async def delete_link(link_id: UUID, caller: CallerDep, tx: TxDep) -> None:
    """Delete a link: it is no longer watched nor counted; its history stays."""
    caller.require_scope(Scope.LINKS_WRITE)
    row = await _visible(tx, caller, link_id, Role.EDITOR)
    await decisions.remove_links(tx, [row["link_id"]])


@router.get("/observations")
async def list_observations(
    link_id: UUID, caller: CallerDep, tx: TxDep, paging: PageDep
) -> Page[ObservationOut]:
    """Return what was seen at each look, the newest first."""
    caller.require_scope(Scope.LINKS_READ)
    row = await _visible(tx, caller, link_id, Role.VIEWER)
    before = paging.after[0] if paging.after else None
    rows = await history.list_observations(
        tx, row["link_id"], before_seq=before, limit=paging.limit + 1
    )
    return paging.page(
        rows, key=lambda seen: (seen["check_seq"],), item=lambda seen: ObservationOut(**seen)
    )


class Requested(BaseModel):
    """How many links will be looked at soon, of how many that were meant."""

    requested: int
    matched: int


@router.post("/checks", status_code=202)
async def request_check(link_id: UUID, caller: CallerDep, tx: TxDep) -> Requested:
    """Ask the crawler to look at this link now, as soon as its pace for the host allows."""
    caller.require_scope(Scope.LINKS_WRITE)
    row = await _visible(tx, caller, link_id, Role.EDITOR)
    event = CheckRequested(
        workspace_id=caller.workspace_id, site_id=row["site_id"], link_id=row["link_id"]
    )
    await outbox.add(tx, [event])
    return Requested(requested=1, matched=1)
