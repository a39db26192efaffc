"""The audit log: who changed what, when; written with the change, never changed itself."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.gateway.api.caller import CallerDep
from services.gateway.store import journal
from shared.pages import Page, PageDep
from shared.vocabulary import Role
from shared.web import TxDep

router = APIRouter(prefix="/v1/audit-log", tags=["audit log"])


class EntryOut(BaseModel):
    """One thing that somebody did."""

    id: UUID
    occurred_at: datetime
    actor_id: UUID
    actor: str = Field(description="The e-mail address of a user, or how a key begins.")
    action: str = Field(description="What was done: `key.added`, or `PATCH /v1/links/{link_id}`.")
    subject: str = Field(description="What it was done to.")
    site_id: UUID | None
    detail: dict[str, Any]
    trace_id: str | None

    @classmethod
    def of(cls, row: Any) -> "EntryOut":
        return cls(**{**row, "id": row["entry_id"]})


@router.get("")
async def list_entries(
    caller: CallerDep,
    tx: TxDep,
    page: PageDep,
    actor_id: Annotated[UUID | None, Query(description="Only of this user or key.")] = None,
    action: Annotated[str | None, Query(max_length=200, description="Only this action.")] = None,
) -> Page[EntryOut]:
    """List what was done in your workspace, newest first; owners only."""
    caller.require_workspace(Role.OWNER)
    rows = await journal.list_entries(
        tx,
        workspace_id=caller.workspace_id,
        actor_id=actor_id,
        action=action,
        before=page.after[0] if page.after else None,
        limit=page.limit + 1,
    )
    return page.page(rows, key=lambda row: (row["entry_id"],), item=EntryOut.of)
