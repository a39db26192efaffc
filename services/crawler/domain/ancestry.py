"""What the ancestors of an element say about it, worked out once for each ancestor."""

from collections.abc import Mapping
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from services.crawler.domain.hidden import SEEN, TELLING_LOOKS, Look, look_of
from services.crawler.domain.position import NOWHERE, TELLING_PLACES, Place, place_of
from services.crawler.domain.stylesheet import Stylesheet

# Beyond any browser (Chromium stops at 512 levels), but a bound on memory and time.
MAX_DEPTH = 2_048

_HTML = "html"
_SVG = "svg"
_MATH = "math"
# Inside a text of a formula: HTML, but for two elements. Inside an annotation: a drawing may begin.
_FORMULA_TEXT = "formula text"
_ANNOTATION = "annotation"
_HTML_IN_SVG = frozenset({"foreignobject", "desc", "title"})
_TEXTS_OF_FORMULA = frozenset({"mi", "mo", "mn", "ms", "mtext"})
_MATH_IN_TEXT = frozenset({"mglyph", "malignmark"})
_HTML_ENCODINGS = frozenset({"text/html", "application/xhtml+xml"})


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an element stands and how it looks."""

    place: Place = NOWHERE
    look: Look = SEEN
    in_head: bool = False
    in_noscript: bool = False
    namespace: str = _HTML
    children: str = _HTML


_ROOT = Standing()


# What can make an element stand or look other than its parent, besides its names: some tags, and
# these attributes.
_TELLING_TAGS = TELLING_PLACES | TELLING_LOOKS | {"noscript", _SVG, _MATH}
_TELLING = frozenset({"role", "style", "hidden", "bgcolor", "color"})


class Ancestry:
    """Remembers the standing of every ancestor it has seen, so that many links stay linear."""

    def __init__(self, root: Standing = _ROOT, sheet: Stylesheet | None = None) -> None:
        self._root = root
        self._sheet = sheet or Stylesheet()
        self._seen: dict[int, Standing] = {}
        # Boxes of a page are mostly alike: what a tag with such names is in such a place. Standings
        # stay alive in it, so that their ids are theirs.
        self._alike: dict[tuple[int, str, str | None, str | None], tuple[Standing, Standing]] = {}

    def of(self, node: LexborNode) -> Standing:
        """Return the standing of an element."""
        seen, number = self._seen, node.mem_id
        found = seen.get(number)
        if found is not None:
            return found
        parent = node.parent
        above = seen.get(parent.mem_id) if parent is not None else None
        if above is not None:  # as mostly: pages are read from their top
            found = seen[number] = self._below(above, node)
            return found
        chain: list[LexborNode] = []
        standing = self._root
        current: LexborNode | None = node
        while current is not None and len(chain) < MAX_DEPTH:
            known = self._seen.get(current.mem_id)
            if known is not None:
                standing = known
                break
            chain.append(current)
            current = current.parent
        for element in reversed(chain):
            standing = self._below(standing, element)
            self._seen[element.mem_id] = standing
        return standing

    def _below(self, parent: Standing, node: LexborNode) -> Standing:
        """Return the standing of an element inside its parent, which mostly is its parent's."""
        tag = node.tag or ""
        if tag in _TELLING_TAGS or parent.namespace != _HTML or parent.children != _HTML:
            return _inside(parent, node, self._sheet)
        attributes = node.attributes
        if not _TELLING.isdisjoint(attributes):
            return _inside(parent, node, self._sheet)
        key = (id(parent), tag, attributes.get("id"), attributes.get("class"))
        known = self._alike.get(key)
        if known is not None:
            return known[1]
        standing = _inside(parent, node, self._sheet)
        if not self._sheet.knows(tag, attributes):
            self._alike[key] = parent, standing
        return standing


def _namespaces(inside: str, tag: str, attributes: Mapping[str, str | None]) -> tuple[str, str]:
    """Return the namespace of an element and what its children are (HTML standard, 13.2.6)."""
    if inside in {_HTML, _FORMULA_TEXT}:
        if tag in {_SVG, _MATH}:
            return tag, tag
        foreign = inside == _FORMULA_TEXT and tag in _MATH_IN_TEXT
        return (_MATH, _MATH) if foreign else (_HTML, _HTML)
    if inside == _SVG or (inside == _ANNOTATION and tag == _SVG):
        return _SVG, _HTML if tag.lower() in _HTML_IN_SVG else _SVG
    if tag in _TEXTS_OF_FORMULA:
        return _MATH, _FORMULA_TEXT
    if tag == "annotation-xml":
        encoding = (attributes.get("encoding") or "").lower()
        return _MATH, _HTML if encoding in _HTML_ENCODINGS else _ANNOTATION
    return _MATH, _MATH


def _inside(parent: Standing, node: LexborNode, sheet: Stylesheet) -> Standing:
    tag = node.tag or ""
    attributes = node.attributes
    place = place_of(parent.place, tag, attributes)
    look = parent.look
    if not look.rule:
        look = look_of(look, tag, attributes, *sheet.declared_for(node, tag, attributes))
    in_head = parent.in_head or tag == "head"
    in_noscript = parent.in_noscript or tag == "noscript"
    namespace, children = _namespaces(parent.children, tag, attributes)
    standing = Standing(place, look, in_head, in_noscript, namespace, children)
    return parent if standing == parent else standing
