"""A message as the mail that goes out (RFC 5322, 2047, 2369, 8058); pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from urllib.parse import quote

from services.outreach.domain.address import written
from shared.errors import InvalidError
from shared.mime import new_letter

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]]")
_PARAGRAPHS = re.compile(r"\n{2,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """All that a reader gets, and what mail programs read besides."""

    rfc_message_id: str
    thread_ids: Sequence[str] = ()
    from_email: str
    from_name: str
    to_email: str
    to_name: str | None
    subject: str
    text: str
    postal_address: str
    leave_token: str
    leave_url: str | None
    """Where one click ends it; None while the product has no public address."""


def mail_of(letter: Letter, *, at: datetime) -> EmailMessage:
    """Return the mail; raises InvalidError for an address that mail servers may not take."""
    signed = _signed_text(letter)
    mail = new_letter(signed, _html(signed))
    mail["From"] = _address(letter.from_name, letter.from_email)
    mail["To"] = _address(letter.to_name or "", letter.to_email)
    mail["Subject"] = one_line(letter.subject)
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = letter.rfc_message_id
    if letter.thread_ids:
        mail["In-Reply-To"] = letter.thread_ids[-1]
        mail["References"] = " ".join(letter.thread_ids)
    leave = quote(f"unsubscribe {letter.leave_token}")
    ways = [f"<mailto:{quote(letter.from_email, safe='@+')}?subject={leave}>"]
    if letter.leave_url is not None:
        ways.insert(0, f"<{letter.leave_url}>")
        if letter.leave_url.startswith("https:"):  # RFC 8058 takes no other
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail["List-Unsubscribe"] = ", ".join(ways)
    return mail


def one_line(text: str) -> str:
    """Return a text as a header takes it: on one line, without control characters."""
    return " ".join(_CONTROL.sub(" ", text).split())


def _address(name: str, email: str) -> Address:
    address = written(email)
    if not address.isascii():
        raise InvalidError(
            f"The part before the @ of {address} has letters that mail servers need not take."
        )
    return Address(display_name=one_line(name), addr_spec=address)


def footer(postal_address: str, leave_url: str | None) -> str:
    """Return what stands below every letter: where it comes from, and how to get no more."""
    way = "Answer with the word “unsubscribe”." if leave_url is None else f"One click: {leave_url}"
    return f"{postal_address.strip()}\nYou don't want to hear from me again? {way}\n"


def _signed_text(letter: Letter) -> str:
    body = letter.text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    return f"{body}\n\n-- \n{footer(letter.postal_address, letter.leave_url)}"


def _html(text: str) -> str:
    """Return the same text for programs that show HTML: paragraphs, line breaks and links, no more."""
    paragraphs = [_paragraph(part) for part in _PARAGRAPHS.split(text.strip("\n"))]
    inner = "\n".join(paragraphs)
    return (
        f'<!doctype html><html><head><meta charset="utf-8"></head><body>\n{inner}\n</body></html>\n'
    )


def _paragraph(text: str) -> str:
    parts, end = [], 0
    for link in _LINK.finditer(text):
        url = escape(link[0])
        parts += [escape(text[end : link.start()]), f'<a href="{url}">{url}</a>']
        end = link.end()
    parts.append(escape(text[end:]))
    return f"<p>{''.join(parts).replace(chr(10), '<br>')}</p>"
