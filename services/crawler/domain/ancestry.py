"""What the ancestors of an element say about it, worked out once for each ancestor."""

from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from services.crawler.domain.hidden import SEEN, Look, look_of
from services.crawler.domain.position import NOWHERE, Place, place_of

# Beyond any browser (Chromium stops at 512 levels), but a bound on memory and time.
MAX_DEPTH = 2_048


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an element stands and how it looks."""

    place: Place = NOWHERE
    look: Look = SEEN
    in_head: bool = False
    in_noscript: bool = False
    in_svg: bool = False


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


def _inside(parent: Standing, node: LexborNode) -> Standing:
    tag = node.tag or ""
    attributes = node.attributes
    place = place_of(parent.place, tag, attributes)
    look = look_of(parent.look, tag, attributes)
    in_head = parent.in_head or tag == "head"
    in_noscript = parent.in_noscript or tag == "noscript"
    # foreignObject is where HTML begins again inside SVG.
    in_svg = (parent.in_svg or tag == "svg") and tag.lower() != "foreignobject"
    if (place, look) == (parent.place, parent.look) and (in_head, in_noscript, in_svg) == (
        parent.in_head,
        parent.in_noscript,
        parent.in_svg,
    ):
        return parent
    return Standing(place, look, in_head, in_noscript, in_svg)
