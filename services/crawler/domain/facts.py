"""What a page shows about itself: amount of text, links, advertisement, trackers, platform."""

import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from services.crawler.domain.ancestry import Ancestry
from services.crawler.domain.fingerprint import simhash, simhash_of_words, sketch
from services.crawler.domain.hidden import rule_of
from services.crawler.domain.links import first_base, host_of_plain, tokens_of
from services.crawler.domain.page_text import Body, wording_of
from shared import anchor_words, urls
from shared.anchor_text import fold, words_of
from shared.vocabulary import UNFOLLOWED_RELS, Position

MAX_DOMAINS = 500
MAX_TRACKERS = 20
MAX_LISTED = 10
MAX_LINKS = 20_000
MAX_URL = 2_048
SCANNED_BYTES = 1024 * 1024
MARKS_BYTES = 256 * 1024
COMPRESSED_BYTES = 256 * 1024
SHINGLE_WORDS = 4
INJECTED_DOMAINS = 3

_TRACKER_MARKS = (b"UA-", b"G-", b"GTM-", b"AW-", b"pub-")
_TRACKER = re.compile(
    rb"\b(UA-[0-9]{4,10}-[0-9]{1,4}|G-[A-Z0-9]{8,12}|GTM-[A-Z0-9]{4,9}|AW-[0-9]{6,12}"
    rb"|ca-pub-[0-9]{10,16}|pub-[0-9]{16})\b"
)
_AD_HOSTS = (
    *("googlesyndication.com", "doubleclick.net", "adsbygoogle", "amazon-adsystem.com"),
    *("taboola.com", "outbrain.com", "adnxs.com", "popads.net", "propellerads", "mgid.com"),
    *("exoclick.com", "adsterra", "revcontent.com", "media.net", "yandex.ru/ads", "an.yandex.ru"),
)
_PLATFORMS = (
    *((b"/wp-content/", "wordpress"), (b"cdn.shopify.com", "shopify")),
    *((b"static.wixstatic.com", "wix"), (b"squarespace.com", "squarespace")),
    *((b"/sites/default/files", "drupal"), (b"/media/jui/", "joomla")),
    *((b"blogger.com", "blogger"), (b"medium.com/_/", "medium"), (b"ghost.org", "ghost")),
    *((b"phpbb", "phpbb"), (b"vbulletin", "vbulletin"), (b"xenforo", "xenforo")),
)
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}\b")
# Searched for in all addresses of the site at once, in lower case.
_CONTACT = re.compile(r"contact|kontakt|contatto|contato|about-us|impressum|write-for-us")
_LEGAL = re.compile(r"privacy|terms|impressum|imprint|datenschutz|legal|cookie-policy|agb\b")
# What the URL parser may take out of an address: `/contact/../` leads elsewhere.
_ODD = re.compile(r"/\.|[%\\]")
_DAY = re.compile(r"(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])")
# Where every other page leads: says nothing about who made it.
_EVERYWHERE = frozenset(
    [
        "apple.com",
        "bit.ly",
        "cloudflare.com",
        "creativecommons.org",
        "discord.gg",
        "disqus.com",
        "facebook.com",
        "flickr.com",
        "github.com",
        "github.io",
        "gmpg.org",
        "goo.gl",
        "google.com",
        "googleapis.com",
        "googletagmanager.com",
        "gravatar.com",
        "gstatic.com",
        "instagram.com",
        "linkedin.com",
        "medium.com",
        "microsoft.com",
        "mozilla.org",
        "paypal.com",
        "pinterest.com",
        "reddit.com",
        "schema.org",
        "soundcloud.com",
        "spotify.com",
        "t.co",
        "t.me",
        "telegram.me",
        "tiktok.com",
        "tumblr.com",
        "twitter.com",
        "vimeo.com",
        "vk.com",
        "w3.org",
        "whatsapp.com",
        "wa.me",
        "wikipedia.org",
        "wordpress.com",
        "wordpress.org",
        "wp.com",
        "x.com",
        "youtu.be",
        "youtube.com",
    ]
)
# Writing without spaces: two characters count as a word.
_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What toxicity and outreach want to know of a page; everything is bounded."""

    description: str | None
    word_count: int
    visible_chars: int
    anchor_chars: int
    markup_bytes: int
    compression_ratio: float | None
    outlink_domains: tuple[str, ...]
    outlink_domains_more: int
    hidden_links: int
    nofollow_links: int
    outlinks_unfollowed: int
    ad_scripts: int
    text_fingerprint: str | None
    template_fingerprint: str | None
    tracker_ids: tuple[str, ...]
    platform: str | None
    has_contact: bool
    has_legal: bool
    emails: tuple[str, ...]
    feeds: tuple[str, ...]
    published_on: str | None
    text_language: str | None
    hidden_chars: int
    frame_chars: int
    injected_blocks: int
    spam_words: int
    top_word_share: float | None
    outlink_sketch: str | None
    comment_domains: int


def facts_of(
    document: LexborHTMLParser,
    markup: bytes,
    url: str,
    *,
    ancestry: Ancestry,
    body: Body,
    platform: str | None,
) -> Facts:
    """Return the facts of a parsed page, of which text and platform are known."""
    text = body.text
    wording = wording_of(text)
    words = text.lower().split()
    links = _Links(document, url, ancestry)
    return Facts(
        description=_description(document),
        word_count=len(words) + (0 if text.isascii() else len(_DENSE.findall(text)) // 2),
        visible_chars=len(text),
        anchor_chars=links.anchor_chars,
        markup_bytes=len(markup),
        compression_ratio=_compression_ratio(markup),
        outlink_domains=tuple(links.domains)[:MAX_DOMAINS],
        outlink_domains_more=max(0, len(links.domains) - MAX_DOMAINS),
        hidden_links=links.hidden,
        nofollow_links=links.nofollow,
        outlinks_unfollowed=links.unfollowed,
        ad_scripts=_ad_scripts(document),
        text_fingerprint=simhash_of_words(words, SHINGLE_WORDS),
        template_fingerprint=simhash(_structure(document)),
        tracker_ids=_trackers(markup[:SCANNED_BYTES]),
        platform=platform,
        has_contact=links.has_contact,
        has_legal=links.has_legal,
        emails=_emails(text, links.mailto),
        feeds=_feeds(document, url),
        published_on=_published_on(document),
        text_language=wording.language,
        hidden_chars=body.hidden_chars,
        frame_chars=body.frame_chars,
        injected_blocks=links.injected_blocks,
        spam_words=wording.spam_words,
        top_word_share=wording.top_word_share,
        outlink_sketch=sketch(domain for domain in links.domains if domain not in _EVERYWHERE),
        comment_domains=len(links.in_comments.difference(_EVERYWHERE)),
    )


@dataclass(slots=True)
class _Hidden:
    """A box that nobody sees, and where its links lead."""

    domains: set[str] = field(default_factory=set)
    is_spam: bool = False


class _Links:
    """What all links of a page say together."""

    def __init__(self, document: LexborHTMLParser, url: str, ancestry: Ancestry) -> None:
        self.domains: dict[str, None] = {}
        self.in_comments: set[str] = set()
        self._blocks: dict[int, _Hidden] = {}
        self.mailto: list[str] = []
        self.anchor_chars = self.hidden = self.nofollow = self.unfollowed = 0
        self._ancestry = ancestry
        self._base = first_base(document.css("base[href]"), url)
        self._base_host = urls.host_of(self._base) if urls.is_http(self._base) else ""
        self._own = urls.domain_or_host(urls.host_of(url))
        self._own_urls: dict[str, None] = {}
        self._domains: dict[str, str] = {}
        for node in document.css("a[href]")[:MAX_LINKS]:
            self._take(node)
        own = "\n".join(self._own_urls).lower()
        self.has_contact = _CONTACT.search(own) is not None
        self.has_legal = _LEGAL.search(own) is not None

    def _take(self, node: LexborNode) -> None:
        attributes = node.attributes
        href = (attributes.get("href") or "")[:MAX_URL]
        host = host_of_plain(href, self._base_host)
        if host is None:
            url = urls.resolve(href, self._base)
            if url is None:
                return
            host = urls.host_of(url) if urls.is_http(url) else ""
            if url.startswith("mailto:"):
                self.mailto.append(url[len("mailto:") :].partition("?")[0])
        else:
            url = href if _ODD.search(href) is None else urls.resolve(href, self._base) or href
        first = node.first_child
        text = (first.text_content or "") if first is not None else ""
        self.anchor_chars += len(text.strip())
        if not host:
            return
        domain = self._domains.get(host)
        if domain is None:
            domain = self._domains[host] = urls.domain_or_host(host)
        if domain != self._own:
            self.domains[domain] = None
        else:
            self._own_urls[host] = self._own_urls[url] = None
        self._take_place(node, attributes.get("rel"), domain, text)

    def _take_place(self, node: LexborNode, rel: str | None, domain: str, text: str) -> None:
        marked = bool(rel) and not UNFOLLOWED_RELS.isdisjoint(tokens_of(rel))
        self.nofollow += marked
        standing = self._ancestry.of(node)
        is_hidden = bool(rule_of(standing.look))
        self.hidden += is_hidden
        if domain == self._own:
            return
        if marked:
            self.unfollowed += 1
        elif standing.place.position is Position.COMMENT:
            self.in_comments.add(domain)
        if is_hidden:
            self._take_hidden(node, domain, text)

    def _take_hidden(self, node: LexborNode, domain: str, text: str) -> None:
        block = node
        while block.parent is not None and rule_of(self._ancestry.of(block.parent).look):
            block = block.parent
        found = self._blocks.setdefault(block.mem_id, _Hidden())
        found.domains.add(domain)
        spam = anchor_words.toxic().words
        found.is_spam = found.is_spam or not spam.isdisjoint(words_of(fold(text)))

    @property
    def injected_blocks(self) -> int:
        """Return how many hidden boxes lead to several other sites, or speak of spam."""
        return sum(
            block.is_spam or len(block.domains) >= INJECTED_DOMAINS
            for block in self._blocks.values()
        )


def _trackers(markup: bytes) -> tuple[str, ...]:
    if not any(mark in markup for mark in _TRACKER_MARKS):
        return ()
    return _first(_TRACKER.findall(markup), MAX_TRACKERS)


def _description(document: LexborHTMLParser) -> str | None:
    node = document.css_first('meta[name="description" i][content]')
    content = node.attributes.get("content") if node is not None else None
    return " ".join(content.split())[:512] or None if content else None


def _published_on(document: LexborHTMLParser) -> str | None:
    """Return the day on which the page says that it was published."""
    node = document.css_first(
        'meta[property="article:published_time" i][content],'
        'meta[itemprop="datePublished" i][content],time[datetime][itemprop="datePublished" i]'
    )
    if node is None:
        return None
    said = node.attributes.get("content") or node.attributes.get("datetime") or ""
    found = _DAY.match(said.strip())
    return found[0] if found is not None else None


def _compression_ratio(markup: bytes) -> float | None:
    sample = markup[:COMPRESSED_BYTES]
    return round(len(sample) / len(zlib.compress(sample, 1)), 2) if sample else None


def _ad_scripts(document: LexborHTMLParser) -> int:
    sources = (node.attributes.get("src") or "" for node in document.css("script[src],iframe[src]"))
    return sum(any(host in source for host in _AD_HOSTS) for source in sources)


def _structure(document: LexborHTMLParser) -> Iterable[str]:
    """Return the kinds of boxes of the page: two pages of one template share nearly all."""
    kinds: dict[str, None] = {}
    for node in document.css("[class],[id]")[:MAX_LINKS]:
        attributes = node.attributes
        kinds[f"{node.tag} {attributes.get('class') or ''} {attributes.get('id') or ''}"] = None
    return kinds


def platform_of(document: LexborHTMLParser, markup: bytes) -> str | None:
    """Return what made the page: by its generator, else by the marks that some leave everywhere."""
    head = document.head
    node = head and head.css_first('meta[name="generator" i][content]')
    generator = (node.attributes.get("content") or "").strip() if node is not None else ""
    if generator:
        return generator.split()[0].lower()[:40]
    return next((name for mark, name in _PLATFORMS if markup.find(mark, 0, MARKS_BYTES) >= 0), None)


def _emails(text: str, mailto: list[str]) -> tuple[str, ...]:
    written = _EMAIL.findall(text) if "@" in text else []
    clicked = [address for address in mailto if _EMAIL.fullmatch(address)]
    return tuple(dict.fromkeys(address.lower() for address in (*clicked, *written)))[:MAX_LISTED]


def _feeds(document: LexborHTMLParser, url: str) -> tuple[str, ...]:
    base = first_base(document.css("base[href]"), url)
    nodes = document.css('link[rel~="alternate" i][href]')
    feeds = (
        urls.resolve((node.attributes.get("href") or "")[:MAX_URL], base)
        for node in nodes[:MAX_LISTED]
        if "xml" in (node.attributes.get("type") or "").lower()
    )
    return tuple(dict.fromkeys(feed for feed in feeds if feed is not None))


def _first(found: Iterable[bytes], limit: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.decode("ascii") for item in found))[:limit]
