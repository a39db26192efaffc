"""Messages as e-mail: plain text, and the same as simple HTML (RFC 5322, 2046, 3834, 8058)."""

from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256
from html import escape
from uuid import UUID

from services.gateway.domain.messages import Item, Message
from shared.mime import new_letter

_WHY = "You get this because an owner of your workspace wants you told of alerts and reports."


def mail_of(
    message: Message,
    *,
    sender: str,
    to: str,
    message_id: str,
    at: datetime,
    leave_url: str | None = None,
) -> EmailMessage:
    """Return the mail for one person."""
    mail = new_letter(_text(message, leave_url), _html(message, leave_url))
    mail["From"] = f"Anchorwatch <{sender}>"
    mail["To"] = to
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    if leave_url is not None and leave_url.startswith("https:"):  # RFC 8058 takes no other
        mail["List-Unsubscribe"] = f"<{leave_url}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return mail


def message_id_of(notice_ids: Sequence[UUID], *, sender: str) -> str:
    """Return an id that is the same whenever the same is sent, so that a second copy can be told."""
    digest = sha256(b"".join(sorted(one.bytes for one in notice_ids))).hexdigest()[:32]
    return f"<{digest}@{sender.rpartition('@')[2]}>"


def _text(message: Message, leave_url: str | None) -> str:
    parts = [] if message.headline is None else [message.headline]
    parts += ["\n".join((item.title, *item.lines, item.url)) for item in message.items]
    if message.more is not None:
        parts.append(f"{message.more} All alerts: {message.url}")
    leave = "" if leave_url is None else f"\nTo get no more of it: {leave_url}"
    return "\n\n".join([*parts, f"-- \n{_WHY}{leave}\n"])


def _html(message: Message, leave_url: str | None) -> str:
    parts = [] if message.headline is None else [f"<h1>{escape(message.headline)}</h1>"]
    parts += [_section(item) for item in message.items]
    if message.more is not None:
        parts.append(f"<p>{escape(message.more)} {_link(message.url, 'See all alerts')}</p>")
    leave = "" if leave_url is None else f" {_link(leave_url, 'Get no more of it')}"
    inner = "\n".join([*parts, f"<hr><p><small>{_WHY}{leave}</small></p>"])
    return f'<!doctype html><html lang="en"><body>\n{inner}\n</body></html>\n'


def _section(item: Item) -> str:
    lines = "".join(f"<p>{escape(line)}</p>" for line in item.lines)
    link = _link(item.url, "Open in Anchorwatch")
    return f"<h2>{escape(item.title)}</h2>{lines}<p>{link}</p>"


def _link(url: str, label: str) -> str:
    return f'<a href="{escape(url)}">{label}</a>'
