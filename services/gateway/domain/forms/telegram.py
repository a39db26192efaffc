"""Messages that a bot of Telegram sends (https://core.telegram.org/bots/api#sendmessage).

At most 4,096 characters, as HTML with `&`, `<`, `>` and quotes escaped
(https://core.telegram.org/bots/api#html-style). Telegram makes mentions of @names and commands of /words
by itself: an invisible word joiner behind the sign keeps it from that.
"""

import re
from html import escape
from typing import Any

from services.gateway.domain.messages import Item, Message
from services.gateway.domain.texts import fitting

_ROOM = 3_600
_MENTIONS = re.compile(r"@(?=\w)|(?<!\w)/(?=\w)")
_JOINER = "\u2060"


def body_of(message: Message, chat: str) -> dict[str, Any]:
    """Return what is posted."""
    room = _ROOM // len(message.items)
    parts = [_paragraph(item, room) for item in message.items]
    if message.headline is not None:
        parts.insert(0, f"<b>{escaped(message.headline)}</b>")
    if message.more is not None:
        parts.append(f"{escaped(message.more)} {_link(message.url, 'See all alerts')}")
    return {
        "chat_id": chat,
        "text": "\n\n".join(parts),
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
    }


def _paragraph(item: Item, room: int) -> str:
    title, *lines = fitting((item.title, *item.lines), room, written=escaped)
    return "\n".join([f"<b>{title}</b>", *lines, _link(item.url, "Open in Anchorwatch")])


def _link(url: str, label: str) -> str:
    return f'<a href="{escape(url)}">{label}</a>'


def escaped(text: str) -> str:
    """Return a text that is shown as it is, without mentions."""
    return escape(_MENTIONS.sub(lambda found: f"{found[0]}{_JOINER}", text))
