"""Looks into the Sent folder of a mailbox for mails by their Message-ID, and changes nothing there.

The folder is the one that the server names for it (RFC 6154), else one that is called so. A mail that is
there was taken by the server; one that is not there may have been sent all the same.
"""

import base64
import imaplib
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

_MOST_FOLDERS = 5_000
_MOST_LOOKED_INTO = 3
_MOST_HITS = 5
"""Of one Message-ID: copies beyond these prove nothing more."""
_LISTED = re.compile(rb'\(([^()]*)\) +(?:"((?:\\.|[^"\\])*)"|NIL) +(.+)', re.DOTALL)
_LITERAL = re.compile(rb"\{\d+\}$")
_SHIFTED = re.compile(r"&([^-]*)-")
_SAFE_ID = re.compile(r"<[^<>\s\"\\]{3,400}>")
_RECEIVED = re.compile(rb'INTERNALDATE "([^"]{10,40})"')
NAMES = frozenset(
    {
        *("sent", "sent items", "sent mail", "sent messages", "sent-mail", "outbox/sent"),
        *("gesendet", "gesendete objekte", "gesendete elemente", "gesendete nachrichten"),
        *("envoyés", "éléments envoyés", "messages envoyés", "objets envoyés", "courrier envoyé"),
        *("enviados", "elementos enviados", "enviadas", "itens enviados", "mensagens enviadas"),
        *("inviata", "inviati", "posta inviata", "verzonden", "verzonden items", "skickat"),
        *("skickade objekt", "sendt", "sendte elementer", "sendt post", "lähetetyt", "wysłane"),
        *("elementy wysłane", "odeslané", "odoslané", "elküldött elemek", "отправленные"),
        *("надіслані", "已发送", "已傳送", "送信済み", "보낸편지함", "gönderilmiş öğeler"),
    }
)
"""What mail programs call it, in small letters."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder as the server writes its name, and as people read it."""

    quoted: str
    name: str


@dataclass(frozen=True, slots=True)
class Sighting:
    """Where a mail lies, and since when."""

    folder: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class SentLook:
    """What was looked into, and what was found, by Message-ID."""

    folders: tuple[str, ...]
    found: Mapping[str, Sighting]


def look_for(connection: imaplib.IMAP4, ids: Sequence[str]) -> SentLook:
    """Look for mails in the folders of what was sent; raises what imaplib does."""
    folders = folders_of_sent(_listed(connection))
    found: dict[str, Sighting] = {}
    for folder in folders:
        said, _ = connection.select(folder.quoted, readonly=True)
        if said != "OK":
            raise imaplib.IMAP4.error("the folder of sent mail cannot be opened")
        for wanted in ids:
            if wanted not in found and (sight := _find(connection, folder, wanted)) is not None:
                found[wanted] = sight
    return SentLook(tuple(one.name for one in folders), found)


def _listed(connection: imaplib.IMAP4) -> Iterator[tuple[frozenset[str], Folder]]:
    _, told = connection.capability()
    able = b" ".join(told).upper()
    asks = b"SPECIAL-USE" in able and b"LIST-EXTENDED" in able
    said, data = connection.list('""', '"*" RETURN (SPECIAL-USE)' if asks else '"*"')
    if said != "OK":
        raise imaplib.IMAP4.error("the mail server does not list its folders")
    yield from parse_list(data[:_MOST_FOLDERS])


def parse_list(data: Iterable[object]) -> Iterator[tuple[frozenset[str], Folder]]:
    """Return the folders of an answer to LIST with their attributes; what is no folder is left out."""
    for one in data:
        line, literal = one if isinstance(one, tuple) else (one, None)
        match = _LISTED.match(line) if isinstance(line, bytes) else None
        if match is None:
            continue
        raw = literal if _LITERAL.search(match[3]) and literal is not None else _bare(match[3])
        path = raw.decode("latin-1")
        if not path.isprintable():
            continue
        last = path.rpartition(match[2].decode("latin-1")[-1])[2] if match[2] else path
        escaped = path.replace("\\", "\\\\").replace('"', '\\"')
        attributes = frozenset(match[1].decode("latin-1").lower().split())
        yield attributes, Folder(f'"{escaped}"', decoded(last))


def _bare(raw: bytes) -> bytes:
    raw = raw.strip()
    if raw[:1] == b'"' and raw[-1:] == b'"':
        return re.sub(rb"\\(.)", rb"\1", raw[1:-1])
    return raw


def folders_of_sent(listed: Iterable[tuple[frozenset[str], Folder]]) -> list[Folder]:
    """Return the folders that the server names for sent mail, else those that are called so."""
    folders = [(told, one) for told, one in listed if "\\noselect" not in told]
    named = [one for told, one in folders if "\\sent" in told]
    called = [one for _, one in folders if one.name.lower() in NAMES]
    return (named or called)[:_MOST_LOOKED_INTO]


def decoded(name: str) -> str:
    """Return a name that is written in the UTF-7 of IMAP (RFC 3501, 5.1.3); one that is not stays."""

    def plain(match: re.Match[str]) -> str:
        if not match[1]:
            return "&"
        packed = match[1].replace(",", "/")
        return base64.b64decode(packed + "=" * (-len(packed) % 4)).decode("utf-16-be")

    with suppress(ValueError):
        return _SHIFTED.sub(plain, name)
    return name


def _find(connection: imaplib.IMAP4, folder: Folder, wanted: str) -> Sighting | None:
    if not _SAFE_ID.fullmatch(wanted):
        return None
    said, data = connection.uid("SEARCH", "HEADER", "Message-ID", f'"{wanted}"')
    if said != "OK":
        raise imaplib.IMAP4.error("the mail server does not search")
    uids = [one for line in data if line for one in line.split() if one.isdigit()]
    for uid in uids[:_MOST_HITS]:
        said, told = connection.uid(
            "FETCH", uid.decode(), "(INTERNALDATE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])"
        )
        for one in told if said == "OK" else ():
            # Servers look for a part of it: only the whole of it is the mail.
            if isinstance(one, tuple) and wanted.encode() in one[1].split():
                return Sighting(folder.name, _since(one[0]))
    return None


def _since(told: bytes) -> datetime | None:
    found = _RECEIVED.search(told)
    parsed = imaplib.Internaldate2tuple(found[0]) if found else None
    if parsed is None:
        return None
    with suppress(ValueError, OverflowError):
        return datetime.fromtimestamp(time.mktime(parsed), UTC)
    return None
