"""Signing in to a mailbox at its provider: sent there by us, and back with a code that is used once."""

import hashlib
import secrets
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.outreach.api.mail_house import MailHouse, MailHouseDep, require_keeper
from services.outreach.api.mailbox_shapes import MailboxOut
from services.outreach.domain.mailboxes import SignIn
from services.outreach.domain.oauth import flow
from services.outreach.domain.oauth.flow import Grant, Problem
from services.outreach.domain.oauth.providers import (
    LABELS,
    MailApp,
    MailProvider,
    endpoints_of,
    large,
)
from services.outreach.store import mail_apps, mail_tokens, mailboxes
from services.outreach.store.mail_tokens import Begun, Token
from services.outreach.store.mailboxes import Mailbox
from shared import clock
from shared.access import Caller
from shared.db import Tx
from shared.errors import ConflictError, ForbiddenError, UnavailableError
from shared.vault import UnreadableError
from shared.web import CallerDep, DbDep, TxDep

router = APIRouter(tags=["mailboxes"])


class BeginIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    origin: str = Field(
        default="",
        max_length=300,
        description="Where the browser is, such as http://localhost:8080; used only where the installation"
        " has no public address, and only if it is this machine.",
    )


class BegunOut(BaseModel):
    """Where the person is sent to agree."""

    authorize_url: str
    expires_at: datetime


class FinishIn(BaseModel):
    """What the provider sent back with the person."""

    model_config = ConfigDict(extra="forbid")

    provider: MailProvider
    state: str = Field(min_length=1, max_length=200)
    code: str = Field(default="", max_length=4_096)
    error: str = Field(default="", max_length=200)


@router.post("/v1/mailboxes/{mailbox_id}/sign-in")
async def begin_sign_in(
    mailbox_id: UUID, body: BeginIn, caller: CallerDep, tx: TxDep, house: MailHouseDep
) -> BegunOut:
    """Begin to sign in with OAuth; whoever begins must come back within a quarter of an hour."""
    _require_person(caller)
    mailbox = await mailboxes.get_mailbox(tx, mailbox_id, workspace_id=caller.workspace_id)
    if mailbox.sign_in is not SignIn.OAUTH or mailbox.provider is None:
        detail = "This mailbox signs in with a password: change that first."
        raise ConflictError(detail, code="signs-in-by-password")
    app = await _app_of(tx, mailbox)
    back = flow.redirect_url(mailbox.provider, public_url=house.public_url, origin=body.origin)
    if back is None:
        detail = (
            "Providers send people back to a known address only: set ANCHORWATCH_PUBLIC_URL, or open"
            " Anchorwatch as http://localhost."
        )
        raise ConflictError(detail, code="no-public-address")
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    now = clock.now()
    begun = Begun(
        mailbox_id=mailbox_id,
        workspace_id=caller.workspace_id,
        provider=mailbox.provider,
        actor_id=caller.actor_id,
        sealed_verifier=house.vault.seal(verifier, bound_to=flow.verifier_bound_to(mailbox_id)),
        redirect_url=back,
        expires_at=now + flow.STATE_LIVES,
    )
    await mail_tokens.begin(tx, _digest(state), begun, now=now)
    url = flow.authorize_url(
        endpoints_of(app),
        client_id=app.client_id,
        redirect_url=back,
        state=state,
        verifier=verifier,
        hint=mailbox.username,
    )
    return BegunOut(authorize_url=url, expires_at=begun.expires_at)


@router.post("/v1/mail-sign-ins")
async def finish_sign_in(
    body: FinishIn, caller: CallerDep, db: DbDep, house: MailHouseDep
) -> MailboxOut:
    """Finish a sign-in: the code becomes a lasting permission if the account is the mailbox's."""
    _require_person(caller)
    async with db.begin() as tx:  # used up before anything else happens, whatever comes of it
        begun = await mail_tokens.use_up(
            tx,
            _digest(body.state),
            workspace_id=caller.workspace_id,
            actor_id=caller.actor_id,
            provider=body.provider,
        )
    if begun is None or begun.expires_at <= clock.now():
        detail = (
            "This sign-in was used, is too old, or was begun by somebody else. Sign in once more."
        )
        raise ConflictError(detail, code="sign-in-not-open")
    async with db.begin() as tx:
        mailbox = await mailboxes.get_mailbox(
            tx, begun.mailbox_id, workspace_id=caller.workspace_id
        )
        app = await _app_of(tx, mailbox)
    grant = await _granted(house, app, begun, body)
    token = await _token(house, app, mailbox, grant)
    account = next(iter(grant.accounts), None)
    async with db.begin() as tx:
        # Locks the token, then the mailbox; one that was removed or changed meanwhile gets nothing.
        await mail_tokens.find_token(tx, begun.mailbox_id, lock=True)
        found = await mailboxes.get_mailbox(tx, begun.mailbox_id, workspace_id=caller.workspace_id)
        if found.provider is not begun.provider:
            raise ConflictError("The mailbox was changed meanwhile.", code="changed-meanwhile")
        await mail_tokens.save_signed_in(
            tx, token, account=account, by=caller.actor, now=clock.now()
        )
        found = await mailboxes.get_mailbox(tx, begun.mailbox_id, workspace_id=caller.workspace_id)
    return MailboxOut.of(found)


async def _granted(house: MailHouse, app: MailApp, begun: Begun, body: FinishIn) -> Grant:
    name = LABELS[app.provider]
    if body.error or not body.code:
        raise _refused(_said(body.error, name), "not-agreed")
    bound = flow.verifier_bound_to(begun.mailbox_id)
    verifier = house.vault.open(begun.sealed_verifier, bound_to=bound)
    found = await house.desk.exchange(
        app, code=body.code, verifier=verifier, redirect_url=begun.redirect_url
    )
    if isinstance(found, Grant):
        return found
    if found.problem is Problem.NO_ANSWER:
        raise UnavailableError(
            large(f"{name} gave no permission just now. Sign in once more in a moment.")
        )
    detail = f"{name} does not accept this sign-in any more. Sign in once more."
    if found.problem is Problem.APP:
        detail = f"{name} does not accept the app: an owner enters its id and secret anew."
    raise _refused(detail, "no-permission")


async def _token(house: MailHouse, app: MailApp, mailbox: Mailbox, grant: Grant) -> Token:
    """Return what is kept; what may not be kept is given back at once."""
    name, endpoints = LABELS[app.provider], endpoints_of(app)
    fault = None
    if not flow.is_same_account(grant.accounts, {mailbox.address, mailbox.username}):
        fault = _refused(
            f"You signed in as {grant.accounts[0]}, and this mailbox is {mailbox.address}. Sign in with the"
            " account of the mailbox, or enter that account as the mailbox's user.",
            "other-account",
        )
    elif flow.missing(endpoints, grant.scopes):
        fault = _refused(
            f"{name} was not allowed to let Anchorwatch read and send mail. Sign in again, and tick that.",
            "not-enough-allowed",
        )
    elif grant.refresh_token is None:
        fault = _refused(
            f"{name} gave a permission for an hour only, none that lasts. Look whether the app may ask for"
            " lasting access (offline).",
            "not-lasting",
        )
    if fault is not None or grant.refresh_token is None:
        await house.desk.revoke(endpoints, app, grant.refresh_token or grant.access_token)
        raise fault or _refused("There is no lasting permission.", "not-lasting")
    mailbox_id, seal = mailbox.mailbox_id, house.vault.seal
    return Token(
        mailbox_id=mailbox_id,
        workspace_id=mailbox.workspace_id,
        provider=app.provider,
        sealed_refresh=seal(
            grant.refresh_token, bound_to=flow.token_bound_to(mailbox_id, "refresh")
        ),
        sealed_access=seal(grant.access_token, bound_to=flow.token_bound_to(mailbox_id, "access")),
        expires_at=clock.now() + grant.lives,
        trouble=None,
    )


async def give_back(house: MailHouse, app: MailApp | None, token: Token | None) -> None:
    """Give the token of a mailbox that goes back to its provider; that it fails keeps nothing here."""
    if app is None or token is None:
        return
    bound = flow.token_bound_to(token.mailbox_id, "refresh")
    try:
        text = house.vault.open(token.sealed_refresh, bound_to=bound)
    except UnreadableError:
        return
    await house.desk.revoke(endpoints_of(app), app, text)


async def _app_of(tx: Tx, mailbox: Mailbox) -> MailApp:
    found = None
    if mailbox.provider is not None:
        found = await mail_apps.find_app(tx, mailbox.workspace_id, mailbox.provider)
    if found is None:
        detail = (
            "An owner of the workspace registers an app at the provider first, under Mailboxes."
        )
        raise ConflictError(detail, code="no-app")
    return found


def _said(error: str, name: str) -> str:
    if error in {"access_denied", "consent_required", ""}:
        return f"{name} was not allowed to let Anchorwatch in, so nothing changed. Sign in again if you want to."
    if error in {"server_error", "temporarily_unavailable"}:
        return f"{name} could not do this just now. Sign in once more in a moment."
    return f"{name} did not let you sign in: look whether the app is registered as the screen Mailboxes says."


def _refused(detail: str, code: str) -> ConflictError:
    return ConflictError(large(detail), code=code)


def _digest(state: str) -> bytes:
    return hashlib.sha256(state.encode()).digest()


def _require_person(caller: Caller) -> None:
    require_keeper(caller)
    if not caller.is_person:
        detail = "Only somebody who is signed in can sign in to a mailbox; a key cannot."
        raise ForbiddenError(detail, code="person-required")
