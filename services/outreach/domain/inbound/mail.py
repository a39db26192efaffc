"""Raw bytes of a mail -> headers and parts, whatever they look like; never raises, linear in the size."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from services.outreach.domain.inbound.decoding import (
    decode_header,
    decode_text,
    html_to_text,
    unpack,
)

MAX_BYTES = 4 * 1024 * 1024
"""More than this of one mail is not read: it is attachments."""
MAX_TEXT = 256 * 1024
"""Nobody writes more than this; of one part no more is read as text."""
_MAX_DEPTH, _MAX_PARTS, _MAX_HEADERS, _MAX_FIELD = 8, 64, 400, 20_000
_HEADER = re.compile(r"([!-9;-~]{1,80})[ \t]*:(.*)", re.DOTALL)
_FOLD = re.compile(r"\n(?=[ \t])")
_PARAMETER = re.compile(r';\s*([\w*-]+)\s*=\s*("[^"]*"|[^\s;]*)')


@dataclass(frozen=True)
class Part:
    """One leaf or branch of a mail: its headers by small name, and its body as it came."""

    headers: dict[str, list[str]]
    body: bytes

    def header(self, name: str) -> str:
        """Return the first header of a name (in small letters), decoded and unfolded, or ''."""
        values = self.headers.get(name)
        return decode_header(values[0]) if values else ""

    def raw_header(self, name: str) -> str:
        """Return the first header of a name without decoding words."""
        values = self.headers.get(name)
        return values[0] if values else ""

    def has(self, name: str) -> bool:
        return name in self.headers

    @cached_property
    def content_type(self) -> str:
        words = self.raw_header("content-type").replace(";", " ").split(None, 1)
        return words[0].lower() if words else ""

    @cached_property
    def parameters(self) -> dict[str, str]:
        found = _PARAMETER.findall(self.raw_header("content-type"))
        return {name.lower(): value.strip('"') for name, value in found}

    @cached_property
    def text(self) -> str:
        """The body as text: its transfer encoding and charset undone, HTML made plain."""
        data = unpack(self.body[:MAX_TEXT], self.raw_header("content-transfer-encoding"))
        text = decode_text(data, self.parameters.get("charset", ""))
        return html_to_text(text) if self.content_type == "text/html" else text


@dataclass(frozen=True)
class Mail:
    """A whole mail: the outermost part, and all parts in document order."""

    top: Part
    parts: tuple[Part, ...]
    """The leaves; a mail without parts is its own only leaf. Enclosed mails are leaves."""

    def header(self, name: str) -> str:
        return self.top.header(name)

    def raw_header(self, name: str) -> str:
        return self.top.raw_header(name)

    def leaves(self, *content_types: str) -> Iterator[Part]:
        return (part for part in self.parts if part.content_type in content_types)

    @cached_property
    def subject(self) -> str:
        return self.header("subject").strip()

    @cached_property
    def text(self) -> str:
        """What a person reads: the plain text, or else the HTML as text."""
        plain = [part.text for part in self.leaves("text/plain", "", "text") if _is_shown(part)]
        if any(text.strip() for text in plain):
            return "\n".join(plain)
        return "\n".join(part.text for part in self.leaves("text/html") if _is_shown(part))


def parse(raw: bytes) -> Mail:
    """Return a mail; line ends may be LF, CRLF or CR, and anything may be broken or missing."""
    text = (
        raw[:MAX_BYTES]
        .replace(b"\0", b"")
        .replace(b"\r\n", b"\n")
        .replace(b"\r", b"\n")
        .lstrip(b"\n")
    )
    if text.startswith(b"From "):
        text = text.partition(b"\n")[2]
    top = _part(text)
    leaves: list[Part] = []
    _collect(top, leaves, 0)
    return Mail(top, tuple(leaves) or (top,))


def _part(data: bytes) -> Part:
    if data.startswith(b"\n"):
        return Part({}, data[1:])
    head, blank, body = data.partition(b"\n\n")
    headers = headers_of(head)
    if not headers and not blank:
        return Part({}, data)
    return Part(headers, body)


def headers_of(head: bytes) -> dict[str, list[str]]:
    """Return the header fields of a block by small name; lines that are none are left out."""
    try:
        text = head.decode()
    except UnicodeDecodeError:
        text = head.decode("latin-1")
    fields: dict[str, list[str]] = {}
    last: list[str] = []
    for line in _FOLD.sub("", text).split("\n")[:_MAX_HEADERS]:
        match = _HEADER.match(line[:_MAX_FIELD])
        if match:
            last = fields.setdefault(match[1].lower(), [])
            last.append(match[2].strip())
        elif last and last[-1].endswith(";"):
            last[-1] += line  # a folded line that lost its first space
    return fields


def _collect(part: Part, leaves: list[Part], depth: int) -> None:
    boundary = part.parameters.get("boundary", "")
    if not boundary or depth >= _MAX_DEPTH or part.content_type.startswith("message/"):
        leaves.append(part)
        return
    pieces = _split(part.body, boundary.strip().encode("utf-8", "replace"))
    if not pieces:
        leaves.append(Part({}, part.body) if part.content_type.startswith("multipart/") else part)
    for piece in pieces:
        if len(leaves) >= _MAX_PARTS:
            return
        _collect(_part(piece), leaves, depth + 1)


def _split(body: bytes, boundary: bytes) -> list[bytes]:
    """Return what stands between the lines of a boundary; what a longer boundary opens stays whole."""
    pieces: list[bytes] = []
    mark = b"\n--" + boundary
    for number, piece in enumerate((b"\n" + body).split(mark)):
        if number == 0:
            continue
        if piece.startswith(b"--"):
            break
        rest = piece.lstrip(b" \t")
        if rest and not rest.startswith(b"\n"):
            if pieces:
                pieces[-1] += mark + piece
            continue
        pieces.append(rest[1:])
    return pieces


def _is_shown(part: Part) -> bool:
    return not part.raw_header("content-disposition").lower().startswith("attachment")
