"""What was done within some days, for a client's report; asked by the gateway only."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.toxicity.api.versions import site_of
from services.toxicity.store import todo, work
from shared.access import Scope
from shared.reporting import MOST_NAMED, ToxicityPart
from shared.vocabulary import Role
from shared.web import CallerDep, TxDep

router = APIRouter(prefix="/internal/sites/{site_id}", include_in_schema=False)


@router.get("/work")
async def get_work(
    site_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    first: Annotated[date, Query()],
    last: Annotated[date, Query()],
) -> ToxicityPart:
    """Return decisions, removals and disavow files of these days (UTC), and what waits now."""
    site = await site_of(tx, caller, site_id, Role.VIEWER, Scope.TOXICITY_READ)
    since = datetime.combine(first, time(), UTC)
    before = datetime.combine(last + timedelta(days=1), time(), UTC)
    removals = await work.count_removals(tx, site_id, first=first, last=last)
    made, count = await work.list_versions(tx, site_id, since=since, before=before)
    named = sorted(name for row in removals for name in row["named"] or ())
    return ToxicityPart(
        decisions=await work.count_decisions(tx, site_id, since=since, before=before),
        asked={row["state"]: row["asked"] for row in removals if row["asked"]},
        gone=sum(row["gone"] for row in removals),
        gone_named=named[:MOST_NAMED],
        versions=made,
        versions_made=count,
        density=await work.list_densities(tx, site_id, until=last),
        waiting=await todo.list_waiting(tx, site.workspace_id, only=[site_id]),
    )
