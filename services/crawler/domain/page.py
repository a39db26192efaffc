"""Reads a page as a browser does: its links, directives, canonical and facts."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from services.crawler.domain import links as reading
from services.crawler.domain.ancestry import Ancestry
from services.crawler.domain.encoding import decode
from services.crawler.domain.facts import Facts, facts_of, platform_of
from services.crawler.domain.indexability import (
    Directive,
    canonical_of_header,
    is_robots_meta,
    meta_directives,
)
from services.crawler.domain.link import Link
from services.crawler.domain.links import Collector
from services.crawler.domain.page_text import Body, body_of
from services.crawler.domain.strangers import strangers_among
from services.crawler.domain.stylesheet import Stylesheet
from services.crawler.domain.taming import parse
from shared import urls
from shared.vocabulary import LinkKind

MAX_TITLE = 512
MAX_DIRECTIVES = 40
MAX_COMMENTED = 200
MAX_COMMENTS = 2_000
# Frames in frames: enough for any page, and a bound.
MAX_FRAME_DEPTH = 3

# Every element that says where the page leads, in one pass over the tree.
_SELECTOR = (
    "a[href],area[href],link[href],base[href],meta[content],"
    "title,iframe,frame[src],form[action],html"
)
# With one of these a canonical names another version of the page, and Google does not obey it.
_OF_A_VERSION = frozenset({"hreflang", "lang", "media", "type"})
_COMMENT_SELECTOR = "a[href],area[href]"


@dataclass(frozen=True, slots=True)
class Refresh:
    """A page that sends its reader on by itself."""

    seconds: int
    url: str


@dataclass(frozen=True, kw_only=True)
class Page:
    """Everything that one HTML document says.

    With `wanted` links only, `links` holds those to the wanted hosts, in document order;
    the two counts are of every `<a>` and `<area>` with an http(s) target.
    """

    url: str
    base: str
    links: tuple[Link, ...]
    canonical: str | None
    canonical_in_head: bool
    directives: tuple[Directive, ...]
    title: str | None
    lang: str | None
    charset: str
    refresh: Refresh | None
    outlinks_internal: int
    outlinks_external: int
    markup: bytes = field(repr=False)
    document: LexborHTMLParser = field(repr=False, compare=False)
    ancestry: Ancestry = field(repr=False, compare=False)

    @property
    def meta_robots(self) -> tuple[str, ...]:
        """Return the directives of all robots metas, with the agent where one is named."""
        return tuple(directive.text for directive in self.directives)

    @cached_property
    def body(self) -> Body:
        """Return the text of the page."""
        return body_of(self.document, self.ancestry)

    @cached_property
    def platform(self) -> str | None:
        """Return what the page is made with, where it says so."""
        return platform_of(self.document, self.markup)

    @property
    def facts(self) -> Facts:
        """Return what the page shows about itself; worked out on each call (some milliseconds)."""
        return facts_of(
            self.document, self.markup, self.url, ancestry=self.ancestry, body=self.body,
            platform=self.platform,
        )  # fmt: skip

    def commented_links(self, wanted: Callable[[str], bool]) -> tuple[str, ...]:
        """Return the URLs of links to wanted hosts that stand in comments, as no browser sees them."""
        found: list[str] = []
        for comment in _comments(self.document):
            for node in parse(comment.encode("utf-8", "replace")).css(_COMMENT_SELECTOR):
                url = reading.resolve_in(node.attributes.get("href") or "", self.base, self.charset)
                if url is not None and wanted(urls.host_of(url)):
                    found.append(url)
                    if len(found) >= MAX_COMMENTED:
                        return tuple(found)
        return tuple(found)


@dataclass(slots=True)
class _Head:
    """What was seen of the page itself while its elements went by."""

    title: str | None = None
    lang: str | None = None
    canonical: LexborNode | None = None
    directives: list[Directive] = field(default_factory=list)
    refresh: Refresh | None = None


def read(
    body: bytes,
    url: str,
    headers: Mapping[str, str],
    *,
    wanted: Callable[[str], bool] | None = None,
) -> Page:
    """Return what the page at `url` says; never raises.

    `wanted` (of a host) keeps only links to such hosts and spares the work for all others.
    """
    lowered = {name.lower(): value for name, value in headers.items()}
    decoded = decode(body, lowered.get("content-type"))
    document = parse(decoded.utf8)
    ancestry = Ancestry(sheet=Stylesheet(document))
    nodes = _elements(document, ancestry)
    url = urls.resolve(url) or url
    base = reading.first_base(nodes, url)
    collector = Collector(base, decoded.charset, wanted, ancestry)
    head = _Head()
    for node in nodes:
        if not (node.tag == "a" and collector.skim(node)):
            _take(node, collector, head)
    canonical, in_head = _canonical(document, collector, head)
    if canonical is None and "link" in lowered:
        canonical, in_head = canonical_of_header([lowered["link"]], url), True
    return Page(
        url=url,
        base=collector.base,
        links=tuple(collector.links),
        canonical=canonical,
        canonical_in_head=in_head,
        directives=tuple(head.directives),
        title=head.title,
        lang=head.lang or lowered.get("content-language"),
        charset=decoded.charset,
        refresh=head.refresh,
        outlinks_internal=collector.internal,
        outlinks_external=collector.external,
        markup=decoded.utf8,
        document=document,
        ancestry=ancestry,
    )


def _elements(document: LexborHTMLParser, ancestry: Ancestry) -> list[LexborNode]:
    nodes = document.css(_SELECTOR)
    strangers = strangers_among(nodes, document, ancestry)
    return [node for node in nodes if node.mem_id not in strangers] if strangers else nodes


def _take(node: LexborNode, collector: Collector, head: _Head) -> None:
    tag = node.tag
    if tag in {"a", "area"}:
        href = reading.href_of(node, collector.ancestry.of)
        if href is not None:
            collector.add(node, href, LinkKind.TEXT)
    elif tag == "link":
        _take_link(node, collector, head)
    elif tag == "meta":
        _take_meta(node, collector, head)
    elif tag == "title":
        if head.title is None:
            head.title = " ".join(node.text()[: MAX_TITLE * 4].split())[:MAX_TITLE]
    elif tag == "html":
        head.lang = (node.attributes.get("lang") or "").strip()[:35] or None
    elif tag == "iframe":
        _take_frame(node, collector)
    elif tag == "frame":
        collector.add(node, node.attributes.get("src") or "", LinkKind.FRAME)
    elif tag == "form":
        collector.add(node, node.attributes.get("action") or "", LinkKind.FORM)


def _take_link(node: LexborNode, collector: Collector, head: _Head) -> None:
    kind = reading.kind_of_link_element(node)
    if kind is None:
        return
    is_canonical = kind is LinkKind.CANONICAL and _OF_A_VERSION.isdisjoint(node.attributes)
    if is_canonical and head.canonical is None:
        head.canonical = node
    collector.add(node, node.attributes.get("href") or "", kind)


def _take_meta(node: LexborNode, collector: Collector, head: _Head) -> None:
    attributes = node.attributes
    content = attributes.get("content") or ""
    name = (attributes.get("name") or "").strip().lower()
    if is_robots_meta(name):
        room = MAX_DIRECTIVES - len(head.directives)
        head.directives.extend(list(meta_directives(name, content))[:room])
        return
    if (attributes.get("http-equiv") or "").strip().lower() != "refresh":
        return
    refresh = reading.refresh_of(content)
    if refresh is None or collector.ancestry.of(node).in_noscript:
        return
    seconds, href = refresh
    collector.add(node, href, LinkKind.REFRESH)
    target = reading.resolve_in(href, collector.base, collector.charset)
    if target is not None and head.refresh is None:
        head.refresh = Refresh(seconds, target)


def _take_frame(node: LexborNode, collector: Collector, depth: int = 1) -> None:
    attributes = node.attributes
    srcdoc = attributes.get("srcdoc")
    if "srcdoc" not in attributes:
        if "src" in attributes:
            collector.add(node, attributes["src"] or "", LinkKind.FRAME)
        return
    # The standard shows srcdoc instead of src, as a document of its own below this one's base.
    inner = parse((srcdoc or "").encode("utf-8", "replace"))
    ancestry = Ancestry(collector.ancestry.of(node), Stylesheet(inner))
    nodes = _elements(inner, ancestry)
    framed = replace(
        collector,
        base=reading.first_base(nodes, collector.base),
        ancestry=ancestry,
        links=[],
        in_iframe=True,
    )
    for element in nodes:
        if element.tag in {"a", "area"}:
            href = reading.href_of(element, framed.ancestry.of)
            if href is not None:
                framed.add(element, href, LinkKind.FRAME)
        elif element.tag == "iframe" and depth < MAX_FRAME_DEPTH:
            _take_frame(element, framed, depth + 1)
    collector.links.extend(framed.links)


def _canonical(
    document: LexborHTMLParser, collector: Collector, head: _Head
) -> tuple[str | None, bool]:
    node = head.canonical
    if node is None:
        return None, False
    href = node.attributes.get("href") or ""
    url = reading.resolve_in(href, collector.base, collector.charset)
    if node.parent is not None and node.parent.tag == "head":
        return url, True
    # A picture in a noscript closes <head> for us, but not for a search engine that runs scripts.
    if document.css_first("noscript") is None:
        return url, False
    rendered = LexborHTMLParser(document.raw_html, scripting=True)
    in_head = rendered.css_first('head link[rel~="canonical" i][href]') is not None
    return url, in_head


def _comments(document: LexborHTMLParser) -> Iterable[str]:
    # A comment may stand before <html>, beside the root.
    start = document.root.parent if document.root is not None else None
    if start is None:
        return ()
    texts = (node.comment_content for node in start.traverse() if node.is_comment_node)
    return islice((text for text in texts if text and "href" in text.lower()), MAX_COMMENTS)
