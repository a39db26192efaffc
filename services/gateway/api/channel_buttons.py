"""Switching the buttons of a channel on and off: what proves that a press came from its chat."""

import secrets as random
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from services.gateway.adapters.messenger import Messenger, app_bound_to
from services.gateway.api.buttons import callback_url, have_telegram_tell, stop_hearing
from services.gateway.api.caller import CallerDep
from services.gateway.api.channels import ChannelOut, mine
from services.gateway.domain import secrets
from services.gateway.domain.attempts import Ending
from services.gateway.domain.channels import Kind, require_app_key
from services.gateway.store import channels as store
from services.gateway.store import journal, receivers
from shared.access import Caller
from shared.db import Database
from shared.errors import ConflictError, NotFoundError
from shared.web import DbDep, TxDep

router = APIRouter(prefix="/v1/channels/{channel_id}/buttons", tags=["channels"])


class ButtonsIn(BaseModel):
    """What proves that something was pressed in the chat."""

    model_config = ConfigDict(extra="forbid")

    app_key: Annotated[
        str | None,
        Field(
            max_length=200,
            description="Slack: the signing secret of the app; Discord: the public key of the application;"
            " Telegram: nothing. It is stored encrypted and never shown again.",
        ),
    ] = None


class ButtonsOut(BaseModel):
    """What to write into the app of the provider."""

    buttons: bool
    callback_url: str = Field(description="The address that the app is to tell of presses.")
    is_public: bool = Field(
        description="Whether the address begins with https:, which the providers want."
    )


@router.get("")
async def get_buttons(
    channel_id: UUID, caller: CallerDep, tx: TxDep, request: Request
) -> ButtonsOut:
    """Say which address the app of the provider is to tell of what is pressed."""
    row = await mine(tx, channel_id, caller)
    url = callback_url(row, base=request.app.state.messenger.base)
    if url is None:
        raise NotFoundError(
            "A channel of this kind cannot tell what is pressed.", code="no-buttons"
        )
    is_on = row["app_secret"] is not None
    return ButtonsOut(buttons=is_on, callback_url=url, is_public=url.startswith("https:"))


@router.put("")
async def switch_buttons_on(
    channel_id: UUID, body: ButtonsIn, caller: CallerDep, db: DbDep, request: Request
) -> ChannelOut:
    """Give the messages of a channel buttons; Telegram is told at once where presses go."""
    messenger: Messenger = request.app.state.messenger
    async with db.begin() as tx:
        row = await mine(tx, channel_id, caller)
    kind = Kind(row["kind"])
    key = None if body.app_key is None else body.app_key.strip().lower()
    require_app_key(kind, key)
    if kind is Kind.TELEGRAM:
        key = secrets.readable(random.token_bytes(secrets.TOKEN_RANDOM))
        attempt = await have_telegram_tell(messenger, row, key)
        if attempt.ending is not Ending.TAKEN:
            raise ConflictError(
                f"Telegram does not take our address. {attempt.sentence} Does ANCHORWATCH_PUBLIC_URL begin "
                "with https:, on port 443, 80, 88 or 8443, and is the token of the bot right?",
                code="not-taken",
            )
    sealed = messenger.vault.seal(key or "", bound_to=app_bound_to(channel_id))
    return await _saved(db, channel_id, caller, sealed, action="channel.buttons_on")


@router.delete("")
async def switch_buttons_off(
    channel_id: UUID, caller: CallerDep, db: DbDep, request: Request
) -> ChannelOut:
    """Take the buttons away; those of older messages do nothing any more."""
    async with db.begin() as tx:
        before = await mine(tx, channel_id, caller)
    after = await _saved(db, channel_id, caller, None, action="channel.buttons_off")
    await stop_hearing(db, request.app.state.messenger, before)
    return after


async def _saved(
    db: Database, channel_id: UUID, caller: Caller, sealed: str | None, *, action: str
) -> ChannelOut:
    async with db.begin() as tx:
        await receivers.lock(tx, receivers.CHANNELS, channel_id)
        row = await mine(tx, channel_id, caller)
        await store.save_channel(tx, {**row, "app_secret": sealed})
        await journal.add_entry(tx, caller, action=action, subject=f"channel/{channel_id}")
        return ChannelOut.of(await mine(tx, channel_id, caller), caller)
