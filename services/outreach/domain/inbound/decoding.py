"""Encoded words, transfer encodings, charsets and HTML -> text; never raises, linear in the size."""

import binascii
import html
import quopri
import re
from functools import lru_cache

_WORD = re.compile(r"=\?([\w.:-]{1,40})(?:\*[\w-]*)?\?([bBqQ])\?([^?]*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(=\?)")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")

# What a mail calls a charset -> what it means: the wider set that those senders really use.
_CHARSETS = {
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "iso-8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "shift_jis": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "unicode-1-1-utf-7": "utf-7",
}

_UNSEEN = re.compile(r"<(style|script|head|title|!--)", re.IGNORECASE)
_LINE_END = re.compile(
    r"<(?:br|/p|/div|/tr|/li|/h[1-6]|/table|hr|/blockquote)\b[^<>]*>", re.IGNORECASE
)
_QUOTE_START = re.compile(
    r"<(?:blockquote\b|div\b[^<>]*(?:gmail_quote|yahoo_quoted|moz-cite-prefix|divRplyFwdMsg|"
    r"protonmail_quote)|hr\b[^<>]*\bstopSpelling)",
    re.IGNORECASE,
)
_TAG = re.compile(r"<[/!a-zA-Z][^<>]*(?:>|\Z)")
_SPACES = re.compile(r"[ \t\xa0]+")
_BLANK_LINES = re.compile(r"\n[ \t]*\n[ \t\n]*")


def decode_header(value: str) -> str:
    """Return a header value with its encoded words (RFC 2047) read."""
    if "=?" not in value:
        return value
    return _WORD.sub(_word, _BETWEEN_WORDS.sub(r"\1\2", value))


def _word(match: re.Match[str]) -> str:
    charset, encoding, text = match.groups()
    data = text.encode("ascii", "replace")
    if encoding in "bB":
        return decode_text(_from_base64(data), charset)
    return decode_text(quopri.decodestring(data.replace(b"_", b" ")), charset)


def unpack(body: bytes, encoding: str) -> bytes:
    """Return a body with its transfer encoding undone; cut-off or foreign bytes do not matter."""
    name = encoding.strip().strip('"').lower()
    if name == "quoted-printable":
        return quopri.decodestring(body)
    if name == "base64":
        return _from_base64(body)
    return body


def _from_base64(data: bytes) -> bytes:
    letters = _NOT_BASE64.sub(b"", data)
    whole = letters[: len(letters) // 4 * 4]
    rest = letters[len(whole) :]
    if len(rest) > 1:
        whole += rest + b"=" * (4 - len(rest))
    return binascii.a2b_base64(whole)


def decode_text(data: bytes, charset: str) -> str:
    """Return bytes as text: in UTF-8 if they are, else in the declared charset, else in cp1252."""
    name = charset.strip().strip("\"'").lower()
    if b"\x1b$" in data and name != "iso-2022-kr":
        name = "iso-2022-jp"
    elif not name.startswith(("iso-2022", "hz", "utf-7", "utf-16")):
        try:
            return data.decode()
        except UnicodeDecodeError:
            pass
    codec = _codec(name)
    try:
        return data.decode(codec)
    except (UnicodeDecodeError, ValueError):
        return data.decode(codec if codec != "utf-8" else "cp1252", "replace")


@lru_cache(maxsize=128)
def _codec(name: str) -> str:
    codec = _CHARSETS.get(name, name) or "cp1252"
    try:
        b"".decode(codec)
        "".encode(codec)
    except (LookupError, ValueError):
        return "cp1252"
    return codec


def html_to_text(markup: str) -> str:
    """Return what a reader of an HTML mail sees before the quoted mail, one line per line."""
    text = _without_unseen(markup)
    quote = _QUOTE_START.search(text)
    if quote and _has_letters(text[: quote.start()]):
        text = text[: quote.start()]
    text = _LINE_END.sub("\n", " ".join(text.split()))
    text = html.unescape(_TAG.sub("", text))
    return _BLANK_LINES.sub("\n\n", _SPACES.sub(" ", text)).strip()


def _has_letters(markup: str) -> bool:
    return any(char.isalpha() for char in _TAG.sub("", markup))


def _without_unseen(markup: str) -> str:
    """Return markup without styles, scripts, heads and comments; one that never ends takes the rest."""
    small = markup.lower()
    kept: list[str] = []
    at = 0
    while opening := _UNSEEN.search(small, at):
        kept.append(markup[at : opening.start()])
        name = opening[1]
        close = "-->" if name == "!--" else f"</{name}"
        at = small.find(close, opening.end())
        if at < 0:
            return "".join(kept)
    kept.append(markup[at:])
    return "".join(kept)
