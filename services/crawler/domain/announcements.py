"""Reads sitemaps, sitemap indexes, RSS and Atom as they stream in: which address changed when.

A document is a stranger's: entities of its own end the reading, nothing outside is ever loaded,
and what was read before an error counts.
"""

import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from xml.parsers import expat

from services.crawler.domain.indexability import parse_date
from services.crawler.domain.sources import MAX_URL, SourceKind
from shared import urls

MAX_ENTRIES = 50_000
MAX_FRESH = 5_000
MAX_BYTES = 10_000_000
"""Of a sitemap that is a gzip file, after unpacking."""

HORIZON = timedelta(days=90)
"""The longest that a page waits: what changed before was seen since."""

_STEP = 64 * 1024
_MAX_TEXT = 4_096
_MAX_DEPTH = 100
_ROOTS = frozenset({"urlset", "sitemapindex", "rss", "feed", "RDF"})
_ITEMS = frozenset({"url", "sitemap", "item", "entry"})
_PLACES = frozenset({"loc", "link"})
_DATES = frozenset({"lastmod", "pubDate", "date", "published", "updated", "modified"})
_GZIP = b"\x1f\x8b"
_DAY_LENGTH = len("2026-11-22")
_FIRST_YEAR, _LAST_YEAR = 1990, 2200
_AHEAD = timedelta(days=1)
_TELLING = 10


@dataclass(frozen=True, slots=True)
class Announced:
    """An address of which a source says when it changed last."""

    url: str
    changed_at: datetime | None


class _RefusedError(ValueError):
    """The document is none that we read."""


class Reader:
    """Takes a document piece by piece; `entries` are what it has announced so far."""

    def __init__(self, base: str) -> None:
        self.entries: list[Announced] = []
        self.root: str | None = None
        self._base = base
        self._path: list[str] = []
        self._item_at: int | None = None
        self._text: list[str] = []
        self._size = 0
        self._place: str | None = None
        self._dates: list[datetime] = []
        self._is_over = False
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.EntityDeclHandler = _refuse

    @property
    def is_index(self) -> bool:
        """Return whether the entries are sitemaps and not pages."""
        return self.root == "sitemapindex"

    def feed(self, piece: bytes, *, last: bool = False) -> bool:
        """Take the next piece; returns whether to go on."""
        if not self._is_over:
            try:
                self._parser.Parse(piece, last)
            except (expat.ExpatError, ValueError, LookupError):
                self._is_over = True
        return not self._is_over and not last

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if self.root is None:
            if local not in _ROOTS:
                raise _RefusedError(local[:100])
            self.root = local
        self._path.append(local)
        if len(self._path) > _MAX_DEPTH:
            raise _RefusedError("too deep")
        if self._item_at is None and local in _ITEMS:
            self._item_at = len(self._path)
            self._place, self._dates = None, []
        self._text, self._size = [], 0
        # As Atom writes it; its other links lead to comments, to the feed itself, to pictures.
        is_own = local == "link" and attributes.get("rel", "alternate") == "alternate"
        if is_own and self._is_field() and self._place is None:
            self._place = attributes.get("href")

    def _end(self, _name: str) -> None:
        local = self._path[-1]
        if self._is_field():
            text = "".join(self._text).strip()
            if local in _PLACES and text and self._place is None:
                self._place = text
            elif local in _DATES and (moment := _moment(text)) is not None:
                self._dates.append(moment)
        elif self._item_at == len(self._path):
            self._finish_item()
        self._path.pop()

    def _finish_item(self) -> None:
        self._item_at = None
        if self._place is None or len(self._place) > MAX_URL:
            return
        url = urls.resolve(self._place, self._base)
        if url is not None and urls.is_http(url):
            self.entries.append(Announced(url, max(self._dates, default=None)))
        if len(self.entries) >= MAX_ENTRIES:
            raise _RefusedError("too many entries")

    def _is_field(self) -> bool:
        return self._item_at is not None and len(self._path) == self._item_at + 1

    def _characters(self, text: str) -> None:
        if self._is_field() and self._size < _MAX_TEXT:
            self._text.append(text)
            self._size += len(text)


def pieces(body: bytes) -> Iterator[bytes]:
    """Return a body in pieces that are read at once; a gzip file is unpacked, within a bound."""
    if not body.startswith(_GZIP):
        yield from (body[at : at + _STEP] for at in range(0, min(len(body), MAX_BYTES), _STEP))
        return
    unpacking, waiting, size = zlib.decompressobj(wbits=31), body, 0
    try:
        while waiting and size < MAX_BYTES:
            piece = unpacking.decompress(waiting, _STEP)
            waiting, size = unpacking.unconsumed_tail, size + len(piece)
            yield piece
    except zlib.error:
        return


def news(
    entries: Sequence[Announced], kind: SourceKind, *, now: datetime
) -> list[tuple[str, datetime]]:
    """Return what changed lately and when, the newest first.

    One moment for most of a sitemap is when that was written, and says nothing about its pages.
    """
    moments = Counter(one.changed_at for one in entries)
    most = moments.most_common(1)[0] if moments else (None, 0)
    is_stamp = kind is SourceKind.SITEMAP and most[1] >= _TELLING and 2 * most[1] > len(entries)
    found = [
        (one.url, min(one.changed_at, now))
        for one in entries
        if one.changed_at is not None
        and now - HORIZON < one.changed_at < now + _AHEAD
        and not (is_stamp and one.changed_at == most[0])
    ]
    return sorted(found, key=lambda item: item[1], reverse=True)[:MAX_FRESH]


def newest_first(entries: Sequence[Announced]) -> list[Announced]:
    """Return the sitemaps of an index, those that changed last first; the undated come last."""
    return sorted(
        entries, key=lambda one: one.changed_at.timestamp() if one.changed_at else 0.0, reverse=True
    )


def _moment(text: str) -> datetime | None:
    moment = parse_date(text[:100])
    if moment is None or not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        return None
    # Of a day only its end is sure to be no earlier than the change.
    return moment + timedelta(days=1) if len(text) == _DAY_LENGTH else moment


def _refuse(*_declared: object) -> None:
    raise _RefusedError("a document with entities of its own")
