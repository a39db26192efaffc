"""Building the next disavow file from the decisions of people: the gate, the impact, two pairs of eyes."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.toxicity.api.versions import (
    DRY,
    DryRun,
    Note,
    VersionOut,
    full_guard,
    listed,
    new_version,
    site_of,
)
from services.toxicity.domain import building, need
from services.toxicity.domain.building import ADVICE, Decided, Plan, Wanted
from services.toxicity.domain.disavow.safeguards import (
    REVIEWERS_OF_MANY,
    Case,
    Impact,
    large_because,
)
from services.toxicity.domain.guard import Guard
from services.toxicity.domain.need import Figures, Need
from services.toxicity.store import cases, reads, reviews, versions
from services.toxicity.store.cases import Answer
from services.toxicity.store.reviews import Standing
from services.toxicity.store.sites import Site
from services.toxicity.store.versions import Version
from shared import clock
from shared.access import Caller, Scope
from shared.db import Tx
from shared.vocabulary import Action, Role
from shared.web import CallerDep, TxDep

A_WEEK = timedelta(days=7)

router = APIRouter(prefix="/v1/sites/{site_id}/disavow", tags=["disavow"])


class NeedIn(BaseModel):
    """Why this site needs a disavow file; null or empty where there is no such reason."""

    model_config = ConfigDict(extra="forbid")

    manual_action: str | None = Field(
        default=None, max_length=2000, description="What Search Console says, and since when."
    )
    known_scheme: str | None = Field(
        default=None, max_length=2000, description="Links that were bought, exchanged or made."
    )
    note: str = Field(default="", max_length=2000)


class NeedOut(BaseModel):
    """Whether this site needs a disavow file; `no` unless a person recorded why."""

    needed: Need
    sentence: str
    because: list[str]
    advice: str
    questions: list[str]
    manual_action: str | None
    known_scheme: str | None
    note: str
    answered_by: str | None
    answered_at: datetime | None
    judged: int
    candidates: int
    worth_action: int
    ignored_junk: int


@router.get("/need")
async def get_need(site_id: UUID, caller: CallerDep, tx: TxDep) -> NeedOut:
    """Return whether this site needs a disavow file, with the figures and Google's own advice."""
    site = await site_of(tx, caller, site_id, Role.VIEWER, Scope.TOXICITY_READ)
    return await _need(tx, site)


@router.put("/need")
async def put_need(site_id: UUID, body: NeedIn, caller: CallerDep, tx: TxDep) -> NeedOut:
    """Record why this site needs a disavow file, or that it does not."""
    site = await site_of(tx, caller, site_id, Role.EDITOR, Scope.DISAVOW_WRITE)
    answer = Answer(
        manual_action=(body.manual_action or "").strip() or None,
        known_scheme=(body.known_scheme or "").strip() or None,
        note=body.note.strip(),
        answered_by=caller.actor,
        answered_at=clock.now(),
    )
    await cases.add_answer(tx, site_id, workspace_id=site.workspace_id, answer=answer)
    return await _need(tx, site)


async def _need(tx: Tx, site: Site) -> NeedOut:
    answer = await cases.find_answer(tx, site.site_id)
    totals = await reads.sum_site(tx, site.site_id)
    said = answer if answer and not answer.only_shown else None
    figures = Figures(
        manual_action=(said and said.manual_action) or site.manual_action,
        known_scheme=said.known_scheme if said else None,
        judged=totals.judged,
        candidates=totals.actions.get(Action.PROPOSE_DISAVOW, 0),
        worth_action=totals.worth_action,
        ignored_junk=totals.junk_ignored,
    )
    found = need.answer(figures)
    return NeedOut(
        needed=found.need,
        sentence=found.sentence,
        because=list(found.because),
        advice=ADVICE,
        questions=list(need.QUESTIONS),
        manual_action=figures.manual_action,
        known_scheme=figures.known_scheme,
        note=said.note if said else "",
        answered_by=said.answered_by if said else None,
        answered_at=said.answered_at if said else None,
        judged=figures.judged,
        candidates=figures.candidates,
        worth_action=figures.worth_action,
        ignored_junk=figures.ignored_junk,
    )


class BuildIn(BaseModel):
    """Build the next version from the list in force and the decisions of people."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(default="", max_length=500, description="Why this version was made.")
    confirm_large: bool = Field(
        default=False,
        description="I looked at the impact of this large set and agree; two people have to.",
    )


class ImpactOut(BaseModel):
    """What the new entries would do."""

    new_domains: int
    new_urls: int
    domains_this_week: int
    referring_domains: int
    share: float | None = Field(description="New domains of all referring domains.")
    links: int
    followed_links: int
    good_links: int = Field(description="Links that look good and would be thrown away.")
    authority_share: float | None = Field(description="null while no authority is known.")


class BuildOut(BaseModel):
    """A version that was built, or (`version` is null) what it would be and what holds it back."""

    version: VersionOut | None
    domains: int
    urls: int
    added: list[str]
    removed: list[str]
    refused: list[Note]
    impact: ImpactOut
    needs_confirmation: bool = Field(
        description="The set is large: two people must look at its impact and confirm it."
    )
    large_because: str | None
    confirmed_by: list[str]
    held_back_by: list[Note]
    advice: str
    text: str


_PLAIN_BUILD = BuildIn()


@router.post(
    "/versions",
    status_code=201,
    responses={
        200: {"model": BuildOut, **DRY},
        202: {"model": BuildOut, "description": "A large set: a second person has to confirm it"},
    },
)
async def build_version(
    site_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    request: Request,
    response: Response,
    body: BuildIn = _PLAIN_BUILD,
    dry_run: DryRun = False,
) -> BuildOut:
    """Build the next version; nothing is sent to Google, the file is for a person to upload."""
    site = await site_of(tx, caller, site_id, Role.EDITOR, Scope.DISAVOW_WRITE)
    bench = await _bench(tx, request, site)
    plan = building.look(bench.wanted, guard=bench.guard, case=bench.case)
    if dry_run:
        response.status_code = 200
        await _show_advice(tx, site, caller)
        return _built(plan, bench, None, await _confirmed_by(tx, site, plan))
    if body.confirm_large and large_because(bench.case):
        await cases.confirm_set(tx, site_id, plan.set_key, caller=caller, now=clock.now())
    names = await _confirmed_by(tx, site, plan)
    bench = replace(bench, case=replace(bench.case, reviewers=len(names)))
    if names and len(names) < REVIEWERS_OF_MANY and bench.case.advice_heeded:
        # An error would undo the confirmation that was just given.
        response.status_code = 202
        return _built(plan, bench, None, names)
    plan = building.build(bench.wanted, guard=bench.guard, case=bench.case)
    version = await new_version(
        tx,
        site,
        caller,
        origin="built",
        text=plan.written.text,
        reason=body.reason,
        new_domains=plan.new_domains,
    )
    return _built(plan, bench, version, names)


@dataclass(frozen=True, slots=True)
class _Bench:
    """All that a build needs, read once."""

    wanted: Wanted
    guard: Guard
    case: Case


async def _bench(tx: Tx, request: Request, site: Site) -> _Bench:
    newest = await versions.find_newest(tx, site.site_id)
    standing = await reviews.list_standing(tx, site.site_id)
    guard = await full_guard(tx, site, standing)
    wanted = building.next_list(
        newest.text if newest else "", [_decided(one) for one in standing], domain=site.domain
    )
    domains = building.domains_of(entry.line for entry in wanted.new)
    answer = await cases.find_answer(tx, site.site_id)
    case = Case(
        in_force=wanted.in_force,
        witnesses=await cases.list_witnesses(tx, site.site_id, domains, now=clock.now()),
        advice_heeded=answer is not None or bool(site.manual_action),
        limits=request.app.state.limits,
    )
    # The impact is that of what the safe-guards let through, not of what was wished for.
    first = building.look(wanted, guard=guard, case=case)
    impact = await _impact(tx, site, first)
    return _Bench(wanted, guard, replace(case, impact=impact))


async def _impact(tx: Tx, site: Site, plan: Plan) -> Impact:
    domains = building.domains_of(plan.difference.added)
    return await cases.get_impact(
        tx,
        site.site_id,
        domains=domains,
        urls=len(plan.difference.added) - len(domains),
        this_week=await versions.count_new_domains(tx, site.site_id, since=clock.now() - A_WEEK),
    )


async def _show_advice(tx: Tx, site: Site, caller: Caller) -> None:
    """Remember that the advice was shown; it stands in every answer of a dry run."""
    if await cases.find_answer(tx, site.site_id) is None:
        shown = Answer(None, None, "", caller.actor, clock.now(), only_shown=True)
        await cases.add_answer(tx, site.site_id, workspace_id=site.workspace_id, answer=shown)


async def _confirmed_by(tx: Tx, site: Site, plan: Plan) -> list[str]:
    return [name for _, name in await cases.list_confirmed_by(tx, site.site_id, plan.set_key)]


def _decided(standing: Standing) -> Decided:
    return Decided(
        decision=standing.decision,
        decided_on=standing.decided_at.date(),
        reason=standing.reason,
        domain=standing.domain,
        page_url=standing.page_url,
    )


def _built(plan: Plan, bench: _Bench, version: Version | None, confirmed_by: list[str]) -> BuildOut:
    large = large_because(bench.case)
    impact = bench.case.impact
    return BuildOut(
        version=None if version is None else listed(version),
        domains=plan.written.domains,
        urls=plan.written.urls,
        added=list(plan.difference.added),
        removed=list(plan.difference.removed),
        refused=[
            Note(code=one.code, detail=one.sentence, entry=one.entry)
            for one in plan.written.refused
        ],
        impact=ImpactOut(
            new_domains=impact.new_domains,
            new_urls=impact.new_urls,
            domains_this_week=impact.domains_this_week,
            referring_domains=impact.referring_domains,
            share=impact.share,
            links=impact.links,
            followed_links=impact.followed_links,
            good_links=impact.good_links,
            authority_share=impact.authority_share,
        ),
        needs_confirmation=large is not None,
        large_because=large,
        confirmed_by=confirmed_by,
        held_back_by=[Note(code=one.code, detail=one.sentence) for one in plan.written.objections]
        + [Note(code=one.code, detail=one.sentence) for one in plan.written.limits],
        advice=ADVICE,
        text=plan.written.text,
    )
