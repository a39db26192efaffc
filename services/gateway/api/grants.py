"""Grants: which user or key has which role on which single site."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from services.gateway.api.caller import CallerDep
from services.gateway.api.rights import RightsDep, RightsTxDep
from services.gateway.api.sites import SitesDep
from services.gateway.domain.granting import require_not_more
from services.gateway.store import access, journal
from shared.access import MAX_GRANTS, Caller
from shared.db import Tx
from shared.errors import ConflictError, NotFoundError
from shared.pages import Page, PageDep
from shared.vocabulary import Role
from shared.web import TxDep

router = APIRouter(prefix="/v1/grants", tags=["grants"])


class GrantOut(BaseModel):
    """A role of one user or key on one site."""

    id: UUID
    actor_id: UUID = Field(description="The user or key that has the role.")
    site_id: UUID
    role: Role
    created_at: datetime

    @classmethod
    def of(cls, row: Any) -> "GrantOut":
        return cls(**{**row, "id": row["grant_id"]})


class GrantIn(BaseModel):
    """A role to give; one that the actor has on the site already is replaced."""

    model_config = ConfigDict(extra="forbid")

    actor_id: UUID = Field(description="A user or key of your workspace.")
    site_id: UUID
    role: Role


@router.get("")
async def list_grants(
    caller: CallerDep,
    tx: TxDep,
    page: PageDep,
    actor_id: Annotated[UUID | None, Query(description="Only of this user or key.")] = None,
    site_id: Annotated[UUID | None, Query(description="Only on this site.")] = None,
) -> Page[GrantOut]:
    """List grants: all for owners of the workspace, else those on a site that you own."""
    if caller.workspace_role is not Role.OWNER:
        if site_id is None:
            caller.require_workspace(Role.OWNER)
        else:
            caller.require(site_id, Role.OWNER)
    rows = await access.list_grants(
        tx,
        workspace_id=caller.workspace_id,
        actor_id=actor_id,
        site_id=site_id,
        after=page.after[0] if page.after else None,
        limit=page.limit + 1,
    )
    return page.page(rows, key=lambda row: (row["grant_id"],), item=GrantOut.of)


@router.post("", status_code=201)
async def add_grant(
    body: GrantIn, caller: CallerDep, sites: SitesDep, rights: RightsDep
) -> GrantOut:
    """Give a user or key a role on a site; owners of the site or the workspace can."""
    await sites.require_all(caller, [body.site_id])
    caller.require(body.site_id, Role.OWNER)
    require_not_more(caller, workspace_role=None, grants={body.site_id: body.role})
    async with rights.changing() as tx:
        return await _add_grant(tx, body, caller)


async def _add_grant(tx: Tx, body: GrantIn, caller: Caller) -> GrantOut:
    if await access.find_actor_workspace(tx, body.actor_id) != caller.workspace_id:
        raise NotFoundError("There is no such user or key.")
    if await access.count_grants(tx, body.actor_id) >= MAX_GRANTS:
        raise ConflictError(f"One user or key can have {MAX_GRANTS} grants; use a workspace role.")
    rows = await access.save_grants(
        tx, body.actor_id, {body.site_id: body.role}, workspace_id=caller.workspace_id
    )
    made = GrantOut.of(rows[0])
    await _note(tx, caller, "grant.added", made)
    return made


@router.delete("/{grant_id}", status_code=204)
async def remove_grant(grant_id: UUID, caller: CallerDep, tx: RightsTxDep) -> None:
    """Take a role back; it ends at once, in open event streams too."""
    found = GrantOut.of(await access.get_grant(tx, grant_id, workspace_id=caller.workspace_id))
    if not caller.may_see(found.site_id):
        raise NotFoundError("There is no such grant.")
    caller.require(found.site_id, Role.OWNER)
    await access.remove_grant(tx, grant_id)
    await _note(tx, caller, "grant.removed", found)


async def _note(tx: Tx, caller: Caller, action: str, grant: GrantOut) -> None:
    detail = {"actor_id": grant.actor_id, "role": grant.role}
    subject = f"site/{grant.site_id}"
    await journal.add_entry(
        tx, caller, action=action, subject=subject, detail=detail, site_id=grant.site_id
    )
