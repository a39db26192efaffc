"""Finds pages of a host that may link to somebody: its home page, its newest posts, what it links to itself."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from services.crawler.adapters.eyes import Eyes
from services.crawler.adapters.sources import Bulletin
from services.crawler.domain.page import Page
from services.crawler.domain.sources import Source, SourceKind, host_key
from shared import urls
from shared.vocabulary import LinkKind, Reason

WITHIN_S = 90.0
MOST_POSTS = 8
MOST_BELOW = 6
_SITEMAP = "sitemap.xml"
_TLS = "https://"
_NO_TLS = frozenset({Reason.UNREACHABLE, Reason.TLS_ERROR, Reason.TIMEOUT})


@dataclass(slots=True)
class Scouted:
    """Pages of a host, those worth most first, and what looking for them took."""

    pages: list[str] = field(default_factory=list)
    requests: int = 0
    wire_bytes: int = 0

    def add(self, url: str | None, host: str) -> None:
        if url is not None and host_key(url) == host and urls.is_http(url):
            page = urls.normalise(url)
            if page not in self.pages:
                self.pages.append(page)


async def scout(eyes: Eyes, home: str, *, near: datetime | None, with_below: bool) -> Scouted:
    """Return pages of the host of a home page; posts that changed nearest to a moment come first, else the newest."""
    scouted = Scouted()
    try:
        async with asyncio.timeout(WITHIN_S):
            await _scout(eyes, home, scouted, near=near, with_below=with_below)
    except TimeoutError:
        pass  # what was found in time is looked at
    return scouted


async def _scout(
    eyes: Eyes, home: str, scouted: Scouted, *, near: datetime | None, with_below: bool
) -> None:
    host = host_key(home)
    page, fetched = await eyes.observer.page(home)
    if fetched.failure in _NO_TLS and home.startswith(_TLS):
        page, fetched = await eyes.observer.page(f"http://{home.removeprefix(_TLS)}")
    scouted.requests += len(fetched.hops) + 1
    scouted.wire_bytes += fetched.wire_bytes
    home = urls.normalise(fetched.final_url)
    bulletin = await eyes.sources.read(_source_of(page, home, host))
    scouted.requests += bulletin.requests
    scouted.wire_bytes += bulletin.wire_bytes
    if page is not None:
        scouted.add(home, host)
    for url in _posts(bulletin, near):
        scouted.add(url, host)
    if page is not None and with_below:
        most = len(scouted.pages) + MOST_BELOW
        for url in _below(page):
            if len(scouted.pages) >= most:
                break
            scouted.add(url, host)


def _source_of(page: Page | None, home: str, host: str) -> Source:
    """Return the feed that a home page names, else the sitemap where most have theirs."""
    named = page.links if page is not None else ()
    for link in named:
        if link.kind is LinkKind.RSS and link.url is not None and host_key(link.url) == host:
            return Source(host=host, url=link.url, kind=SourceKind.FEED)
    url = urls.resolve(f"/{_SITEMAP}", home) or f"https://{host}/{_SITEMAP}"
    return Source(host=host, url=url, kind=SourceKind.SITEMAP, guessed=True)


def _posts(bulletin: Bulletin, near: datetime | None) -> Iterable[str]:
    if near is None:
        found = sorted(bulletin.changed, key=lambda one: one[1], reverse=True)
    else:
        found = sorted(bulletin.changed, key=lambda one: abs(one[1] - near))
    return [url for url, _ in found[:MOST_POSTS]]


def _below(page: Page) -> Iterator[str]:
    return (link.url for link in page.links if link.kind is LinkKind.TEXT and link.url is not None)
