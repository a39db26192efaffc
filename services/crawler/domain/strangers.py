"""Finds the elements of a tree that look like links of HTML and that no browser shows as such."""

import re
from collections.abc import Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode

from services.crawler.domain.ancestry import Ancestry

# What leads somewhere in HTML and nowhere in a drawing; an `<a>` of a drawing does lead somewhere.
_SUSPECTS = "area,base,link,meta,title,iframe,frame,form"
_TAIL = 4 * 1024
_SPACE = "\t\n\x0c\r "
_AFTER_BODY = re.compile(
    rb"</(?:body|html)[\t\n\x0c\r ]*>"
    rb"(?:</(?:body|html)[\t\n\x0c\r ]*>|<!--(?:(?!-->).)*-->|[\t\n\x0c\r ])*+\Z",
    re.IGNORECASE | re.DOTALL,
)
_SPACE_OR_COMMENT = re.compile(rb"(<!--.*?-->)|[\t\n\x0c\r ]+", re.DOTALL)
# Inside these `</body>` ends nothing (HTML standard: not in scope).
_SCOPES = frozenset(
    {"applet", "caption", "table", "td", "th", "marquee", "object", "select", "template"}
    | {"desc", "foreignObject", "title", "mi", "mo", "mn", "ms", "mtext", "annotation-xml"}
)


def strangers_among(
    nodes: Sequence[LexborNode], document: LexborHTMLParser, ancestry: Ancestry
) -> frozenset[int]:
    """Return the ids of elements that are no links, titles or directives of this document."""
    found: set[int] = set()
    if document.css_first("svg,math") is not None:
        has_formula = document.css_first("math") is not None
        suspects = document.css(f"{_SUSPECTS},a" if has_formula else _SUSPECTS)
        found.update(node.mem_id for node in suspects if _is_foreign(node, ancestry))
    for field in document.css("textarea"):
        if not _holds_text(field) and ancestry.of(field).namespace == "html":
            # The parser begins an open link anew in a text field, where there is only text.
            found.update(node.mem_id for node in field.css("a"))
    late = _late(nodes, document)
    if late is not None:
        found.add(late.mem_id)
    return frozenset(found)


def _is_foreign(node: LexborNode, ancestry: Ancestry) -> bool:
    namespace = ancestry.of(node).namespace
    return namespace == "math" or (namespace == "svg" and node.tag != "a")


def _holds_text(field: LexborNode) -> bool:
    only = field.first_child
    return only is None or (only.is_text_node and only.next is None)


def _late(nodes: Sequence[LexborNode], document: LexborHTMLParser) -> LexborNode | None:
    """Return the link that white space after `</body>` made of an earlier one that was left open.

    The standard begins it anew there; browsers do not.
    """
    last = next((node for node in reversed(nodes) if node.tag == "a"), None)
    only = last.first_child if last is not None else None
    if last is None or only is None or only.next is not None or not only.is_text_node:
        return None
    if (only.text_content or "").strip(_SPACE) or _is_scoped(last):
        return None
    markup = document.raw_html
    end = _AFTER_BODY.search(markup, max(0, len(markup) - _TAIL))
    if end is None:
        return None
    without = LexborHTMLParser(markup[: end.start()] + _SPACE_OR_COMMENT.sub(rb"\1", end[0]))
    return last if len(without.css("a")) < len(document.css("a")) else None


def _is_scoped(node: LexborNode) -> bool:
    current = node.parent
    while current is not None:
        if current.tag in _SCOPES:
            return True
        current = current.parent
    return False
