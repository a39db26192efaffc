"""API keys: made once, shown once, never with more rights than their maker."""

import secrets as random
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from services.gateway.api.caller import CallerDep
from services.gateway.api.inputs import Name
from services.gateway.api.rights import RightsTxDep
from services.gateway.api.sites import SitesDep
from services.gateway.domain import secrets
from services.gateway.domain.granting import require_not_more
from services.gateway.store import access, journal
from shared import clock
from shared.access import Caller, Scope
from shared.db import Tx
from shared.errors import FieldError, ForbiddenError, InvalidError
from shared.ids import new_id
from shared.inputs import Moment
from shared.pages import Page, PageDep
from shared.vocabulary import Role
from shared.web import DbDep, TxDep

router = APIRouter(prefix="/v1/keys", tags=["keys"])


class KeyOut(BaseModel):
    """A key as it is known after it was made: everything but the key."""

    id: UUID
    name: str
    prefix: str = Field(description="How the key begins, to recognise it by.")
    scopes: list[Scope]
    workspace_role: Role | None = Field(
        description="The role in the whole workspace; null = only the sites of the grants."
    )
    created_by: UUID
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None = Field(description="To within 5 minutes.")
    created_at: datetime

    @classmethod
    def of(cls, row: Any) -> "KeyOut":
        return cls(**{**row, "id": row["key_id"]})


class KeyMade(KeyOut):
    """A key that was just made."""

    key: str = Field(description="The key itself. It is shown only now.")


class KeyIn(BaseModel):
    """A new key: what it may do (scopes) and where (a workspace role, or sites)."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(Scope))]
    workspace_role: Role | None = None
    sites: Annotated[dict[UUID, Role], Field(max_length=100)] = Field(
        default_factory=dict, description="Roles on single sites, by site id; more by `/v1/grants`."
    )
    expires_at: Moment | None = None


@router.get("")
async def list_keys(caller: CallerDep, tx: TxDep, page: PageDep) -> Page[KeyOut]:
    """List the keys of your workspace; without the owner role, those that you made."""
    rows = await access.list_keys(
        tx,
        workspace_id=caller.workspace_id,
        created_by=None if caller.workspace_role is Role.OWNER else caller.actor_id,
        after=page.after[0] if page.after else None,
        limit=page.limit + 1,
    )
    return page.page(rows, key=lambda row: (row["key_id"],), item=KeyOut.of)


@router.post("", status_code=201)
async def add_key(
    body: KeyIn, caller: CallerDep, sites: SitesDep, db: DbDep, response: Response
) -> KeyMade:
    """Make a key. It is in the answer and never shown again; only its hash is stored."""
    _require_sense(body)
    await sites.require_all(caller, body.sites)
    require_not_more(
        caller, workspace_role=body.workspace_role, grants=body.sites, scopes=body.scopes
    )
    async with db.begin() as tx:
        made = await _add_key(tx, body, caller)
    response.headers["Location"] = f"/v1/keys/{made.id}"
    return made


async def _add_key(tx: Tx, body: KeyIn, caller: Caller) -> KeyMade:
    key_id, key = new_id(), secrets.new_key(random.token_bytes(secrets.KEY_RANDOM))
    row = await access.add_key(
        tx,
        key_id,
        workspace_id=caller.workspace_id,
        name=body.name,
        prefix=key.prefix,
        secret_hash=key.secret_hash,
        scopes=sorted(set(body.scopes)),
        workspace_role=body.workspace_role,
        created_by=caller.actor_id,
        expires_at=body.expires_at,
    )
    await access.save_grants(tx, key_id, body.sites, workspace_id=caller.workspace_id)
    detail = {"prefix": key.prefix, "scopes": sorted(body.scopes)}
    await journal.add_entry(tx, caller, action="key.added", subject=f"key/{key_id}", detail=detail)
    return KeyMade(**KeyOut.of(row).model_dump(), key=key.text)


@router.get("/{key_id}")
async def get_key(key_id: UUID, caller: CallerDep, tx: TxDep) -> KeyOut:
    """Return one key."""
    return KeyOut.of(await access.get_key(tx, key_id, **_mine(caller)))


@router.delete("/{key_id}", status_code=204)
async def revoke_key(key_id: UUID, caller: CallerDep, tx: RightsTxDep) -> None:
    """Revoke a key: it stops working at once and for good."""
    await access.get_key(tx, key_id, **_mine(caller))
    await access.remove_key(tx, key_id, workspace_id=caller.workspace_id, now=clock.now())
    await journal.add_entry(tx, caller, action="key.revoked", subject=f"key/{key_id}")


def _mine(caller: Caller) -> dict[str, Any]:
    is_owner = caller.workspace_role is Role.OWNER
    return {
        "workspace_id": caller.workspace_id,
        "created_by": None if is_owner else caller.actor_id,
    }


def _require_sense(body: KeyIn) -> None:
    if body.workspace_role is None and not body.sites:
        raise InvalidError(
            "A key needs a place: a workspace_role, or sites with a role each.",
            [FieldError("/sites", "missing", "Name at least one site, or give a workspace_role.")],
        )
    if body.expires_at is not None and body.expires_at <= clock.now():
        raise InvalidError(
            "expires_at lies in the past.",
            [
                FieldError(
                    "/expires_at", "in-the-past", "Give a time in the future, or leave it out."
                )
            ],
        )
    if Scope.ADMIN in body.scopes and body.workspace_role is None:
        raise ForbiddenError(
            "A key for single sites cannot have the scope admin.", code="more-than-own"
        )
