"""Prospects: the domains that a site may get links from, put on the list, looked through and moved on."""

from collections.abc import Mapping, Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from services.outreach.api.prospect_shapes import (
    ChangedOut,
    ChangeOut,
    ProspectChange,
    ProspectDetail,
    ProspectOut,
    ProspectsChange,
    Requested,
    prospect_detail,
    prospect_out,
)
from services.outreach.domain.prospect import Stage
from services.outreach.domain.suppression import REASON_WORDS
from services.outreach.store import prospect_lists, prospects, readings, sites, suppressions
from services.outreach.store.prospect_lists import Edit, Filters, Row
from services.outreach.store.prospects import Prospect
from shared import clock, queries
from shared.access import Caller, Scope
from shared.db import Tx
from shared.errors import FieldError, InvalidError, NotFoundError
from shared.pages import Page, PageDep
from shared.versions import IF_MATCH, etag, require_match
from shared.vocabulary import Role
from shared.web import CallerDep, TxDep

router = APIRouter(tags=["prospects"])

_Score = Annotated[int | None, Query(ge=0, le=100)]


class ProspectsOut(Page[ProspectOut]):
    """One page of prospects."""

    degraded: list[dict[str, str]] = Field(
        default_factory=list, description="Services whose part is missing in this answer."
    )


@router.get("/v1/sites/{site_id}/prospects")
async def list_prospects(
    site_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    page: PageDep,
    stage: Annotated[str | None, Query(description="Only these stages (comma = or).")] = None,
    source: Annotated[
        str | None, Query(max_length=1_000, description="Only from these (comma = or).")
    ] = None,
    owner: Annotated[str | None, Query(max_length=200, description="Empty = nobody's.")] = None,
    q: Annotated[str, Query(max_length=253, description="Part of the domain.")] = "",
    relevance_min: _Score = None,
    quality_min: _Score = None,
    snoozed: Annotated[
        bool | None, Query(description="Only those put off, or only others.")
    ] = None,
    sort: Annotated[
        str, Query(max_length=40, description=", ".join(prospect_lists.SORTS))
    ] = "-created",
) -> ProspectsOut:
    """Return the prospects of a site."""
    await require_site(tx, caller, site_id, Role.VIEWER)
    column, descending = queries.sort(sort, prospect_lists.SORTS)
    filters = Filters(
        stages=queries.choices("stage", stage, Stage),
        sources=queries.split("source", source),
        owner=owner,
        text=q.strip(),
        relevance_min=relevance_min,
        quality_min=quality_min,
        snoozed=snoozed,
    )
    now = clock.now()
    rows = await prospect_lists.list_prospects(
        tx,
        site_id,
        filters,
        now=now,
        sort=column,
        descending=descending,
        after=None if page.after is None else (page.after[0], page.after[1]),
        limit=page.limit + 1,
    )
    count = None
    if page.wants_count:
        count = await prospect_lists.count_prospects(tx, site_id, filters, now=now)
    forbidden = await forbidden_of(tx, caller, [row.prospect for row in rows])
    found = page.page(
        rows,
        key=lambda row: (_sort_key(row.prospect, column), row.prospect.prospect_id),
        item=lambda row: prospect_out(row, forbidden=forbidden.get(row.prospect.domain)),
        count=count,
    )
    return ProspectsOut(**dict(found))


def _sort_key(one: Prospect, column: str) -> object:
    scores = {"relevance": one.relevance, "quality": one.quality}
    if column in scores:
        score = scores[column]
        return -1 if score is None else score
    return one.domain if column == "domain" else one.prospect_id


class StagesOut(BaseModel):
    """How many prospects of a site are in each stage."""

    stages: dict[Stage, int]


@router.get("/v1/sites/{site_id}/prospects/stages")
async def count_stages(site_id: UUID, caller: CallerDep, tx: TxDep) -> StagesOut:
    """Return the pipeline of a site: how many prospects are in each stage."""
    await require_site(tx, caller, site_id, Role.VIEWER)
    counts = await prospect_lists.count_stages(tx, site_id)
    return StagesOut(stages={stage: counts.get(stage, 0) for stage in Stage})


@router.patch("/v1/sites/{site_id}/prospects")
async def change_prospects(
    site_id: UUID,
    body: ProspectsChange,
    caller: CallerDep,
    tx: TxDep,
    dry_run: Annotated[bool, Query(description="Only count what would be changed.")] = False,
) -> ChangedOut:
    """Move, assign or put off many prospects of a site; ids of other sites are left alone."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    await require_site(tx, caller, site_id, Role.EDITOR)
    check_change(body, besides=("prospect_ids",))
    known = await prospects.get_prospects(tx, caller.workspace_id, body.prospect_ids)
    meant = [one for one in known.values() if one.site_id == site_id]
    moved = sum(body.stage is not None and one.stage is not body.stage for one in meant)
    if not dry_run:
        await apply_change(tx, [one.prospect_id for one in meant], body, caller)
    changed = 0 if dry_run else len(meant)
    return ChangedOut(matched=len(meant), moved=moved, changed=changed, dry_run=dry_run)


@router.get("/v1/prospects/{prospect_id}")
async def get_prospect(
    prospect_id: UUID, caller: CallerDep, tx: TxDep, response: Response
) -> ProspectDetail:
    """Return one prospect, with the evidence for its relevance and quality."""
    row = await get_row(tx, caller, prospect_id, Role.VIEWER)
    response.headers["ETag"] = etag(row.prospect.version)
    return await _shown(tx, caller, row)


@router.patch("/v1/prospects/{prospect_id}", dependencies=[IF_MATCH])
async def change_prospect(
    prospect_id: UUID,
    body: ProspectChange,
    caller: CallerDep,
    tx: TxDep,
    request: Request,
    response: Response,
) -> ProspectDetail:
    """Move a prospect to another stage, give it to somebody, or put it off."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    row = await get_row(tx, caller, prospect_id, Role.EDITOR)
    require_match(request, row.prospect.version)
    check_change(body)
    await apply_change(tx, [prospect_id], body, caller)
    row = await get_row(tx, caller, prospect_id, Role.EDITOR)
    response.headers["ETag"] = etag(row.prospect.version)
    return await _shown(tx, caller, row)


@router.post("/v1/prospects/{prospect_id}/readings", status_code=202)
async def request_reading(prospect_id: UUID, caller: CallerDep, tx: TxDep) -> Requested:
    """Have the pages of a prospect read again, politely; what comes of it is told by its history."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    row = await get_row(tx, caller, prospect_id, Role.EDITOR)
    domain = row.prospect.domain
    await readings.request(tx, domain)
    return Requested(domain=domain, sentence="It is read within the next minutes.")


@router.get("/v1/prospects/{prospect_id}/changes")
async def list_prospect_changes(
    prospect_id: UUID, caller: CallerDep, tx: TxDep, page: PageDep
) -> Page[ChangeOut]:
    """Return what happened to a prospect, the newest first."""
    await get_row(tx, caller, prospect_id, Role.VIEWER)
    before = None if page.after is None else UUID(str(page.after[0]))
    rows = await prospects.list_history(tx, prospect_id, before=before, limit=page.limit + 1)
    return page.page(
        rows, key=lambda row: (row["change_id"],), item=lambda row: ChangeOut(**dict(row))
    )


async def require_site(tx: Tx, caller: Caller, site_id: UUID, role: Role) -> sites.Site:
    """Return a site of which the caller may see the prospects."""
    caller.require_scope(Scope.OUTREACH_READ)
    caller.require(site_id, role)
    return await sites.get_site(tx, site_id, workspace_id=caller.workspace_id)


async def get_row(tx: Tx, caller: Caller, prospect_id: UUID, role: Role) -> Row:
    """Return a prospect that the caller may see; NotFoundError for one of another's site."""
    caller.require_scope(Scope.OUTREACH_READ)
    rows = await prospect_lists.list_rows(tx, caller.workspace_id, [prospect_id])
    if not rows or not caller.may_see(rows[0].prospect.site_id):
        raise NotFoundError("There is no such prospect.")
    await require_site(tx, caller, rows[0].prospect.site_id, role)
    return rows[0]


async def forbidden_of(tx: Tx, caller: Caller, found: Sequence[Prospect]) -> Mapping[str, str]:
    """Return for each domain that must not be written to what forbids it."""
    known = await suppressions.list_covering_domains(
        tx, {one.domain for one in found}, workspace_id=caller.workspace_id
    )
    return {domain: f"{REASON_WORDS[one.reason]} ({one.value})." for domain, one in known.items()}


async def _shown(tx: Tx, caller: Caller, row: Row) -> ProspectDetail:
    forbidden = await forbidden_of(tx, caller, [row.prospect])
    return prospect_detail(row, forbidden=forbidden.get(row.prospect.domain))


def check_change(body: ProspectChange, *, besides: Sequence[str] = ()) -> None:
    """Raise InvalidError for a change that changes nothing, or that comes too late."""
    if not body.model_fields_set - {*besides, "reason"}:
        detail = "Say what to change: stage, owner or snooze_until."
        raise InvalidError(detail, [FieldError("", "nothing-to-change", detail)])
    if body.snooze_until is not None and body.snooze_until <= clock.now():
        detail = "Give a time in the future, or null to end the snooze."
        raise InvalidError(detail, [FieldError("/snooze_until", "in-the-past", detail)])


async def apply_change(
    tx: Tx, prospect_ids: Sequence[UUID], body: ProspectChange, caller: Caller
) -> None:
    """Do to these prospects what was asked; `check_change` was asked before."""
    edit = Edit(
        owner=body.owner,
        snooze_until=body.snooze_until,
        wake="snooze_until" in body.model_fields_set and body.snooze_until is None,
    )
    if edit != Edit():
        await prospect_lists.edit_prospects(tx, prospect_ids, edit, now=clock.now())
    if body.stage is not None:
        sentence = " ".join((body.reason or "").split()) or "Moved by hand."
        await prospects.set_stage(
            tx,
            caller.workspace_id,
            prospect_ids,
            body.stage,
            sentence,
            caller.actor,
            by_person=True,
        )
