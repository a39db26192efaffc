"""Messages for a workflow of Microsoft Teams ("When a Teams webhook request is received").

An Adaptive Card in an attachment
(https://learn.microsoft.com/en-us/connectors/teams/#microsoft-teams-webhook); a message has at most 28 kB
(https://learn.microsoft.com/en-us/microsoftteams/limits-specifications-teams). Texts of strangers are runs of
a RichTextBlock, which knows no Markdown
(https://learn.microsoft.com/en-us/adaptive-cards/authoring-cards/text-features).
"""

from typing import Any

from services.gateway.domain.messages import Item, Message
from services.gateway.domain.texts import fitting

_ROOM = 5_500
"""UTF-16 units of lines, up to 3 bytes each; titles and the card itself come on top."""


def body_of(message: Message) -> dict[str, Any]:
    """Return what is posted."""
    body: list[dict[str, Any]] = []
    if message.headline is not None:
        body.append(_text(message.headline, weight="Bolder", size="Large"))
    for item in message.items:
        body += _elements(item, _ROOM // len(message.items))
    if message.more is not None:
        body.append(_text(message.more, isSubtle=True))
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
        "actions": [
            {"type": "Action.OpenUrl", "title": "Open in Anchorwatch", "url": _url(message)}
        ],
    }
    kind = "application/vnd.microsoft.card.adaptive"
    attachment = {"contentType": kind, "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _url(message: Message) -> str:
    return message.items[0].url if message.headline is None else message.url


def _elements(item: Item, room: int) -> list[dict[str, Any]]:
    title = _text(item.title, weight="Bolder")
    return [title, *(_text(line) for line in fitting(item.lines, room, written=str))]


def _text(text: str, **look: Any) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **look}]}
