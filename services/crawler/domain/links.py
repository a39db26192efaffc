"""Turns the elements of a page into links, resolving every href as a browser does."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from selectolax.lexbor import LexborNode

from services.crawler.domain.ancestry import Ancestry, Standing
from services.crawler.domain.charsets import CODECS, OUTPUT_UTF_8
from services.crawler.domain.hidden import is_pixel, rule_of
from services.crawler.domain.link import Link
from services.crawler.domain.surroundings import Budget, left_of, right_of, wording_of
from shared import urls
from shared.vocabulary import LinkKind

# More links to the sites that somebody watches hold no page up: what comes after stays unseen.
MAX_WANTED = 20_000
MAX_HREF = 16_384
MAX_WRAPPERS = 8
# Where all links are asked for, so many are kept; all are counted.
MAX_LINKS = 150_000

# An absolute URL that the parser would not change: its host can be read off (seams.md 34).
_PLAIN = re.compile(
    r"https?://((?:[a-z0-9-]+\.)*[a-z][a-z0-9-]*)(?::[0-9]{1,4})?(?:[/?#][!-~]*)?\Z"
)
# A plain path of the same origin: neither `//host` nor `/\host`, and no character that vanishes.
_PATH = re.compile(r"/(?:[!-.0-\[\]-~][!-~]*)?\Z")
_REFRESH = re.compile(
    r"[\t\n\x0c\r ]*([0-9]*)(?:\.[0-9.]*)?[\t\n\x0c\r ]*(?:[;,]|(?<=[\t\n\x0c\r ]))?[\t\n\x0c\r ]*"
    r"(?:url[\t\n\x0c\r ]*=[\t\n\x0c\r ]*)?(?:\"([^\"]*)|'([^']*)|(.*))",
    re.IGNORECASE | re.DOTALL,
)
_FEEDS = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json"})
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_SPECIAL = ("https:", "http:", "ftp:", "file:")
_SPACE = "\t\n\x0c\r "


class _Host(NamedTuple):
    internal: bool
    wanted: bool


@dataclass(slots=True)
class Collector:
    """Gathers the links of one document; only those to wanted hosts are looked at closely."""

    base: str
    charset: str
    wanted: Callable[[str], bool] | None
    ancestry: Ancestry = field(default_factory=Ancestry)
    budget: Budget = field(default_factory=Budget)
    links: list[Link] = field(default_factory=list)
    internal: int = 0
    external: int = 0
    in_iframe: bool = False
    _base_host: str = field(init=False)
    _base_domain: str = field(init=False)
    _hosts: dict[str, _Host] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._base_host = urls.host_of(self.base)
        self._base_domain = urls.domain_or_host(self._base_host)

    def skim(self, node: LexborNode) -> bool:
        """Count a plain link to a host that nobody wants; False if it has to be looked at."""
        if self.wanted is None:
            return False
        href = node.attributes.get("href")
        if href is None:
            return False
        name = host_of_plain(href, self._base_host)
        if name is None:
            return False
        host = self._hosts.get(name) or self._host(name)
        if host.wanted:
            return False
        self._count(host)
        return True

    def add(self, node: LexborNode, href: str, kind: LinkKind) -> None:
        """Take up an element that leads to `href`, unless its host is not wanted."""
        url = resolve_in(href, self.base, self.charset)
        name = urls.host_of(url) if url is not None and urls.is_http(url) else ""
        host = (self._hosts.get(name) or self._host(name)) if name else None
        if host is not None and kind is LinkKind.TEXT:
            self._count(host)
        if self.wanted is None:
            kept = len(self.links) < MAX_LINKS
        else:
            kept = host is not None and host.wanted and len(self.links) < MAX_WANTED
        if kept:
            self.links.append(self._link(node, href, url, kind))

    def _host(self, name: str) -> _Host:
        internal = name == self._base_domain or name.endswith(f".{self._base_domain}")
        host = _Host(internal, wanted=self.wanted is not None and self.wanted(name))
        self._hosts[name] = host
        return host

    def _count(self, host: _Host) -> None:
        if self.in_iframe:
            return
        if host.internal:
            self.internal += 1
        else:
            self.external += 1

    def _link(self, node: LexborNode, href: str, url: str | None, kind: LinkKind) -> Link:
        standing = self.ancestry.of(node)
        if kind is not LinkKind.TEXT and node.tag not in {"a", "area"}:
            return self._reference(node, href, url, kind, standing)
        wording = wording_of(node, self.budget)
        attributes = node.attributes
        alt = wording.image_alt
        if node.tag == "area":
            alt = (attributes["alt"] or "") if "alt" in attributes else None
        if kind is LinkKind.TEXT and (
            node.tag == "area" or (wording.has_image and not wording.visible)
        ):
            kind = LinkKind.IMAGE
        hidden_rule = rule_of(standing.look) or self._hidden_inside(node)
        return Link(
            href_raw=href[:MAX_HREF],
            url=url,
            kind=kind,
            text=wording.text,
            visible_text=wording.visible,
            rel=tokens_of(attributes.get("rel")),
            position=standing.place.position,
            position_rule=standing.place.rule,
            hidden=bool(hidden_rule),
            hidden_rule=hidden_rule,
            in_noscript=standing.in_noscript,
            in_iframe=self.in_iframe,
            image_alt=alt,
            left_context=left_of(node, self.budget),
            right_context=right_of(node, self.budget),
            truncated=wording.truncated or len(href) > MAX_HREF,
        )

    def _hidden_inside(self, node: LexborNode) -> str:
        """Return why nothing is seen of a link whose whole content is one element."""
        inner = node.first_child
        for _ in range(MAX_WRAPPERS):
            if inner is None or inner.next is not None or not inner.is_element_node:
                break
            rule = rule_of(self.ancestry.of(inner).look)
            if rule:
                return rule
            if inner.tag == "img":
                return "zero-size" if is_pixel(inner.attributes) else ""
            inner = inner.first_child
        return ""

    def _reference(
        self, node: LexborNode, href: str, url: str | None, kind: LinkKind, standing: Standing
    ) -> Link:
        return Link(
            href_raw=href[:MAX_HREF],
            url=url,
            kind=kind,
            rel=tokens_of(node.attributes.get("rel")),
            position=standing.place.position,
            position_rule=standing.place.rule,
            in_noscript=standing.in_noscript,
            in_iframe=self.in_iframe,
            truncated=len(href) > MAX_HREF,
        )


def host_of_plain(href: str, base_host: str) -> str | None:
    """Return the host of an href that need not be resolved for it, None where it must be."""
    absolute = _PLAIN.match(href)
    if absolute is not None:
        return None if "xn--" in absolute[1] else absolute[1]
    return base_host if base_host and _PATH.match(href) is not None else None


def resolve_in(href: str, base: str, charset: str) -> str | None:
    """Return the URL of an href in a document: its query is in the encoding of the page."""
    if charset not in OUTPUT_UTF_8 and not href.isascii() and "?" in href:
        href = _in_page_encoding(href, base, charset)
    return urls.resolve(href, base)


def tokens_of(value: str | None) -> tuple[str, ...]:
    """Return the lower-case tokens of an attribute such as rel, each once."""
    return tuple(dict.fromkeys(value.lower().split())) if value else ()


def href_of(node: LexborNode, standing: Callable[[LexborNode], Standing]) -> str | None:
    """Return where an `<a>` or `<area>` leads; inside SVG that may be `xlink:href`."""
    attributes = node.attributes
    if "href" in attributes:
        return attributes["href"] or ""
    return (attributes.get("xlink:href") or "") if standing(node).namespace == "svg" else None


def kind_of_link_element(node: LexborNode) -> LinkKind | None:
    """Return what a `<link>` is to us, None for style sheets and the like."""
    rel = tokens_of(node.attributes.get("rel"))
    if "canonical" in rel:
        return LinkKind.CANONICAL
    if "alternate" in rel and "stylesheet" not in rel:
        content_type = (node.attributes.get("type") or "").strip(_SPACE).lower()
        return LinkKind.RSS if content_type in _FEEDS else LinkKind.ALTERNATE
    return None


def refresh_of(content: str) -> tuple[int, str] | None:
    """Return the seconds and the href of a refresh (HTML standard, shared declarative refresh)."""
    found = _REFRESH.match(content[:MAX_HREF])
    if found is None or (not found[1] and not content.lstrip(_SPACE).startswith(".")):
        return None
    href = next((part for part in found.groups()[1:] if part is not None), "").strip(_SPACE)
    return (min(int(found[1] or 0), 86_400), href) if href else None


def first_base(nodes: Iterable[LexborNode], url: str) -> str:
    """Return the URL against which the page's hrefs are read: the first `<base href>` counts."""
    for node in nodes:
        if node.tag == "base":
            base = urls.resolve(node.attributes.get("href") or "", url)
            usable = base is not None and not base.startswith(("data:", "javascript:"))
            return base if base is not None and usable else url
    return url


def _in_page_encoding(href: str, base: str, charset: str) -> str:
    target = urls.resolve(href, base)
    if target is None or not target.startswith(_SPECIAL):
        return href
    head, mark, fragment = href.partition("#")
    path, question, query = head.partition("?")
    query = _NOT_ASCII.sub(lambda run: _encoded(run[0], CODECS[charset]), query)
    return f"{path}{question}{query}{mark}{fragment}"


def _encoded(run: str, codec: str) -> str:
    encoded = bytearray()
    for char in run:
        try:
            encoded += char.encode(codec)
        except UnicodeEncodeError:
            encoded += f"%26%23{ord(char)}%3B".encode()
    return "".join(
        chr(byte) if 0x21 <= byte <= 0x7E and byte not in b"\"#<>'" else f"%{byte:02X}"
        for byte in encoded
    )
