"""The plan for the new links of a site: how many a month, what they say, where they lead, what came of it."""

from contextlib import suppress
from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.outreach.api.advice import advise_for, next_aim
from services.outreach.api.plan_inputs import read_domain, read_settings, read_target, used_facts
from services.outreach.api.plan_shapes import (
    Degraded,
    MonthOut,
    PlanOut,
    SlotOut,
    SolveIn,
    SuggestionIn,
    SuggestionOut,
    group_out,
    needs_out,
    nothing_planned,
    pace_out,
    slot_out,
    suggestion_out,
)
from services.outreach.domain.plan import diagnosis
from services.outreach.domain.plan.corridor import first_month
from services.outreach.domain.plan.drawing import (
    Drawn,
    Ledger,
    Settings,
    broken_of,
    counts_of,
    draw,
    inputs_hash,
    pace_of,
)
from services.outreach.domain.plan.filling import SlotState
from services.outreach.domain.plan.needs import needs
from services.outreach.store import plans, sites
from services.outreach.store.ledger import fill_slots, get_ledger
from services.outreach.store.plans import Plan
from shared import clock, ids, outbox, queries
from shared.access import Caller, Scope
from shared.db import Tx
from shared.events import PlanUpdated
from shared.inputs import Day
from shared.pages import Page, PageDep
from shared.planning import SiteFacts
from shared.vocabulary import Role
from shared.web import CallerDep, TxDep

router = APIRouter(prefix="/v1/sites/{site_id}/plan", tags=["plan"])
_FIRST_SLOTS = 50


class _OnlyTriedError(Exception):
    """Undoes what a dry run did."""


@router.get("")
async def get_plan(site_id: UUID, caller: CallerDep, tx: TxDep) -> PlanOut:
    """Return the plan of the site beside what came of it so far."""
    _require(caller, site_id, Role.VIEWER)
    await sites.get_site(tx, site_id, workspace_id=caller.workspace_id)
    plan = await plans.find_plan(tx, site_id)
    if plan is None:
        return nothing_planned(site_id)
    await plans.lock_site(tx, site_id)
    return await _answer(tx, plan)


@router.post("/solve")
async def solve(
    site_id: UUID,
    body: SolveIn,
    caller: CallerDep,
    tx: TxDep,
    dry_run: Annotated[bool, Query(description="Only say what would be planned.")] = False,
) -> PlanOut:
    """Make the plan, or make it anew: slots are added for what is missing, none is taken back."""
    _require(caller, site_id, Role.EDITOR)
    site = await sites.get_site(tx, site_id, workspace_id=caller.workspace_id)
    settings = read_settings(body, site.hosts)
    await plans.lock_site(tx, site_id)
    before = await plans.find_plan(tx, site_id)
    facts = used_facts(body.facts, before)
    answer = nothing_planned(site_id)
    with suppress(_OnlyTriedError):
        async with tx.savepoint():
            answer = await _solved(
                tx, before, facts, settings, site_id, caller, start_over=body.start_over
            )
            if dry_run:
                raise _OnlyTriedError
    answer.dry_run = dry_run
    if body.facts is None:
        answer.degraded = [Degraded(service="profile", code="older-figures")]
    return answer


async def _solved(
    tx: Tx,
    before: Plan | None,
    facts: SiteFacts,
    settings: Settings,
    site_id: UUID,
    caller: Caller,
    *,
    start_over: bool,
) -> PlanOut:
    now = clock.now()
    since = await plans.get_began_at(tx, site_id, now=now)
    if start_over:
        await plans.drop_open(tx, site_id, now=now)
    await fill_slots(tx, site_id, facts, since=since)
    ledger = await get_ledger(tx, site_id, facts, since=since)
    drawn = draw(facts, settings, ledger, today=now.date())
    known = inputs_hash(facts, settings)
    if before is not None and before.inputs_hash == known and not drawn.slots and not start_over:
        return await _answer(tx, before)
    plan = Plan(
        plan_id=ids.new_id(),
        workspace_id=caller.workspace_id,
        site_id=site_id,
        version_no=1 if before is None else before.version_no + 1,
        settings=asdict(settings),
        facts=facts.model_copy(update={"host": None}),
        inputs_hash=known,
        capped=drawn.capped,
        actor=caller.actor,
        created_at=now,
    )
    await plans.add_plan(tx, plan, drawn.months)
    await plans.add_slots(tx, site_id, plan.version_no, drawn.slots)
    await outbox.add(tx, [_event(plan, drawn)])
    answer = await _answer(tx, plan)
    answer.slots_added = len(drawn.slots)
    return answer


def _event(plan: Plan, drawn: Drawn) -> PlanUpdated:
    return PlanUpdated(
        workspace_id=plan.workspace_id,
        site_id=plan.site_id,
        plan_id=plan.plan_id,
        version_no=plan.version_no,
        slots_added=len(drawn.slots),
        first_month=drawn.months[0][0],
        last_month=drawn.months[-1][0],
    )


async def _answer(tx: Tx, plan: Plan) -> PlanOut:
    """Return a plan as it stands, after placements filled the slots that they fit."""
    site_id, facts = plan.site_id, plan.facts
    settings = Settings(**plan.settings)
    since = await plans.get_began_at(tx, site_id, now=plan.created_at)
    await fill_slots(tx, site_id, facts, since=since)
    months = await plans.list_months(tx, site_id, since=since)
    ledger = await get_ledger(tx, site_id, facts, since=since)
    outcomes = await plans.get_outcomes(tx, site_id, workspace_id=plan.workspace_id)
    slots = await plans.list_slots(
        tx, site_id, states=[SlotState.OPEN], month=None, after=None, limit=_FIRST_SLOTS
    )
    pace = pace_of(facts, settings)
    first = first_month(plan.created_at.date())
    ahead = [row["planned"] for row in months if row["month"] >= first][: settings.months]
    now, after = counts_of(facts, ledger)
    standing = diagnosis.standings(now, after)
    return PlanOut(
        site_id=site_id,
        version_no=plan.version_no,
        made_at=plan.created_at,
        made_by=plan.actor,
        facts_as_of=facts.as_of,
        inputs_hash=plan.inputs_hash,
        settings=dict(plan.settings),
        pace=pace_out(pace, ahead),
        months=[MonthOut(**dict(row)) for row in months],
        anchors=[group_out(one) for one in standing],
        open_slots=[slot_out(row) for row in slots],
        changes=facts.changes,
        needs=needs_out(needs(sum(row["open"] for row in months), outcomes)),
        sentences=_sentences(plan, settings, ledger, ahead),
        degraded=[],
    )


def _sentences(plan: Plan, settings: Settings, ledger: Ledger, ahead: list[int]) -> list[str]:
    facts = plan.facts
    now, after = counts_of(facts, ledger)
    pace = sum(ahead) / len(ahead) if ahead else 0.0
    said = [
        diagnosis.of_pace(pace_of(facts, settings), ahead),
        diagnosis.of_judgement(facts.domains),
        diagnosis.of_exact(now, facts.domains, pace, changes=facts.changes_needed),
        diagnosis.of_bands(diagnosis.standings(now, after)),
        diagnosis.of_capped(plan.capped),
        diagnosis.of_broken(broken_of(facts, settings)),
    ]
    return [sentence for sentence in said if sentence is not None]


@router.get("/slots")
async def list_slots(
    site_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    page: PageDep,
    state: Annotated[str | None, Query(description="Only these states (comma = or).")] = None,
    month: Annotated[Day | None, Query(description="The first day of a month.")] = None,
) -> Page[SlotOut]:
    """Return the slots of the plan, the earliest first."""
    _require(caller, site_id, Role.VIEWER)
    await sites.get_site(tx, site_id, workspace_id=caller.workspace_id)
    after = None if page.after is None else (page.after[0], page.after[1])
    rows = await plans.list_slots(
        tx,
        site_id,
        states=queries.choices("state", state, SlotState),
        month=month,
        after=after,
        limit=page.limit + 1,
    )
    return page.page(rows, key=lambda row: (row["due_on"], row["slot_id"]), item=slot_out)


@router.post("/suggestions")
async def suggest(site_id: UUID, body: SuggestionIn, caller: CallerDep, tx: TxDep) -> SuggestionOut:
    """Say what one next link from a domain should say, and to which page it should lead."""
    _require(caller, site_id, Role.VIEWER)
    site = await sites.get_site(tx, site_id, workspace_id=caller.workspace_id)
    target = None if body.target_url is None else read_target(body.target_url, site.hosts)
    domain = read_domain(body.referring_domain, site.hosts)
    plan = await plans.find_plan(tx, site_id)
    facts = used_facts(body.facts, plan)
    aim = await next_aim(tx, site_id, facts, plan, target_url=target)
    return suggestion_out(
        await advise_for(tx, site_id, facts, aim, domain=domain),
        domain=domain,
        target_url=aim.target_url,
        slot_id=None if aim.slot is None else aim.slot["slot_id"],
        links=None if facts.host is None else facts.host.links,
    )


def _require(caller: Caller, site_id: UUID, role: Role) -> None:
    """A plan shows what profile knows of the links, so that it needs the right to see both."""
    caller.require_scope(Scope.OUTREACH_READ if role is Role.VIEWER else Scope.OUTREACH_WRITE)
    caller.require_scope(Scope.LINKS_READ)
    caller.require(site_id, role)
