"""Placements: one door for what was agreed about links (seams.md 17)."""

from dataclasses import asdict, replace
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from services.outreach.api.shapes import (
    POINTERS,
    PlacementIn,
    PlacementOut,
    TermsIn,
    draft_of,
    shown,
)
from services.outreach.domain.placement import State
from services.outreach.domain.record import Placement
from services.outreach.domain.terms import Terms, check
from services.outreach.metrics import PROMISED
from services.outreach.store import (
    campaigns,
    placements,
    publishing,
    sequences,
    sites,
    vendors,
)
from services.outreach.store.placements import Entry, Filters
from shared import clock, ids, jsontext, queries, urls
from shared.access import Caller, Scope
from shared.db import Tx
from shared.errors import ConflictError, FieldError, ForbiddenError, InvalidError, NotFoundError
from shared.pages import Page, PageDep
from shared.versions import IF_MATCH, etag, require_match
from shared.vocabulary import Role
from shared.web import CallerDep, TxDep

router = APIRouter(prefix="/v1/placements", tags=["placements"])

_ONE: dict[int | str, dict[str, Any]] = {200: {"model": PlacementOut}}


@router.post("", status_code=201, response_model=None, responses={201: {"model": PlacementOut}})
async def add_placement(body: PlacementIn, caller: CallerDep, tx: TxDep) -> Response:
    """Write down what was agreed about one link; the watch over it begins by itself."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    caller.require(body.site_id, Role.EDITOR)
    return await answer_placement(tx, await promise(tx, body, caller), caller, status=201)


async def promise(tx: Tx, body: PlacementIn, caller: Caller) -> UUID:
    """Write down what was agreed about one link and tell of it; returns the placement's id."""
    terms = await _named(tx, body, await _checked(tx, body, body.site_id, caller), caller)
    now = clock.now()
    terms = await _spelled(tx, body.site_id, terms, caller)
    placement = Placement(
        placement_id=ids.new_id(),
        workspace_id=caller.workspace_id,
        site_id=body.site_id,
        terms=terms,
        vendor_id=body.vendor_id,
        note=body.note,
        created_by=caller.actor_id,
        created_at=now,
    )
    if not await placements.add_placements(tx, [placement]):
        raise _already_agreed(await placements.find_same(tx, placement))
    await publishing.tell_promised(tx, [placement])
    entry = Entry(placement.placement_id, "promised", "Written down.", now, actor=caller.actor)
    await placements.add_history(tx, [entry])
    await publishing.move_prospects(tx, [placement], caller.actor)
    PROMISED.inc()
    return placement.placement_id


async def _spelled(tx: Tx, site_id: UUID, terms: Terms, caller: Caller) -> Terms:
    """Return the terms with the campaign as it is called; one that is new is written down."""
    names = await campaigns.name_campaigns(
        tx,
        caller.workspace_id,
        site_id,
        [terms.campaign],
        by=caller.actor_id,
        now=clock.now(),
    )
    return replace(terms, campaign=names[terms.campaign])


async def _named(tx: Tx, body: PlacementIn, terms: Terms, caller: Caller) -> Terms:
    """Name method and campaign of the sequence that it came of, where neither is given."""
    if terms.method or terms.campaign:
        return terms
    origin = await sequences.find_origin(
        tx, caller.workspace_id, body.site_id, terms.referring_domain
    )
    return terms if origin is None else replace(terms, **asdict(origin))


@router.get("", response_model=None, responses={200: {"model": Page[PlacementOut]}})
async def list_placements(
    caller: CallerDep,
    tx: TxDep,
    page: PageDep,
    site_id: UUID | None = None,
    vendor_id: UUID | None = None,
    state: Annotated[str | None, Query(description="Only these states (comma = or).")] = None,
    referring_domain: Annotated[str | None, Query(max_length=253)] = None,
    overdue: Annotated[bool | None, Query(description="Promised for a day that is over.")] = None,
    campaign: Annotated[str | None, Query(max_length=80)] = None,
) -> Response:
    """Return placements, the newest first."""
    caller.require_scope(Scope.OUTREACH_READ)
    if site_id is not None:
        caller.require(site_id, Role.CLIENT)
    if (vendor_id is not None or campaign is not None) and caller.is_only_client:
        detail = "Clients are not shown vendors and campaigns."
        raise ForbiddenError(detail, code="role-required")
    filters = Filters(
        site_ids=sites.visible(caller.site_ids),
        site_id=site_id,
        vendor_id=vendor_id,
        states=queries.choices("state", state, State),
        domain=_domain(referring_domain),
        is_overdue=overdue,
        campaign=campaign,
    )
    today = clock.now().date()
    before = None if page.after is None else UUID(str(page.after[0]))
    rows = await placements.list_placements(
        tx,
        workspace_id=caller.workspace_id,
        today=today,
        filters=filters,
        before=before,
        limit=page.limit + 1,
    )
    count = None
    if page.wants_count:
        count = await placements.count_placements(
            tx, workspace_id=caller.workspace_id, today=today, filters=filters
        )
    return page.encoded(
        rows,
        key=lambda row: (row.placement_id,),
        item=lambda row: shown(row, caller, today=today),
        count=count,
    )


def _domain(text: str | None) -> str | None:
    if text is None:
        return None
    host = urls.host_of(urls.from_text(text) or "")
    return urls.domain_or_host(host) or text


@router.get("/{placement_id}", response_model=None, responses=_ONE)
async def get_placement(placement_id: UUID, caller: CallerDep, tx: TxDep) -> Response:
    """Return one placement with its terms and how it stands."""
    caller.require_scope(Scope.OUTREACH_READ)
    return await answer_placement(tx, placement_id, caller)


@router.patch("/{placement_id}", response_model=None, responses=_ONE, dependencies=[IF_MATCH])
async def change_placement(
    placement_id: UUID, body: TermsIn, caller: CallerDep, tx: TxDep, request: Request
) -> Response:
    """Change what was agreed; fields that are left out stay, `null` takes a term back."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    before = await _get(tx, placement_id, caller, role=Role.EDITOR, lock=True)
    require_match(request, before.version)
    if before.cancelled_at is not None:
        raise ConflictError("A cancelled placement can't be changed.", code="cancelled")
    merged = _merged(before, body)
    terms = await _checked(tx, merged, before.site_id, caller)
    terms = await _spelled(tx, before.site_id, terms, caller)
    after = replace(
        before,
        terms=terms,
        vendor_id=merged.vendor_id,
        note=merged.note,
        terms_seq=before.terms_seq + 1,
    )
    same = None if terms.page_key is None else await placements.find_same(tx, after)
    if same is not None:
        raise _already_agreed(same)
    now = clock.now()
    await placements.save_placement(tx, after, now=now)
    await publishing.tell_updated(tx, after)
    entry = Entry(placement_id, "changed", "The terms were changed.", now, actor=caller.actor)
    await placements.add_history(tx, [entry])
    return await answer_placement(tx, placement_id, caller)


@router.delete("/{placement_id}", status_code=204, dependencies=[IF_MATCH])
async def cancel_placement(
    placement_id: UUID, caller: CallerDep, tx: TxDep, request: Request
) -> None:
    """Cancel a placement; it and its history can still be read."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    before = await _get(tx, placement_id, caller, role=Role.EDITOR, lock=True)
    if request.headers.get("if-match") is not None:
        require_match(request, before.version)
    if before.cancelled_at is not None:
        return
    now = clock.now()
    await placements.cancel(tx, placement_id, now=now)
    after = replace(before, cancelled_at=now, terms_seq=before.terms_seq + 1)
    await publishing.tell_updated(tx, after)
    entry = Entry(placement_id, "cancelled", "Cancelled.", now, actor=caller.actor)
    await placements.add_history(tx, [entry])


class ChangeOut(BaseModel):
    """One line of a placement's history."""

    change_id: UUID
    kind: str
    sentence: str
    reasons: list[str]
    actor: str
    at: datetime


@router.get("/{placement_id}/changes")
async def list_changes(
    placement_id: UUID, caller: CallerDep, tx: TxDep, page: PageDep
) -> Page[ChangeOut]:
    """Return what happened to a placement, the newest first."""
    caller.require_scope(Scope.OUTREACH_READ)
    await _get(tx, placement_id, caller, role=Role.VIEWER)
    before = None if page.after is None else UUID(str(page.after[0]))
    rows = await placements.list_history(tx, placement_id, before=before, limit=page.limit + 1)
    return page.page(
        rows, key=lambda row: (row["change_id"],), item=lambda row: ChangeOut(**dict(row))
    )


def _already_agreed(same: UUID | None) -> ConflictError:
    detail = "There is a placement for this page and target already."
    fix = "Change the placement that is there" + (f": {same}." if same else ".")
    return ConflictError(
        detail,
        [FieldError("/referring_url", "already-agreed", fix)],
        code="already-agreed",
        existing=f"/v1/placements/{same}" if same else None,
    )


async def _checked(tx: Tx, body: TermsIn, site_id: UUID, caller: Caller) -> Terms:
    site = await sites.get_site(tx, site_id, workspace_id=caller.workspace_id)
    terms, faults = check(draft_of(body), hosts=site.hosts, name=POINTERS)
    if terms is None:
        raise InvalidError("The placement can't be written down like this.", faults)
    if body.vendor_id is not None:
        await require_vendor(tx, body.vendor_id, caller)
    return terms


async def require_vendor(tx: Tx, vendor_id: UUID, caller: Caller) -> None:
    """Raise InvalidError unless the caller may see this vendor."""
    try:
        await vendors.get_vendor(
            tx,
            vendor_id,
            workspace_id=caller.workspace_id,
            site_ids=caller.site_ids,
            actor_id=caller.actor_id,
        )
    except NotFoundError as error:
        fault = FieldError("/vendor_id", "not-found", "Give the id of one of your vendors.")
        raise InvalidError("There is no such vendor.", [fault]) from error


async def _get(
    tx: Tx, placement_id: UUID, caller: Caller, *, role: Role, lock: bool = False
) -> Placement:
    found = await placements.get_placement(
        tx, placement_id, workspace_id=caller.workspace_id, lock=lock
    )
    if not caller.may_see(found.site_id):
        raise NotFoundError("There is no such placement.")
    caller.require(found.site_id, role)
    return found


async def answer_placement(
    tx: Tx, placement_id: UUID, caller: Caller, *, status: int = 200
) -> Response:
    """Return a placement as this caller may see it."""
    placement = await _get(tx, placement_id, caller, role=Role.CLIENT)
    answer = shown(placement, caller, today=clock.now().date())
    return Response(
        jsontext.dumps(answer),
        status_code=status,
        media_type="application/json",
        headers={"ETag": etag(placement.version)},
    )


def _merged(before: Placement, body: TermsIn) -> TermsIn:
    """Return the terms in force with the fields of the request in their places."""
    terms = before.terms
    price = None
    if terms.price is not None:
        price = {"amount": terms.price, "currency": terms.currency}
    known: dict[str, Any] = {
        "referring_url": terms.referring_url,
        "referring_domain": terms.referring_domain,
        "target_url": terms.target_url,
        "anchor_text": terms.anchor_text,
        "rel": None if terms.rel is None else list(terms.rel),
        "position": terms.position,
        "go_live_on": terms.go_live_on,
        "until_on": terms.until_on,
        "max_outlinks": terms.max_outlinks,
        "price": price,
        "method": terms.method,
        "campaign": terms.campaign,
        "vendor_id": before.vendor_id,
        "note": before.note,
    }
    return TermsIn.model_validate(known | body.model_dump(exclude_unset=True))
