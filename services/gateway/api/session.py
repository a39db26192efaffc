"""Signing in to the console: one-time links and passwords, and the session that they begin."""

import asyncio
import secrets as random
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from services.gateway.api.caller import CallerDep
from services.gateway.api.identity import COOKIE, session_token
from services.gateway.api.inputs import Email, Password
from services.gateway.api.rights import Rights, RightsDep, RightsTxDep
from services.gateway.domain import secrets
from services.gateway.metrics import SIGN_INS
from services.gateway.store import journal, logins, people
from shared import clock
from shared.access import Caller, Scope, UnauthenticatedError
from shared.errors import ForbiddenError, NotFoundError
from shared.vocabulary import Role
from shared.web import DbDep, TxDep

router = APIRouter(tags=["session"])
_SALT_BYTES = 16
_HASHES_AT_ONCE = asyncio.Semaphore(2)
"""Each takes 16 MiB and a core for some 40 ms; a flood of sign-ins must not take all of them."""


class Credentials(BaseModel):
    """How a person signs in."""

    model_config = ConfigDict(extra="forbid")

    email: Email
    password: Annotated[str, Field(max_length=256)]


class NewPassword(BaseModel):
    """A new password of the signed-in person."""

    model_config = ConfigDict(extra="forbid")

    password: Password


class MeOut(BaseModel):
    """Who is calling, and what they may do where."""

    actor_id: UUID
    actor: str = Field(description="The e-mail address of a user, or how a key begins.")
    workspace_id: UUID
    workspace_name: str
    workspace_role: Role | None
    sites: dict[UUID, Role] = Field(description="Roles on single sites.")
    scopes: list[Scope]


@router.get("/login", include_in_schema=False)
async def use_login_link(
    tx: TxDep, request: Request, token: Annotated[str, Query(max_length=100)] = ""
) -> Response:
    """Use a one-time link up and begin a session; a used or old one leads to the sign-in page."""
    now = clock.now()
    user_id = None
    if secrets.is_token(token):
        user_id = await people.claim_login(tx, secrets.digest(token), now=now)
    answer = RedirectResponse("/", status_code=303)
    SIGN_INS.labels("link" if user_id else "dead-link").inc()
    if user_id is not None:
        life = _life(request)
        _set_cookie(answer, await logins.begin_session(tx, user_id, now=now, life=life), request)
    return answer


@router.post("/v1/sessions", status_code=204)
async def sign_in(body: Credentials, db: DbDep, request: Request, response: Response) -> None:
    """Sign in with e-mail and password; the session is a cookie."""
    async with db.begin() as tx:
        found = await people.find_credentials(tx, body.email)
    stored = found["password_hash"] if found else None
    async with _HASHES_AT_ONCE:
        is_right = await asyncio.to_thread(secrets.is_password, body.password, stored)
    SIGN_INS.labels("password" if is_right else "wrong-password").inc()
    if found is None or not is_right:
        raise UnauthenticatedError("The e-mail address or the password is wrong.")
    async with db.begin() as tx:
        token = await logins.begin_session(
            tx, found["user_id"], now=clock.now(), life=_life(request)
        )
    _set_cookie(response, token, request)


@router.delete("/v1/sessions/current", status_code=204)
async def sign_out(tx: RightsTxDep, request: Request, response: Response) -> None:
    """End the session of this browser."""
    token = session_token(request.headers)
    if token is None:
        raise NotFoundError("There is no session: you came with a key.")
    await people.remove_session(tx, secrets.digest(token))
    response.delete_cookie(COOKIE, path="/")


@router.get("/v1/me")
async def get_me(caller: CallerDep, tx: TxDep) -> MeOut:
    """Say who you are to this installation."""
    workspace = await people.get_workspace(tx, caller.workspace_id)
    return MeOut(
        actor_id=caller.actor_id,
        actor=caller.actor,
        workspace_id=caller.workspace_id,
        workspace_name=workspace["name"],
        workspace_role=caller.workspace_role,
        sites=dict(caller.grants),
        scopes=sorted(caller.scopes),
    )


@router.put("/v1/me/password", status_code=204)
async def set_password(
    body: NewPassword, caller: CallerDep, rights: RightsDep, request: Request, response: Response
) -> None:
    """Set your password; every session of yours ends, and this one begins anew."""
    if session_token(request.headers) is None or "authorization" in request.headers:
        raise ForbiddenError("Only a signed-in person has a password; a key has none.")
    salt = random.token_bytes(_SALT_BYTES)
    async with _HASHES_AT_ONCE:
        made = await asyncio.to_thread(secrets.hash_password, body.password, salt=salt)
    token = await _save_password(rights, caller, made, life=_life(request))
    _set_cookie(response, token, request)


async def _save_password(rights: Rights, caller: Caller, made: str, *, life: timedelta) -> str:
    async with rights.changing() as tx:
        await people.save_password(tx, caller.actor_id, made)
        await people.remove_sessions_of(tx, caller.actor_id)
        subject = f"user/{caller.actor_id}"
        await journal.add_entry(tx, caller, action="password.changed", subject=subject)
        return await logins.begin_session(tx, caller.actor_id, now=clock.now(), life=life)


def _life(request: Request) -> timedelta:
    return timedelta(hours=request.app.state.session_hours)


def _set_cookie(answer: Response, token: str, request: Request) -> None:
    answer.set_cookie(
        COOKIE,
        token,
        max_age=int(_life(request).total_seconds()),
        path="/",
        httponly=True,
        samesite="strict",
        secure=request.app.state.secure_cookies,
    )
