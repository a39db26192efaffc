"""Writes small crawl archives as Common Crawl lays them out: one gzip member for each record."""

import gzip
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

PAGE = "https://blog.example/post"
SEEN_AT = "2026-05-31T01:17:49Z"


def record(kind: str, url: str, block: bytes, *, media_type: str = "application/json") -> bytes:
    """Return one record of a WARC file, not packed."""
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: {SEEN_AT}\r\n"
        f"Content-Type: {media_type}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def wat(
    links: Sequence[Mapping[str, Any]],
    *,
    url: str = PAGE,
    head: Mapping[str, Any] | None = None,
    headers: Mapping[str, Any] | None = None,
    kind: str = "response",
    status: str = "200",
) -> bytes:
    """Return the record that a WAT file has of one page."""
    answer = {
        "Response-Message": {"Version": "HTTP/1.1", "Status": status},
        "Headers": dict(headers or {}),
        "HTML-Metadata": {"Head": {"Title": " A  post ", **(head or {})}, "Links": list(links)},
    }
    envelope = {
        "Payload-Metadata": {"HTTP-Response-Metadata": answer},
        "WARC-Header-Metadata": {"WARC-Type": kind, "WARC-Target-URI": url, "WARC-Date": SEEN_AT},
    }
    block = json.dumps({"Container": {}, "Envelope": envelope}, ensure_ascii=False)
    return record("metadata", url, block.encode())


def raw_wat(href: str) -> bytes:
    """Return a record with one link whose JSON is written as given, escapes and all."""
    content = wat([{"path": "A@/href", "url": "PLACE"}]).replace(b"PLACE", href.encode())
    head, _, block = content.removesuffix(b"\r\n\r\n").partition(b"\r\n\r\n")
    length = f"Content-Length: {len(block)}".encode()
    return re.sub(rb"Content-Length: \d+", length, head) + b"\r\n\r\n" + block + b"\r\n\r\n"


def response(html: str | bytes, *, url: str = PAGE, headers: str = "", status: int = 200) -> bytes:
    """Return the record that a WARC file has of one page."""
    body = html if isinstance(html, bytes) else html.encode()
    kind = "" if "content-type" in headers.lower() else "Content-Type: text/html\r\n"
    head = f"HTTP/1.1 {status} OK\r\n{kind}{headers}\r\n"
    return record(
        "response", url, head.encode() + body, media_type="application/http; msgtype=response"
    )


def text_of_page(text: str, *, url: str = PAGE) -> bytes:
    """Return the record that a WET file has of one page."""
    return record("conversion", url, text.encode(), media_type="text/plain")


def packed(*records: bytes) -> bytes:
    return b"".join(map(gzip.compress, records))


def in_chunks(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))
