"""How a host answers for a page that cannot exist: what soft 404s are told by (WWW 2004)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.crawler.domain.fetched import Fetched
from services.crawler.domain.fingerprint import distance, simhash_of_words
from services.crawler.domain.page import Page
from shared import urls

KEPT = timedelta(days=30)
"""A host is asked for such a page at most once in this time."""

MAX_DISTANCE = 3
MAX_TITLE = 512

_SHINGLE_WORDS = 4
_TELLING_SEGMENT = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Sibling:
    """The answer of one host to one made-up address; without a status it gave none."""

    host: str
    probed_at: datetime
    url: str
    final_url: str
    status: int | None = None
    title: str | None = None
    fingerprint: str | None = None

    def is_fresh(self, now: datetime) -> bool:
        return now - self.probed_at < KEPT

    @property
    def is_shown(self) -> bool:
        """Return whether the host shows a page where there is none, instead of saying so."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def moved(self) -> bool:
        return urls.url_key(self.final_url) != urls.url_key(self.url)


def sibling_url(url: str, token: str) -> str:
    """Return a page beside `url` that cannot exist."""
    place = url.partition("#")[0].partition("?")[0]
    scheme, _, rest = place.partition("://")
    host, _, path = rest.rstrip("/").partition("/")
    folder = path.rpartition("/")[0]
    return f"{scheme}://{host}/{folder}/{token}" if folder else f"{scheme}://{host}/{token}"


def sibling_of(
    host: str, url: str, *, fetched: Fetched, page: Page | None, now: datetime
) -> Sibling:
    """Return what a probe showed."""
    return Sibling(
        host=host,
        probed_at=now,
        url=url,
        final_url=fetched.final_url,
        status=fetched.status if fetched.failure is None else None,
        title=(page.title or "")[:MAX_TITLE] or None if page is not None else None,
        fingerprint=fingerprint_of(page, url) if page is not None else None,
    )


def fingerprint_of(page: Page, url: str) -> str | None:
    """Return the fingerprint of what a page shows, without the address that it may repeat."""
    segment = url.partition("#")[0].partition("?")[0].rstrip("/").rpartition("/")[2].lower()
    words = page.body.text.lower().split()
    if len(segment) >= _TELLING_SEGMENT:
        words = [word for word in words if segment not in word]
    return simhash_of_words(words, _SHINGLE_WORDS)


def is_alike(left: str | None, right: str | None) -> bool:
    """Return whether two fingerprints are of one text; of nothing, nothing can be said."""
    return left is not None and right is not None and distance(left, right) <= MAX_DISTANCE
