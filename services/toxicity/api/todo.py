"""What of toxicity's waits for a person; asked by the gateway only, which makes one list of all."""

from uuid import UUID

from fastapi import APIRouter

from services.toxicity.store import todo
from shared.access import Scope
from shared.todo import Waiting
from shared.vocabulary import Role
from shared.web import CallerDep, TxDep

router = APIRouter(prefix="/internal", include_in_schema=False)


@router.get("/todo")
async def list_todo(caller: CallerDep, tx: TxDep, site_id: UUID | None = None) -> list[Waiting]:
    """Return how much waits on each site, or on one, where the caller may see what the team sees."""
    caller.require_scope(Scope.TOXICITY_READ)
    only = caller.sites_as(Role.VIEWER, site_id=site_id)
    return await todo.list_waiting(tx, caller.workspace_id, only=only)
