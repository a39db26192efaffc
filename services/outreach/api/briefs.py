"""Briefs for the texts that carry links: made from what is known, approved, handed to a writer, promised."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.outreach.api.advice import Aim, advise_for, next_aim, page_of
from services.outreach.api.brief_shapes import (
    BriefIn,
    BriefOut,
    BriefPatch,
    BriefRow,
    BriefVersionOut,
    brief_out,
    row_out,
)
from services.outreach.api.placements import answer_placement, promise
from services.outreach.api.plan_inputs import read_domain, read_target, used_facts
from services.outreach.api.shapes import PlacementIn, PlacementOut, TermsIn
from services.outreach.domain.brief import BriefState
from services.outreach.domain.brief.content import (
    BriefContent,
    HostNote,
    Order,
    new_content,
    warnings,
    with_checklist,
)
from services.outreach.domain.brief.markdown import to_markdown
from services.outreach.domain.plan.filling import SlotState
from services.outreach.domain.prospect import Stage
from services.outreach.domain.terms import method_name
from services.outreach.store import briefs, plans, prospects, sites, texts
from services.outreach.store.briefs import Brief
from services.outreach.store.prospects import Prospect
from shared import clock, ids, queries
from shared.access import Caller, Scope
from shared.anchor_bands import Group
from shared.db import Tx
from shared.errors import ConflictError, FieldError, InvalidError, NotFoundError
from shared.pages import Page, PageDep
from shared.versions import IF_MATCH, etag, require_match
from shared.vocabulary import Role
from shared.web import CallerDep, TxDep

router = APIRouter(prefix="/v1/briefs", tags=["briefs"])
_OF_CONTENT = ("title", "anchor_text", "outline", "paid", "rel", "deadline", "remarks")
_AFTER = {
    BriefState.APPROVED: {BriefState.DRAFT},
    BriefState.SENT: {BriefState.APPROVED},
    BriefState.DONE: {BriefState.APPROVED, BriefState.SENT},
}


@router.post("", status_code=201)
async def add_brief(body: BriefIn, caller: CallerDep, tx: TxDep, response: Response) -> BriefOut:
    """Write a brief for one link: what it says and where it leads follow from the plan and the bands."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    caller.require_scope(Scope.LINKS_READ)
    caller.require(body.site_id, Role.EDITOR)
    site = await sites.get_site(tx, body.site_id, workspace_id=caller.workspace_id)
    target = None if body.target_url is None else read_target(body.target_url, site.hosts)
    prospect = await _prospect(tx, body, caller)
    domain = prospect.domain if prospect else None
    if body.referring_domain is not None:
        domain = read_domain(body.referring_domain, site.hosts)
    plan = await plans.find_plan(tx, site.site_id)
    facts = used_facts(body.facts, plan)
    if body.slot_id is None:
        aim = await next_aim(tx, site.site_id, facts, plan, target_url=target)
    else:
        aim = await _slot(tx, body.slot_id, site.site_id, caller)
    method = method_name(body.method) or (aim.slot["method"] if aim.slot else None)
    order = Order(
        domain=domain,
        method=method,
        deadline=body.deadline or _due(aim),
        paid=body.paid,
        remarks=body.remarks,
        relevance=prospect.relevance if prospect else None,
        quality=prospect.quality if prospect else None,
    )
    advice = await advise_for(tx, site.site_id, facts, aim, domain=domain)
    brief = Brief(
        brief_id=ids.new_id(),
        workspace_id=caller.workspace_id,
        site_id=site.site_id,
        content=new_content(facts, page_of(facts, aim.target_url), advice, order),
        slot_id=aim.slot["slot_id"] if aim.slot else None,
        prospect_id=body.prospect_id,
        created_by=caller.actor,
        created_at=clock.now(),
    )
    if not await briefs.add_brief(tx, brief):
        raise ConflictError("This slot has a brief already.", code="has-brief")
    return await _answer(tx, brief, response)


def _due(aim: Aim) -> date | None:
    """Return the day of the slot that a brief is for, unless it is over."""
    due: date | None = aim.slot["due_on"] if aim.slot else None
    return due if due is not None and due >= clock.now().date() else None


async def _prospect(tx: Tx, body: BriefIn, caller: Caller) -> Prospect | None:
    if body.prospect_id is None:
        return None
    found = await prospects.get_prospects(tx, caller.workspace_id, [body.prospect_id])
    prospect = found.get(body.prospect_id)
    if prospect is None or prospect.site_id != body.site_id:
        fault = FieldError("/prospect_id", "not-found", "Give the id of a prospect of this site.")
        raise InvalidError("There is no such prospect.", [fault])
    return prospect


async def _slot(tx: Tx, slot_id: UUID, site_id: UUID, caller: Caller) -> Aim:
    slot = await plans.find_slot(tx, slot_id, workspace_id=caller.workspace_id)
    if slot is None or slot["site_id"] != site_id:
        fault = FieldError("/slot_id", "not-found", "Give the id of a slot of this site's plan.")
        raise InvalidError("There is no such slot.", [fault])
    if slot["brief_id"] is not None or slot["state"] != SlotState.OPEN:
        raise ConflictError(
            "This slot has a brief or a placement already.",
            code="has-brief",
            existing=f"/v1/briefs/{slot['brief_id']}" if slot["brief_id"] else None,
        )
    return Aim(slot["target_url"], Group(slot["anchor_group"]), slot)


@router.get("")
async def list_briefs(
    caller: CallerDep,
    tx: TxDep,
    page: PageDep,
    site_id: UUID | None = None,
    state: Annotated[str | None, Query(description="Only these states (comma = or).")] = None,
) -> Page[BriefRow]:
    """Return briefs, the newest first."""
    caller.require_scope(Scope.OUTREACH_READ)
    rows = await briefs.list_briefs(
        tx,
        workspace_id=caller.workspace_id,
        site_ids=caller.sites_as(Role.VIEWER, site_id=site_id),
        states=queries.choices("state", state, BriefState),
        before=None if page.after is None else UUID(str(page.after[0])),
        limit=page.limit + 1,
    )
    return page.page(rows, key=lambda row: (row.brief_id,), item=row_out)


@router.get("/{brief_id}")
async def get_brief(brief_id: UUID, caller: CallerDep, tx: TxDep, response: Response) -> BriefOut:
    """Return one brief with all that it says."""
    return await _answer(tx, await _get(tx, brief_id, caller), response)


@router.get(
    "/{brief_id}/markdown",
    response_class=Response,
    responses={200: {"content": {"text/markdown": {"schema": {"type": "string"}}}}},
)
async def get_markdown(brief_id: UUID, caller: CallerDep, tx: TxDep) -> Response:
    """Return the brief as Markdown, to be given to a writer."""
    brief = await _get(tx, brief_id, caller)
    return Response(
        to_markdown(brief.content),
        media_type="text/markdown; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="brief-{brief_id}.md"'},
    )


@router.get("/{brief_id}/versions")
async def list_brief_versions(
    brief_id: UUID, caller: CallerDep, tx: TxDep, page: PageDep
) -> Page[BriefVersionOut]:
    """Return what the brief said before, the newest version first."""
    await _get(tx, brief_id, caller)
    before = None if page.after is None else int(page.after[0])
    rows = await briefs.list_versions(tx, brief_id, before=before, limit=page.limit + 1)
    return page.page(rows, key=lambda row: (row["version"],), item=_version)


def _version(row: Any) -> BriefVersionOut:
    content = BriefContent.model_validate_json(row["content"])
    known = {name: row[name] for name in ("version", "state", "actor", "at")}
    return BriefVersionOut(content=content, **known)


@router.patch("/{brief_id}", dependencies=[IF_MATCH])
async def change_brief(
    brief_id: UUID,
    body: BriefPatch,
    caller: CallerDep,
    tx: TxDep,
    request: Request,
    response: Response,
) -> BriefOut:
    """Change what a brief says, which makes it a draft again, or how far it has come."""
    before = await _get(tx, brief_id, caller, write=True)
    require_match(request, before.version)
    given = body.model_dump(exclude_unset=True)
    site = await sites.get_site(tx, before.site_id, workspace_id=caller.workspace_id)
    content = _changed(before.content, given, site.hosts)
    after = replace(before, content=content, version=before.version + 1)
    if content == before.content and "state" not in given:
        return await _answer(tx, before, response)
    if content != before.content:
        after = replace(after, state=BriefState.DRAFT, approved_by=None, approved_at=None)
    if "state" in given:
        after = _moved(after, body.state, caller)
    await briefs.save_brief(tx, after, actor=caller.actor, now=clock.now())
    return await _answer(tx, after, response)


def _changed(content: BriefContent, given: dict[str, Any], hosts: tuple[str, ...]) -> BriefContent:
    """Return the content with what was given in its place."""
    known = {name: given[name] for name in _OF_CONTENT if name in given}
    if "anchor_text" in known:
        known["anchor_text"] = " ".join((known["anchor_text"] or "").split()) or None
    if known.get("paid") and "rel" not in known and content.rel is None:
        known["rel"] = ["sponsored"]
    after = BriefContent.model_validate(content.model_dump() | known)
    if "referring_domain" in given:
        text = given["referring_domain"]
        domain = None if text is None else read_domain(text, hosts)
        if domain != (content.host.domain if content.host else None):
            after.host = None if domain is None else HostNote(domain=domain)
    return with_checklist(after)


def _moved(brief: Brief, state: BriefState, caller: Caller) -> Brief:
    if state is BriefState.DRAFT:
        return replace(brief, state=state, approved_by=None, approved_at=None)
    if state is not brief.state and brief.state not in _AFTER[state]:
        detail = f"A brief that is {brief.state} can't become {state}; approve it first."
        raise ConflictError(detail, code="not-approved")
    if brief.content.anchor_text is None:
        fault = FieldError("/anchor_text", "missing", "Say what the link is to say.")
        raise InvalidError("A brief without the words of the link can't be approved.", [fault])
    if state is BriefState.APPROVED:
        brief = replace(brief, approved_by=caller.actor, approved_at=clock.now())
    return replace(brief, state=state)


@router.delete("/{brief_id}", status_code=204)
async def remove_brief(brief_id: UUID, caller: CallerDep, tx: TxDep) -> None:
    """Take a brief away; its slot is open for another one. A placement that it made stays."""
    await _get(tx, brief_id, caller, write=True)
    await briefs.remove_brief(tx, brief_id)


@router.post(
    "/{brief_id}/placement",
    status_code=201,
    response_model=None,
    responses={201: {"model": PlacementOut}},
)
async def promise_placement(
    brief_id: UUID, body: TermsIn, caller: CallerDep, tx: TxDep
) -> Response:
    """Write down the placement that an approved brief is for; its terms come from the brief."""
    brief = await _get(tx, brief_id, caller, write=True)
    if brief.state is BriefState.DRAFT:
        raise ConflictError("Approve the brief first.", code="not-approved")
    if brief.placement_id is not None:
        raise ConflictError(
            "This brief has its placement already.",
            code="has-placement",
            existing=f"/v1/placements/{brief.placement_id}",
        )
    await plans.lock_site(tx, brief.site_id)
    terms = _terms(brief) | body.model_dump(exclude_unset=True)
    wish = PlacementIn(site_id=brief.site_id, **terms)
    placement_id = await promise(tx, wish, caller)
    after = replace(brief, placement_id=placement_id, version=brief.version + 1)
    await briefs.save_brief(tx, after, actor=caller.actor, now=clock.now())
    if brief.slot_id is not None:
        await plans.release_cancelled(tx, brief.site_id)
        await plans.save_filled(tx, {brief.slot_id: placement_id})
    if brief.prospect_id is not None:
        sentence = "A placement was agreed on, by a brief."
        await prospects.set_stage(
            tx, brief.workspace_id, [brief.prospect_id], Stage.AGREED, sentence, caller.actor
        )
    return await answer_placement(tx, placement_id, caller, status=201)


def _terms(brief: Brief) -> dict[str, Any]:
    content = brief.content
    known = {
        "referring_domain": brief.domain,
        "target_url": content.target_url,
        "anchor_text": content.anchor_text,
        "rel": content.rel,
        "go_live_on": content.deadline,
        "method": content.method,
    }
    return {name: value for name, value in known.items() if value is not None}


async def _get(tx: Tx, brief_id: UUID, caller: Caller, *, write: bool = False) -> Brief:
    caller.require_scope(Scope.OUTREACH_WRITE if write else Scope.OUTREACH_READ)
    found = await briefs.get_brief(tx, brief_id, workspace_id=caller.workspace_id, lock=write)
    if not caller.may_see(found.site_id):
        raise NotFoundError("There is no such brief.")
    caller.require(found.site_id, Role.EDITOR if write else Role.VIEWER)
    return found


async def _answer(tx: Tx, brief: Brief, response: Response) -> BriefOut:
    response.headers["ETag"] = etag(brief.version)
    on_host: list[str] = []
    if brief.domain is not None:
        on_host = await texts.list_on_host(tx, brief.site_id, brief.domain, without=brief.brief_id)
    return brief_out(brief, warnings(brief.content, on_host))
