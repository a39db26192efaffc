"""What a look leaves as evidence of one link: a statement, and the bytes that it rests on."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from services.crawler.domain.evidence.packing import packed, unpacked
from services.crawler.domain.fetched import Exchange, Fetched
from shared import jsontext
from shared.vocabulary import Outcome, Reason

FORMAT = "anchorwatch-evidence/1"
PROBE = "probe"
"""The role of the answer for a made-up address, by which a soft 404 is told."""
FIRST_ASK = "first_ask"
SECOND_ASK = "second_ask"
"""The roles of the answers of a page that was asked twice in a row."""

_MOST_ASIDE = 200_000
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
class Aside:
    """Another answer that the verdict rests on; without a body it had that of the look itself."""

    role: str
    captures: tuple[Capture, ...]
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Heads:
    """What is kept beside the body: the captures, the document that scripts left, other answers."""

    captures: tuple[Capture, ...]
    shown: bytes = b""
    asides: tuple[Aside, ...] = ()


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


def exhibit_of(
    fetched: Fetched, *, max_body: int, shown: bytes = b"", asides: Sequence[Aside] = ()
) -> Exhibit:
    """Return what came over the wire, its last body cut at `max_body` bytes."""
    captures, body = _received(fetched, max_body)
    return new_exhibit(captures, body, shown=shown[:max_body], asides=asides)


def aside_of(role: str, fetched: Fetched) -> Aside:
    """Return another answer as it is kept: of its body the start."""
    captures, body = _received(fetched, _MOST_ASIDE)
    return Aside(role, tuple(captures), body)


def _received(fetched: Fetched, max_body: int) -> tuple[list[Capture], bytes]:
    exchanges = fetched.exchanges
    received = fetched.body if fetched.wire is None else fetched.wire
    body = received[:max_body] if exchanges else b""
    captures = [_capture(one, kept=0) for one in exchanges[:-1]]
    captures += [_capture(one, kept=len(body)) for one in exchanges[-1:]]
    return captures, body


def new_exhibit(
    captures: Sequence[Capture], body: bytes, *, shown: bytes = b"", asides: Sequence[Aside] = ()
) -> Exhibit:
    # What is the same is kept once: mostly a page that is asked twice says the same.
    asides = tuple(replace(one, body=None) if one.body == body else one for one in asides)
    heads = Heads(tuple(captures), shown, asides)
    told: dict[str, Any] = {"captures": _texts(heads.captures), "shown": _text(shown)}
    if asides:
        told["asides"] = [_aside_texts(one) for one in asides]
    return Exhibit(
        heads=heads,
        body=body,
        body_sha256=hashlib.sha256(body).digest(),
        stored_heads=packed(orjson.dumps(told)),
        stored_body=packed(body),
    )


def packed_aside(aside: Aside) -> bytes:
    """Return another answer by itself as it is stored until evidence rests on it."""
    return packed(orjson.dumps(_aside_texts(aside)))


def unpacked_aside(stored: bytes) -> Aside:
    """Return an answer that was stored by itself; ValueError if it is broken."""
    return _aside(*orjson.loads(unpacked(stored)))


def heads_of(stored_heads: bytes) -> Heads:
    """Return what stands beside a body; ValueError if it is broken."""
    told = orjson.loads(unpacked(stored_heads))
    asides = tuple(_aside(*one) for one in told.get("asides", ()))
    return Heads(_captures(told["captures"]), told["shown"].encode("latin-1"), asides)


def _captures(texts: Sequence[Sequence[Any]]) -> tuple[Capture, ...]:
    return tuple(
        Capture(
            url=url,
            ip=ip,
            request=request.encode("latin-1"),
            response=response.encode("latin-1"),
            truncated=truncated,
        )
        for url, ip, request, response, truncated in texts
    )


def _texts(captures: Sequence[Capture]) -> list[list[str | None]]:
    return [
        [one.url, one.ip, _text(one.request), _text(one.response), one.truncated]
        for one in captures
    ]


def _aside(role: str, captures: Sequence[Sequence[Any]], body: str | None) -> Aside:
    return Aside(role, _captures(captures), None if body is None else body.encode("latin-1"))


def _aside_texts(aside: Aside) -> list[Any]:
    body = None if aside.body is None else _text(aside.body)
    return [aside.role, _texts(aside.captures), body]


def sealed(statement: Mapping[str, Any], *, number: int, previous: bytes | None) -> bytes:
    """Return the final text of a statement: it names the one before it in its site's chain."""
    return jsontext.dumps(
        {**statement, "number": number, "previous": previous.hex() if previous else None}
    )


def told_of(exhibit: Exhibit) -> dict[str, Any]:
    """Return what a statement says of what it rests on: where it came from, and its digests."""
    shown = exhibit.heads.shown
    told: dict[str, Any] = {
        "captures": told_captures(exhibit.captures, exhibit.body),
        "shown_sha256": hashlib.sha256(shown).hexdigest() if shown else None,
    }
    if exhibit.heads.asides:
        told["asides"] = told_asides(exhibit.heads.asides, exhibit.body)
    return told


def told_asides(asides: Sequence[Aside], body: bytes) -> list[dict[str, Any]]:
    """Return what a statement says of other answers; `body` is that of the look itself."""
    return [
        {
            "role": one.role,
            "captures": told_captures(one.captures, body if one.body is None else one.body),
        }
        for one in asides
    ]


def told_captures(captures: Sequence[Capture], body: bytes) -> list[dict[str, Any]]:
    """Return what a statement says of requests, of which the last was answered with a body."""
    payloads = [*([b""] * (len(captures) - 1)), body]
    return [
        {
            "url": one.url,
            "ip": one.ip,
            "request_sha256": hashlib.sha256(one.request).hexdigest(),
            "response_sha256": hashlib.sha256(one.response + payload).hexdigest(),
            "payload_sha256": hashlib.sha256(payload).hexdigest(),
            "payload_size": len(payload),
            "truncated": one.truncated,
        }
        for one, payload in zip(captures, payloads, strict=False)
    ]


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
