"""Messages for a webhook of Discord.

At most 10 embeds and 6,000 characters in all of them, 256 in a title and 4,096 in a description
(https://docs.discord.com/developers/resources/message#embed-object-embed-limits). Nobody is pinged:
`allowed_mentions` allows none. Whatever Markdown could mean is written with a backslash, colons as well, so that
no address of a stranger becomes a link.
"""

import re
from typing import Any

from services.gateway.domain.messages import Item, Message
from services.gateway.domain.texts import fitting

_ROOM = 5_500
_TITLE = 256
_CONTENT = 2_000
_MARKS = re.compile(r"([\\*_~`|>#+\-.\[\]()<@:/!])")


def body_of(message: Message) -> dict[str, Any]:
    """Return what is posted."""
    room = _ROOM // len(message.items)
    return {
        "content": _content(message),
        "embeds": [_embed(item, room) for item in message.items],
        "allowed_mentions": {"parse": []},
    }


def _content(message: Message) -> str:
    lines = [escaped(line) for line in (message.headline, message.more) if line is not None]
    if message.headline is not None:
        lines.append(f"<{message.url}>")
    return "\n".join(lines)[:_CONTENT]


def _embed(item: Item, room: int) -> dict[str, Any]:
    [title] = fitting([item.title], _TITLE, written=escaped)
    lines = fitting(item.lines, room - len(title), written=escaped)
    return {"title": title, "url": item.url, "description": "\n".join(lines)}


def escaped(text: str) -> str:
    """Return a text that is shown as it is."""
    return _MARKS.sub(r"\\\1", text)
