"""The text of a link and the words before and after it, within a budget that keeps pages linear."""

from collections.abc import Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

MAX_TEXT = 2_000
MAX_CONTEXT = 160
MAX_CONTEXT_STEPS = 24
# Steps through the tree for all links of a page together: plenty for 10,000 links in running text.
PAGE_STEPS = 100_000

_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog"}
    | {"dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1"}
    | {"h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "html", "li", "main", "menu"}
    | {"nav", "ol", "p", "pre", "search", "section", "summary", "table", "tbody", "td", "tfoot"}
    | {"th", "thead", "tr", "ul"}
)
_BREAKS = _BLOCKS | {"br", "img", "wbr"}
_SILENT = frozenset({"script", "style", "template", "noscript", "iframe", "object", "textarea"})


@dataclass(slots=True)
class Budget:
    """The steps that are left for looking around links of one page."""

    steps: int = PAGE_STEPS


@dataclass(frozen=True, slots=True)
class Wording:
    """What a link says: its whole text content, and the part that a person can read."""

    text: str
    visible: str
    image_alt: str | None
    has_image: bool
    truncated: bool


def wording_of(node: LexborNode, budget: Budget) -> Wording:
    """Return the text of an element, cut after 2,000 characters."""
    only = node.first_child
    if only is None:
        return Wording("", "", None, has_image=False, truncated=False)
    if only.is_text_node and only.next is None:
        text, truncated = _squeezed([only.text_content or ""])
        return Wording(text, text, None, has_image=False, truncated=truncated)
    return _walked(node, budget)


def _walked(node: LexborNode, budget: Budget) -> Wording:
    texts: list[str] = []
    visible: list[str] = []
    size = 0
    image_alt: str | None = None
    pictured = spoken = False
    for inner in node.traverse(include_text=True):
        budget.steps -= 1
        if size > MAX_TEXT or budget.steps < 0:
            break
        if inner.is_text_node:
            text = (inner.text_content or "")[: MAX_TEXT * 4]
            texts.append(text)
            size += len(text)
            parent = inner.parent
            if parent is None or parent.tag not in _SILENT:
                visible.append(text)
            continue
        tag = inner.tag
        if tag in _BREAKS:
            visible.append(" ")
        if tag == "img" and not spoken:
            spoken = True
            attributes = inner.attributes
            image_alt = (attributes["alt"] or "") if "alt" in attributes else None
        pictured = pictured or tag in {"img", "svg"}
    text, truncated = _squeezed(texts)
    seen, _ = _squeezed(visible)
    return Wording(text, seen, image_alt, pictured, truncated or budget.steps < 0)


def left_of(node: LexborNode, budget: Budget) -> str:
    """Return the last words before an element inside its block."""
    words, _ = _squeezed(list(reversed(list(_texts_around(node, budget, forward=False)))))
    if len(words) <= MAX_CONTEXT:
        return words
    cut = words[-MAX_CONTEXT:]
    return cut.partition(" ")[2] or cut


def right_of(node: LexborNode, budget: Budget) -> str:
    """Return the first words after an element inside its block."""
    words, _ = _squeezed(list(_texts_around(node, budget, forward=True)))
    if len(words) <= MAX_CONTEXT:
        return words
    cut = words[:MAX_CONTEXT]
    return cut.rpartition(" ")[0] or cut


def _texts_around(node: LexborNode, budget: Budget, *, forward: bool) -> Iterator[str]:
    size = 0
    current = _leave(node, forward=forward)
    for _ in range(MAX_CONTEXT_STEPS):
        budget.steps -= 1
        if current is None or budget.steps < 0 or size > MAX_CONTEXT:
            return
        if current.is_text_node:
            text = current.text_content or ""
            text = text[: MAX_CONTEXT * 4] if forward else text[-MAX_CONTEXT * 4 :]
            size += len(text.strip())
            yield text
        elif current.tag in _BREAKS:
            yield " "
        current = _step(current, forward=forward)


def _step(node: LexborNode, *, forward: bool) -> LexborNode | None:
    if node.tag not in _SILENT:
        inner = node.first_child if forward else node.last_child
        if inner is not None:
            return inner
    return _leave(node, forward=forward)


def _leave(node: LexborNode, *, forward: bool) -> LexborNode | None:
    """Return the next node that is not inside this one, None at the edge of the block."""
    current = node
    for _ in range(MAX_CONTEXT_STEPS):
        beside = current.next if forward else current.prev
        if beside is not None:
            return beside
        parent = current.parent
        if parent is None or parent.tag in _BLOCKS:
            return None
        current = parent
    return None


def _squeezed(texts: list[str]) -> tuple[str, bool]:
    text = " ".join("".join(texts)[: MAX_TEXT * 8].split())
    return text[:MAX_TEXT], len(text) > MAX_TEXT
