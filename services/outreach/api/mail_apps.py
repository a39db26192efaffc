"""The apps that owners registered at mail providers, so that mailboxes sign in with OAuth 2.0."""

import re
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.outreach.api.mail_house import MailHouse, MailHouseDep, require_reader
from services.outreach.domain.oauth.flow import redirect_url
from services.outreach.domain.oauth.providers import (
    MailApp,
    MailProvider,
    endpoints_of,
    secret_bound_to,
)
from services.outreach.store import mail_apps
from services.outreach.store.mail_apps import SavedApp
from shared import clock
from shared.access import Caller, Scope
from shared.errors import ConflictError, FieldError, InvalidError, NotFoundError
from shared.vault import UnreadableError
from shared.vocabulary import Role
from shared.web import CallerDep, TxDep

router = APIRouter(prefix="/v1/mail-apps", tags=["mailboxes"])

_NOBODY = UUID(int=0)
_Url = Annotated[str, Field(max_length=500)]
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,252}")
_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f]")


class MailAppIn(BaseModel):
    """An app as its provider shows it; addresses only of a provider that is not known."""

    model_config = ConfigDict(extra="forbid")

    client_id: str = Field(min_length=1, max_length=300)
    client_secret: str = Field(
        default="", max_length=1_000, description="Empty keeps the one that is there."
    )
    tenant: str = Field(
        default="", max_length=253, description="Of Microsoft: the directory; empty means any."
    )
    authorize_url: _Url = ""
    token_url: _Url = ""
    revoke_url: _Url = ""
    scopes: str = Field(
        default="", max_length=1_000, description="Of another provider, parted by spaces."
    )


class MailAppOut(BaseModel):
    """An app, without its secret."""

    provider: MailProvider
    redirect_url: str | None = Field(
        description="Where the provider sends people back to, exactly so; null without a public address."
    )
    redirect_path: str = Field(description="The same below this installation's own address.")
    is_registered: bool
    has_secret: bool
    client_id: str
    tenant: str
    authorize_url: str
    token_url: str
    revoke_url: str
    scopes: str
    saved_by: str | None
    saved_at: datetime | None

    @classmethod
    def of(cls, provider: MailProvider, saved: SavedApp | None, house: MailHouse) -> Self:
        app = None if saved is None else saved.app
        shown = app or MailApp(
            workspace_id=_NOBODY, provider=provider, client_id="", sealed_secret=""
        )
        known = endpoints_of(shown)
        return cls(
            provider=provider,
            redirect_url=redirect_url(provider, public_url=house.public_url, origin=None),
            redirect_path=f"/signed-in/{provider}",
            is_registered=app is not None,
            has_secret=app is not None and _has_secret(app, house),
            client_id=shown.client_id,
            tenant=shown.tenant,
            authorize_url=known.authorize_url,
            token_url=known.token_url,
            revoke_url=known.revoke_url or "",
            scopes=" ".join(known.scopes),
            saved_by=None if saved is None else saved.saved_by,
            saved_at=None if saved is None else saved.saved_at,
        )


class MailAppsOut(BaseModel):
    items: list[MailAppOut]


@router.get("")
async def list_mail_apps(caller: CallerDep, tx: TxDep, house: MailHouseDep) -> MailAppsOut:
    """Return each provider, and what the workspace registered there."""
    require_reader(caller)
    found = {one.app.provider: one for one in await mail_apps.list_apps(tx, caller.workspace_id)}
    return MailAppsOut(items=[MailAppOut.of(one, found.get(one), house) for one in MailProvider])


@router.put("/{provider}")
async def save_mail_app(
    provider: MailProvider, body: MailAppIn, caller: CallerDep, tx: TxDep, house: MailHouseDep
) -> MailAppOut:
    """Keep an app, its secret encrypted; only owners do."""
    _require_owner(caller)
    before = await mail_apps.find_app(tx, caller.workspace_id, provider)
    app = _app(caller, provider, body, house)
    keeps_secret = not body.client_secret and before is not None
    _require_sound(app, body, house, needs_secret=provider is not MailProvider.OTHER and not before)
    if keeps_secret and before is not None and _moves(before, app):
        fault = FieldError("/client_secret", "required", "Enter the secret of the app again.")
        raise InvalidError(
            "The secret goes to other addresses, or is of another app, now.", [fault]
        )
    await mail_apps.save_app(
        tx, app, keeps_secret=keeps_secret, saved_by=caller.actor, now=clock.now()
    )
    [saved] = [
        one
        for one in await mail_apps.list_apps(tx, caller.workspace_id)
        if one.app.provider is provider
    ]
    return MailAppOut.of(provider, saved, house)


@router.delete("/{provider}", status_code=204)
async def remove_mail_app(provider: MailProvider, caller: CallerDep, tx: TxDep) -> None:
    """Forget an app with its secret; refused while mailboxes sign in with it."""
    _require_owner(caller)
    if await mail_apps.count_mailboxes(tx, caller.workspace_id, provider):
        detail = "Mailboxes sign in with this app: remove them first, or give them a password."
        raise ConflictError(detail, code="app-in-use")
    if not await mail_apps.remove_app(tx, caller.workspace_id, provider):
        raise NotFoundError("There is no such app.")


def _require_owner(caller: Caller) -> None:
    caller.require_scope(Scope.OUTREACH_WRITE)
    caller.require_workspace(Role.OWNER)


def _app(caller: Caller, provider: MailProvider, body: MailAppIn, house: MailHouse) -> MailApp:
    own = provider is MailProvider.OTHER
    bound = secret_bound_to(caller.workspace_id, provider)
    return MailApp(
        workspace_id=caller.workspace_id,
        provider=provider,
        client_id=body.client_id.strip(),
        sealed_secret=house.vault.seal(body.client_secret.strip(), bound_to=bound),
        tenant=body.tenant.strip() if provider is MailProvider.MICROSOFT else "",
        authorize_url=body.authorize_url.strip() if own else "",
        token_url=body.token_url.strip() if own else "",
        revoke_url=body.revoke_url.strip() if own else "",
        scopes=" ".join(body.scopes.split()) if own else "",
    )


def _require_sound(app: MailApp, body: MailAppIn, house: MailHouse, *, needs_secret: bool) -> None:
    faults = [
        FieldError(f"/{name}", "not-allowed", "It has no spaces in it.")
        for name in ("client_id", "client_secret")
        if _CONTROL.search(getattr(body, name).strip())
    ]
    if not app.client_id:
        faults.append(FieldError("/client_id", "required", "Copy the id that the provider shows."))
    if needs_secret and not body.client_secret.strip():
        said = "Copy the secret that the provider shows once."
        faults.append(FieldError("/client_secret", "required", said))
    if app.tenant and not _TENANT.fullmatch(app.tenant):
        said = "Give the id of the directory or its domain, or leave it empty."
        faults.append(FieldError("/tenant", "not-a-tenant", said))
    faults += _faults_of_addresses(app, house)
    if faults:
        raise InvalidError("This app can't be used.", faults)


def _faults_of_addresses(app: MailApp, house: MailHouse) -> list[FieldError]:
    """Return what is wrong with the addresses of a provider that is not known."""
    if app.provider is not MailProvider.OTHER:
        return []
    urls = {"authorize_url": app.authorize_url, "token_url": app.token_url}
    if app.revoke_url:
        urls["revoke_url"] = app.revoke_url
    found = ((name, house.desk.refusal(url)) for name, url in urls.items())
    return [FieldError(f"/{name}", "not-allowed", fault) for name, fault in found if fault]


def _moves(before: MailApp, after: MailApp) -> bool:
    """Say whether a secret that nobody entered again would go elsewhere than it was meant for."""
    names = ("client_id", "token_url", "revoke_url")
    return any(getattr(before, name) != getattr(after, name) for name in names)


def _has_secret(app: MailApp, house: MailHouse) -> bool:
    bound = secret_bound_to(app.workspace_id, app.provider)
    try:
        return bool(house.vault.open(app.sealed_secret, bound_to=bound))
    except UnreadableError:
        return False
