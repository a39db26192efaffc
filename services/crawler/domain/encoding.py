"""Decides the encoding of a page in the order of the HTML standard, and decodes it once."""

import codecs
import re
from dataclasses import dataclass
from functools import cache

import cchardet

from services.crawler.domain.charsets import (
    CODECS,
    FALLBACK,
    LEGACY_OF_LANGUAGE,
    REPLACEMENT,
    SINGLE_BYTE,
    UTF_8,
    name_of,
)

PRESCAN_BYTES = 1024
# A late declaration changes the encoding of a page that is being read; this far we look for one.
LATE_PRESCAN_BYTES = 64 * 1024
DETECT_BYTES = 64 * 1024

# Below this the detector guesses, and the language that the page states says more.
SURE = 0.5

_DETECTOR_LABELS = {"uhc": "euc-kr", "johab": "euc-kr", "euc-tw": "big5"}
# Few pages use these, and short western texts look like them.
_UNLIKELY = frozenset(
    {"iso-8859-3", "iso-8859-4", "iso-8859-10", "iso-8859-13", "iso-8859-14", "iso-8859-16"}
    | {"mac-centraleurope", "ibm852", "ibm865", "viscii", "iso-8859-1", "windows-1252", ""}
)
_LANG = re.compile(
    rb"<html[^>]{0,500}\slang\s*=\s*[\"']?([A-Za-z]{2}(?:-[A-Za-z]{2})?)", re.IGNORECASE
)
_BOMS = ((b"\xef\xbb\xbf", UTF_8), (b"\xfe\xff", "utf-16be"), (b"\xff\xfe", "utf-16le"))
_CHARSET = re.compile(r"charset\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s;\"']+))", re.IGNORECASE)
_TAG = re.compile(rb"<(?:(!--)|(meta)(?=[\t\n\x0c\r /])|(/?[A-Za-z])|([!/?]))", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    rb"[\t\n\x0c\r /]*"
    rb"(?:(>)|([^\t\n\x0c\r />=][^\t\n\x0c\r />=]*|=[^\t\n\x0c\r />=]*)"
    rb"(?:[\t\n\x0c\r ]*=[\t\n\x0c\r ]*(?:\"([^\"]*)\"|'([^']*)'|([^\t\n\x0c\r >]*)))?)"
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A page as UTF-8 without a byte order mark, and the name of the encoding it came in."""

    utf8: bytes
    charset: str


def decode(body: bytes, content_type: str | None = None) -> Decoded:
    """Return the page as UTF-8: byte order mark, HTTP, meta, valid UTF-8, detector, windows-1252."""
    for mark, marked in _BOMS:
        if body.startswith(mark):
            return Decoded(_transcode(body[len(mark) :], marked), marked)
    declared = _declared_by_http(content_type) or declared_by_meta(body[:PRESCAN_BYTES])
    charset = declared or _guess(body)
    return Decoded(_transcode(body, charset), charset)


def declared_by_meta(start: bytes) -> str | None:
    """Return the encoding that a `<meta>` in these bytes declares (HTML standard, prescan)."""
    at = 0
    while (tag := _TAG.search(start, at)) is not None:
        comment, meta, name, _ = tag.groups()
        if comment:
            # `<!-->` is a whole comment.
            end = start.find(b"-->", tag.end() - 2)
            at = end + 3
        elif meta:
            charset, at = _meta_charset(start, tag.end())
            if charset is not None:
                return charset
            continue
        elif name:
            at = _after_tag(start, tag.end())
            continue
        else:
            end = start.find(b">", tag.end())
            at = end + 1
        if end < 0:
            break
    return None


def _declared_by_http(content_type: str | None) -> str | None:
    found = _CHARSET.search(content_type) if content_type else None
    return name_of(found[1] or found[2] or found[3] or "") if found else None


def _meta_charset(start: bytes, at: int) -> tuple[str | None, int]:
    attributes: dict[bytes, bytes] = {}
    while (found := _ATTRIBUTE.match(start, at)) is not None and not found[1]:
        at = found.end()
        value = found[3] or found[4] or found[5] or b""
        attributes.setdefault(found[2].lower(), value)
    label: str | None = None
    if b"charset" in attributes:
        label = attributes[b"charset"].decode("latin-1")
    elif attributes.get(b"http-equiv", b"").lower() == b"content-type":
        declared = _CHARSET.search(attributes.get(b"content", b"").decode("latin-1"))
        label = (declared[1] or declared[2] or declared[3]) if declared else None
    charset = name_of(label) if label else None
    if charset in {"utf-16be", "utf-16le"}:
        # A declaration that could be read as ASCII is not in UTF-16.
        charset = UTF_8
    return (FALLBACK if charset == "x-user-defined" else charset), at


def _after_tag(start: bytes, at: int) -> int:
    while at < len(start) and start[at] not in b"\t\n\x0c\r >":
        at += 1
    while (found := _ATTRIBUTE.match(start, at)) is not None and not found[1]:
        at = found.end()
    return at


def _guess(body: bytes) -> str:
    if _is_utf8(body):
        return UTF_8
    late = declared_by_meta(body[:LATE_PRESCAN_BYTES])
    if late is not None:
        return late
    return _detected(body)


def _detected(body: bytes) -> str:
    found = cchardet.detect(body[:DETECT_BYTES])
    label = (found["encoding"] or "").lower()
    if (found["confidence"] or 0.0) >= SURE and label not in _UNLIKELY:
        return name_of(_DETECTOR_LABELS.get(label, label)) or FALLBACK
    language = _LANG.search(body, 0, PRESCAN_BYTES)
    hint = language[1].decode().lower() if language is not None else ""
    return LEGACY_OF_LANGUAGE.get(hint) or LEGACY_OF_LANGUAGE.get(hint[:2]) or FALLBACK


def _is_utf8(body: bytes) -> bool:
    try:
        codecs.utf_8_decode(body, "strict", False)
    except UnicodeDecodeError:
        return False
    return True


def _transcode(body: bytes, charset: str) -> bytes:
    if charset == REPLACEMENT:
        return "\ufffd".encode() if body else b""
    if charset in SINGLE_BYTE:
        return codecs.charmap_decode(body, "strict", _table(charset))[0].encode()
    try:
        text = body.decode(CODECS[charset])
    except UnicodeDecodeError:
        return body.decode(CODECS[charset], "replace").encode()
    return body if charset == UTF_8 else text.encode()


@cache
def _table(charset: str) -> str:
    # The standard reads the bytes that a windows code page leaves free as control characters.
    windows = charset.startswith("windows-125")
    text = (bytes([byte]).decode(CODECS[charset], "replace") for byte in range(256))
    return "".join(
        chr(byte) if windows and char == "\ufffd" else char for byte, char in enumerate(text)
    )
