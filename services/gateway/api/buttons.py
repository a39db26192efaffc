"""Buttons of channels: what there is to say of them, and telling Telegram where presses go."""

from collections.abc import Mapping
from typing import Any

from services.gateway.adapters.messenger import Messenger, app_bound_to, bound_to
from services.gateway.domain.attempts import Attempt
from services.gateway.domain.channels import PRESSABLE, Kind
from services.gateway.domain.presses import telegram
from services.gateway.store import channels
from shared.db import Database
from shared.errors import FieldError, InvalidError
from shared.log import get_logger

log = get_logger(__name__)
Row = Mapping[str, Any]


def acting_words(row: Row) -> str:
    """Say what people can do from a channel, and under whose name."""
    if row["kind"] == Kind.EMAIL:
        return "Nothing is done from a mail: its links lead into the console."
    who = (
        "Whoever is in the chat may act; who is known acts by their own roles."
        if row["anyone_may_act"]
        else "Only people who said who they are may act, each by their own roles."
    )
    if row["app_secret"] is None:
        return f"Messages carry addresses that lead to a page. {who}"
    came = (
        "" if row["called_back_at"] else " None was pressed yet: send a test and press its button."
    )
    return f"Messages carry buttons. {who}{came}"


def require_chat_for(kind: Kind, *, anyone: bool) -> None:
    """Raise InvalidError where there is no chat whose people could act."""
    if anyone and kind is Kind.EMAIL:
        detail = "Nothing is done from a mail; leave it out."
        raise InvalidError(detail, [FieldError("/anyone_may_act", "not-allowed", detail)])


def callback_url(row: Row, *, base: str) -> str | None:
    """Return the address that a provider tells of presses at, None for one that tells of none."""
    if Kind(row["kind"]) not in PRESSABLE:
        return None
    return f"{base}/chat/{row['kind']}/{row['channel_id']}"


async def have_telegram_tell(messenger: Messenger, row: Row, secret: str) -> Attempt:
    """Have Telegram tell of what is pressed, with a secret that only it knows."""
    body = {
        "url": callback_url(row, base=messenger.base),
        "secret_token": secret,
        "allowed_updates": list(telegram.HEARD),
    }
    return await messenger.have_done(row["channel_id"], row["secret"], "setWebhook", body)


async def stop_hearing(db: Database, messenger: Messenger, row: Row) -> None:
    """Have Telegram tell a sibling of a channel that hears no more, or nobody; other apps have one address.

    What Telegram answers changes nothing here: without a secret nothing is believed that it still sends.
    """
    if row["kind"] != Kind.TELEGRAM or row["app_secret"] is None:
        return
    async with db.begin() as tx:
        others = await channels.list_with_buttons(
            tx, Kind.TELEGRAM, workspace_id=row["workspace_id"]
        )
    token = messenger.opened(row["secret"], bound_to(row["channel_id"]))
    for other in others:
        same = messenger.opened(other["secret"], bound_to(other["channel_id"])) == token
        secret = messenger.opened(other["app_secret"], app_bound_to(other["channel_id"]))
        if same and secret is not None and other["channel_id"] != row["channel_id"]:
            attempt = await have_telegram_tell(messenger, other, secret)
            break
    else:
        attempt = await messenger.have_done(row["channel_id"], row["secret"], "deleteWebhook", {})
    log.info("telegram tells of presses elsewhere", said=attempt.sentence)
