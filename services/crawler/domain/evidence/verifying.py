"""Finds out whether a WARC file is as it was written: every member, digest, statement and the chain."""

import base64
import binascii
import contextlib
import hashlib
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from services.crawler.domain.evidence.warc import (
    SEAL,
    SEAL_START,
    SOFTWARE,
    STATEMENT_TYPE,
    Record,
    name_of,
    stored_member,
)

MAX_MEMBER = 256 * 1024 * 1024
_LISTED = re.compile(r"member: (\S+) (<urn:uuid:[0-9a-f-]{36}>) (\d{1,12}) ([0-9a-f]{64})")
_NO_SEAL = "the seal at the end of the file is missing or was changed"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it was written: the record, and what is wrong with it."""

    record: str
    what: str


@dataclass(slots=True)
class Report:
    """What was found in one file."""

    records: list[Record] = field(default_factory=list)
    statements: list[dict[str, Any]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    is_sealed: bool = False

    def blame(self, record: str, what: str) -> None:
        self.faults.append(Fault(record, what))


@dataclass(frozen=True, slots=True)
class _Listed:
    """What the seal says of one member."""

    kind: str
    record_id: str
    length: int
    sha256: str


def verify(data: bytes) -> Report:
    """Return what is in a file and what is wrong with it; never raises for what a file holds."""
    report = Report()
    end, listed = _seal(data)
    if listed is not None:
        report.is_sealed = True
        _check_members(data[:end], listed, report)
    else:
        _read_members(data, report)
        if any(_is_ours(record) for record in report.records) or SEAL_START in data:
            report.blame("seal", _NO_SEAL)
    for record in report.records:
        _check_digests(record, report)
    _check_statements(report)
    _check_chain(report)
    if not report.records and not report.faults:
        report.blame("file", "there is no WARC record in it")
    return report


# ---- members ----------------------------------------------------------------------------------------


def _seal(data: bytes) -> tuple[int, Sequence[_Listed] | None]:
    """Return where the seal begins and what it lists; None if there is no sound one."""
    at = data.rfind(SEAL_START)
    if at < 0:
        return len(data), None
    try:
        content, rest = _unpacked(data[at:])
        record = _record(content)
    except ValueError:
        return at, None
    if rest or stored_member(record.written()) != data[at:]:
        return at, None
    first, *lines = record.block.decode("utf-8", "replace").splitlines() or [""]
    found = [_LISTED.fullmatch(line) for line in lines]
    if first != f"seal: {SEAL}" or not all(found) or _wrong_digest(record, "WARC-Block-Digest"):
        return at, None
    return at, [_Listed(m[1], m[2], int(m[3]), m[4]) for m in found if m is not None]


def _check_members(data: bytes, listed: Sequence[_Listed], report: Report) -> None:
    at = 0
    for number, one in enumerate(listed, 1):
        member = data[at : at + one.length]
        at += one.length
        where = f"record {number} ({one.kind} {one.record_id})"
        if hashlib.sha256(member).hexdigest() != one.sha256:
            report.blame(where, "its bytes are not those that were sealed")
            continue
        try:
            content, rest = _unpacked(member)
            record = _record(content)
        except ValueError as error:
            report.blame(where, str(error))
            continue
        if rest or record.record_id != one.record_id or record.kind != one.kind:
            report.blame(where, "it is another record than the seal says")
            continue
        report.records.append(record)
    if at != len(data):
        report.blame("file", f"{len(data) - at} bytes that were not sealed")


def _read_members(data: bytes, report: Report) -> None:
    number = 0
    while data:
        number += 1
        try:
            content, data = _unpacked(data)
            report.records.append(_record(content))
        except ValueError as error:
            report.blame(f"record {number}", str(error))
            return


def _unpacked(data: bytes) -> tuple[bytes, bytes]:
    opened = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        content = opened.decompress(data, MAX_MEMBER)
    except zlib.error as error:
        raise ValueError(f"it cannot be unpacked ({error})") from error
    if not opened.eof:
        raise ValueError("it breaks off, or is too large to be read")
    return content, opened.unused_data


def _record(content: bytes) -> Record:
    head, separator, rest = content.partition(b"\r\n\r\n")
    version, *lines = head.decode("utf-8", "replace").split("\r\n")
    fields = [line.partition(":") for line in lines]
    if not separator or not version.startswith("WARC/1.") or not all(one[1] for one in fields):
        raise ValueError("it is no WARC record")
    found = Record(tuple((name.strip(), value.strip()) for name, _, value in fields), b"")
    length = found.field("Content-Length") or ""
    if not length.isdecimal() or len(length) > 12 or rest[int(length) :] != b"\r\n\r\n":
        raise ValueError("its length is not what it says")
    return Record(found.fields, rest[: int(length)])


# ---- records ----------------------------------------------------------------------------------------


def _check_digests(record: Record, report: Report) -> None:
    where = f"{record.kind} {record.record_id}"
    if _wrong_digest(record, "WARC-Block-Digest"):
        report.blame(where, "its block is not the one that its digest was taken of")
    is_answer = (record.field("Content-Type") or "").startswith("application/http")
    if is_answer and record.kind == "response" and _wrong_digest(record, "WARC-Payload-Digest"):
        report.blame(where, "its payload is not the one that its digest was taken of")


def _wrong_digest(record: Record, name: str) -> bool:
    """Say whether a digest is there and wrong; one of an unknown algorithm proves nothing."""
    algorithm, _, value = (record.field(name) or "").partition(":")
    if algorithm.lower() not in {"sha1", "sha256", "sha512", "md5"}:
        return False
    content = record.block
    if name == "WARC-Payload-Digest":
        content = content.partition(b"\r\n\r\n")[2]
    made = hashlib.new(algorithm.lower(), content, usedforsecurity=False).digest()
    return made not in _decodings(value)


def _decodings(value: str) -> Iterator[bytes]:
    # Both are in use; what is not written so is none of the two.
    with contextlib.suppress(binascii.Error):
        yield base64.b32decode(value.upper() + "=" * (-len(value) % 8))
    with contextlib.suppress(ValueError):
        yield bytes.fromhex(value)


def _is_ours(record: Record) -> bool:
    return record.kind == "warcinfo" and f"software: {SOFTWARE}/".encode() in record.block


def _check_statements(report: Report) -> None:
    known = {record.record_id: record for record in report.records}
    for record in report.records:
        if record.kind != "metadata" or record.field("Content-Type") != STATEMENT_TYPE:
            continue
        try:
            statement = orjson.loads(record.block)
            faults = list(_untrue(statement, record, known))
        except (ValueError, KeyError, TypeError, AttributeError):
            report.blame(f"{record.kind} {record.record_id}", "its statement cannot be read")
            continue
        statement["sha256"] = hashlib.sha256(record.block).hexdigest()
        report.statements.append(statement)
        for what in faults:
            report.blame(f"{record.kind} {record.record_id}", what)


def _untrue(
    statement: Mapping[str, Any], record: Record, known: Mapping[str, Record]
) -> Iterator[str]:
    """Yield what a statement says that the records beside it do not bear out."""
    evidence_id = UUID(statement["evidence_id"])
    if record.record_id != name_of(evidence_id, "statement"):
        yield "it stands under the name of other evidence"
    if record.field("WARC-Target-URI") != statement["referring_url"]:
        yield "it names another page than its record"
    shown = known.get(name_of(evidence_id, "shown"))
    if statement["shown_sha256"] is not None or shown is not None:
        made = hashlib.sha256(shown.block).hexdigest() if shown is not None else None
        if made != statement["shown_sha256"]:
            yield "the page as its scripts left it is not the one that it tells of"
    yield from _untrue_captures(statement["captures"], evidence_id, "", known)
    for one in statement.get("asides", ()):
        yield from _untrue_captures(one["captures"], evidence_id, f"{one['role']}-", known)


def _untrue_captures(
    captures: Sequence[Mapping[str, Any]],
    evidence_id: UUID,
    prefix: str,
    known: Mapping[str, Record],
) -> Iterator[str]:
    for number, capture in enumerate(captures):
        for role in ("request", "response"):
            name = f"{prefix}{role}"
            other = known.get(name_of(evidence_id, f"{name}-{number}"))
            if other is None:
                yield f"its {name} {number + 1} is not in the file, or was changed"
            elif hashlib.sha256(other.block).hexdigest() != capture[f"{role}_sha256"]:
                yield f"its {name} {number + 1} is not the one that it tells of"
            elif other.field("WARC-Target-URI") != capture["url"]:
                yield f"its {name} {number + 1} names another address"


def _check_chain(report: Report) -> None:
    """Check that neighbours in the chain of a site follow each other; gaps are no fault of a file."""
    places = {(one["site_id"], one["number"]): one for one in report.statements}
    for (site_id, number), one in places.items():
        before = places.get((site_id, number - 1))
        if before is not None and one["previous"] != before["sha256"]:
            report.blame(
                f"evidence {one['evidence_id']}",
                "it does not follow the one before it in the chain",
            )
