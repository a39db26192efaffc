"""Where a host says what is new on it: sitemaps that it names or may have, the feeds of its pages."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.crawler.domain import robots
from services.crawler.domain.robotsfile import RobotsFile
from shared import urls
from shared.events import Encoded, Event, PageRead

MOST_OF_A_KIND = 4
"""Sitemaps of a host, and feeds of it, that are remembered."""
MOST_GUESSED = 2
"""Sitemaps of a host that names none, looked for where most have theirs."""
MAX_URL = 2_048

USUAL_PLACES = ("/sitemap.xml", "/sitemap_index.xml")


class SourceKind(StrEnum):
    """What may tell that pages changed."""

    SITEMAP = "sitemap"
    FEED = "feed"


EVERY = {SourceKind.SITEMAP: timedelta(days=1), SourceKind.FEED: timedelta(hours=6)}
"""How often one of a host's sitemaps, or one of its feeds, is asked."""


@dataclass(frozen=True, slots=True)
class Named:
    """A source that its host names, or one that is `guessed` because it names none."""

    host: str
    url: str
    kind: SourceKind
    named_at: datetime
    guessed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A source whose turn it is, how it answered last, and the sites that watch pages of its host."""

    host: str
    url: str
    kind: SourceKind
    guessed: bool = False
    etag: str | None = None
    last_modified: str | None = None
    sites: tuple[UUID, ...] = ()


def named_by(files: Iterable[RobotsFile], events: Iterable[Event | Encoded]) -> list[Named]:
    """Return what these robots.txt and pages name; only what the host says about itself.

    For hosts that name no sitemap the usual places of one are added.
    """
    files = list(files)
    found: dict[tuple[str, SourceKind], dict[str, Named]] = defaultdict(dict)
    for one in (*_sitemaps(files), *_feeds(events)):
        known = found[one.host, one.kind]
        if len(known) < MOST_OF_A_KIND:
            known.setdefault(one.url, one)
    for guess in _guesses(files):
        known = found[guess.host, guess.kind]
        if len(known) < MOST_GUESSED and all(one.guessed for one in known.values()):
            known.setdefault(guess.url, guess)
    return [one for known in found.values() for one in known.values()]


def host_key(url: str) -> str:
    """Return the name of the URL's host among the rows of hosts: its registrable domain."""
    return urls.domain_or_host(urls.host_of(url))


def _sitemaps(files: Iterable[RobotsFile]) -> Iterable[Named]:
    for file in files:
        if b"map" in file.body.lower():
            said = robots.parse(file.body).sitemaps
            yield from _own(file.origin, said, SourceKind.SITEMAP, file.fetched_at)


def _guesses(files: Iterable[RobotsFile]) -> Iterable[Named]:
    """Yield where a host may have a sitemap; one that did not let us ask is not guessed about."""
    for file in files:
        if file.refusal is None:
            for one in _own(file.origin, USUAL_PLACES, SourceKind.SITEMAP, file.fetched_at):
                yield replace(one, guessed=True)


def _feeds(events: Iterable[Event | Encoded]) -> Iterable[Named]:
    for event in events:
        if isinstance(event, PageRead) and event.facts.feeds:
            yield from _own(event.facts.url, event.facts.feeds, SourceKind.FEED, event.read_at)


def _own(place: str, said: Sequence[str], kind: SourceKind, at: datetime) -> Iterable[Named]:
    host = host_key(place)
    for href in said:
        url = urls.resolve(href, place)
        if url is not None and len(url) <= MAX_URL and urls.is_http(url) and host_key(url) == host:
            yield Named(host, url.partition("#")[0], kind, at)
