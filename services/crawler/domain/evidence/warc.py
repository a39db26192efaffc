"""Writes evidence as a WARC 1.1 file (ISO 28500): one gzip member per record, and a seal at the end."""

import base64
import hashlib
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid5

from services.crawler.domain.evidence.draft import Capture, Heads

MEDIA_TYPE = "application/warc"
SOFTWARE = "anchorwatch"
SEAL = "anchorwatch-seal/1"
STATEMENT_TYPE = "application/json"
_FIELDS_TYPE = "application/warc-fields"
_NAMES = UUID("6b1f6a2e-9d0c-5b54-8a3e-6f1f1f5d7c11")
# The operating system "unknown" (RFC 1952) tells the seal from members that zlib wrote.
SEAL_START = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_STORED = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One piece of evidence as it is kept: its statement word for word, and what came over the wire."""

    evidence_id: UUID
    seen_at: datetime
    referring_url: str
    statement: bytes
    heads: Heads
    body: bytes
    shown_url: str | None = None

    @property
    def captures(self) -> tuple[Capture, ...]:
        return self.heads.captures


@dataclass(frozen=True, slots=True)
class Record:
    """One WARC record."""

    fields: tuple[tuple[str, str], ...]
    block: bytes

    def field(self, name: str) -> str | None:
        """Return the value of a header field, whatever the case of its name."""
        lowered = name.lower()
        return next((value for key, value in self.fields if key.lower() == lowered), None)

    @property
    def kind(self) -> str:
        return self.field("WARC-Type") or "record"

    @property
    def record_id(self) -> str:
        return self.field("WARC-Record-ID") or ""

    def written(self) -> bytes:
        head = "\r\n".join(["WARC/1.1", *(f"{name}: {value}" for name, value in self.fields)])
        return head.encode() + b"\r\n\r\n" + self.block + b"\r\n\r\n"


def name_of(evidence_id: UUID, role: str) -> str:
    """Return the id of a record: the same each time that the same evidence is written."""
    return f"<urn:uuid:{uuid5(_NAMES, f'{evidence_id}/{role}')}>"


def digest(algorithm: str, content: bytes) -> str:
    """Return a labelled digest as WARC readers know it."""
    raw = hashlib.new(algorithm, content).digest()
    return f"{algorithm}:{base64.b32encode(raw).decode()}"


def time_of(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def file_of(items: Sequence[Item], *, version: str) -> bytes:
    """Return the file; the same items give the same bytes."""
    members = []
    lines = [f"seal: {SEAL}"]
    for record in _records(items, version):
        member = _member(record.written())
        members.append(member)
        told = f"{record.kind} {record.record_id} {len(member)}"
        lines.append(f"member: {told} {hashlib.sha256(member).hexdigest()}")
    block = ("\r\n".join(lines) + "\r\n").encode()
    last = items[-1]
    fields = (
        ("WARC-Type", "metadata"),
        ("WARC-Record-ID", name_of(last.evidence_id, f"seal-{len(items)}")),
        ("WARC-Date", time_of(last.seen_at)),
        *_sizes(block, _FIELDS_TYPE),
    )
    return b"".join(members) + stored_member(Record(fields, block).written())


def stored_member(content: bytes) -> bytes:
    """Return a gzip member that can be written in one way only: nothing in it can hide a change."""
    blocks = bytearray(SEAL_START)
    for at in range(0, len(content), _STORED):
        part = content[at : at + _STORED]
        size = len(part)
        blocks.append(at + _STORED >= len(content))
        blocks += size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little") + part
    blocks += zlib.crc32(content).to_bytes(4, "little") + len(content).to_bytes(4, "little")
    return bytes(blocks)


def _member(content: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


def _records(items: Sequence[Item], version: str) -> Iterator[Record]:
    info = name_of(items[-1].evidence_id, f"file-{len(items)}")
    yield _info(items, info, version)
    for item in items:
        yield from _http_records(item, info, item.captures, item.body)
        for aside in item.heads.asides:
            body = item.body if aside.body is None else aside.body
            yield from _http_records(item, info, aside.captures, body, f"{aside.role}-")
        if item.heads.shown:
            yield _shown(item, info)
        yield _statement(item, info)


def _info(items: Sequence[Item], info: str, version: str) -> Record:
    block = (
        f"software: {SOFTWARE}/{version}\r\n"
        "format: WARC File Format 1.1\r\n"
        "conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n"
        "description: evidence of links; transfer codings are undone, content codings are not\r\n"
    ).encode()
    fields = (
        ("WARC-Type", "warcinfo"),
        ("WARC-Record-ID", info),
        ("WARC-Date", time_of(items[-1].seen_at)),
        *_sizes(block, _FIELDS_TYPE),
    )
    return Record(fields, block)


def _http_records(
    item: Item, info: str, captures: Sequence[Capture], body: bytes, prefix: str = ""
) -> Iterator[Record]:
    for number, capture in enumerate(captures):
        payload = body if number == len(captures) - 1 else b""
        request, response = (
            name_of(item.evidence_id, f"{prefix}{role}-{number}")
            for role in ("request", "response")
        )
        common = [
            ("WARC-Date", time_of(item.seen_at)),
            ("WARC-Target-URI", capture.url),
            ("WARC-Warcinfo-ID", info),
        ]
        if capture.ip is not None:
            common.append(("WARC-IP-Address", capture.ip))
        yield Record(
            (
                ("WARC-Type", "request"),
                ("WARC-Record-ID", request),
                ("WARC-Concurrent-To", response),
                *common,
                *_sizes(capture.request, "application/http;msgtype=request"),
            ),
            capture.request,
        )
        if capture.truncated is not None:
            common.append(("WARC-Truncated", capture.truncated))
        block = capture.response + payload
        yield Record(
            (
                ("WARC-Type", "response"),
                ("WARC-Record-ID", response),
                ("WARC-Concurrent-To", request),
                *common,
                ("WARC-Payload-Digest", digest("sha1", payload)),
                *_sizes(block, "application/http;msgtype=response"),
            ),
            block,
        )


def _shown(item: Item, info: str) -> Record:
    """Return the document as a browser had it after the page's scripts had run."""
    last = len(item.captures) - 1
    fields = (
        ("WARC-Type", "conversion"),
        ("WARC-Record-ID", name_of(item.evidence_id, "shown")),
        ("WARC-Date", time_of(item.seen_at)),
        ("WARC-Target-URI", item.shown_url or item.referring_url),
        ("WARC-Refers-To", name_of(item.evidence_id, f"response-{last}")),
        ("WARC-Warcinfo-ID", info),
        *_sizes(item.heads.shown, "text/html; charset=utf-8"),
    )
    return Record(fields, item.heads.shown)


def _statement(item: Item, info: str) -> Record:
    about = [
        ("WARC-Concurrent-To", name_of(item.evidence_id, f"response-{len(item.captures) - 1}"))
    ]
    fields = (
        ("WARC-Type", "metadata"),
        ("WARC-Record-ID", name_of(item.evidence_id, "statement")),
        ("WARC-Date", time_of(item.seen_at)),
        ("WARC-Target-URI", item.referring_url),
        ("WARC-Warcinfo-ID", info),
        *(about if item.captures else ()),
        *_sizes(item.statement, STATEMENT_TYPE),
    )
    return Record(fields, item.statement)


def _sizes(block: bytes, media_type: str) -> tuple[tuple[str, str], ...]:
    return (
        ("WARC-Block-Digest", digest("sha256", block)),
        ("Content-Type", media_type),
        ("Content-Length", str(len(block))),
    )
