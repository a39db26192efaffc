"""What of profile's waits for a person's word; asked by the gateway only, which makes one list of all."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter

from services.profile.domain.client_report.spans import Span
from services.profile.store import approvals
from shared.access import Caller, Scope, rank
from shared.approvals import ApprovalKind, WaitingWord
from shared.dependencies import CallerDep, TxDep
from shared.vocabulary import Role

router = APIRouter(prefix="/internal", include_in_schema=False)


@router.get("/approvals")
async def list_approvals(
    caller: CallerDep, tx: TxDep, site_id: UUID | None = None
) -> list[WaitingWord]:
    """Return what waits on the sites where the caller may see what the team sees."""
    caller.require_scope(Scope.LINKS_READ)
    only = caller.sites_as(Role.VIEWER, site_id=site_id)
    rows = await approvals.list_approvals(tx, caller.workspace_id, only=only)
    return [_word(row, caller) for row in rows]


def _word(row: Any, caller: Caller) -> WaitingWord:
    is_editor = rank(caller.role_in(row["site_id"])) >= rank(Role.EDITOR)
    return WaitingWord(
        kind=ApprovalKind.REPORT,
        id=row["report_id"],
        site_id=row["site_id"],
        domain=row["domain"],
        title=f"Report no. {row['number']}, {Span(row['starts_on'], row['ends_on']).label}",
        since=row["made_at"],
        may=is_editor and caller.is_person and Scope.LINKS_WRITE in caller.scopes,
        place=f"reports?report={row['report_id']}",
    )
