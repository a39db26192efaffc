"""How long links live by vendor, campaign and method, and what links are worth month by month."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.profile.domain.survival import HORIZONS, Costs, Curve, Spell, curve_of, shown
from services.profile.store import sites, survival, worth
from shared import clock
from shared.access import Caller, Scope
from shared.db import Tx
from shared.dependencies import CallerDep, TxDep
from shared.vocabulary import Role

router = APIRouter(prefix="/v1/sites/{site_id}", tags=["survival"])
ENOUGH = 10


class SurvivalBy(StrEnum):
    VENDOR = "vendor"
    CAMPAIGN = "campaign"
    METHOD = "method"


class PointOut(BaseModel):
    """The share alive from an age on, with its 95 % limits."""

    days: int
    share: float
    low: float
    high: float
    at_risk: int


class HorizonOut(BaseModel):
    """The share alive after so many days; null while no link was watched for so long."""

    days: int
    share: float | None
    low: float | None
    high: float | None


class GroupOut(BaseModel):
    """One vendor, campaign or method."""

    name: str
    links: int
    lost: int
    enough: bool = Field(description="Whether there are enough links to say anything.")
    alive: list[HorizonOut]
    curve: list[PointOut]
    cost_per_link_month: dict[str, float] = Field(
        description="What a month of a living link costs, by currency; only paid links count."
    )


class SurvivalOut(BaseModel):
    """Kaplan-Meier curves: links that still live count for as long as they were watched."""

    by: SurvivalBy
    items: list[GroupOut]
    undated: int = Field(description="Links of unknown age, which have no place in a curve.")
    sentence: str


@router.get("/survival")
async def get_survival(
    site_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    by: Annotated[SurvivalBy, Query(description="vendor, campaign or method")] = SurvivalBy.VENDOR,
) -> SurvivalOut:
    """Return which share of the links of each group is alive after 90 and 365 days."""
    await _see(tx, caller, site_id)
    grouped: dict[str, list[Any]] = defaultdict(list)
    for row in await survival.list_lives(tx, site_id, by=by):
        grouped[row["name"]].append(row)
    undated = await survival.count_undated(tx, site_id)
    items = [_group(name, rows) for name, rows in grouped.items()]
    return SurvivalOut(by=by, items=items, undated=undated, sentence=_sentence(items, undated))


async def _see(tx: Tx, caller: Caller, site_id: UUID) -> None:
    caller.require_scope(Scope.LINKS_READ)
    # Vendors and costs are no business of clients.
    caller.require(site_id, Role.VIEWER)
    await sites.get_site(tx, caller.workspace_id, site_id)


def _group(name: str, rows: Sequence[Any]) -> GroupOut:
    spells = [Spell(row["entry"], row["exit"], row["lost"], row["count"]) for row in rows]
    curve = curve_of(spells)
    return GroupOut(
        name=name,
        links=curve.links,
        lost=curve.lost,
        enough=curve.links >= ENOUGH,
        alive=[_horizon(curve, days) for days in HORIZONS],
        curve=[
            PointOut(days=p.days, share=p.share, low=p.low, high=p.high, at_risk=p.at_risk)
            for p in shown(curve)
        ],
        cost_per_link_month=_costs(rows).per_month(),
    )


def _horizon(curve: Curve, days: int) -> HorizonOut:
    point = curve.at(days)
    if point is None:
        return HorizonOut(days=days, share=None, low=None, high=None)
    return HorizonOut(days=days, share=point.share, low=point.low, high=point.high)


def _costs(rows: Iterable[Any]) -> Costs:
    prices: dict[str, Decimal] = defaultdict(Decimal)
    days: dict[str, int] = defaultdict(int)
    for row in rows:
        if row["price"] is not None and row["currency"]:
            prices[row["currency"]] += row["price"]
            days[row["currency"]] += row["exit"] * row["count"]
    return Costs(prices, days)


def _sentence(items: Sequence[GroupOut], undated: int) -> str:
    if not items:
        return "No link of known age was watched yet."
    few = sum(not item.enough for item in items)
    told = f"{few} of {len(items)} groups have too few links to judge. " if few else ""
    return f"{told}{undated} links of unknown age are left out."


class MonthOut(BaseModel):
    """What one month took and gave back."""

    month: date
    lost_links: int
    lost_value: float
    recovered_links: int
    recovered_value: float


class ValueOut(BaseModel):
    """What the links of a site are worth, and what was lost month by month."""

    value: float = Field(description="Of the present links together; an ordinary link is 1.")
    links: int
    months: list[MonthOut]


@router.get("/value")
async def get_value(
    site_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    months: Annotated[int, Query(ge=1, le=36, description="How many months back.")] = 12,
) -> ValueOut:
    """Return what the present links are worth together, and the value lost in each month."""
    caller.require_scope(Scope.LINKS_READ)
    caller.require(site_id, Role.CLIENT)
    await sites.get_site(tx, caller.workspace_id, site_id)
    present = await worth.get_value(tx, site_id)
    today = clock.now()
    names = _months(today.date(), months)
    first = today.replace(
        year=names[0].year, month=names[0].month, day=1, hour=0, minute=0, second=0, microsecond=0
    )
    rows = await worth.list_months(tx, site_id, since=first)
    moved = {(row["month"], row["kind"]): row for row in rows}
    items = [_month(month, moved) for month in names]
    return ValueOut(value=round(present["value"], 4), links=present["links"], months=items)


def _months(today: date, count: int) -> list[date]:
    found = [today.replace(day=1)]
    while len(found) < count:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found[::-1]


def _month(month: date, moved: dict[tuple[date, str], Any]) -> MonthOut:
    lost, back = moved.get((month, "lost")), moved.get((month, "recovered"))
    return MonthOut(
        month=month,
        lost_links=lost["links"] if lost else 0,
        lost_value=round(lost["value"], 4) if lost else 0.0,
        recovered_links=back["links"] if back else 0,
        recovered_value=round(back["value"], 4) if back else 0.0,
    )
