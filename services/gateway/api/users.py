"""Users of a workspace, and the one-time links by which they get in."""

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.gateway.api.caller import CallerDep
from services.gateway.api.erasures import ErasureOut, certificate, request_erasure
from services.gateway.api.inputs import Email
from services.gateway.api.rights import RightsTxDep
from services.gateway.domain.granting import require_not_more
from services.gateway.store import access, journal, keeping, logins, people
from shared import clock, versions
from shared.access import Caller, rank
from shared.db import Tx
from shared.errors import ConflictError
from shared.ids import new_id
from shared.pages import Page, PageDep
from shared.vocabulary import Role
from shared.web import TxDep

router = APIRouter(prefix="/v1/users", tags=["users"])
_LINK_LIFE = timedelta(days=7)
_PersonName = Annotated[str, Field(max_length=200)]


class UserOut(BaseModel):
    """A person who may sign in."""

    id: UUID
    email: str
    name: str
    workspace_role: Role | None = Field(
        description="The role in the whole workspace; null = only the sites of the grants."
    )
    has_password: bool
    disabled_at: datetime | None
    last_seen_at: datetime | None
    created_at: datetime
    version: int

    @classmethod
    def of(cls, row: Any) -> "UserOut":
        return cls(**{**row, "id": row["user_id"]})


class UserIn(BaseModel):
    """A new user; without a workspace role they see only the sites they get grants for."""

    model_config = ConfigDict(extra="forbid")

    email: Email
    name: _PersonName = ""
    workspace_role: Role | None = None


class UserPatch(BaseModel):
    """What may be changed about a user; fields that are not sent stay."""

    model_config = ConfigDict(extra="forbid")

    name: _PersonName | None = None
    workspace_role: Role | None = None
    disabled: bool | None = Field(
        default=None, description="A disabled user cannot sign in, and their keys stop working."
    )


class LoginLink(BaseModel):
    """A way in that works once."""

    path: str = Field(description="Open it on this installation's address.")
    expires_at: datetime


@router.get("")
async def list_users(caller: CallerDep, tx: TxDep, page: PageDep) -> Page[UserOut]:
    """List the users of your workspace; owners only."""
    caller.require_workspace(Role.OWNER)
    after = page.after[0] if page.after else None
    rows = await people.list_users(
        tx, workspace_id=caller.workspace_id, after=after, limit=page.limit + 1
    )
    return page.page(rows, key=lambda row: (row["user_id"],), item=UserOut.of)


@router.post("", status_code=201)
async def add_user(body: UserIn, caller: CallerDep, tx: TxDep, response: Response) -> UserOut:
    """Add a user; then send them a login link."""
    caller.require_workspace(Role.OWNER)
    require_not_more(caller, workspace_role=body.workspace_role, grants={})
    row = await people.add_user(
        tx,
        new_id(),
        workspace_id=caller.workspace_id,
        email=body.email,
        name=body.name,
        workspace_role=body.workspace_role,
    )
    made = UserOut.of(row)
    await journal.add_entry(tx, caller, action="user.added", subject=f"user/{made.id}")
    response.headers["Location"] = f"/v1/users/{made.id}"
    return made


@router.get("/{user_id}")
async def get_user(user_id: UUID, caller: CallerDep, tx: TxDep, response: Response) -> UserOut:
    """Return one user of your workspace."""
    caller.require_workspace(Role.OWNER)
    found = UserOut.of(await people.get_user(tx, user_id, workspace_id=caller.workspace_id))
    response.headers["ETag"] = versions.etag(found.version)
    return found


@router.patch("/{user_id}", dependencies=[versions.IF_MATCH])
async def change_user(
    user_id: UUID, body: UserPatch, caller: CallerDep, tx: RightsTxDep, request: Request
) -> UserOut:
    """Change a user's name or role, or disable them; needs the ETag in If-Match."""
    caller.require_workspace(Role.OWNER)
    row = await people.get_user(tx, user_id, workspace_id=caller.workspace_id)
    before = UserOut.of(row)
    versions.require_match(request, before.version)
    after = _changed(before, body)
    require_not_more(caller, workspace_role=after.workspace_role, grants={})
    await _keep_an_owner(tx, before, after, caller)
    saved = await people.save_user(
        tx,
        user_id,
        workspace_id=caller.workspace_id,
        name=after.name,
        workspace_role=after.workspace_role,
        disabled_at=after.disabled_at,
    )
    if after.disabled_at is not None:
        await people.remove_sessions_of(tx, user_id)
        await access.remove_keys_of(tx, user_id, now=clock.now())
    subject = f"user/{user_id}"
    detail = body.model_dump(exclude_unset=True)
    await journal.add_entry(tx, caller, action="user.changed", subject=subject, detail=detail)
    return UserOut.of(saved)


@router.delete("/{user_id}", status_code=202)
async def erase_user(
    user_id: UUID, caller: CallerDep, tx: RightsTxDep, response: Response
) -> ErasureOut:
    """Delete a user who left: they get in no more, and their name is taken out of all they did.

    What they did stays, as done by a former user. Answers with the certificate, which fills.
    """
    caller.require_workspace(Role.OWNER)
    before = UserOut.of(await people.get_user(tx, user_id, workspace_id=caller.workspace_id))
    gone = before.model_copy(update={"disabled_at": before.disabled_at or clock.now()})
    await _keep_an_owner(tx, before, gone, caller)
    # At once, whatever the work behind it waits for.
    await people.remove_sessions_of(tx, user_id)
    await access.remove_keys_of(tx, user_id, now=clock.now())
    await people.save_user(
        tx,
        user_id,
        workspace_id=caller.workspace_id,
        name=gone.name,
        workspace_role=gone.workspace_role,
        disabled_at=gone.disabled_at,
    )
    erasure_id = await request_erasure(tx, caller, before.email, is_user=True)
    response.headers["Location"] = f"/v1/contacts/erasures/{erasure_id}"
    return certificate(await keeping.get_erasure(tx, erasure_id, caller.workspace_id))


@router.post("/{user_id}/login-links", status_code=201)
async def add_login_link(user_id: UUID, caller: CallerDep, tx: TxDep) -> LoginLink:
    """Make a link by which this user signs in once, within 7 days."""
    caller.require_workspace(Role.OWNER)
    await people.get_user(tx, user_id, workspace_id=caller.workspace_id)
    now = clock.now()
    token = await logins.add_link(tx, user_id, now=now, life=_LINK_LIFE)
    await journal.add_entry(tx, caller, action="login_link.added", subject=f"user/{user_id}")
    return LoginLink(path=f"/login?token={token}", expires_at=now + _LINK_LIFE)


def _changed(before: UserOut, patch: UserPatch) -> UserOut:
    """Return the user as the patch wants it: only fields that were sent count."""
    sent = patch.model_dump(exclude_unset=True)
    disabled = sent.pop("disabled", None)
    if disabled is not None:
        sent["disabled_at"] = (before.disabled_at or clock.now()) if disabled else None
    if sent.get("name", "") is None:
        del sent["name"]
    return before.model_copy(update=sent)


async def _keep_an_owner(tx: Tx, before: UserOut, after: UserOut, caller: Caller) -> None:
    """Refuse to take the last working owner away: nobody could let anybody in any more."""
    stays = rank(after.workspace_role) == rank(Role.OWNER) and after.disabled_at is None
    if stays or before.workspace_role is not Role.OWNER:
        return
    owners = await people.lock_owners(tx, workspace_id=caller.workspace_id)
    if owners <= {before.id}:
        raise ConflictError("This is the last owner; make somebody else an owner first.")
