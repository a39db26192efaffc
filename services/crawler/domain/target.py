"""What somebody looks for on a page: one page of a site, or any link to a domain."""

from uuid import UUID

from services.crawler.domain.sites import Sites
from services.crawler.domain.verdict import Watch
from shared import urls
from shared.errors import FieldError, InvalidError

MAX_TARGET = 2048
_SITE = UUID(int=0)
_LINK = UUID(int=1)


def watch_for(target: str, *, pointer: str) -> Watch:
    """Return the watch for a target as people write it; InvalidError if no link could ever match.

    `our.example` is the whole domain with its subdomains, `our.example/page` and anything with a
    scheme is that page in all its spellings.
    """
    text = target.strip()
    if not text or len(text) > MAX_TARGET or not text.isprintable():
        raise _refused(
            pointer, "not-a-url", f"must be a URL or a domain, at most {MAX_TARGET} characters"
        )
    url = urls.from_text(text)
    host = urls.host_of(url) if url is not None else ""
    if url is None or not host:
        raise _refused(pointer, "not-a-url", "must be a URL (https://our.example/page) or a domain")
    if "://" in text or "/" in text or "?" in text:
        return Watch(
            link_id=_LINK,
            site_id=_SITE,
            hosts=frozenset({host}),
            target_key=urls.page_id(url),
            target_url=url,
        )
    if urls.is_public_suffix(host):
        raise _refused(
            pointer, "public-suffix", f"({host}) is no site's domain; write one such as our.example"
        )
    return Watch(link_id=_LINK, site_id=_SITE, hosts=frozenset({host}))


def sites_for(watch: Watch) -> Sites:
    """Return the one site that this watch is about."""
    return Sites({watch.site_id: watch.hosts})


def _refused(pointer: str, code: str, what: str) -> InvalidError:
    detail = f"{pointer.rpartition('/')[2]} {what}."
    return InvalidError(detail, [FieldError(pointer, code, detail)], code=code)
