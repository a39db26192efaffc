"""What watching a site's links costs by day, and the budget for it."""

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from services.crawler.store import costs, sites
from shared import clock
from shared.access import Scope
from shared.db import Tx
from shared.dependencies import CallerDep, TxDep
from shared.inputs import Whole
from shared.vocabulary import Role

router = APIRouter(prefix="/v1/sites/{site_id}", tags=["costs"])

_DAYS = 30
_MOST_DAYS = 400
_MOST = 1_000_000_000_000_000
_OPEN = "There is no limit: every page is looked at when it is due."
_LEFT = "Today's budget is not used up: every page is looked at when it is due."
_SPENT = (
    "Today's budget is used up: pages wait until midnight UTC. Nothing is called lost because of "
    "that; every link keeps the last thing we saw, and links that were never seen stay not checked."
)


class Budget(BaseModel):
    """How much looking may take on one day (UTC); null is no limit."""

    model_config = ConfigDict(extra="forbid")

    requests_per_day: Whole | None = Field(default=None, ge=1, le=_MOST)
    bytes_per_day: Whole | None = Field(default=None, ge=1, le=_MOST)


class DayOut(BaseModel):
    """One day; a page that several sites watch is charged to each by its share."""

    day: date
    checks: float = Field(description="Looks at pages.")
    requests: float = Field(description="Requests, with redirects and robots.txt.")
    bytes: float = Field(description="Body bytes over the wire.")
    cpu_seconds: float = Field(
        description="The workers' CPU, shared by the looks written together."
    )
    requests_per_check: float
    bytes_per_check: float
    cpu_seconds_per_check: float


class CostsOut(BaseModel):
    """What looking took, day by day, and what it may take."""

    site_id: UUID
    budget: Budget
    used_up: bool = Field(description="Today's budget is used up.")
    sentence: str = Field(description="What that means, in plain words.")
    days: list[DayOut] = Field(description="Newest first; days without looks are left out.")


@router.get("/costs", summary="What watching this site's links costs")
async def get_costs(
    site_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    first: Annotated[
        date | None, Query(alias="from", description="First day; else 30 days ago.")
    ] = None,
) -> CostsOut:
    """Requests, bytes and CPU seconds of each day and check, and whether the budget is used up."""
    caller.require_scope(Scope.LINKS_READ)
    caller.require(site_id, Role.VIEWER)
    await sites.require_site(tx, site_id, workspace_id=caller.workspace_id)
    today = clock.now().date()
    begin = max(first or today - timedelta(days=_DAYS), today - timedelta(days=_MOST_DAYS))
    return await _answer(tx, site_id, begin, today)


@router.put("/budget", summary="Set what watching this site's links may cost in a day")
async def set_budget(site_id: UUID, body: Budget, caller: CallerDep, tx: TxDep) -> CostsOut:
    """Once a day's budget is used up, pages wait until midnight UTC; no link is lost by that."""
    caller.require_scope(Scope.LINKS_WRITE)
    caller.require(site_id, Role.EDITOR)
    await sites.require_site(tx, site_id, workspace_id=caller.workspace_id)
    await costs.save_budget(tx, site_id, body.requests_per_day, body.bytes_per_day)
    today = clock.now().date()
    return await _answer(tx, site_id, today - timedelta(days=_DAYS), today)


async def _answer(tx: Tx, site_id: UUID, first: date, today: date) -> CostsOut:
    requests, wire_bytes = await costs.find_budget(tx, site_id)
    used_up = site_id in await costs.find_spent(tx, today)
    is_limited = requests is not None or wire_bytes is not None
    return CostsOut(
        site_id=site_id,
        budget=Budget(requests_per_day=requests, bytes_per_day=wire_bytes),
        used_up=used_up,
        sentence=_SPENT if used_up else _LEFT if is_limited else _OPEN,
        days=[_day(**row) for row in await costs.list_days(tx, site_id, first, today)],
    )


def _day(*, day: date, checks: float, requests: float, wire_bytes: float, cpu_s: float) -> DayOut:
    each = 1 / checks if checks else 0.0
    return DayOut(
        day=day,
        checks=checks,
        requests=requests,
        bytes=wire_bytes,
        cpu_seconds=cpu_s,
        requests_per_check=requests * each,
        bytes_per_check=wire_bytes * each,
        cpu_seconds_per_check=cpu_s * each,
    )
