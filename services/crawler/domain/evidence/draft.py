"""What a look leaves as evidence of one link: a statement, and the bytes that it rests on."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from services.crawler.domain.evidence.packing import packed, unpacked
from services.crawler.domain.fetched import Exchange, Fetched
from shared import jsontext
from shared.vocabulary import Outcome, Reason

FORMAT = "anchorwatch-evidence/1"
_NOT_SENT = frozenset({"transfer-encoding"})
"""The client undid this framing: the header is kept under another name, as archives do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One request and its answer as blocks of HTTP; the body follows the last answer only."""

    url: str
    ip: str | None
    request: bytes
    response: bytes
    truncated: str | None


@dataclass(frozen=True, slots=True)
class Exhibit:
    """Everything that one look received, of which several links may be told."""

    captures: tuple[Capture, ...]
    body: bytes
    body_sha256: bytes
    stored_heads: bytes
    stored_body: bytes

    def payload(self, number: int) -> bytes:
        """Return the body of an answer: redirects are followed without reading theirs."""
        return self.body if number == len(self.captures) - 1 else b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Evidence that has no place in its site's chain yet."""

    evidence_id: UUID
    workspace_id: UUID
    site_id: UUID
    link_id: UUID
    seen_at: datetime
    outcome: Outcome
    reasons: tuple[Reason, ...]
    changed: tuple[str, ...]
    statement: Mapping[str, Any]
    exhibit: Exhibit
    supersedes: UUID | None = None

    @property
    def weight(self) -> int:
        """Return about how many bytes wait in memory until this is written."""
        return len(self.exhibit.stored_body) + len(self.exhibit.stored_heads)


def exhibit_of(fetched: Fetched, *, max_body: int) -> Exhibit:
    """Return what came over the wire, its last body cut at `max_body` bytes."""
    received = fetched.body if fetched.wire is None else fetched.wire
    body = received[:max_body]
    captures = [_capture(exchange) for exchange in fetched.exchanges]
    return new_exhibit(captures, body, is_cut=len(body) < max(len(received), fetched.wire_bytes))


def new_exhibit(captures: list[Capture], body: bytes, *, is_cut: bool) -> Exhibit:
    if captures and is_cut:
        last = captures[-1]
        captures[-1] = Capture(
            url=last.url,
            ip=last.ip,
            request=last.request,
            response=last.response,
            truncated=last.truncated or "length",
        )
    heads = [
        [one.url, one.ip, one.request.decode("latin-1"), one.response.decode("latin-1"), one.truncated]
        for one in captures
    ]  # fmt: skip
    return Exhibit(
        captures=tuple(captures),
        body=body if captures else b"",
        body_sha256=hashlib.sha256(body if captures else b"").digest(),
        stored_heads=packed(orjson.dumps(heads)),
        stored_body=packed(body if captures else b""),
    )


def captures_of(stored_heads: bytes) -> tuple[Capture, ...]:
    """Return the captures of stored heads; ValueError if they are broken."""
    return tuple(
        Capture(
            url=url,
            ip=ip,
            request=request.encode("latin-1"),
            response=response.encode("latin-1"),
            truncated=truncated,
        )
        for url, ip, request, response, truncated in orjson.loads(unpacked(stored_heads))
    )


def sealed(statement: Mapping[str, Any], *, number: int, previous: bytes | None) -> bytes:
    """Return the final text of a statement: it names the one before it in its site's chain."""
    return jsontext.dumps(
        {**statement, "number": number, "previous": previous.hex() if previous else None}
    )


def told_captures(exhibit: Exhibit) -> list[dict[str, Any]]:
    """Return what the statement says of each capture: where, and the digests of its blocks."""
    return [
        {
            "url": one.url,
            "ip": one.ip,
            "request_sha256": hashlib.sha256(one.request).hexdigest(),
            "response_sha256": hashlib.sha256(one.response + exhibit.payload(number)).hexdigest(),
            "payload_sha256": hashlib.sha256(exhibit.payload(number)).hexdigest(),
            "payload_size": len(exhibit.payload(number)),
            "truncated": one.truncated,
        }
        for number, one in enumerate(exhibit.captures)
    ]


def _capture(exchange: Exchange) -> Capture:
    return Capture(
        url=exchange.url,
        ip=exchange.ip,
        request=_request(exchange),
        response=_response(exchange),
        truncated=exchange.truncated,
    )


def _request(exchange: Exchange) -> bytes:
    _, _, rest = exchange.url.partition("#")[0].partition("://")
    _, slash, path = rest.partition("/")
    if not slash:
        query = rest.partition("?")[2]
        path = f"?{query}" if query else ""
    lines = [f"GET /{path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in exchange.request_headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "surrogateescape")


def _response(exchange: Exchange) -> bytes:
    lines = [f"HTTP/{exchange.http_version} {exchange.status} {exchange.phrase}".encode()]
    for name, value in exchange.headers:
        is_framing = name.decode("latin-1").lower() in _NOT_SENT
        lines.append((b"X-Crawler-" if is_framing else b"") + name + b": " + value)
    return b"\r\n".join(lines) + b"\r\n\r\n"
