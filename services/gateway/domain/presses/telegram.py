"""Presses and codes in Telegram: proven by the secret that we gave Telegram with our address.

https://core.telegram.org/bots/api#setwebhook and https://core.telegram.org/bots/api#callbackquery
"""

import hmac
import re
from collections.abc import Mapping
from typing import Any

from services.gateway.domain.acting import Meant, Said, is_left, plainly
from services.gateway.domain.forms.telegram import escaped
from services.gateway.domain.presses.press import (
    Code,
    Heard,
    Person,
    Press,
    items,
    json_of,
    number,
    part,
    person_of,
    text,
)

_CODE = re.compile(r"/(?:connect|start)(?:@[A-Za-z0-9_]{1,40})?\s+([A-Za-z0-9-]{1,40})")
_TOAST = 200
HEARD = ("callback_query", "message")
"""All that Telegram is asked to send us."""


def is_proven(headers: Mapping[str, str], body: bytes, *, secret: str, now_s: float) -> bool:
    """Say whether Telegram sent this; it signs nothing, but repeats the secret that only it was given."""
    del body, now_s
    given = headers.get("x-telegram-bot-api-secret-token", "")
    return hmac.compare_digest(secret.encode(), given.encode(errors="replace"))


def heard(body: bytes) -> Heard:
    """Return the press or the code that an update tells of."""
    update = json_of(body)
    query = part(update, "callback_query")
    if query:
        token, person = text(query, "data"), _person(query)
        if not token or person is None:
            return None
        return Press(token, person, query_id=text(query, "id"), message=part(query, "message"))
    message = part(update, "message")
    found = _CODE.fullmatch(text(message, "text").strip())
    chat, person = number(part(message, "chat"), "id"), _person(message)
    return None if found is None or chat is None or person is None else Code(found[1], person, chat)


def toast(press: Press, words: str, *, is_long: bool = False) -> dict[str, Any]:
    """Return the answer that whoever pressed sees; it is also what ends the waiting of the button."""
    return {
        "method": "answerCallbackQuery",
        "callback_query_id": press.query_id,
        "text": words[:_TOAST],
        "show_alert": is_long,
    }


def say(chat: int, words: str) -> dict[str, Any]:
    return {"method": "sendMessage", "chat_id": chat, "text": words}


def after(message: Mapping[str, Any], meant: Meant, said: Said) -> list[tuple[str, dict[str, Any]]]:
    """Return what the bot does: take away what was done, and say below the message who did it."""
    chat, message_id = number(part(message, "chat"), "id"), number(message, "message_id")
    if chat is None or message_id is None:
        return []
    where = {"chat_id": chat, "message_id": message_id}
    rows = _rows(part(message, "reply_markup"), meant)
    reply = {
        "chat_id": chat,
        "text": escaped(plainly(said)),
        "parse_mode": "HTML",
        "reply_parameters": {"message_id": message_id, "allow_sending_without_reply": True},
        "link_preview_options": {"is_disabled": True},
    }
    markup = {"reply_markup": {"inline_keyboard": rows}}
    return [("editMessageReplyMarkup", where | markup), ("sendMessage", reply)]


def _rows(markup: Mapping[str, Any], meant: Meant) -> list[list[Mapping[str, Any]]]:
    found = markup.get("inline_keyboard")
    rows = [items({"row": row}, "row") for row in found] if isinstance(found, list) else []
    kept = [[one for one in row if is_left(text(one, "callback_data"), meant)] for row in rows]
    return [row for row in kept if row]


def _person(found: Mapping[str, Any]) -> Person | None:
    sender = part(found, "from")
    user_id = number(sender, "id")
    if user_id is None or sender.get("is_bot") is True:
        return None
    return person_of(str(user_id), text(sender, "first_name", "username"))
