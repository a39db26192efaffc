"""The sitemap of a site of ours: which documents to ask for, and the pages that they name; pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.crawler.domain.announcements import Announced
from services.crawler.domain.sources import MAX_URL
from shared import urls
from shared.events import SitemapRead

MOST_PAGES = 50_000
MOST_SITEMAPS = 50
PART = 300


@dataclass(frozen=True, slots=True)
class OwnSite:
    """A site of ours, its main host first."""

    site_id: UUID
    workspace_id: UUID
    hosts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OwnPages:
    """The pages that the sitemaps of a site name; `whole` if none was left out or could not be read."""

    urls: tuple[str, ...] = ()
    sitemaps: int = 0
    whole: bool = False


class Collected:
    """What was read of a site's sitemaps so far."""

    def __init__(self, hosts: Sequence[str]) -> None:
        self.hosts = tuple(hosts)
        self.urls: dict[str, None] = {}
        self.is_whole = True
        self._sitemaps = 0
        self._named: set[str] = set()

    @property
    def has_room(self) -> bool:
        return self._sitemaps < MOST_SITEMAPS and len(self.urls) < MOST_PAGES

    def take(self, entries: Iterable[Announced], *, is_index: bool) -> list[str]:
        """Note the pages of a sitemap; of an index return the sitemaps that are still to be read."""
        self._sitemaps += 1
        own = [one.url for one in entries if is_own(one.url, self.hosts)]
        if is_index:
            fresh = [url for url in dict.fromkeys(own) if url not in self._named]
            self._named.update(fresh)
            return fresh
        room = MOST_PAGES - len(self.urls)
        self.urls |= dict.fromkeys(own[:room])
        self.is_whole &= len(own) <= room
        return []

    def pages(self) -> OwnPages:
        """Return the result; a reading that found nothing is never whole: it would empty the list."""
        return OwnPages(tuple(self.urls), self._sitemaps, self.is_whole and bool(self.urls))


def named_in_robots(said: Sequence[str], origin: str, hosts: Sequence[str]) -> list[str]:
    """Return the sitemaps that a robots.txt names, those of the site itself."""
    found = (urls.resolve(href, f"{origin}/robots.txt") for href in said)
    own = (url for url in found if url is not None and is_own(url, hosts))
    return list(dict.fromkeys(own))[:MOST_SITEMAPS]


def is_own(url: str, hosts: Sequence[str]) -> bool:
    """Say whether an address is a page of the site."""
    return len(url) <= MAX_URL and urls.is_http(url) and urls.same_site(urls.host_of(url), hosts)


def events_of(site: OwnSite, pages: OwnPages, now: datetime) -> Iterator[SitemapRead]:
    """Yield the parts in which a reading is told; of one that found nothing there is none."""
    parts = list(_parts(pages.urls))
    for number, part in enumerate(parts):
        yield SitemapRead(
            workspace_id=site.workspace_id,
            site_id=site.site_id,
            read_at=now,
            part_no=number,
            parts=len(parts),
            whole=pages.whole,
            urls=tuple(part),
        )


def _parts(found: Sequence[str]) -> Iterable[Sequence[str]]:
    return (found[start : start + PART] for start in range(0, len(found), PART))
