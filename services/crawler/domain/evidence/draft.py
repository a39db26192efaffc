"""What a look leaves as evidence of one link: a statement, and the bytes that it rests on."""

import hashlib
from collections.abc import Mapping, Sequence
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
class Heads:
    """What is kept beside the body: the captures, and the document that scripts left, if they ran."""

    captures: tuple[Capture, ...]
    shown: bytes = b""


@dataclass(frozen=True, slots=True)
class Exhibit:
    """Everything that one look received, of which several links may be told."""

    heads: Heads
    body: bytes
    body_sha256: bytes
    stored_heads: bytes
    stored_body: bytes

    @property
    def captures(self) -> tuple[Capture, ...]:
        return self.heads.captures

    def payload(self, number: int) -> bytes:
        """Return the body of an answer: of those before the last one none is kept."""
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


def exhibit_of(fetched: Fetched, *, max_body: int, shown: bytes = b"") -> Exhibit:
    """Return what came over the wire, its last body cut at `max_body` bytes."""
    exchanges = fetched.exchanges
    received = fetched.body if fetched.wire is None else fetched.wire
    body = received[:max_body] if exchanges else b""
    captures = [_capture(one, kept=0) for one in exchanges[:-1]]
    captures += [_capture(one, kept=len(body)) for one in exchanges[-1:]]
    return new_exhibit(captures, body, shown=shown[:max_body])


def new_exhibit(captures: Sequence[Capture], body: bytes, *, shown: bytes = b"") -> Exhibit:
    heads = Heads(tuple(captures), shown)
    told = [
        [one.url, one.ip, _text(one.request), _text(one.response), one.truncated]
        for one in heads.captures
    ]
    return Exhibit(
        heads=heads,
        body=body,
        body_sha256=hashlib.sha256(body).digest(),
        stored_heads=packed(orjson.dumps({"captures": told, "shown": _text(shown)})),
        stored_body=packed(body),
    )


def heads_of(stored_heads: bytes) -> Heads:
    """Return what stands beside a body; ValueError if it is broken."""
    told = orjson.loads(unpacked(stored_heads))
    captures = tuple(
        Capture(
            url=url,
            ip=ip,
            request=request.encode("latin-1"),
            response=response.encode("latin-1"),
            truncated=truncated,
        )
        for url, ip, request, response, truncated in told["captures"]
    )
    return Heads(captures, told["shown"].encode("latin-1"))


def sealed(statement: Mapping[str, Any], *, number: int, previous: bytes | None) -> bytes:
    """Return the final text of a statement: it names the one before it in its site's chain."""
    return jsontext.dumps(
        {**statement, "number": number, "previous": previous.hex() if previous else None}
    )


def told_of(exhibit: Exhibit) -> dict[str, Any]:
    """Return what a statement says of what it rests on: where it came from, and its digests."""
    shown = exhibit.heads.shown
    captures = [
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
    sha256 = hashlib.sha256(shown).hexdigest() if shown else None
    return {"captures": captures, "shown_sha256": sha256}


def _text(raw: bytes) -> str:
    """Return bytes as text that keeps each of them."""
    return raw.decode("latin-1")


def _capture(exchange: Exchange, *, kept: int) -> Capture:
    truncated = exchange.truncated
    if truncated is None and kept < exchange.received:
        truncated = "length" if kept else "unspecified"
    return Capture(
        url=exchange.url,
        ip=exchange.ip,
        request=_request(exchange),
        response=_response(exchange),
        truncated=truncated,
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
