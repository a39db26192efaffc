"""Doing what somebody in a chat wants done about an alert: once, under their own roles, and written down."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.gateway.adapters.alert_desk import AlertDesk
from services.gateway.domain.acting import (
    SNOOZES,
    Action,
    Meant,
    Said,
    acknowledged,
    checking,
    plainly,
    snoozed,
)
from services.gateway.domain.channels import Kind
from services.gateway.domain.presses.press import Person
from services.gateway.store import access, chats, deeds, journal, snoozes
from shared import clock
from shared.access import Caller, Scope
from shared.db import Database, Tx
from shared.errors import AnchorwatchError, ConflictError
from shared.screen_words import CHANNELS
from shared.vocabulary import AlertState, Role

Row = Mapping[str, Any]
SCOPES = frozenset({Scope.LINKS_READ, Scope.LINKS_WRITE})
"""All that a chat may be used for, whatever its people may do in the console."""
_JOURNAL = {
    Action.ACKNOWLEDGE: "alert.acknowledged",
    Action.SNOOZE_DAY: "alert.snoozed",
    Action.SNOOZE_WEEK: "alert.snoozed",
    Action.CHECK: "alert.checked",
}


@dataclass(frozen=True, slots=True)
class Doer:
    """Who acts, as the services know them and as the chat does."""

    caller: Caller
    name: str
    person: Person | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it; only what was done now changes the message in the chat."""

    is_done: bool
    said: Said


def stranger(told: Row, person: Person | None) -> Doer:
    """Return somebody of whom is known only that the channel lets its people act, on this one site."""
    name = "Somebody" if person is None else person.name
    where = f"in “{told['channel_name']}” ({CHANNELS[told['kind']].label})"
    grants = {} if told["site_id"] is None else {told["site_id"]: Role.EDITOR}
    caller = Caller(
        told["workspace_id"], told["channel_id"], f"{name} {where}", scopes=SCOPES, grants=grants
    )
    return Doer(caller, name, person)


async def find_doer(tx: Tx, told: Row, person: Person) -> Doer | None:
    """Return who somebody in a chat is to us; None if they may do nothing before they said so."""
    known = await chats.find_person(
        tx, Kind(told["kind"]), person.person_id, workspace_id=told["workspace_id"]
    )
    if known is not None:
        caller = await access.find_user_caller(
            tx, known["user_id"], workspace_id=told["workspace_id"], scopes=SCOPES
        )
        if caller is not None:
            return Doer(caller, known["user_name"] or person.name, person)
    return stranger(told, person) if told["anyone_may_act"] else None


async def do(
    db: Database, desk: AlertDesk, told: Row, meant: Meant, doer: Doer, *, pressed: bool
) -> Outcome:
    """Do it unless it was done; `pressed` says that the message in the chat will say so itself."""
    try:
        _require_right(doer.caller, told["site_id"])
    except AnchorwatchError as error:
        return Outcome(is_done=False, said=(error.detail,))
    now = clock.now()
    async with db.begin() as tx:
        claimed = await deeds.claim(
            tx,
            meant.ref,
            meant.action,
            channel_id=told["channel_id"],
            alert_id=told["alert_id"],
            name=doer.name,
            person_id=None if doer.person is None else doer.person.person_id,
            pressed=pressed,
            now=now,
        )
    if not claimed.is_mine:
        said = claimed.said or "Somebody is doing this at this moment."
        return Outcome(is_done=False, said=(said,))
    try:
        words = await _done(desk, told, meant.action, doer, now=now)
    except AnchorwatchError as error:
        async with db.begin() as tx:
            await deeds.give_back(tx, claimed.deed_id)
        return Outcome(is_done=False, said=(error.detail,))
    async with db.begin() as tx:
        if (life := SNOOZES.get(meant.action)) is not None:
            await snoozes.put_off(tx, told, claimed.deed_id, until=now + life, now=now)
        await deeds.settle(tx, claimed.deed_id, plainly(words))
        await _write_down(tx, told, meant.action, doer, words, pressed=pressed)
    return Outcome(is_done=True, said=words)


def _require_right(caller: Caller, site_id: UUID | None) -> None:
    if site_id is None:
        caller.require_workspace(Role.EDITOR)
    else:
        caller.require(site_id, Role.EDITOR)


async def _done(desk: AlertDesk, told: Row, action: Action, doer: Doer, *, now: datetime) -> Said:
    """Do it; returns what is to be said of it."""
    alert_id = told["alert_id"]
    if action is Action.ACKNOWLEDGE:
        standing = await desk.acknowledge(doer.caller, alert_id)
        if standing.state is AlertState.RESOLVED:
            raise ConflictError("It is over by itself already.")
        if standing.acknowledged_by != doer.caller.actor:
            raise ConflictError(f"It is acknowledged already, by {standing.acknowledged_by}.")
        return acknowledged(doer.name, now)
    if action in SNOOZES:
        standing = await desk.look(doer.caller, alert_id)
        if standing.state is not AlertState.OPEN:
            raise ConflictError("This alert is not open any more; there is nothing to put off.")
        return snoozed(doer.name, now + SNOOZES[action])
    links = await desk.check(doer.caller, alert_id)
    if not links:
        raise ConflictError("None of its links is watched any more; there is nothing to look at.")
    return checking(doer.name, now, links)


async def _write_down(
    tx: Tx, told: Row, action: Action, doer: Doer, said: Said, *, pressed: bool
) -> None:
    detail = {
        "channel": f"channel/{told['channel_id']}",
        "channel_name": told["channel_name"],
        "kind": told["kind"],
        "by": "button" if pressed else "address",
        "said": plainly(said),
    }
    if doer.person is not None:
        detail |= {"chat_person": doer.person.person_id, "chat_name": doer.person.name}
    await journal.add_entry(
        tx,
        doer.caller,
        action=_JOURNAL[action],
        subject=f"alert/{told['alert_id']}",
        site_id=told["site_id"],
        detail=detail,
    )
