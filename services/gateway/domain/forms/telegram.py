"""Messages that a bot of Telegram sends (https://core.telegram.org/bots/api#sendmessage).

At most 4,096 characters, as HTML with `&`, `<`, `>` and quotes escaped
(https://core.telegram.org/bots/api#html-style). Telegram makes mentions of @names and commands of /words
by itself: an invisible word joiner behind the sign keeps it from that.

Buttons (https://core.telegram.org/bots/api#inlinekeyboardbutton) stand below the message and carry at most 64
bytes back. What only leads somewhere stands in the text: Telegram refuses a whole message for a button whose
address it does not like.
"""

import re
from html import escape
from typing import Any

from services.gateway.domain.messages import Message, Shown, shown
from services.gateway.domain.texts import fitting

_ROOM = 3_600
_OFFERED = 90
"""Signs that the labels of what one alert offers take."""
_A_ROW = 3
_MENTIONS = re.compile(r"@(?=\w)|(?<!\w)/(?=\w)")
_JOINER = "\u2060"


def body_of(message: Message, chat: str) -> dict[str, Any]:
    """Return what is posted."""
    room = _ROOM // len(message.items) - _OFFERED * any(item.offers for item in message.items)
    found = shown(message)
    parts = [_paragraph(one, room, is_pressed=message.is_pressed) for one in found]
    rows = [row for one in found for row in _rows(one)] if message.is_pressed else []
    if message.headline is not None:
        parts.insert(0, f"<b>{escaped(message.headline)}</b>")
    if message.more is not None:
        parts.append(f"{escaped(message.more)} {_link(message.url, 'See all alerts')}")
    return {
        "chat_id": chat,
        "text": "\n\n".join(parts),
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
        **({"reply_markup": {"inline_keyboard": rows}} if rows else {}),
    }


def _paragraph(one: Shown, room: int, *, is_pressed: bool) -> str:
    title, *lines = fitting((one.title, *one.item.lines), room, written=escaped)
    links = [_link(one.item.url, "Open in Anchorwatch")]
    if not is_pressed:
        links += [_link(offer.url, offer.label) for _, offer in one.offers]
    return "\n".join([f"<b>{title}</b>", *lines, " · ".join(links)])


def _rows(one: Shown) -> list[list[dict[str, str]]]:
    buttons = [{"text": label, "callback_data": offer.token} for label, offer in one.offers]
    return [buttons[start : start + _A_ROW] for start in range(0, len(buttons), _A_ROW)]


def _link(url: str, label: str) -> str:
    return f'<a href="{escape(url)}">{label}</a>'


def escaped(text: str) -> str:
    """Return a text that is shown as it is, without mentions."""
    return escape(_MENTIONS.sub(lambda found: f"{found[0]}{_JOINER}", text))
