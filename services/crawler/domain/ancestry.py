"""What the ancestors of an element say about it, worked out once for each ancestor."""

from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from services.crawler.domain.hidden import SEEN, Look, look_of
from services.crawler.domain.position import NOWHERE, Place, place_of

# Beyond any browser (Chromium stops at 512 levels), but a bound on memory and time.
MAX_DEPTH = 2_048

_HTML = "html"
_FOREIGN = frozenset({"svg", "math"})
# What leads somewhere in HTML and nowhere in a drawing; an `<a>` of a drawing does lead somewhere.
_SUSPECTS = "area,base,link,meta,title,iframe,frame,form"
_INTEGRATION_POINTS = frozenset(
    {"foreignobject", "desc", "title", "mi", "mo", "mn", "ms", "mtext", "annotation-xml"}
)


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


class Ancestry:
    """Remembers the standing of every ancestor it has seen, so that many links stay linear."""

    def __init__(self, root: Standing = _ROOT) -> None:
        self._root = root
        self._seen: dict[int, Standing] = {}

    def of(self, node: LexborNode) -> Standing:
        """Return the standing of an element."""
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
            standing = _inside(standing, element)
            self._seen[element.mem_id] = standing
        return standing

    def foreign_in(self, document: LexborHTMLParser) -> frozenset[int]:
        """Return the elements that look like HTML but belong to a drawing or a formula."""
        if document.css_first("svg,math") is None:
            return frozenset()
        has_formula = document.css_first("math") is not None
        suspects = document.css(f"{_SUSPECTS},a" if has_formula else _SUSPECTS)
        return frozenset(node.mem_id for node in suspects if self._is_foreign(node))

    def _is_foreign(self, node: LexborNode) -> bool:
        namespace = self.of(node).namespace
        return namespace == "math" or (namespace == "svg" and node.tag != "a")


def _inside(parent: Standing, node: LexborNode) -> Standing:
    tag = node.tag or ""
    attributes = node.attributes
    place = place_of(parent.place, tag, attributes)
    look = look_of(parent.look, tag, attributes)
    in_head = parent.in_head or tag == "head"
    in_noscript = parent.in_noscript or tag == "noscript"
    namespace = tag if tag in _FOREIGN else parent.children
    # Inside these elements of a drawing or formula HTML begins again.
    children = _HTML if tag.lower() in _INTEGRATION_POINTS else namespace
    standing = Standing(place, look, in_head, in_noscript, namespace, children)
    return parent if standing == parent else standing
