"""What one fetch says about the page itself: may it be listed, may its links be followed."""

from dataclasses import dataclass
from datetime import datetime

from services.crawler.domain.indexability import (
    canonical_of_header,
    forbids_follow,
    forbids_index,
    header_directives,
)
from services.crawler.domain.scene import Scene
from shared import urls
from shared.events import Hop
from shared.vocabulary import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """The same for every link of the page. `reasons` are why its links may not count."""

    reasons: tuple[Reason, ...]
    http_status: int | None
    final_url: str
    redirects: tuple[Hop, ...]
    indexable: bool | None
    page_followed: bool | None
    canonical: str | None
    meta_robots: tuple[str, ...]
    x_robots_tag: tuple[str, ...]
    title: str | None
    lang: str | None
    ip: str | None
    platform: str | None
    outlinks_internal: int | None
    outlinks_external: int | None
    elapsed_ms: int


def sight_of(scene: Scene, *, seen: bool, now: datetime, google_allowed: bool | None) -> Sight:
    """Return what is known of the page; without a page that was seen, most of it is unknown."""
    fetched, page = scene.fetched, scene.page
    headers = header_directives(fetched.header_values("x-robots-tag"))
    metas = page.directives if page is not None else ()
    canonical, obeyed = _canonical(scene)
    reasons: list[Reason] = []
    if scene.moved:
        reasons.append(Reason.PAGE_REDIRECTED)
    if forbids_index(metas, now):
        reasons.append(Reason.NOINDEX_META)
    if forbids_index(headers, now):
        reasons.append(Reason.NOINDEX_HEADER)
    if obeyed is not None:
        reasons.append(obeyed)
    if google_allowed is False:
        reasons.append(Reason.ROBOTS_DISALLOWS_GOOGLE)
    indexable = not (_UNLISTED & set(reasons)) and fetched.status == 200
    if forbids_follow(metas):
        reasons.append(Reason.PAGE_NOFOLLOW_META)
    if forbids_follow(headers):
        reasons.append(Reason.PAGE_NOFOLLOW_HEADER)
    followed = not forbids_follow((*metas, *headers))
    return Sight(
        reasons=tuple(reasons) if seen else (),
        http_status=fetched.status,
        final_url=fetched.final_url,
        redirects=fetched.hops,
        indexable=indexable if seen else None,
        page_followed=followed if seen else None,
        canonical=canonical,
        meta_robots=page.meta_robots if page is not None else (),
        x_robots_tag=tuple(directive.text for directive in headers),
        title=page.title if page is not None else None,
        lang=page.lang if page is not None else None,
        ip=fetched.ip,
        platform=page.platform if page is not None else None,
        outlinks_internal=page.outlinks_internal if page is not None else None,
        outlinks_external=page.outlinks_external if page is not None else None,
        elapsed_ms=fetched.elapsed_ms,
    )


_UNLISTED = frozenset(
    {Reason.NOINDEX_META, Reason.NOINDEX_HEADER, Reason.ROBOTS_DISALLOWS_GOOGLE}
    | {Reason.NOT_CANONICAL, Reason.CANONICAL_CROSS_DOMAIN}
)


def _canonical(scene: Scene) -> tuple[str | None, Reason | None]:
    """Return the canonical, and the reason if it is another page that search engines obey."""
    page = scene.page
    final_url = scene.fetched.final_url
    in_header = canonical_of_header(scene.fetched.header_values("link"), final_url)
    if page is not None and page.canonical is not None and page.canonical_in_head:
        canonical: str | None = page.canonical
    elif in_header is not None:
        canonical = in_header
    else:
        # A canonical in the body is shown to people but obeyed by nobody.
        return (page.canonical if page is not None else None), None
    if canonical is None or not urls.is_http(canonical):
        return canonical, None
    if urls.url_key(canonical) == urls.url_key(final_url):
        return canonical, None
    theirs = urls.domain_or_host(urls.host_of(canonical))
    if theirs != urls.domain_or_host(urls.host_of(final_url)):
        return canonical, Reason.CANONICAL_CROSS_DOMAIN
    return canonical, Reason.NOT_CANONICAL
