"""Campaigns: a goal of a site that groups sequences, prospects and placements; nothing of it is for clients."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.outreach.domain.money.campaign import (
    LABELS,
    MOST_BUDGETS,
    STATE_SENTENCES,
    Campaign,
    CampaignState,
    Funnel,
    Spend,
    budget_sentence,
    faults,
    goal_sentence,
)
from services.outreach.domain.terms import MAX_NAME, method_name
from services.outreach.store import campaigns, placements, publishing, sites
from shared import clock, ids, queries
from shared.access import Caller, Scope
from shared.currencies import written
from shared.db import Tx
from shared.errors import FieldError, ForbiddenError, InvalidError, NotFoundError
from shared.inputs import Day, Whole
from shared.pages import Page, PageDep
from shared.versions import IF_MATCH, etag, require_match
from shared.vocabulary import Role
from shared.web import CallerDep, TxDep

router = APIRouter(prefix="/v1/campaigns", tags=["campaigns"])

_MOST_AT_ONCE = 500


class BudgetIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    amount: Decimal = Field(max_digits=18, decimal_places=4)
    currency: str = Field(min_length=3, max_length=3)


class CampaignFields(BaseModel):
    """What can be said of a campaign."""

    model_config = ConfigDict(extra="forbid")

    method: str | None = Field(default=None, max_length=MAX_NAME, description="How links are got.")
    goal_links: Whole | None = Field(default=None, description="So many live links ...")
    goal_on: Day | None = Field(default=None, description="... by this day.")
    budgets: list[BudgetIn] = Field(
        default=[], max_length=MOST_BUDGETS, description="At most one for each currency."
    )
    note: str | None = Field(default=None, max_length=5_000)


class CampaignIn(CampaignFields):
    """A new campaign; what carries its name already belongs to it."""

    site_id: UUID
    name: str = Field(min_length=1, max_length=MAX_NAME)


class CampaignPatch(CampaignFields):
    """Fields to change; those that are left out stay."""

    name: str = Field(default="", min_length=1, max_length=MAX_NAME)
    state: CampaignState = CampaignState.ACTIVE


class FunnelOut(BaseModel):
    """How far it has come."""

    found: int = Field(description="Domains: prospects, those written to, those agreed with.")
    contacted: int = Field(description="Domains to which a message went out.")
    delivered: int = Field(description="Of those, where none came back.")
    answered: int = Field(description="Domains of which a person answered.")
    interested: int = Field(description="Of those, who want to, name a price, or did it already.")
    agreed: int = Field(description="Placements that were not cancelled.")
    live: int = Field(description="Of those, whose link is there, as agreed or not quite.")
    lost: int = Field(description="Of those, whose link is gone.")


class BudgetOut(BaseModel):
    amount: str
    currency: str


class SpendOut(BaseModel):
    """The money of one currency; nothing is converted."""

    currency: str
    agreed: str = Field(description="Prices of its placements, lost ones too.")
    paid: str
    owed: str
    live_links: int = Field(description="Live links that have a price in this currency.")
    cost_per_live_link: str | None = Field(description="Null while none is live.")


class CampaignOut(BaseModel):
    """A campaign, how far it has come, and what it cost."""

    campaign_id: UUID
    site_id: UUID
    name: str
    method: str | None
    goal_links: int | None
    goal_on: date | None
    goal_sentence: str
    budgets: list[BudgetOut]
    budget_sentence: str
    note: str | None
    state: CampaignState
    label: str
    sentence: str
    funnel: FunnelOut
    spend: list[SpendOut]
    created_at: datetime
    updated_at: datetime | None
    version: int


@router.post("", status_code=201)
async def add_campaign(
    body: CampaignIn, caller: CallerDep, tx: TxDep, response: Response
) -> CampaignOut:
    """Write a campaign down; it begins with what carries its name already."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    caller.require(body.site_id, Role.EDITOR)
    await sites.get_site(tx, body.site_id, workspace_id=caller.workspace_id)
    made = Campaign(
        campaign_id=ids.new_id(),
        workspace_id=caller.workspace_id,
        created_by=caller.actor_id,
        created_at=clock.now(),
        **_values(body.model_dump(), body.budgets),
    )
    _refuse(made)
    await campaigns.add_campaign(tx, made)
    return await _answer(tx, made.campaign_id, caller, response)


@router.get("")
async def list_campaigns(
    caller: CallerDep,
    tx: TxDep,
    page: PageDep,
    site_id: UUID | None = None,
    state: Annotated[str | None, Query(description="Only these states (comma = or).")] = None,
) -> Page[CampaignOut]:
    """Return campaigns with their figures, the newest first."""
    caller.require_scope(Scope.OUTREACH_READ)
    site_ids = caller.sites_as(Role.VIEWER, site_id=site_id)
    if caller.is_only_client:
        raise ForbiddenError("Clients are not shown campaigns.", code="role-required")
    rows = await campaigns.list_campaigns(
        tx,
        caller.workspace_id,
        site_ids=site_ids,
        states=queries.choices("state", state, CampaignState),
        before=None if page.after is None else UUID(str(page.after[0])),
        limit=page.limit + 1,
    )
    answers = {one.campaign_id: one for one in await _with_figures(tx, rows)}
    return page.page(
        rows, key=lambda row: (row.campaign_id,), item=lambda row: answers[row.campaign_id]
    )


@router.get("/{campaign_id}")
async def get_campaign(
    campaign_id: UUID, caller: CallerDep, tx: TxDep, response: Response
) -> CampaignOut:
    """Return one campaign with its figures."""
    caller.require_scope(Scope.OUTREACH_READ)
    return await _answer(tx, campaign_id, caller, response)


@router.patch("/{campaign_id}", dependencies=[IF_MATCH])
async def change_campaign(
    campaign_id: UUID,
    body: CampaignPatch,
    caller: CallerDep,
    tx: TxDep,
    request: Request,
    response: Response,
) -> CampaignOut:
    """Change a campaign: goal, budgets, name; pause it, let it go on, archive it."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    before = await _get(tx, campaign_id, caller, role=Role.EDITOR, lock=True)
    require_match(request, before.version)
    now = clock.now()
    given = body.model_dump(exclude_unset=True)
    after = replace(before, **_values(given, body.budgets))
    _refuse(after)
    await campaigns.save_campaign(tx, after, now=now)
    if after.name != before.name:
        renamed = await campaigns.rename_parts(tx, before, after.name, now=now)
        for one in await placements.list_by_ids(tx, renamed):
            await publishing.tell_updated(tx, one)
    return await _answer(tx, campaign_id, caller, response)


class ProspectsIn(BaseModel):
    """Prospects of the site."""

    model_config = ConfigDict(extra="forbid")

    prospect_ids: list[UUID] = Field(min_length=1, max_length=_MOST_AT_ONCE)


@router.post("/{campaign_id}/prospects")
async def add_campaign_prospects(
    campaign_id: UUID, body: ProspectsIn, caller: CallerDep, tx: TxDep, response: Response
) -> CampaignOut:
    """Put prospects into a campaign, whether a sequence writes to them or not."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    found = await _get(tx, campaign_id, caller, role=Role.EDITOR)
    known = await campaigns.add_prospects(tx, found, body.prospect_ids)
    missing = [at for at, one in enumerate(body.prospect_ids) if one not in known]
    if missing:
        fix = "Give the id of a prospect of the campaign's site."
        faults_ = [FieldError(f"/prospect_ids/{at}", "not-found", fix) for at in missing]
        raise InvalidError("There is no such prospect on this site.", faults_)
    return await _answer(tx, campaign_id, caller, response)


@router.delete("/{campaign_id}/prospects/{prospect_id}", status_code=204)
async def remove_campaign_prospect(
    campaign_id: UUID, prospect_id: UUID, caller: CallerDep, tx: TxDep
) -> None:
    """Take a prospect out of a campaign; whoever a sequence of it writes to stays found by it."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    await _get(tx, campaign_id, caller, role=Role.EDITOR)
    await campaigns.remove_prospect(tx, campaign_id, prospect_id)


async def _get(
    tx: Tx, campaign_id: UUID, caller: Caller, *, role: Role, lock: bool = False
) -> Campaign:
    found = await campaigns.get_campaign(
        tx, campaign_id, workspace_id=caller.workspace_id, lock=lock
    )
    if not caller.sees_everything_in(found.site_id):
        raise NotFoundError("There is no such campaign.")
    caller.require(found.site_id, role)
    return found


async def _answer(tx: Tx, campaign_id: UUID, caller: Caller, response: Response) -> CampaignOut:
    found = await _get(tx, campaign_id, caller, role=Role.VIEWER)
    response.headers["ETag"] = etag(found.version)
    return (await _with_figures(tx, [found]))[0]


async def _with_figures(tx: Tx, found: Sequence[Campaign]) -> list[CampaignOut]:
    today = clock.now().date()
    chosen = [one.campaign_id for one in found]
    funnels = await campaigns.count_funnels(tx, chosen)
    spends = await campaigns.list_spends(tx, chosen)
    return [
        _shown(one, funnels[one.campaign_id], spends.get(one.campaign_id, []), today)
        for one in found
    ]


def _shown(one: Campaign, funnel: Funnel, spends: list[Spend], today: date) -> CampaignOut:
    same = ("campaign_id", "site_id", "name", "method", "goal_links", "goal_on", "note", "state")
    also = ("created_at", "updated_at", "version")
    return CampaignOut(
        **{name: getattr(one, name) for name in (*same, *also)},
        goal_sentence=goal_sentence(one, funnel, today),
        budgets=[
            BudgetOut(amount=written(amount, code), currency=code) for amount, code in one.budgets
        ],
        budget_sentence=budget_sentence(one, spends),
        label=LABELS[one.state],
        sentence=STATE_SENTENCES[one.state],
        funnel=FunnelOut(**{name: getattr(funnel, name) for name in FunnelOut.model_fields}),
        spend=[_spend(each) for each in spends],
    )


def _spend(one: Spend) -> SpendOut:
    cost = one.cost_per_live_link
    return SpendOut(
        currency=one.currency,
        agreed=written(one.agreed, one.currency),
        paid=written(one.paid, one.currency),
        owed=written(one.owed, one.currency),
        live_links=one.live_links,
        cost_per_live_link=None if cost is None else written(cost, one.currency),
    )


def _values(given: dict[str, Any], budgets: list[BudgetIn]) -> dict[str, Any]:
    """Return the fields as a campaign keeps them."""
    if "name" in given:
        given["name"] = " ".join(given["name"].split())
    if "method" in given:
        given["method"] = method_name(given["method"])
    if "budgets" in given:
        given["budgets"] = tuple((one.amount, one.currency.upper()) for one in budgets)
    return given


def _refuse(campaign: Campaign) -> None:
    wrong = faults(campaign)
    if wrong:
        raise InvalidError("The campaign can't be written down like this.", wrong)
