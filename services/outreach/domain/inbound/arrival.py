"""A mail that came in, as it is kept: who wrote, which of our mails it names, and what it is."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parseaddr

from services.outreach.domain.inbound import letters
from services.outreach.domain.inbound.classify import verdict_of
from services.outreach.domain.inbound.mail import Mail, headers_of, parse
from services.outreach.domain.inbound.notice import address_in
from services.outreach.domain.inbound.verdict import Verdict

_MESSAGE_ID = re.compile(r"<[^<>\s]{3,400}>")
_MOST_IDS, _LONGEST_TEXT, _LONGEST_LINE = 30, 20_000, 500
_RETURNED = ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global")
_LIST_HEADERS = ("list-id", "list-post", "list-unsubscribe")
# What a database of texts cannot hold.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    verdict: Verdict
    from_email: str
    from_name: str
    subject: str
    text: str
    rfc_message_id: str | None
    names: tuple[str, ...]
    """The Message-IDs of mails that it answers or returns, the surest first."""
    thread_ids: tuple[str, ...]
    """The Message-IDs that an answer to it must name, the oldest first."""
    is_list: bool
    """Whether it came through a mailing list: no answer goes there by itself."""
    digest: str
    """The same for two copies of one mail."""


def read(raw: bytes, *, received_at: datetime | None = None) -> Arrival:
    """Read a mail. Never raises; nothing in it is longer than what is kept."""
    mail = parse(raw)
    verdict = verdict_of(mail, received_on=received_at.date() if received_at else None)
    verdict = replace(verdict, decided_by=_kept(verdict.decided_by))
    name, address = parseaddr(mail.header("from"))
    own_id = next(iter(_MESSAGE_ID.findall(mail.raw_header("message-id"))), None)
    answered = _MESSAGE_ID.findall(mail.raw_header("in-reply-to"))
    before = _MESSAGE_ID.findall(mail.raw_header("references")) or answered
    return Arrival(
        verdict=verdict,
        from_email=_line(address_in(mail.header("from")) or address),
        from_name=_line(name),
        subject=_line(mail.subject),
        text=_kept(verdict.text)[:_LONGEST_TEXT],
        rfc_message_id=own_id,
        names=tuple(dict.fromkeys([*answered, *reversed(before), *_returned_ids(mail)]))[
            :_MOST_IDS
        ],
        thread_ids=(*before[-_MOST_IDS:], *([own_id] if own_id else [])),
        is_list=any(mail.top.has(header) for header in _LIST_HEADERS),
        digest=_digest(mail, raw),
    )


def _returned_ids(mail: Mail) -> Iterator[str]:
    """Return the Message-ID of our mail, where a report returned it."""
    for part in mail.leaves(*_RETURNED):
        headers = headers_of(part.body.lstrip(b"\n").partition(b"\n\n")[0])
        yield from _MESSAGE_ID.findall(headers.get("message-id", [""])[0])
    returned = letters.returned_in(mail.text)[:_LONGEST_TEXT]
    for line in returned.split("\n"):
        if line[:11].lower() == "message-id:":
            yield from _MESSAGE_ID.findall(line)


def _digest(mail: Mail, raw: bytes) -> str:
    headers = [mail.raw_header(name) for name in ("message-id", "date", "from")]
    told = "\n".join(headers).encode() if headers[0] else raw
    return hashlib.sha256(told).hexdigest()


def _line(text: str) -> str:
    return " ".join(_kept(text).split())[:_LONGEST_LINE]


def _kept(text: str) -> str:
    return _UNSTORABLE.sub("", text)
