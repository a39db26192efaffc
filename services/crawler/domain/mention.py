"""Looks for what is left of a link that is no link: a comment, a script, a bare name in the text."""

import re
from uuid import UUID

from services.crawler.domain.page import Page
from shared import urls

MAX_SCRIPT_CHARS = 2_000_000

# Letters beyond ASCII that count as letters of ASCII where case does not matter.
_LIKE_ASCII = "\u0130\u0131\u017f\u212a"
# Data for search engines: it names pages and never becomes a link.
_DATA_TYPES = frozenset({"application/ld+json", "speculationrules", "importmap"})


def is_commented(page: Page, hosts: frozenset[str], target_key: UUID | None) -> bool:
    """Return whether the link stands in a comment of the markup."""
    if (
        not any(urls.bare_host(host).encode() in page.markup for host in hosts)
        or b"<!" not in page.markup
    ):
        return False
    found = page.commented_links(lambda host: urls.same_site(host, hosts))
    return any(target_key is None or urls.page_id(url) == target_key for url in found)


def is_scripted(page: Page, hosts: frozenset[str], target_url: str | None) -> bool:
    """Return whether a script of the page holds the URL, so that running it may make the link."""
    pattern = _script_pattern(hosts, target_url)
    size = 0
    for node in page.document.css("script:not([src])"):
        if (node.attributes.get("type") or "").strip().lower() in _DATA_TYPES:
            continue
        script = node.text()
        size += len(script)
        if size > MAX_SCRIPT_CHARS:
            return False
        if pattern.search(script.replace("\\/", "/")) is not None:
            return True
    return False


def is_mentioned(text: str, hosts: frozenset[str]) -> bool:
    """Return whether the text of the page names one of the hosts, without a link."""
    bare = [urls.bare_host(host) for host in sorted(hosts)]
    if not any(letter in text for letter in _LIKE_ASCII):
        lowered = text.lower()
        bare = [name for name in bare if name in lowered]
    names = "|".join(map(re.escape, bare))
    pattern = rf"(?<![\w-])(?:{names})(?![\w-])(?!\.[a-z])"
    return bool(names) and re.search(pattern, text, re.IGNORECASE) is not None


def _script_pattern(hosts: frozenset[str], target_url: str | None) -> re.Pattern[str]:
    if target_url is not None:
        page = re.escape(urls.url_key(target_url).partition("://")[2])
        return re.compile(rf"//(?:www\.|m\.)?{page}/?(?=[\"'\\<>\s?#)]|\Z)", re.IGNORECASE)
    names = "|".join(re.escape(urls.bare_host(host)) for host in sorted(hosts))
    return re.compile(rf"//(?:[\w-]+\.)*(?:{names})(?=[/\"'\\<>\s?#:)]|\Z)", re.IGNORECASE)
