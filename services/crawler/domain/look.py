"""One look at one page: what was fetched, read and judged, and how to notice that nothing changed."""

import hashlib
from datetime import datetime, timedelta
from typing import NamedTuple

import orjson

from services.crawler.domain.claim import Memory
from services.crawler.domain.evidence.draft import Aside
from services.crawler.domain.fetched import MOST_PACKED, Fetched
from services.crawler.domain.target_health import TargetHealth
from services.crawler.domain.verdict import Judgement
from shared.events import PageFacts

FACTS_LAST = timedelta(days=30)
FULL_EVERY = 5

_PART = 16
_CONTENT = slice(_PART, 2 * _PART)
_TELLING_HEADERS = ("content-type", "x-robots-tag", "link", "content-language")
_PACKED_HEADERS = (*_TELLING_HEADERS, "content-encoding")
_HTML_TYPES = ("text/html", "application/xhtml+xml")


class Look(NamedTuple):
    """What a look brought; without a judgement nothing changed and the last one still holds.

    `fingerprint` is None where the page was not seen whole. `requests` and `wire_bytes` are what
    the look took, redirects and robots.txt included. `wants_sibling`: an answer for a made-up
    address could tell more. With `by_scripts` scripts make what counts of the page: equal bytes do
    not vouch for it at the next look, and `shown` is the document that they left. `asides` are other
    answers that the judgement rests on.
    """

    fetched: Fetched
    looked_at: datetime
    judgement: Judgement | None = None
    fingerprint: bytes | None = None
    facts: PageFacts | None = None
    health: TargetHealth | None = None
    requests: int = 0
    wire_bytes: int = 0
    wants_sibling: bool = False
    by_scripts: bool = False
    shown: bytes = b""
    asides: tuple[Aside, ...] = ()


def fingerprint_of(fetched: Fetched, *, google_allowed: bool | None) -> bytes:
    """Return how the page was reached and may be listed, what it holds, and how that was packed.

    16 bytes of each; those of the packing are left out where nothing was packed.
    """
    return _way_of(fetched, google_allowed) + _content_of(fetched) + _packing_of(fetched)


def is_same(known: bytes | None, fetched: Fetched, *, google_allowed: bool | None) -> bool:
    """Return whether a fetch shows what the fingerprint was taken of; a 304 vouches for the body."""
    if known is None or known[:_PART] != _way_of(fetched, google_allowed):
        return False
    if fetched.packed is not None:
        return known[_CONTENT.stop :] == _packing_of(fetched)
    return fetched.not_modified or known[_CONTENT] == _content_of(fetched)


def may_stay_packed(memory: Memory) -> bool:
    """Return whether the packed bytes alone would show that a page is as it was.

    Most pages that did not change come in the same bytes: to compare those spares unpacking.
    """
    return memory.fingerprint is not None and len(memory.fingerprint) > _CONTENT.stop


def as_it_came(known: bytes, fetched: Fetched) -> bytes:
    """Return the fingerprint of a page that is the same, with how it was packed this time."""
    return known[: _CONTENT.stop] + _packing_of(fetched)


def is_same_way(memory: Memory, fetched: Fetched, *, google_allowed: bool | None) -> bool:
    """Return whether an answer without its body gives no reason to ask for the body."""
    known = memory.fingerprint
    if known is None or known[:_PART] != _way_of(fetched, google_allowed):
        return False
    marks = ((memory.etag, "etag"), (memory.last_modified, "last-modified"))
    return all(before is None or fetched.header(name) == before for before, name in marks)


def may_skip_the_body(memory: Memory, now: datetime) -> bool:
    """Return whether the body was seen lately and nothing failed since, so that a HEAD will do."""
    if memory.fingerprint is None or memory.full_at is None or memory.failure_run > 0:
        return False
    return now - memory.full_at < FACTS_LAST and memory.short_run < FULL_EVERY - 1


def content_hash(fingerprint: bytes) -> bytes:
    """Return the part of a fingerprint that only the page itself can change."""
    return fingerprint[_CONTENT]


def facts_are_due(memory: Memory, now: datetime, content: bytes) -> bool:
    """Return whether page.read is to be sent for this body."""
    return (
        memory.facts_hash != content
        or memory.facts_at is None
        or (now - memory.facts_at > FACTS_LAST)
    )


def may_ask_shortly(memory: Memory, now: datetime) -> bool:
    """Return whether to ask only for news: not when validators were believed for too long."""
    if memory.fingerprint is None or memory.full_at is None or memory.facts_at is None:
        return False
    recent = now - memory.full_at < FACTS_LAST and now - memory.facts_at < FACTS_LAST
    return recent and memory.short_run < FULL_EVERY - 1


def is_html(fetched: Fetched) -> bool:
    """Return whether a browser would show the body as a page; without a type, markup decides."""
    kind = (fetched.header("content-type") or "").partition(";")[0].strip().lower()
    if kind:
        return kind in _HTML_TYPES
    return fetched.body[:1_024].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def _way_of(fetched: Fetched, google_allowed: bool | None) -> bytes:
    hops = [(hop.url, hop.status, hop.location) for hop in fetched.hops]
    status = 200 if fetched.not_modified else fetched.status
    way = orjson.dumps([hops, fetched.final_url, status, google_allowed])
    return hashlib.sha256(way).digest()[:_PART]


def _content_of(fetched: Fetched) -> bytes:
    return _digest_of(fetched, _TELLING_HEADERS, fetched.body)


def _packing_of(fetched: Fetched) -> bytes:
    wire = fetched.wire
    if wire is None or len(wire) != fetched.wire_bytes or len(wire) > MOST_PACKED:
        return b""
    return _digest_of(fetched, _PACKED_HEADERS, wire)


def _digest_of(fetched: Fetched, headers: tuple[str, ...], body: bytes) -> bytes:
    # Of the hashes that nobody can steer the fastest: processors have instructions for it.
    telling = {name: [name] for name in headers}
    for key, value in fetched.headers:
        told = telling.get(key.lower())
        if told is not None:
            told.append(value)
    digest = hashlib.sha256()
    digest.update(orjson.dumps(list(telling.values())))
    digest.update(body)
    return digest.digest()[:_PART]
