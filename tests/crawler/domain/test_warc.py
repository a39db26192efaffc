"""The WARC file of evidence: a standard reader takes it, and no byte of it can change unseen."""

import gzip
import hashlib
import io
import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest
from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]

from services.crawler.domain.evidence.draft import Aside, Capture, new_exhibit, sealed, told_of
from services.crawler.domain.evidence.verifying import verify
from services.crawler.domain.evidence.warc import Item, file_of

SEEN = datetime(2026, 11, 3, 14, 2, tzinfo=UTC)
HTML = b"<p>See <a href='https://our.example/page'>us</a>.</p>" * 20
URL = "http://blog.example/post"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n"


def an_item(
    *,
    number: int = 1,
    previous: bytes | None = None,
    body: bytes = HTML,
    shown: bytes = b"",
    asides: Sequence[Aside] = (),
    **told: Any,
) -> Item:
    evidence_id = UUID(int=number)
    moved = Capture(
        url="http://blog.example/old",
        ip="203.0.113.5",
        request=b"GET /old HTTP/1.1\r\nHost: blog.example\r\n\r\n",
        response=b"HTTP/1.1 302 Found\r\nLocation: /post\r\n\r\n",
        truncated="unspecified",
    )
    last = replace(moved, url=URL, response=HEAD, truncated=None)
    exhibit = new_exhibit([moved, last], gzip.compress(body, mtime=0), shown=shown, asides=asides)
    statement: dict[str, Any] = {
        "evidence_id": evidence_id,
        "site_id": UUID(int=77),
        "referring_url": URL,
        **told_of(exhibit),
    }
    return Item(
        evidence_id=evidence_id,
        seen_at=SEEN,
        referring_url=URL,
        statement=sealed(statement | told, number=number, previous=previous),
        heads=exhibit.heads,
        body=exhibit.body,
    )


FILE = file_of([an_item()], version="1.0")


def repacked(member: bytes, old: bytes, new: bytes) -> bytes:
    """Change what stands in a member, as somebody would who knows the format."""
    content = gzip.decompress(member)
    assert old in content
    return gzip.compress(content.replace(old, new), mtime=0)


def members(data: bytes) -> list[bytes]:
    found = []
    while data:
        opened = zlib.decompressobj(16 + zlib.MAX_WBITS)
        opened.decompress(data)
        found.append(data[: len(data) - len(opened.unused_data)])
        data = opened.unused_data
    return found


def test_warcio_reads_every_record_and_finds_its_digests_right() -> None:
    seen = []
    for record in ArchiveIterator(io.BytesIO(FILE), check_digests="raise"):
        content = record.content_stream().read()
        seen.append((record.rec_type, record.rec_headers.get_header("WARC-Target-URI")))
        if record.rec_type == "response" and record.http_headers.get_statuscode() == "200":
            assert content == HTML
        assert record.digest_checker.passed is not False
    assert seen == [
        ("warcinfo", None),
        *[("request", "http://blog.example/old"), ("response", "http://blog.example/old")],
        *[("request", URL), ("response", URL)],
        *[("metadata", URL), ("metadata", None)],
    ]


def test_a_file_as_it_was_written_has_no_fault() -> None:
    report = verify(FILE)
    assert (report.faults, report.is_sealed, len(report.statements)) == ([], True, 1)


def test_the_page_as_its_scripts_left_it_is_a_record_of_its_own() -> None:
    written = file_of([an_item(shown=b"<p>Built by scripts</p>")], version="1.0")
    report = verify(written)
    [shown] = [one for one in report.records if one.kind == "conversion"]
    assert (report.faults, shown.block) == ([], b"<p>Built by scripts</p>")
    others = [one for one in members(written)[:-1] if b"WARC-Type: conversion" not in
              gzip.decompress(one)]  # fmt: skip
    told = [fault.what for fault in verify(b"".join(others)).faults]
    assert "the page as its scripts left it is not the one that it tells of" in told


def test_other_answers_are_records_of_their_own() -> None:
    captures = an_item().captures[-1:]
    asides = [Aside("probe", captures, b"<p>Not here</p>"), Aside("second_ask", captures, None)]
    written = file_of([an_item(asides=asides)], version="1.0")
    report = verify(written)
    told = [one.block for one in report.records if one.kind == "response"]
    assert report.faults == []
    assert told[2:] == [HEAD + b"<p>Not here</p>", HEAD + gzip.compress(HTML, mtime=0)]
    kinds = [one.kind for one in report.records]
    for place in (5, 6, 7, 8):
        parts = members(written)
        assert kinds[place] in {"request", "response"}
        rest = b"".join([*parts[:place], *parts[place + 1 : -1]])
        assert any("not in the file" in fault.what for fault in verify(rest).faults)


def test_the_same_evidence_gives_the_same_bytes() -> None:
    assert file_of([an_item()], version="1.0") == FILE


def test_a_change_of_any_byte_is_seen() -> None:
    """All bytes of the edges of members, where gzip has bytes that nobody reads, and some of each."""
    places, start = set(range(0, len(FILE), 13)), 0
    for part in members(FILE):
        places |= {*range(start, start + 11), *range(start + len(part) - 10, start + len(part))}
        start += len(part)
    unseen = [
        at
        for at in sorted(places)
        if not verify(FILE[:at] + bytes([FILE[at] ^ 1 << at % 8]) + FILE[at + 1 :]).faults
    ]
    assert unseen == []


def test_the_record_that_is_wrong_is_named() -> None:
    parts = members(FILE)
    for number, part in enumerate(parts[:-1], 1):
        changed = part[:-9] + bytes([part[-9] ^ 0x10]) + part[-8:]
        data = b"".join([*parts[: number - 1], changed, *parts[number:]])
        assert verify(data).faults[0].record.startswith(f"record {number} (")


@pytest.mark.parametrize("size", [1, 10, 1_000])
def test_what_is_cut_off_or_added_is_seen(size: int) -> None:
    assert verify(FILE[:-size]).faults
    assert verify(FILE[size:]).faults
    assert verify(FILE + b"\x00" * size).faults
    assert verify(FILE + FILE[:size]).faults


def test_without_the_seal_the_records_still_prove_themselves() -> None:
    """Somebody who packs a changed record anew must also forge its digests and the statement."""
    parts = members(FILE)
    body = gzip.compress(HTML, mtime=0)
    forged = body[:-1] + b"\x01"
    parts[4] = repacked(parts[4], body, forged)
    told = [fault.what for fault in verify(b"".join(parts[:-1])).faults]
    assert "its block is not the one that its digest was taken of" in told
    assert "its payload is not the one that its digest was taken of" in told
    assert "its response 2 is not the one that it tells of" in told
    assert "the seal at the end of the file is missing or was changed" in told


def test_evidence_that_does_not_follow_the_one_before_it_is_seen() -> None:
    first = an_item()
    second = an_item(number=2, previous=hashlib.sha256(first.statement).digest())
    assert verify(file_of([first, second], version="1.0")).faults == []
    stranger = an_item(number=2, previous=b"\x01" * 32)
    [fault] = verify(file_of([first, stranger], version="1.0")).faults
    assert fault.what == "it does not follow the one before it in the chain"
    assert str(orjson.loads(stranger.statement)["evidence_id"]) in fault.record


def test_a_file_of_another_writer_is_checked_by_its_own_digests() -> None:
    parts = members(FILE)[:-1]
    parts[0] = repacked(parts[0], b"software: anchorwatch/", b"software: otherwriter/")
    told = verify(b"".join(parts[1:]))
    assert (told.faults, told.is_sealed) == ([], False)


@pytest.mark.parametrize("data", [b"", b"no archive", gzip.compress(b"hello", mtime=0), FILE[:9]])
def test_what_is_no_archive_is_said_to_be_none(data: bytes) -> None:
    assert verify(data).faults
