"""Messages for an incoming webhook of Slack.

At most 50 blocks, 150 characters in a header and 3,000 in a section
(https://docs.slack.dev/reference/block-kit/blocks/section-block). Buttons stand in a block of their own
(https://docs.slack.dev/reference/block-kit/block-elements/button-element); where no press comes back, what they
would do are links, because a button of Slack that leads somewhere wants an answer, too. Texts of strangers are `plain_text`, which
knows no markup; `&`, `<` and `>` are escaped everywhere
(https://docs.slack.dev/messaging/formatting-message-text/#escaping).
"""

from typing import Any

from services.gateway.domain.messages import Item, Message
from services.gateway.domain.texts import fitting

_SECTION = 3_000
ABOUT = "about "
"""How the id of the block begins that says below an alert what became of it."""


def body_of(message: Message) -> dict[str, Any]:
    """Return what is posted."""
    blocks: list[dict[str, Any]] = []
    if message.headline is not None:
        blocks.append({"type": "header", "text": _plain(message.headline)})
    for item in message.items:
        blocks += _blocks(item, is_pressed=message.is_pressed)
    if message.more is not None:
        blocks.append(_context(f"{escaped(message.more)} {_link(message.url, 'See all alerts')}"))
    return {
        "text": escaped(message.subject),  # what notifications show
        "mrkdwn": False,
        "blocks": blocks,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _blocks(item: Item, *, is_pressed: bool) -> list[dict[str, Any]]:
    links = [_link(item.url, "Open in Anchorwatch")]
    if not is_pressed:
        links += [_link(one.url, one.label) for one in item.offers]
    about = _context(" · ".join(links))
    if item.ref is not None:
        about["block_id"] = f"{ABOUT}{item.ref.hex}"
    lines = fitting((item.title, *item.lines), _SECTION, written=escaped)
    return [
        {
            "type": "section",
            "text": {"type": "plain_text", "text": "\n".join(lines), "emoji": False},
        },
        about,
        *([_buttons(item)] if is_pressed and item.offers else []),
    ]


def _buttons(item: Item) -> dict[str, Any]:
    return {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "action_id": one.action.value,
                "text": _plain(one.label),
                "value": one.token,
            }
            for one in item.offers
        ],
    }


def _context(markup: str) -> dict[str, Any]:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": markup, "verbatim": True}]}


def _link(url: str, label: str) -> str:
    return f"<{escaped(url).replace('|', '%7C')}|{label}>"


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": escaped(text), "emoji": False}


def escaped(text: str) -> str:
    """Return a text that is shown as it is."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
