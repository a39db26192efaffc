"""What a home page and a sitemap say of the site's owner: proposals that a person takes over or not; pure."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import unquote, urlsplit

from services.crawler.domain.page import Page
from shared import urls

MOST = 12
MOST_PAGES = 15
_SEPARATORS = re.compile(r"\s+[|\u2013\u2014\u00b7\u2022:>\u00bb-]\s+|\s*[|\u00bb]\s*")
_WORD = re.compile(r"[^\W\d_]{3,}(?:[-'\u2019][^\W\d_]+)*")
_LANG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_MAX_BRAND = 60
# Words of every menu, in the languages that most menus are in: they say nothing about a site.
_MENU = frozenset(
    [
        "home",
        "homepage",
        "about",
        "contact",
        "imprint",
        "impressum",
        "privacy",
        "datenschutz",
        "terms",
        "login",
        "register",
        "cart",
        "search",
        "menu",
        "blog",
        "news",
        "support",
        "help",
        "faq",
        "kontakt",
        "startseite",
        "accueil",
        "contacto",
        "inicio",
        "chi",
        "siamo",
        "more",
        "read",
        "all",
        "the",
        "and",
        "for",
        "with",
        "your",
        "our",
        "you",
        "from",
        "this",
        "that",
        "how",
        "what",
        "why",
        "are",
        "der",
        "die",
        "das",
        "und",
        "mit",
        "von",
        "les",
        "des",
        "pour",
        "avec",
        "los",
        "las",
        "para",
        "con",
        "una",
        "uns",
        "ihr",
        "sie",
        "ist",
        "nach",
        "zum",
        "zur",
        "welcome",
        "page",
        "cookie",
        "cookies",
        "policy",
        "legal",
        "notice",
        "agb",
        "shop",
        "start",
        "new",
        "best",
        "get",
        "free",
        "over",
        "every",
        "here",
        "now",
        "not",
        "was",
        "have",
    ]
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """One value, and where it was read."""

    value: str
    why: str


@dataclass(frozen=True, slots=True)
class KeyPage:
    """A page of the site that matters."""

    url: str
    title: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Proposals:
    """Everything that one look at a site suggests."""

    brands: tuple[Proposal, ...] = ()
    languages: tuple[Proposal, ...] = ()
    keywords: tuple[Proposal, ...] = ()
    hosts: tuple[Proposal, ...] = ()
    key_pages: tuple[KeyPage, ...] = ()


def propose(page: Page | None, domain: str, sitemap: Sequence[str]) -> Proposals:
    """Return what the home page, where it could be read, and the sitemap suggest."""
    if page is None:
        return Proposals(
            brands=tuple(_brands_of_name(domain)), key_pages=_key_pages((), sitemap, domain)
        )
    links = _own_links(page, domain)
    brands = _first([*_brands(page, domain), *_brands_of_name(domain)])
    return Proposals(
        brands=brands,
        languages=_first(_languages(page)),
        keywords=_keywords(
            page, links, {word.casefold() for one in brands for word in one.value.split()}
        ),
        hosts=_first(_hosts(page, domain, sitemap)),
        key_pages=_key_pages(links, sitemap, domain),
    )


def _first(found: Iterable[Proposal]) -> tuple[Proposal, ...]:
    """Return each value once, the first reason for it, at most MOST."""
    kept: dict[str, Proposal] = {}
    for one in found:
        kept.setdefault(one.value.casefold(), one)
    return tuple(kept.values())[:MOST]


def _meta(page: Page, *names: str) -> Iterable[str]:
    for node in page.document.css("meta[content]"):
        given = node.attributes
        if (given.get("property") or given.get("name") or "").casefold() in names:
            text = " ".join((given.get("content") or "").split())
            if text:
                yield text


def _brands(page: Page, domain: str) -> Iterable[Proposal]:
    label = _label(domain)
    for text in _meta(page, "og:site_name", "application-name", "apple-mobile-web-app-title"):
        if len(text) <= _MAX_BRAND:
            yield Proposal(text, "the name that the home page gives itself")
    parts = [part.strip() for part in _SEPARATORS.split(page.title or "") if part.strip()]
    for part in parts:
        folded = re.sub(r"\W", "", part.casefold())
        if folded and len(part) <= _MAX_BRAND and (folded in label or label in folded):
            yield Proposal(part, "a part of the home page's title that is like the domain")


def _brands_of_name(domain: str) -> Iterable[Proposal]:
    label = _label(domain, joined=False)
    yield Proposal(label.replace("-", " ").title(), "the name in the domain")


def _label(domain: str, *, joined: bool = True) -> str:
    """Return the name in a domain: `acme-tools` of `www.acme-tools.co.uk`."""
    label = urls.readable_host(urls.domain_or_host(domain)).partition(".")[0]
    return label.replace("-", "") if joined else label


def _languages(page: Page) -> Iterable[Proposal]:
    if page.lang and _LANG.fullmatch(page.lang):
        yield Proposal(
            page.lang.replace("_", "-").partition("-")[0].lower(), "the home page says so"
        )
    for node in page.document.css("link[hreflang]"):
        tag = node.attributes.get("hreflang") or ""
        if _LANG.fullmatch(tag) and tag.casefold() != "x-default":
            yield Proposal(
                tag.replace("_", "-").partition("-")[0].lower(),
                "a version in this language is named",
            )


def _own_links(page: Page, domain: str) -> list[tuple[str, str]]:
    """Return the pages of the site that the home page links to, with the words of the links."""
    found: dict[str, tuple[str, str]] = {}
    for link in page.links:
        if link.url and not link.hidden and urls.same_site(urls.host_of(link.url), [domain]):
            url = link.url.partition("#")[0]
            if urlsplit(url).path.strip("/"):
                words = " ".join(link.visible_text.split())[:80]
                found.setdefault(urls.url_key(url), (url, words))
    return list(found.values())


def _keywords(
    page: Page, links: Sequence[tuple[str, str]], brands: set[str]
) -> tuple[Proposal, ...]:
    """Return phrases of headings, description and links that stand there more than once."""
    headings = [node.text(strip=True) for node in page.document.css("h1, h2, h3")]
    sources = [
        page.title or "",
        *headings,
        *_meta(page, "description", "keywords", "og:description"),
    ]
    sources += [words for _, words in links]
    counts: Counter[str] = Counter()
    for text in sources:
        words = [word.casefold() for word in _WORD.findall(text)]
        singles = [word for word in words if word not in _MENU | brands]
        pairs = [f"{a} {b}" for a, b in pairwise(words) if not {a, b} & (_MENU | brands)]
        counts.update({*singles, *pairs})
    ranked = sorted(
        ((phrase, count) for phrase, count in counts.items() if count > 1),
        key=lambda one: (-one[1] * (1 + one[0].count(" ")), one[0]),
    )
    return tuple(
        Proposal(phrase, f"stands in {count} headings, descriptions and links of the home page")
        for phrase, count in ranked[:MOST]
    )


def _hosts(page: Page, domain: str, sitemap: Sequence[str]) -> Iterable[Proposal]:
    """Return other hosts of the same owner: other languages, the same name elsewhere, subdomains."""
    label = _label(domain)
    for node in page.document.css("link[hreflang][href]"):
        host = urls.host_of(urls.resolve(node.attributes.get("href") or "", page.base) or "")
        if host and not urls.same_site(host, [domain]):
            yield Proposal(host, "named as the site in another language")
    for link in page.links:
        host = urls.host_of(link.url) if link.url else ""
        if host and not urls.same_site(host, [domain]) and _label(host) == label:
            yield Proposal(urls.bare_host(host), "linked, and has the same name")
    for url in sitemap:
        host = urls.host_of(url)
        if host and not urls.same_site(host, [domain]):
            yield Proposal(urls.bare_host(host), "named in the sitemap")


def _key_pages(
    links: Sequence[tuple[str, str]], sitemap: Sequence[str], domain: str
) -> tuple[KeyPage, ...]:
    """Return the pages that the home page links to, the shortest paths first, then the sitemap's."""
    own = [url for url in sitemap if urls.same_site(urls.host_of(url), [domain])]
    listed = {urls.url_key(url) for url in own}
    found: dict[str, KeyPage] = {}
    for url, words in sorted(links, key=lambda one: (_depth(one[0]), len(one[0]))):
        if not {word.casefold() for word in _WORD.findall(words)} <= _MENU:
            both = ", and it is in the sitemap" if urls.url_key(url) in listed else ""
            found[urls.url_key(url)] = KeyPage(
                url, words or None, f"the home page links to it{both}"
            )
    for url in sorted(own, key=lambda one: (_depth(one), len(one))):
        if urlsplit(url).path.strip("/"):
            title = unquote(urlsplit(url).path.rstrip("/").rpartition("/")[2]).replace("-", " ")
            found.setdefault(
                urls.url_key(url), KeyPage(url, title or None, "high up in the sitemap")
            )
    return tuple(found.values())[:MOST_PAGES]


def _depth(url: str) -> int:
    return urlsplit(url).path.strip("/").count("/")
