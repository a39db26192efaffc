"""What of toxicity's waits for a person's word; asked by the gateway only, which makes one list of all."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter

from services.toxicity.domain.disavow.safeguards import REVIEWERS_OF_MANY
from services.toxicity.store import approvals
from shared.access import Caller, Scope, rank
from shared.approvals import ApprovalKind, WaitingWord
from shared.vocabulary import Role
from shared.web import CallerDep, TxDep

router = APIRouter(prefix="/internal", include_in_schema=False)
_PLACES = {
    ApprovalKind.DISAVOW: "disavow",
    ApprovalKind.REMOVAL_LETTERS: "removals",
    ApprovalKind.CALIBRATION: "reviews",
}


@router.get("/approvals")
async def list_approvals(
    caller: CallerDep, tx: TxDep, site_id: UUID | None = None
) -> list[WaitingWord]:
    """Return what waits on the sites where the caller may see what the team sees."""
    caller.require_scope(Scope.TOXICITY_READ)
    rows = await approvals.list_approvals(
        tx,
        caller.workspace_id,
        only=caller.sites_as(Role.VIEWER, site_id=site_id),
        reviewers=REVIEWERS_OF_MANY,
    )
    return [_word(row, caller) for row in rows]


def _word(row: Any, caller: Caller) -> WaitingWord:
    kind = ApprovalKind(row["kind"])
    is_editor = rank(caller.role_in(row["site_id"])) >= rank(Role.EDITOR)
    is_second = caller.actor_id not in (row["actors"] or ())
    scope = Scope.DISAVOW_WRITE if kind is ApprovalKind.DISAVOW else Scope.TOXICITY_WRITE
    return WaitingWord(
        kind=kind,
        id=row["id"],
        site_id=row["site_id"],
        domain=row["domain"],
        title=_title(kind, row),
        since=row["since"],
        may=is_editor and is_second and scope in caller.scopes,
        place=_PLACES[kind],
    )


def _title(kind: ApprovalKind, row: Any) -> str:
    count = row["count"]
    if kind is ApprovalKind.DISAVOW:
        return f"Confirmed by {' and '.join(row['names'])}; a second person has to look"
    if kind is ApprovalKind.REMOVAL_LETTERS:
        letters = "1 letter is" if count == 1 else f"{count:,} letters are"
        return f"{letters} ready to be read and sent"
    return f"Learned from {count:,} decisions of your people"
