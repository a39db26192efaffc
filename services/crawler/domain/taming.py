"""Parses markup after taking out what makes a tree explode: bombs of nesting, formatting, attributes.

The tree builder of the HTML standard is quadratic in three ways, measured with lexbor: a million
nested boxes take an hour, 1,000 open `<font>` before 1,000 paragraphs 370 MB, 50,000 attributes of
one tag 7 s. Ordinary pages pass untouched; from others only what holds no link is taken out.
"""

import math
import re

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser

# Browsers drop NULs from texts; lexbor notes every one as an error, 150 MB of notes for 10 MB.
_FEW_NULS = 1_000

# Chromium stops nesting at this depth as well, and goes on with siblings.
MAX_DEPTH = 512
MAX_ATTRIBUTES = 256
_KEPT_ATTRIBUTES = frozenset({b"href", b"xlink:href", b"rel", b"src", b"content", b"name"})

# Beyond so many tags even flat boxes go: an element costs 400 bytes.
MAX_TAGS = 300_000
_FEW_TAGS = 5_000
_MANY_TAGS = 10_000
# Elements that are built again in every block: 400 bytes each.
_MAX_REBUILT = 400_000
# So many tags can rebuild that many: half of them open, half of them blocks.
_HARMLESS_TAGS = 2 * math.isqrt(_MAX_REBUILT)
_LONG_TAG = 4 * 1024
_LARGE = 32 * 1024

# Without the events that copy a chosen option: they are quadratic too, and few pages need them.
_PLAIN = LexborDocumentOptions.WO_EVENTS.value
_COPIES_OPTIONS = b"selectedcontent"

# Without attributes an element is rebuilt three times at most.
_OPEN_FORMATTING = re.compile(
    rb"<(?:b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)[\s/]", re.IGNORECASE
)
_FORMATTING = re.compile(
    rb"</?(?:b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\s/>])[^<>]*>", re.IGNORECASE
)
_TAG = re.compile(rb"<(/?)([A-Za-z][^\s/>]*)")
_START = re.compile(rb"<(/?)([A-Za-z][^\s/>]*)[^<>]*>")
_LONG = re.compile(rb"<[A-Za-z][^<>]{%d}" % _LONG_TAG)
_WHOLE_TAG = re.compile(rb"<[A-Za-z](?:[^>\"']|\"[^\"]*\"|'[^']*')*>?")
_ATTRIBUTE = re.compile(rb"[\s/]*([^\s/>=][^\s/>=]*)(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>]*))?")
# Boxes may go: without them the page has the same links. Elements that close by themselves do not
# nest, and all others mean something to the parser.
_BOXES = frozenset(
    {b"div", b"ul", b"ol", b"dl", b"menu", b"dir", b"center", b"section", b"article", b"aside"}
    | {b"main", b"nav", b"header", b"footer", b"hgroup", b"address", b"blockquote", b"figure"}
    | {b"figcaption", b"details", b"summary", b"fieldset", b"pre", b"listing", b"search", b"span"}
    | {b"label", b"abbr", b"cite", b"dfn", b"ins", b"del", b"q", b"sub", b"sup", b"bdi", b"bdo"}
    | {b"mark", b"var", b"kbd", b"samp", b"time", b"data", b"ruby", b"h1", b"h2", b"h3", b"h4"}
    | {b"h5", b"h6", b"dialog", b"picture", b"video", b"audio", b"canvas", b"output", b"meter"}
    | {b"progress", b"legend", b"marquee", b"applet", b"object", b"g", b"p", b"li", b"dd", b"dt"}
)
_SELF_CLOSING = frozenset(
    {b"p", b"li", b"dd", b"dt", b"tbody", b"thead", b"tfoot", b"tr", b"td", b"th", b"caption"}
    | {b"rb", b"rt", b"rp", b"rtc"}
)
# Boxes in boxes of these too, beyond what any browser nests.
_DEEP_BOXES = _BOXES | {b"table", b"svg", b"math", b"template", b"button", b"mi", b"mo", b"mn"}
# What means something to the parser, or never holds anything; unknown elements are boxes.
_MEANT = frozenset(
    {b"a", b"area", b"base", b"basefont", b"bgsound", b"body", b"br", b"col", b"colgroup"}
    | {b"desc", b"embed", b"form", b"frame", b"frameset", b"head", b"hr", b"html", b"iframe"}
    | {b"image", b"img", b"input", b"keygen", b"link", b"meta", b"noembed", b"noframes"}
    | {b"noscript", b"optgroup", b"option", b"param", b"plaintext", b"script", b"select"}
    | {b"source", b"style", b"textarea", b"title", b"track", b"wbr", b"xmp", b"annotation-xml"}
    | {b"b", b"big", b"code", b"em", b"font", b"i", b"nobr", b"s", b"small", b"strike"}
    | {b"strong", b"tt", b"u", b"ms", b"mtext", b"mglyph", b"malignmark"}
)


def parse(markup: bytes) -> LexborHTMLParser:
    """Return the tree of UTF-8 markup, in time and memory linear in its length."""
    markup = tame(markup)
    copies = len(markup) < _LARGE and _COPIES_OPTIONS in markup
    return LexborHTMLParser(markup, options=0 if copies else _PLAIN)


def tame(markup: bytes) -> bytes:
    """Return markup with the same links that no tree builder chokes on; mostly the very same."""
    if markup.count(b"\0") > _FEW_NULS:
        markup = markup.translate(None, b"\0")
    tags = markup.count(b"<")
    if tags > _HARMLESS_TAGS and (tags > _MANY_TAGS or _rebuilt(markup, tags) > _MAX_REBUILT):
        markup = _FORMATTING.sub(b"", markup)
    if tags > _FEW_TAGS and _depth(markup) > MAX_DEPTH:
        markup = _flattened(markup, MAX_DEPTH)
    if tags > MAX_TAGS and markup.count(b"<") > MAX_TAGS:
        markup = _flattened(markup, 0)
    if len(markup) > _LARGE and (tags > _FEW_TAGS or _has_long_tag(markup)):
        markup = _with_short_tags(markup)
    return markup


def _rebuilt(markup: bytes, tags: int) -> int:
    formatting = len(_OPEN_FORMATTING.findall(markup))
    return formatting * (tags - formatting)


def _has_long_tag(markup: bytes) -> bool:
    # A long tag covers half its length somewhere on this grid, which most pages never leave free.
    step = _LONG_TAG // 2
    free = any(markup.find(b"<", at, at + step) < 0 for at in range(0, len(markup) - step, step))
    return free and _LONG.search(markup) is not None


def _depth(markup: bytes) -> int:
    deepest = depth = 0
    for tag in _START.finditer(markup):
        if _nests(tag):
            depth = max(0, depth - 1) if tag[1] else depth + 1
            deepest = max(deepest, depth)
    return deepest


def _nests(tag: re.Match[bytes]) -> bool:
    name = tag[2].lower()
    if name in _SELF_CLOSING:
        return False
    return name in _DEEP_BOXES or (name not in _MEANT and not tag[0].endswith(b"/>"))


def _flattened(markup: bytes, limit: int) -> bytes:
    """Return markup without the boxes that stand deeper than a limit."""
    depth = 0

    def kept(tag: re.Match[bytes]) -> bytes:
        nonlocal depth
        if tag[2].lower() in _SELF_CLOSING:
            return tag[0] if depth < limit else b""
        if not _nests(tag):
            return tag[0]
        depth = max(0, depth - 1) if tag[1] else depth + 1
        return tag[0] if depth < limit else b""

    return _START.sub(kept, markup)


def _with_short_tags(markup: bytes) -> bytes:
    # By hand: `sub` would make pieces of all tags, which for a page of 8 MB takes as much as its tree.
    pieces: list[bytes] = []
    at = 0
    for tag in _WHOLE_TAG.finditer(markup):
        if tag.end() - tag.start() >= _LONG_TAG:
            pieces += (markup[at : tag.start()], _trimmed(tag))
            at = tag.end()
    return b"".join((*pieces, markup[at:])) if pieces else markup


def _trimmed(tag: re.Match[bytes]) -> bytes:
    """Return a long tag with its first attributes, and of the others those that say where it leads."""
    markup = tag[0]
    start = _TAG.match(markup)
    if start is None:
        return markup
    kept = [start[0]]
    names: set[bytes] = set()
    at = start.end()
    while (found := _ATTRIBUTE.match(markup, at)) is not None:
        at = found.end()
        name = found[1].lower()
        if name not in names and (len(names) < MAX_ATTRIBUTES or name in _KEPT_ATTRIBUTES):
            names.add(name)
            kept.append(found[0])
    return b"".join(kept) + b">"
