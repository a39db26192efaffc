"""Channels: where the team is told of alerts, by e-mail or in the chat of a provider."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.gateway.adapters.messenger import Messenger
from services.gateway.api.buttons import acting_words, require_chat_for, stop_hearing
from services.gateway.api.caller import CallerDep
from services.gateway.api.inputs import Email, Name
from services.gateway.api.receiving import TestOut, require_mail_server, require_room
from services.gateway.domain import channels
from services.gateway.domain.acting import Action
from services.gateway.domain.attempts import Attempt, Ending
from services.gateway.domain.channels import MAX_EMAILS, Kind
from services.gateway.domain.messages import trial
from services.gateway.domain.notices import NoticeState
from services.gateway.store import channels as store
from services.gateway.store import journal, notices, people, receivers
from shared import clock, versions
from shared.access import Caller
from shared.db import Tx
from shared.errors import FieldError, InvalidError
from shared.ids import new_id
from shared.pages import Page, PageDep
from shared.vocabulary import Role
from shared.web import DbDep, TxDep

router = APIRouter(prefix="/v1/channels", tags=["channels"])

_Address = Annotated[
    str,
    Field(
        max_length=2_000,
        description="The address of the webhook at the provider (Slack, Teams, Discord), or the token of"
        " the bot (Telegram). It lets whoever has it write there, so it is never shown again.",
    ),
]
_Chat = Annotated[
    str,
    Field(max_length=50, description="Telegram: the number of the chat, or @name of a channel."),
]
_Emails = Annotated[
    list[Email],
    Field(max_length=MAX_EMAILS, description="E-mail: people of the workspace, by their address."),
]


class ChannelIn(BaseModel):
    """A new channel."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    kind: Kind
    address: _Address | None = None
    chat: _Chat | None = None
    emails: _Emails = Field(default_factory=list)


class ChannelPatch(BaseModel):
    """What may be changed; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    address: _Address | None = None
    chat: _Chat | None = None
    emails: _Emails | None = None
    active: bool | None = Field(
        default=None, description="True goes on where it was switched off; what is due is told."
    )
    anyone_may_act: bool | None = Field(
        default=None,
        description="Whether people of this chat may act on alerts without saying who they are.",
    )


class ChannelOut(BaseModel):
    """A channel and whether it works; everything but its address."""

    id: UUID
    name: str
    kind: Kind
    chat: str | None
    emails: list[str] | None = Field(description="Who gets e-mail; shown to owners.")
    active: bool
    switched_off_because: str | None
    waiting: int = Field(description="Alerts that wait for their time or are tried again.")
    delivered_at: datetime | None = Field(description="When the last message was taken.")
    failing_since: datetime | None = Field(description="Since when none was taken; null: all well.")
    sentence: str
    buttons: bool = Field(
        description="Its messages have buttons whose presses come back; if not, they have addresses."
    )
    anyone_may_act: bool = Field(
        description="People of this chat may act on alerts without saying who they are."
    )
    called_back_at: datetime | None = Field(description="When something that was pressed arrived.")
    called_back_by: str | None = Field(description="Whose press that was; shown to owners.")
    acting: str = Field(description="What people can do from there, in a sentence.")
    created_at: datetime
    version: int

    @classmethod
    def of(cls, row: Mapping[str, Any], caller: Caller) -> "ChannelOut":
        is_owner = caller.workspace_role is Role.OWNER
        shown = {
            "id": row["channel_id"],
            "active": row["switched_off_at"] is None,
            "sentence": _sentence(row),
            "emails": row["emails"] if is_owner else None,
            "buttons": row["app_secret"] is not None,
            "called_back_by": row["called_back_by"] if is_owner else None,
            "acting": acting_words(row),
        }
        return cls(**{**row, **shown})


class NoticeOut(BaseModel):
    """One alert for this channel, and what became of it."""

    id: UUID
    alert_id: UUID
    title: str
    is_over: bool = Field(description="It tells that the alert is over.")
    email: str | None = Field(description="The person it is for, in a channel of e-mail.")
    state: NoticeState
    attempts: int
    deliver_at: datetime = Field(description="When its rule lets it be told.")
    next_at: datetime | None = Field(description="When it is tried next, while it waits.")
    last_at: datetime | None
    last_status: int | None = Field(description="What the receiver answered last (HTTP or SMTP).")
    last_ms: int | None
    sentence: str

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "NoticeOut":
        waits = row["state"] == NoticeState.WAITING
        shown = {
            "id": row["notice_id"],
            "next_at": row["next_at"] if waits else None,
            "sentence": row["sentence"] or "Not sent yet.",
        }
        return cls(**{**row, **shown})


@router.get("")
async def list_channels(caller: CallerDep, tx: TxDep, page: PageDep) -> Page[ChannelOut]:
    """List the channels of your workspace, for whoever writes rules."""
    caller.require_workspace(Role.VIEWER)
    rows = await store.list_channels(
        tx,
        workspace_id=caller.workspace_id,
        after=page.after[0] if page.after else None,
        limit=page.limit + 1,
    )
    return page.page(
        rows, key=lambda row: (row["channel_id"],), item=lambda row: ChannelOut.of(row, caller)
    )


@router.post("", status_code=201)
async def add_channel(
    body: ChannelIn, caller: CallerDep, tx: TxDep, request: Request, response: Response
) -> ChannelOut:
    """Add a channel; send a test, then name it in a rule."""
    caller.require_workspace(Role.OWNER)
    messenger: Messenger = request.app.state.messenger
    channels.require_parts(body.kind, body.address, body.chat, body.emails)
    if body.kind is Kind.EMAIL:
        require_mail_server(messenger)
    channel_id = new_id()
    await require_room(tx, receivers.CHANNELS, caller)
    row = await store.add_channel(
        tx,
        channel_id,
        workspace_id=caller.workspace_id,
        name=body.name,
        kind=body.kind,
        secret=_sealed(messenger, channel_id, body.kind, body.address),
        chat=body.chat,
        user_ids=await _people(tx, caller, body.emails),
        created_by=caller.actor_id,
    )
    await _note(tx, caller, "channel.added", channel_id, {"name": body.name, "kind": body.kind})
    response.headers["Location"] = f"/v1/channels/{channel_id}"
    return ChannelOut.of(row, caller)


@router.get("/{channel_id}")
async def get_channel(
    channel_id: UUID, caller: CallerDep, tx: TxDep, response: Response
) -> ChannelOut:
    """Return one channel."""
    caller.require_workspace(Role.VIEWER)
    row = await store.get_channel(tx, channel_id, workspace_id=caller.workspace_id)
    response.headers["ETag"] = versions.etag(row["version"])
    return ChannelOut.of(row, caller)


@router.patch("/{channel_id}", dependencies=[versions.IF_MATCH])
async def change_channel(
    channel_id: UUID, body: ChannelPatch, caller: CallerDep, tx: TxDep, request: Request
) -> ChannelOut:
    """Change a channel, switch it off, or on again; needs its ETag in If-Match."""
    await receivers.lock(tx, receivers.CHANNELS, channel_id)
    before = await mine(tx, channel_id, caller)
    versions.require_match(request, before["version"])
    after = await _changed(tx, before, body, caller, request.app.state.messenger)
    await store.save_channel(tx, after)
    await _switch(tx, channel_id, body.active, caller)
    told = body.model_dump(exclude_unset=True, exclude={"address"})
    detail = told | ({"address": "replaced"} if body.address is not None else {})
    await _note(tx, caller, "channel.changed", channel_id, detail)
    return ChannelOut.of(await mine(tx, channel_id, caller), caller)


@router.delete("/{channel_id}", status_code=204)
async def remove_channel(channel_id: UUID, caller: CallerDep, db: DbDep, request: Request) -> None:
    """Remove a channel; what was still to be told there is not, and what it offered works no more."""
    async with db.begin() as tx:
        row = await mine(tx, channel_id, caller)
        await store.remove_channel(tx, channel_id, workspace_id=caller.workspace_id)
        await _note(tx, caller, "channel.removed", channel_id, {})
    await stop_hearing(db, request.app.state.messenger, row)


@router.post("/{channel_id}/tests")
async def send_channel_test(
    channel_id: UUID, caller: CallerDep, db: DbDep, request: Request
) -> TestOut:
    """Send a test message now, and say what came back; e-mail goes to one person."""
    async with db.begin() as tx:
        row = await mine(tx, channel_id, caller)
    attempt = await _try(request.app.state.messenger, row, caller)
    if attempt.ending is Ending.TAKEN:
        async with db.begin() as tx:
            await receivers.note_attempt(
                tx, receivers.CHANNELS, channel_id, taken=True, now=clock.now()
            )
    return TestOut.of(attempt)


@router.get("/{channel_id}/deliveries")
async def list_channel_deliveries(
    channel_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    page: PageDep,
    state: Annotated[NoticeState | None, Query(description="Only those in this state.")] = None,
) -> Page[NoticeOut]:
    """List the alerts of the last 30 days for this channel, the newest first."""
    await mine(tx, channel_id, caller)
    rows = await notices.list_notices(
        tx,
        channel_id,
        state=state,
        before=page.after[0] if page.after else None,
        limit=page.limit + 1,
    )
    return page.page(rows, key=lambda row: (row["notice_id"],), item=NoticeOut.of)


async def mine(tx: Tx, channel_id: UUID, caller: Caller) -> Mapping[str, Any]:
    caller.require_workspace(Role.OWNER)
    return await store.get_channel(tx, channel_id, workspace_id=caller.workspace_id)


async def _changed(
    tx: Tx, before: Mapping[str, Any], body: ChannelPatch, caller: Caller, messenger: Messenger
) -> Mapping[str, Any]:
    """Return the channel as the patch wants it."""
    kind = Kind(before["kind"])
    after = {**before, "name": body.name or before["name"]}
    if body.address is not None:
        after["secret"] = _sealed(messenger, before["channel_id"], kind, body.address)
        if kind is Kind.TELEGRAM:  # another bot does not know yet where to tell of presses
            after["app_secret"] = None
    if body.anyone_may_act is not None:
        require_chat_for(kind, anyone=body.anyone_may_act)
        after["anyone_may_act"] = body.anyone_may_act
    if body.chat is not None:
        channels.require_chat(kind, body.chat)
        after["chat"] = body.chat
    if body.emails is not None:
        channels.require_emails(kind, body.emails)
        after["user_ids"] = await _people(tx, caller, body.emails)
    return after


async def _switch(tx: Tx, channel_id: UUID, active: bool | None, caller: Caller) -> None:
    if active is True:
        await store.switch_on(tx, channel_id, now=clock.now())
        await notices.wake(tx)
    elif active is False:
        because = f"Switched off by {caller.actor}."
        await receivers.switch_off(
            tx, receivers.CHANNELS, channel_id, because=because, now=clock.now()
        )


def _sealed(messenger: Messenger, channel_id: UUID, kind: Kind, address: str | None) -> str | None:
    if address is None:
        return None
    return messenger.seal(channels.secret_of(kind, address), channel_id)


async def _people(tx: Tx, caller: Caller, emails: Sequence[str]) -> list[UUID]:
    """Return the users with these addresses; InvalidError for one that nobody here has."""
    found = await people.find_user_ids(tx, emails, workspace_id=caller.workspace_id)
    fix = "Add them under People first."
    faults = [
        FieldError(f"/emails/{index}", "not-a-user", f"Nobody here has the address {email}. {fix}")
        for index, email in enumerate(emails)
        if email.lower() not in found
    ]
    if faults:
        raise InvalidError(f"E-mail goes to people of the workspace. {faults[0].detail}", faults)
    return list(found.values())


async def _try(messenger: Messenger, row: Mapping[str, Any], caller: Caller) -> Attempt:
    if row["kind"] != Kind.EMAIL:
        offering = messenger.offering(is_pressed=row["app_secret"] is not None)
        message = trial(
            row["name"],
            base=messenger.base,
            offer=offering.one(Action.TRIAL, row["channel_id"]),
            is_pressed=offering.is_pressed,
        )
        return await messenger.post(
            Kind(row["kind"]), row["channel_id"], row["secret"], row["chat"], message
        )
    if not row["emails"]:
        return Attempt(0, refused="none of its people is in the workspace any more")
    message = trial(row["name"], base=messenger.base)
    to = caller.actor if caller.actor in row["emails"] else row["emails"][0]
    return await messenger.mail(message, to=to, notice_ids=[new_id()])


async def _note(
    tx: Tx, caller: Caller, action: str, channel_id: UUID, detail: Mapping[str, Any]
) -> None:
    subject = f"channel/{channel_id}"
    await journal.add_entry(tx, caller, action=action, subject=subject, detail=detail)


def _sentence(row: Mapping[str, Any]) -> str:
    if row["switched_off_at"] is not None:
        return f"Switched off: {row['switched_off_because']} Alerts are kept for 30 days."
    if row["kind"] == Kind.EMAIL and not row["emails"]:
        return "None of its people is in the workspace any more; name others."
    if row["failing_since"] is not None:
        return "It takes nothing now; what is due is tried again for three days."
    return "All well." if row["delivered_at"] else "Nothing was sent yet. Send a test."
