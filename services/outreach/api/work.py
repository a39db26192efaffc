"""What was done within some days, for a client's report; asked by the gateway only. No names of people, no prices."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.outreach.store import sites, todo, work
from shared import clock
from shared.access import Scope
from shared.reporting import OutreachPart
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
) -> OutreachPart:
    """Return agreed links, messages and answers of these days (UTC), and what waits now."""
    caller.require_scope(Scope.OUTREACH_READ)
    caller.require(site_id, Role.VIEWER)
    site = await sites.get_site(tx, site_id, workspace_id=caller.workspace_id)
    since = datetime.combine(first, time(), UTC)
    before = datetime.combine(last + timedelta(days=1), time(), UTC)
    placements = await work.count_placements(tx, site_id, since=since, before=before)
    letters = await work.count_letters(
        tx, site_id, workspace_id=site.workspace_id, since=since, before=before
    )
    return OutreachPart(
        **placements,
        **letters,
        verified_named=await work.list_verified(tx, site_id, since=since, before=before),
        waiting=await todo.list_waiting(
            tx, site.workspace_id, only=[site_id], today=clock.now().date()
        ),
    )
