"""Messages for an incoming webhook of Slack.

At most 50 blocks, 150 characters in a header and 3,000 in a section
(https://docs.slack.dev/reference/block-kit/blocks/section-block). Texts of strangers are `plain_text`, which
knows no markup; `&`, `<` and `>` are escaped everywhere
(https://docs.slack.dev/messaging/formatting-message-text/#escaping).
"""

from typing import Any

from services.gateway.domain.messages import Item, Message
from services.gateway.domain.texts import fitting

_SECTION = 3_000


def body_of(message: Message) -> dict[str, Any]:
    """Return what is posted."""
    blocks: list[dict[str, Any]] = []
    if message.headline is not None:
        blocks.append({"type": "header", "text": _plain(message.headline)})
    for item in message.items:
        blocks += _blocks(item)
    if message.more is not None:
        blocks.append(_context(f"{_escaped(message.more)} {_link(message.url, 'See all alerts')}"))
    return {
        "text": _escaped(message.subject),  # what notifications show
        "mrkdwn": False,
        "blocks": blocks,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _blocks(item: Item) -> list[dict[str, Any]]:
    lines = fitting((item.title, *item.lines), _SECTION, written=_escaped)
    return [
        {
            "type": "section",
            "text": {"type": "plain_text", "text": "\n".join(lines), "emoji": False},
        },
        _context(_link(item.url, "Open in Anchorwatch")),
    ]


def _context(markup: str) -> dict[str, Any]:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": markup, "verbatim": True}]}


def _link(url: str, label: str) -> str:
    return f"<{_escaped(url).replace('|', '%7C')}|{label}>"


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": _escaped(text), "emoji": False}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
