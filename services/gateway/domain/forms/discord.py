"""Messages for a webhook of Discord.

At most 10 embeds and 6,000 characters in all of them, 256 in a title and 4,096 in a description
(https://docs.discord.com/developers/resources/message#embed-object-embed-limits). Nobody is pinged:
`allowed_mentions` allows none. Whatever Markdown could mean is written with a backslash, colons as well, so that
no address of a stranger becomes a link.

Buttons stand below all embeds, in at most five rows of five
(https://docs.discord.com/developers/components/reference#action-row): those of the first five alerts, by number.
Webhooks that no application owns may only have such that lead somewhere.
"""

import re
from collections.abc import Iterator
from typing import Any

from services.gateway.domain.acting import Offer
from services.gateway.domain.messages import Message, Shown, shown
from services.gateway.domain.texts import fitting

_ROOM = 5_500
_TITLE = 256
_CONTENT = 2_000
_ROWS = 5
_LABEL = 80
_PRESSED, _LEADS = 2, 5
_MARKS = re.compile(r"([\\*_~`|>#+\-.\[\]()<@:/!])")


def body_of(message: Message) -> dict[str, Any]:
    """Return what is posted."""
    room = _ROOM // len(message.items)
    found = shown(message)
    rows = list(_rows(found, is_pressed=message.is_pressed))[:_ROWS]
    return {
        "content": _content(message),
        "embeds": [_embed(one, room) for one in found],
        "allowed_mentions": {"parse": []},
        **({"components": rows} if rows else {}),
    }


def _rows(found: list[Shown], *, is_pressed: bool) -> Iterator[dict[str, Any]]:
    """Yield the buttons of each alert; an address that Discord may refuse is not given to it."""
    for one in found:
        buttons = [
            {"type": 2, "label": label[:_LABEL], **_place(offer, is_pressed=is_pressed)}
            for label, offer in one.offers
            if is_pressed or offer.url.startswith("https:")
        ]
        if buttons:
            yield {"type": 1, "components": buttons}


def _place(offer: Offer, *, is_pressed: bool) -> dict[str, Any]:
    if is_pressed:
        return {"style": _PRESSED, "custom_id": offer.token}
    return {"style": _LEADS, "url": offer.url}


def _content(message: Message) -> str:
    lines = [escaped(line) for line in (message.headline, message.more) if line is not None]
    if message.headline is not None:
        lines.append(f"<{message.url}>")
    return "\n".join(lines)[:_CONTENT]


def _embed(one: Shown, room: int) -> dict[str, Any]:
    [title] = fitting([one.title], _TITLE, written=escaped)
    lines = fitting(one.item.lines, room - len(title), written=escaped)
    return {"title": title, "url": one.item.url, "description": "\n".join(lines)}


def escaped(text: str) -> str:
    """Return a text that is shown as it is."""
    return _MARKS.sub(r"\\\1", text)
