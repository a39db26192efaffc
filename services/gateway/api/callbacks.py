"""Where chats tell us what was pressed: believed only with the proof of the provider, answered in its form."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from starlette.background import BackgroundTask

from services.gateway.adapters.alert_desk import AlertDesk
from services.gateway.adapters.messenger import Messenger, app_bound_to, bound_to
from services.gateway.api import visitors
from services.gateway.api.chat_people import connect_by_code, new_link
from services.gateway.api.doing import Doer, Outcome, do, find_doer
from services.gateway.domain import acting
from services.gateway.domain.acting import Action, Meant, Said, plainly
from services.gateway.domain.channels import Kind
from services.gateway.domain.limits import Limiter
from services.gateway.domain.presses import discord, slack, telegram
from services.gateway.domain.presses.press import Code, Heard, Press
from services.gateway.metrics import CHAT_PRESSES, RATE_LIMITED
from services.gateway.store import channels, notices
from shared import clock
from shared.access import UnauthenticatedError
from shared.db import Database, Tx
from shared.log import get_logger
from shared.problems import ProblemError
from shared.web import DbDep

router = APIRouter(include_in_schema=False)
log = get_logger(__name__)
PATH = "/chat"

Row = Mapping[str, Any]
_NOT_OURS: Said = ("This button is not one of ours.",)
_TOO_OLD: Said = ("This button is too old. Open the alert in Anchorwatch instead.",)
_SWITCHED_OFF: Said = ("This channel is switched off in Anchorwatch; nothing can be done from it.",)
_ARRIVED: Said = ("It arrived: the buttons of this channel work.",)
_WHO: Said = ("Anchorwatch does not know yet who you are.",)
_SAY_WHO = "Sign in and say so"
_WHO_IN_TELEGRAM = (
    "Anchorwatch does not know yet who you are. In its console open You, make a code, and write it here:"
    " /connect and the code."
)


@dataclass(frozen=True, slots=True)
class _Provider:
    """How one provider proves itself, and what it tells."""

    is_proven: Callable[..., bool]
    heard: Callable[[bytes], Heard]


_PROVIDERS: Mapping[Kind, _Provider] = {
    Kind.SLACK: _Provider(slack.is_proven, slack.heard),
    Kind.DISCORD: _Provider(discord.is_proven, discord.heard),
    Kind.TELEGRAM: _Provider(telegram.is_proven, telegram.heard),
}


@dataclass(frozen=True, slots=True)
class _Room:
    """What answering needs."""

    db: Database
    messenger: Messenger
    desk: AlertDesk
    channel: Row

    @property
    def kind(self) -> Kind:
        return Kind(self.channel["kind"])


@dataclass(frozen=True, slots=True)
class _Answer:
    """What is said, to whom, and what of the message is done with."""

    said: Said
    meant: Meant | None = None
    """Set where the message in the chat changes for everybody; otherwise only who pressed is answered."""
    link: tuple[str, str] | None = None


@router.post(f"{PATH}/{{kind}}/{{channel_id}}")
async def hear(kind: Kind, channel_id: UUID, db: DbDep, request: Request) -> Response:
    """Take what a provider tells of a channel; whatever it is, it is answered within its time."""
    visitors.slow_down(request)
    body = await request.body()
    async with db.begin() as tx:
        channel = await channels.find_channel(tx, channel_id)
    messenger: Messenger = request.app.state.messenger
    proven = _proven(messenger, kind, channel, request, body)
    _slow_down(request, channel_id)
    room = _Room(db, messenger, request.app.state.alert_desk, proven)
    return await _answered(room, _PROVIDERS[kind].heard(body))


def _proven(
    messenger: Messenger, kind: Kind, channel: Row | None, request: Request, body: bytes
) -> Row:
    """Return the channel if its provider sent this just now; nothing is read of it before."""
    if channel is not None and channel["kind"] == kind and kind in _PROVIDERS:
        secret = messenger.opened(channel["app_secret"], app_bound_to(channel["channel_id"]))
        now_s = clock.now().timestamp()
        is_proven = _PROVIDERS[kind].is_proven
        if secret is not None and is_proven(request.headers, body, secret=secret, now_s=now_s):
            return channel
    CHAT_PRESSES.labels(kind, "unproven").inc()
    raise UnauthenticatedError("It is not proven who sent this.", code="unproven")


def _slow_down(request: Request, channel_id: UUID) -> None:
    limiter: Limiter = request.app.state.presses
    verdict = limiter.take(str(channel_id), now=time.monotonic())
    if not verdict.allowed:
        RATE_LIMITED.labels(limiter.policy.name).inc()
        raise ProblemError(
            429,
            "rate-limited",
            f"Too much is pressed in this channel; try again in {verdict.reset_s} s.",
            headers={"Retry-After": str(verdict.reset_s)},
        )


async def _answered(room: _Room, found: Heard) -> Response:
    if isinstance(found, Press):
        return await _to_press(room, found)
    if isinstance(found, Code):
        said = await connect_by_code(room.db, room.channel, found)
        return JSONResponse(telegram.say(found.chat, said))
    return Response(status_code=200) if found is None else JSONResponse(discord.PONG)


async def _to_press(room: _Room, press: Press) -> Response:
    if room.kind is Kind.SLACK:  # which waits three seconds, and is told at another address
        return Response(status_code=200, background=BackgroundTask(_tell_slack, room, press))
    answer = await _answer(room, press)
    if room.kind is Kind.DISCORD:
        return JSONResponse(_for_discord(press, answer))
    return _for_telegram(room, press, answer)


async def _answer(room: _Room, press: Press) -> _Answer:
    """Return what is said to a press, after what was wanted is done."""
    meant = acting.meant_by(press.token, key=room.messenger.acting_key)
    if meant is None or meant.expires_at <= clock.now():
        result, said = ("not_ours", _NOT_OURS) if meant is None else ("too_old", _TOO_OLD)
        return _counted(room, result, _Answer(said))
    if meant.action is Action.TRIAL:
        return _counted(room, "trial", await _tried(room, press, meant))
    async with room.db.begin() as tx:
        told = await notices.find_told(tx, meant.ref)
        if told is None:
            return _counted(room, "too_old", _Answer(_TOO_OLD))
        doer = await _admitted(tx, room, press, told)
    if isinstance(doer, _Answer):
        return doer
    outcome: Outcome = await do(room.db, room.desk, told, meant, doer, pressed=True)
    answer = _Answer(outcome.said, meant=meant if outcome.is_done else None)
    return _counted(room, "done" if outcome.is_done else "not_done", answer)


async def _admitted(tx: Tx, room: _Room, press: Press, told: Row) -> Doer | _Answer:
    """Return who acts about what was told, or what to answer whoever may not."""
    if not _is_of(room, told):
        return _counted(room, "not_ours", _Answer(_NOT_OURS))
    if told["switched_off_at"] is not None:
        return _counted(room, "switched_off", _Answer(_SWITCHED_OFF))
    await channels.note_press(tx, told["channel_id"], by=press.person, now=clock.now())
    doer = await find_doer(tx, told, press.person)
    if doer is None:
        return _counted(room, "unknown", await _ask_who(tx, room, press, told))
    return doer


def _counted(room: _Room, result: str, answer: _Answer) -> _Answer:
    CHAT_PRESSES.labels(room.kind, result).inc()
    return answer


async def _tried(room: _Room, press: Press, meant: Meant) -> _Answer:
    async with room.db.begin() as tx:
        channel = await channels.find_channel(tx, meant.ref)
        if channel is None or not _is_of(room, channel):
            return _Answer(_NOT_OURS)
        await channels.note_press(tx, meant.ref, by=press.person, now=clock.now())
    return _Answer(_ARRIVED, meant=meant)


def _is_of(room: _Room, other: Row) -> bool:
    """Say whether what was pressed is of this channel, or of one of the same app: apps have one address.

    The app of Slack or Discord may serve several workspaces: what it signed is believed in every channel
    that was given its secret, and what we signed in the button says in which. A bot has one workspace.
    """
    mine = room.channel
    if other["channel_id"] == mine["channel_id"]:
        return True
    name, bound, same = "app_secret", app_bound_to, ["kind"]
    if room.kind is Kind.TELEGRAM:
        name, bound, same = "secret", bound_to, ["kind", "workspace_id"]
    if any(other[one] != mine[one] for one in same):
        return False
    secrets = [room.messenger.opened(one[name], bound(one["channel_id"])) for one in (mine, other)]
    return secrets[0] is not None and secrets[0] == secrets[1] and other["app_secret"] is not None


async def _ask_who(tx: Tx, room: _Room, press: Press, told: Row) -> _Answer:
    if room.kind is Kind.TELEGRAM:
        return _Answer((_WHO_IN_TELEGRAM,))
    link = await new_link(tx, told, press.person, base=room.messenger.base)
    return _Answer(_WHO, link=(link, _SAY_WHO))


async def _tell_slack(room: _Room, press: Press) -> None:
    answer = await _answer(room, press)
    if press.answer_url is None:
        return
    if answer.meant is None:
        body = slack.only_for_you(answer.said, answer.link)
    else:
        body = slack.done(press.message, answer.meant, answer.said)
    attempt = await room.messenger.answer(press.answer_url, body)
    log.info("a press was answered", kind="slack", said=attempt.sentence)


def _for_discord(press: Press, answer: _Answer) -> dict[str, Any]:
    if answer.meant is None:
        return discord.only_for_you(answer.said, answer.link)
    return discord.done(press.message, answer.meant, answer.said)


def _for_telegram(room: _Room, press: Press, answer: _Answer) -> Response:
    is_long = answer.meant is None
    toast = telegram.toast(press, plainly(answer.said), is_long=is_long)
    task = None if answer.meant is None else BackgroundTask(_tell_telegram, room, press, answer)
    return JSONResponse(toast, background=task)


async def _tell_telegram(room: _Room, press: Press, answer: _Answer) -> None:
    """Have the bot say below the message what was done, and take its button away."""
    if answer.meant is None:
        return
    for method, body in telegram.after(press.message, answer.meant, answer.said):
        attempt = await room.messenger.have_done(
            room.channel["channel_id"], room.channel["secret"], method, body
        )
        log.info("a press was answered", kind="telegram", method=method, said=attempt.sentence)
