"""The addresses by which people act on alerts where the chat cannot tell us what was pressed.

Opening one changes nothing: programs that look at links in chats open them, too. Without signing in they work
only where an owner lets the people of a channel act; everywhere else they lead into the console.
"""

from collections.abc import Mapping
from html import escape
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from services.gateway.adapters.alert_desk import AlertDesk
from services.gateway.adapters.messenger import Messenger
from services.gateway.api import visitors
from services.gateway.api.caller import CallerDep
from services.gateway.api.doing import Doer, Outcome, do, stranger
from services.gateway.api.plain_page import plain_page
from services.gateway.domain import acting
from services.gateway.domain.acting import LABELS, PATH, WILL, Action, Meant, plainly
from services.gateway.domain.messages import place
from services.gateway.domain.presses.press import Person
from services.gateway.store import channels, deeds, notices, people
from shared import clock
from shared.access import Caller
from shared.db import Tx
from shared.errors import ConflictError, NotFoundError
from shared.vocabulary import Role
from shared.web import DbDep, TxDep

router = APIRouter(tags=["alerts"])
_NOT_OURS = "This address is not complete, or not one of ours; copy it again."
_TOO_OLD = "This address is too old. Open the alert in Anchorwatch instead."
_SWITCHED_OFF = "The channel that this was told in is switched off; nothing can be done from it."
_TRIAL = "It arrived: what is opened in this channel reaches Anchorwatch."

Row = Mapping[str, Any]


class ActOut(BaseModel):
    """What an address of a message does, or what became of it."""

    action: Action
    label: str
    title: str = Field(description="The alert, as the channel was told of it.")
    will: str = Field(description="What will happen, in a sentence.")
    path: str = Field(description="Where the console shows the alert.")
    channel: str
    done: str | None = Field(description="What became of it, once it was done.")


class ActedOut(BaseModel):
    """What came of acting now."""

    done: bool = Field(description="False: it was done before, or could not be done; see why.")
    sentence: str


@router.get("/v1/acts/{token}")
async def show_act(token: str, caller: CallerDep, tx: TxDep, request: Request) -> ActOut:
    """Say what an address of a message in a chat would do; nothing is changed."""
    meant, told = await _told(tx, request, token)
    _require_sight(caller, told)
    return ActOut(
        action=meant.action,
        label=LABELS[meant.action],
        title=told["title"],
        will=WILL[meant.action],
        path=told["path"],
        channel=told["channel_name"],
        done=await deeds.find_said(tx, meant.ref, meant.action),
    )


@router.post("/v1/acts/{token}")
async def act(token: str, caller: CallerDep, db: DbDep, request: Request) -> ActedOut:
    """Do what an address of a message in a chat stands for, once, under your own roles."""
    async with db.begin() as tx:
        meant, told = await _told(tx, request, token)
        _require_sight(caller, told)
        name = await _name(tx, caller)
    outcome = await do(db, _desk(request), told, meant, Doer(caller, name), pressed=False)
    return ActedOut(done=outcome.is_done, sentence=plainly(outcome.said))


@router.get(f"{PATH}/{{token}}", include_in_schema=False)
async def ask(token: str, tx: TxDep, request: Request) -> Response:
    """Show what would be done; where nobody may act unknown, lead into the console."""
    visitors.slow_down(request)
    meant = _meant(request, token)
    if meant.action is Action.TRIAL:
        return _asking(Action.TRIAL, "A test of the channel")
    meant, told = await _told(tx, request, token)
    if not told["anyone_may_act"]:
        return RedirectResponse(place("", f"{PATH}/{token}"), status_code=303)
    said = await deeds.find_said(tx, meant.ref, meant.action)
    if said is not None:
        return _page(told["title"], said)
    return _asking(meant.action, told["title"])


@router.post(f"{PATH}/{{token}}", include_in_schema=False)
async def act_unknown(token: str, db: DbDep, request: Request) -> Response:
    """Do it for somebody of whom is known only that they have the address."""
    visitors.slow_down(request)
    meant = _meant(request, token)
    if meant.action is Action.TRIAL:
        return await _tried(db, meant)
    async with db.begin() as tx:
        meant, told = await _told(tx, request, token)
    if not told["anyone_may_act"]:
        return RedirectResponse(place("", f"{PATH}/{token}"), status_code=303)
    found: Outcome = await do(db, _desk(request), told, meant, stranger(told, None), pressed=False)
    return _page(told["title"], plainly(found.said))


def _desk(request: Request) -> AlertDesk:
    desk: AlertDesk = request.app.state.alert_desk
    return desk


def _meant(request: Request, token: str) -> Meant:
    """Return what a token stands for; raises NotFoundError for one that is none (any more)."""
    messenger: Messenger = request.app.state.messenger
    found = acting.meant_by(token, key=messenger.acting_key) if visitors.is_token(token) else None
    if found is None:
        raise NotFoundError(_NOT_OURS, code="address-incomplete")
    if found.expires_at <= clock.now():
        raise NotFoundError(_TOO_OLD, code="address-too-old")
    return found


async def _told(tx: Tx, request: Request, token: str) -> tuple[Meant, Row]:
    """Return what is meant and what was told; a channel that was removed took all of it with it."""
    meant = _meant(request, token)
    told = None if meant.action is Action.TRIAL else await notices.find_told(tx, meant.ref)
    if told is None:
        raise NotFoundError(_TOO_OLD, code="address-too-old")
    if told["switched_off_at"] is not None:
        raise ConflictError(_SWITCHED_OFF, code="channel-off")
    return meant, told


def _require_sight(caller: Caller, told: Row) -> None:
    """Raise NotFoundError, as for a token that is none, unless the caller may see what it is about."""
    site_id: UUID | None = told["site_id"]
    is_ours = told["workspace_id"] == caller.workspace_id
    if not is_ours or not (caller.workspace_role or (site_id and caller.may_see(site_id))):
        raise NotFoundError(_NOT_OURS, code="address-incomplete")
    if site_id is not None:
        caller.require(site_id, Role.VIEWER)


async def _name(tx: Tx, caller: Caller) -> str:
    """Return how a chat should call somebody."""
    found = await people.find_name(tx, caller.actor_id)
    return found or caller.actor


async def _tried(db: Any, meant: Meant) -> HTMLResponse:
    async with db.begin() as tx:
        await channels.note_press(
            tx, meant.ref, by=Person("", "an address that was opened"), now=clock.now()
        )
    return _page("A test of the channel", _TRIAL)


def _asking(action: Action, title: str) -> HTMLResponse:
    return plain_page(
        LABELS[action],
        f"<p><strong>{escape(title)}</strong></p><p>{escape(WILL[action])}</p>"
        f'<form method="post"><p><button>{escape(LABELS[action])}</button></p></form>',
    )


def _page(title: str, said: str) -> HTMLResponse:
    return plain_page(title, f"<p>{escape(said)}</p>")
