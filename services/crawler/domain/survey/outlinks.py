"""The links of a page to other domains that somebody wrote for readers; bounded; pure."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from services.crawler.domain.link import Link
from services.crawler.domain.page import Page
from shared import platforms, urls
from shared.vocabulary import UNFOLLOWED_RELS, LinkKind, Position

MOST_OF_A_PAGE = 200
MOST_OF_A_DOMAIN = 10
MOST_URL = 2_048
MOST_ANCHOR = 300

_READ = frozenset({LinkKind.TEXT, LinkKind.IMAGE})
# Frames repeat on every page and comments are strangers': nobody mends a single link there.
_FRAME = frozenset({Position.NAV, Position.HEADER, Position.FOOTER, Position.COMMENT})
_NEVER = platforms.PLATFORMS | platforms.SEARCH_ENGINES | platforms.INFRASTRUCTURE


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlink:
    """A link to another domain, with the words around it."""

    url: str
    key: UUID
    domain: str
    anchor_text: str
    left_context: str
    right_context: str
    followed: bool


def outlinks_of(page: Page) -> list[Outlink]:
    """Return the links that readers see, each address once; of a domain only the first ones."""
    found: dict[UUID, Outlink] = {}
    of_domain: Counter[str] = Counter()
    for one in _all(page):
        if len(found) >= MOST_OF_A_PAGE:
            break
        if one.key not in found and of_domain[one.domain] < MOST_OF_A_DOMAIN:
            of_domain[one.domain] += 1
            found[one.key] = one
    return list(found.values())


def _all(page: Page) -> Iterator[Outlink]:
    own = urls.domain_or_host(urls.host_of(page.url))
    for link in page.links:
        url = link.url
        if url is None or not _is_read(link) or len(url) > MOST_URL or not urls.is_http(url):
            continue
        domain = urls.domain_or_host(urls.host_of(url))
        if domain != own and urls.registrable_domain(domain) and domain not in _NEVER:
            yield _outlink(link, urls.normalise(url), domain)


def _is_read(link: Link) -> bool:
    return (
        link.kind in _READ
        and link.position not in _FRAME
        and not (link.hidden or link.in_iframe or link.in_noscript)
    )


def _outlink(link: Link, url: str, domain: str) -> Outlink:
    return Outlink(
        url=url,
        key=urls.page_id(url),
        domain=domain,
        anchor_text=_clean(link.visible_text or link.image_alt or "")[:MOST_ANCHOR],
        left_context=_clean(link.left_context),
        right_context=_clean(link.right_context),
        followed=UNFOLLOWED_RELS.isdisjoint(link.rel),
    )


def _clean(text: str) -> str:
    return text.replace("\x00", " ")
