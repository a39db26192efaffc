"""What of outreach's waits for a person's word; asked by the gateway only, which makes one list of all."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter

from services.outreach.store import approvals
from shared import clock
from shared.access import Caller, Scope, rank
from shared.approvals import ApprovalKind, WaitingWord
from shared.vocabulary import Role
from shared.web import CallerDep, TxDep

router = APIRouter(prefix="/internal", include_in_schema=False)
_SOON = timedelta(days=7)
_PLACES = {
    ApprovalKind.MESSAGE: "approvals",
    ApprovalKind.BRIEF: "briefs",
    ApprovalKind.PLAN: "plan",
}


@router.get("/approvals")
async def list_approvals(
    caller: CallerDep, tx: TxDep, site_id: UUID | None = None
) -> list[WaitingWord]:
    """Return what waits on the sites where the caller may see what the team sees."""
    caller.require_scope(Scope.OUTREACH_READ)
    only = caller.sites_as(Role.VIEWER, site_id=site_id)
    rows = await approvals.list_approvals(
        tx, caller.workspace_id, only=only, due_by=clock.now().date() + _SOON
    )
    return [_word(row, caller) for row in rows]


def _word(row: Any, caller: Caller) -> WaitingWord:
    kind = ApprovalKind(row["kind"])
    is_editor = rank(caller.role_in(row["site_id"])) >= rank(Role.EDITOR)
    scope = Scope.OUTREACH_SEND if kind is ApprovalKind.MESSAGE else Scope.OUTREACH_WRITE
    is_person = caller.is_person or kind is not ApprovalKind.MESSAGE
    return WaitingWord(
        kind=kind,
        id=row["id"],
        site_id=row["site_id"],
        domain=row["domain"],
        title=_of_plan(int(row["title"])) if kind is ApprovalKind.PLAN else row["title"],
        since=row["since"],
        may=is_editor and is_person and scope in caller.scopes,
        place=f"briefs?brief={row['id']}" if kind is ApprovalKind.BRIEF else _PLACES[kind],
        hash=row["hash"],
    )


def _of_plan(count: int) -> str:
    if count == 1:
        return "1 link is due within a week, or late"
    return f"{count:,} links are due within a week, or late"
