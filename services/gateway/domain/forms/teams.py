"""Messages for a workflow of Microsoft Teams ("When a Teams webhook request is received").

An Adaptive Card in an attachment
(https://learn.microsoft.com/en-us/connectors/teams/#microsoft-teams-webhook); a message has at most 28 kB
(https://learn.microsoft.com/en-us/microsoftteams/limits-specifications-teams). Texts of strangers are runs of
a RichTextBlock, which knows no Markdown
(https://learn.microsoft.com/en-us/adaptive-cards/authoring-cards/text-features). A workflow hears of nothing that
is pressed in Teams, so what is offered leads to a page.
"""

from typing import Any

from services.gateway.domain.acting import Offer
from services.gateway.domain.messages import Item, Message, shown
from services.gateway.domain.texts import fitting

_ROOM = 5_500
"""UTF-16 units of lines, up to 3 bytes each; titles and the card itself come on top."""
_ROOM_WITH_OFFERS = 4_000


def body_of(message: Message) -> dict[str, Any]:
    """Return what is posted."""
    body: list[dict[str, Any]] = []
    if message.headline is not None:
        body.append(_text(message.headline, weight="Bolder", size="Large"))
    found = shown(message)
    room = _ROOM_WITH_OFFERS if any(one.offers for one in found) else _ROOM
    for one in found:
        body += _elements(one.item, room // len(found))
        if one.offers:
            body.append(
                {"type": "ActionSet", "actions": [_action(offer) for _, offer in one.offers]}
            )
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


def _action(offer: Offer) -> dict[str, Any]:
    return {"type": "Action.OpenUrl", "title": offer.label, "url": offer.url}


def _elements(item: Item, room: int) -> list[dict[str, Any]]:
    title = _text(item.title, weight="Bolder")
    return [title, *(_text(line) for line in fitting(item.lines, room, written=str))]


def _text(text: str, **look: Any) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **look}]}
