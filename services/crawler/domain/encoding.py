"""Decides the encoding of a page in the order of the HTML standard, and decodes it once.

A declaration stands as in a browser, unless the text that it gives cannot be what somebody wrote
and another reading can: then the anchor text of a link is worth more than the declaration.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

import cchardet

from services.crawler.domain.charsets import (
    FALLBACK,
    LEGACY_OF_LANGUAGE,
    SINGLE_BYTE,
    UTF_8,
    name_of,
)
from services.crawler.domain.decoders import text_of
from services.crawler.domain.legibility import trouble
from services.crawler.domain.prescan import declared_by_http, declared_by_meta

PRESCAN_BYTES = 1024
# A late declaration changes the encoding of a page that is being read; this far we look for one.
LATE_PRESCAN_BYTES = 64 * 1024
DETECT_BYTES = 64 * 1024
SAMPLE_BYTES = 16 * 1024

# Below this the detector guesses, and the language that the page states says more.
SURE = 0.5
# So much of a text may be odd before its declaration is doubted.
ODD = 0.04
# Two witnesses outweigh a declaration only where there is enough to look at.
ENOUGH_LETTERS = 8
# Servers say windows-1252 of everything; so sure a detector has to be against that.
VERY_SURE = 0.82

# Where the detector names a near relative of what pages are written in.
_DETECTOR_LABELS = {
    "uhc": "euc-kr",
    "johab": "euc-kr",
    "euc-tw": "big5",
    "iso-8859-13": "windows-1257",
    "iso-8859-4": "windows-1257",
}
# Encodings of the same languages that differ in few bytes.
_KIN = {"iso-8859-2": "windows-1250", "iso-8859-7": "windows-1253", "koi8-u": "koi8-r"}
_ALSO = {"koi8-r": "koi8-u"}
# Few pages use these, and short western texts look like them.
_UNLIKELY = frozenset(
    {"iso-8859-3", "iso-8859-10", "iso-8859-14", "iso-8859-16"}
    | {"mac-centraleurope", "ibm852", "ibm865", "viscii", "iso-8859-1", "windows-1252", ""}
)
_LANG = re.compile(
    rb"<html[^>]{0,500}\slang\s*=\s*[\"']?([A-Za-z]{2}(?:-[A-Za-z]{2})?)", re.IGNORECASE
)
_BOMS = ((b"\xef\xbb\xbf", UTF_8), (b"\xfe\xff", "utf-16be"), (b"\xff\xfe", "utf-16le"))
_EASTERN = frozenset({"big5", "gbk", "gb18030", "euc-kr", "euc-jp"})
_KANA = re.compile(r"[\u3041-\u30ff]")
# Half of the characters of Big5 end in a low byte, none of the simple ones of its relatives.
_PAIR = re.compile(rb"[\xa1-\xfe][\xa1-\xfe]")
_FEW_PAIRS = 6
_WIDE = frozenset({"utf-16le", "utf-16be"})
_HIGH = re.compile(rb"[\x80-\xff]")
_JIS = re.compile(rb"\x1b\$[@B](?:[!-~]{2})+\x1b\([BJ]")
# A sequence of UTF-8 that is long, or short ones in such a number that they are no accident.
_LONG_UTF_8 = re.compile(rb"[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_ACCIDENTS = 4


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
    charset = _charset_of(body, content_type)
    return Decoded(_transcode(body, charset), charset)


def _charset_of(body: bytes, content_type: str | None) -> str:
    http = declared_by_http(content_type)
    meta = declared_by_meta(body[:PRESCAN_BYTES]) if http is None else None
    declared = http or meta
    if declared in _WIDE:
        # Markup without a zero is in no wide encoding, whatever is said.
        return declared if b"\0" in body[:PRESCAN_BYTES] else _charset_of(body, None)
    if b"\x1b$" in body and _JIS.search(body, 0, DETECT_BYTES) is not None and body.isascii():
        return "iso-2022-jp"
    is_utf8 = _is_utf8(body)
    if is_utf8 and (declared in {None, UTF_8} or body.isascii()):
        return declared or UTF_8
    if declared is None:
        return _undeclared(body)
    if is_utf8 and _is_no_accident(body, declared):
        return UTF_8
    return _doubted(body, declared, from_http=http is not None)


def _is_no_accident(body: bytes, declared: str) -> bool:
    """Return whether a text that could be read as declared is UTF-8 all the same."""
    if declared in SINGLE_BYTE:
        return True
    return len(_LONG_UTF_8.findall(body[:DETECT_BYTES])) >= _ACCIDENTS


def _undeclared(body: bytes) -> str:
    late = declared_by_meta(body[:LATE_PRESCAN_BYTES])
    if late is not None:
        return _doubted(body, late, from_http=False)
    return _best(_sample(body), (UTF_8, *_guesses(body), FALLBACK))


def _doubted(body: bytes, declared: str, *, from_http: bool) -> str:
    """Return the declared encoding, or another one that makes a text of what is none."""
    sample = _sample(body)
    oddness = trouble(text_of(sample, declared))
    meta = declared_by_meta(body[:LATE_PRESCAN_BYTES]) if from_http else None
    if oddness > ODD:
        others = (meta or declared, UTF_8, *_guesses(body), FALLBACK)
        best = _best(sample, others)
        return best if trouble(text_of(sample, best)) <= oddness / 2 else declared
    detected = _detected(body)
    if detected is None or _kin(detected) == _kin(declared):
        return declared
    if len(_HIGH.findall(sample)) < ENOUGH_LETTERS:
        return declared
    witnesses = [name for name in (meta, _legacy_of_language(body)) if name is not None]
    agreed = next((name for name in witnesses if _kin(name) == _kin(detected)), None)
    if agreed is not None:
        return agreed if agreed == meta else detected
    by_default = (
        declared == FALLBACK
        and meta in {None, FALLBACK}
        and not _LANG.search(body, 0, PRESCAN_BYTES)
    )
    sure = detected in SINGLE_BYTE and _detected(body, VERY_SURE) is not None
    return detected if by_default and sure else declared


def _kin(charset: str) -> str:
    return _KIN.get(charset, charset)


def _best(sample: bytes, candidates: tuple[str, ...]) -> str:
    """Return the first candidate that reads well, else the one that reads best."""
    oddities: dict[str, float] = {}
    for candidate in candidates:
        if candidate not in oddities:
            oddities[candidate] = trouble(text_of(sample, candidate))
            if oddities[candidate] <= ODD:
                return candidate
    return min(oddities, key=oddities.__getitem__)


def _guesses(body: bytes) -> Iterator[str]:
    detected = _detected(body)
    if detected is not None:
        yield detected
        if detected in _ALSO:
            yield _ALSO[detected]
    language = _legacy_of_language(body)
    if language is not None:
        yield language


def _detected(body: bytes, sure: float = SURE) -> str | None:
    found = cchardet.detect(body[:DETECT_BYTES])
    label = (found["encoding"] or "").lower()
    if (found["confidence"] or 0.0) < sure or label in _UNLIKELY:
        return None
    charset = name_of(_DETECTOR_LABELS.get(label, label))
    return _eastern(_sample(body), charset) if charset in _EASTERN else charset


def _eastern(sample: bytes, detected: str | None) -> str | None:
    """Return what a short text of the East is in, where the detector confuses its relatives."""
    text = "".join(char for char in text_of(sample, "euc-jp") if char >= "\x80")
    if "\ufffd" not in text and len(_KANA.findall(text)) >= len(text) / 5:
        return "euc-jp"
    pairs = _PAIR.findall(sample)
    only_high = not _HIGH.search(_PAIR.sub(b"", sample))
    if detected == "big5" and only_high and len(pairs) >= _FEW_PAIRS:
        return "gbk"
    return detected


def _legacy_of_language(body: bytes) -> str | None:
    language = _LANG.search(body, 0, PRESCAN_BYTES)
    hint = language[1].decode().lower() if language is not None else ""
    return LEGACY_OF_LANGUAGE.get(hint) or LEGACY_OF_LANGUAGE.get(hint[:2])


def _sample(body: bytes) -> bytes:
    """Return a part of the page that has letters beyond ASCII, begun at a tag or a space."""
    first = _HIGH.search(body)
    if first is None:
        return body[:SAMPLE_BYTES]
    start = max(body.rfind(b">", 0, first.start()), body.rfind(b" ", 0, first.start())) + 1
    return body[start : start + SAMPLE_BYTES]


def _is_utf8(body: bytes) -> bool:
    try:
        codecs.utf_8_decode(body, "strict", False)
    except UnicodeDecodeError:
        return False
    return True


def _transcode(body: bytes, charset: str) -> bytes:
    if charset == UTF_8 and _is_utf8(body):
        try:
            # A sequence that is cut off at the end counts as right so far.
            codecs.utf_8_decode(body, "strict", True)
        except UnicodeDecodeError:
            return body.decode("utf-8", "replace").encode()
        return body
    return text_of(body, charset).encode()
