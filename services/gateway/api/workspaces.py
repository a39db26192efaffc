"""Workspaces: the tenants. Each has its users, keys and sites, and sees nothing of the others."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.gateway.api.caller import CallerDep
from services.gateway.api.inputs import Email, Name
from services.gateway.store import access, journal, logins, people
from shared import clock, outbox, versions
from shared.access import Caller
from shared.db import Tx
from shared.errors import ConflictError, ForbiddenError, NotFoundError
from shared.events import WorkspaceDeleted, WorkspaceRestored
from shared.ids import new_id
from shared.pages import Page, PageDep
from shared.vocabulary import Role
from shared.web import TxDep

router = APIRouter(prefix="/v1/workspaces", tags=["workspaces"])
_INVITATION = timedelta(days=7)


class WorkspaceOut(BaseModel):
    """A workspace: the tenant that has users, keys and sites."""

    id: UUID
    name: str
    is_operator: bool = Field(description="Whether it belongs to whoever runs this installation.")
    created_at: datetime
    deleted_at: datetime | None = Field(
        default=None, description="When it was deleted; until it is removed it can come back."
    )
    version: int

    @classmethod
    def of(cls, row: Any) -> "WorkspaceOut":
        return cls(**{**row, "id": row["workspace_id"]})


class WorkspaceIn(BaseModel):
    """A new workspace and the person who owns it."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    owner_email: Email
    owner_name: Annotated[str, Field(max_length=200)] = ""


class WorkspacePatch(BaseModel):
    """What may be changed about a workspace."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    deleted: Literal[False] | None = Field(
        default=None,
        description="false brings a deleted workspace back; the operator's owners only.",
    )


class WorkspaceMade(BaseModel):
    """A workspace that was just made, with the way in for its owner."""

    workspace: WorkspaceOut
    owner_id: UUID
    login_path: str = Field(description="One-time link by which the owner signs in, 7 days valid.")


@router.get("")
async def list_workspaces(caller: CallerDep, tx: TxDep, page: PageDep) -> Page[WorkspaceOut]:
    """List your workspace; owners of the operator's workspace see all."""
    only = None if await _is_operator(tx, caller) else caller.workspace_id
    after = page.after[0] if page.after else None
    rows = await people.list_workspaces(tx, only=only, after=after, limit=page.limit + 1)
    return page.page(rows, key=lambda row: (row["workspace_id"],), item=WorkspaceOut.of)


@router.post("", status_code=201)
async def add_workspace(body: WorkspaceIn, caller: CallerDep, tx: TxDep) -> WorkspaceMade:
    """Add a workspace for somebody else; only owners of the operator's workspace can."""
    if not await _is_operator(tx, caller):
        raise ForbiddenError("Only owners of the operator's workspace add workspaces.")
    workspace_id, owner_id = new_id(), new_id()
    await people.add_workspace(tx, workspace_id, body.name, is_operator=False)
    await people.add_user(
        tx,
        owner_id,
        workspace_id=workspace_id,
        email=body.owner_email,
        name=body.owner_name,
        workspace_role=Role.OWNER,
    )
    token = await logins.add_link(tx, owner_id, now=clock.now(), life=_INVITATION)
    subject = f"workspace/{workspace_id}"
    await journal.add_entry(tx, caller, action="workspace.added", subject=subject)
    made = WorkspaceOut.of(await people.get_workspace(tx, workspace_id))
    return WorkspaceMade(workspace=made, owner_id=owner_id, login_path=f"/login?token={token}")


@router.get("/{workspace_id}")
async def get_workspace(
    workspace_id: UUID, caller: CallerDep, tx: TxDep, response: Response
) -> WorkspaceOut:
    """Return one workspace."""
    found = WorkspaceOut.of(await _visible(tx, workspace_id, caller))
    response.headers["ETag"] = versions.etag(found.version)
    return found


@router.patch("/{workspace_id}", dependencies=[versions.IF_MATCH])
async def change_workspace(
    workspace_id: UUID, body: WorkspacePatch, caller: CallerDep, tx: TxDep, request: Request
) -> WorkspaceOut:
    """Rename a workspace, or bring a deleted one back; needs its ETag in If-Match."""
    before = await _visible(tx, workspace_id, caller)
    caller.require_workspace(Role.OWNER)
    versions.require_match(request, before["version"])
    saved, subject = before, f"workspace/{workspace_id}"
    if body.deleted is False and before["deleted_at"] is not None:
        saved = await people.restore_workspace(tx, workspace_id)
        back = WorkspaceRestored(workspace_id=workspace_id, deleted_at=before["deleted_at"])
        await outbox.add(tx, [back])
        await access.tell_changed(tx)
        await journal.add_entry(tx, caller, action="workspace.restored", subject=subject)
    if body.name is not None:
        saved = await people.save_workspace(tx, workspace_id, body.name)
        detail = {"name": [before["name"], body.name]}
        await journal.add_entry(
            tx, caller, action="workspace.changed", subject=subject, detail=detail
        )
    return WorkspaceOut.of(saved)


@router.delete("/{workspace_id}", status_code=204, dependencies=[versions.IF_MATCH])
async def delete_workspace(
    workspace_id: UUID, caller: CallerDep, tx: TxDep, request: Request
) -> None:
    """Delete a workspace: nobody gets in, nothing is watched or sent; the operator's owners only.

    It can be brought back until its time is over (`deleted_sites` of its retention); then every row
    of it is deleted, in every service.
    """
    if not await _is_operator(tx, caller):
        raise ForbiddenError("Only owners of the operator's workspace delete workspaces.")
    before = await people.get_workspace(tx, workspace_id)
    versions.require_match(request, before["version"])
    if before["is_operator"]:
        detail = "This workspace belongs to whoever runs the installation and can't be deleted."
        raise ConflictError(detail, code="operators-own")
    if before["deleted_at"] is not None:
        raise NotFoundError("There is no such workspace.")
    now = clock.now()
    await people.delete_workspace(tx, workspace_id, now=now)
    await outbox.add(tx, [WorkspaceDeleted(workspace_id=workspace_id, deleted_at=now)])
    await access.tell_changed(tx)
    subject = f"workspace/{workspace_id}"
    await journal.add_entry(tx, caller, action="workspace.deleted", subject=subject)


async def _visible(tx: Tx, workspace_id: UUID, caller: Caller) -> Any:
    if workspace_id != caller.workspace_id and not await _is_operator(tx, caller):
        raise NotFoundError("There is no such workspace.")
    return await people.get_workspace(tx, workspace_id)


async def _is_operator(tx: Tx, caller: Caller) -> bool:
    if caller.workspace_role is not Role.OWNER:
        return False
    return await people.find_operator_workspace(tx) == caller.workspace_id
