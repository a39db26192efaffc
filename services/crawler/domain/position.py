"""Says in which part of a page an element stands, and which rule decided."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from shared.vocabulary import Position

_TAGS = {
    "nav": Position.NAV,
    "aside": Position.SIDEBAR,
    "main": Position.CONTENT,
    "article": Position.CONTENT,
    "header": Position.HEADER,
    "footer": Position.FOOTER,
}
TELLING_PLACES = frozenset({*_TAGS, "html", "body", "head"})
"""Tags of which names and roles do not decide alone where they stand."""
_ROLES = {
    "navigation": Position.NAV,
    "menu": Position.NAV,
    "menubar": Position.NAV,
    "banner": Position.HEADER,
    "contentinfo": Position.FOOTER,
    "complementary": Position.SIDEBAR,
    "main": Position.CONTENT,
    "article": Position.CONTENT,
}
# The first line of which a word occurs decides: a comment has content, a footer has menus.
_WORDS = (
    (Position.COMMENT, {"comment", "comments", "commentlist", "disqus", "respond"}),
    (Position.NAV, {"nav", "navbar", "navigation", "menu", "breadcrumb", "breadcrumbs", "pager"}),
    (Position.NAV, {"pagination", "topbar", "mainmenu", "submenu"}),
    (Position.FOOTER, {"footer", "colophon", "foot"}),
    (Position.SIDEBAR, {"sidebar", "widget", "widgets", "blogroll", "sidenav", "rightbar"}),
    (Position.HEADER, {"header", "masthead", "topheader"}),
    (Position.CONTENT, {"content", "article", "post", "entry", "main", "story", "hentry"}),
    (Position.CONTENT, {"articlebody", "postbody", "maincontent", "prose"}),
)
_BY_WORD = {
    word: (rank, position) for rank, (position, words) in enumerate(_WORDS) for word in words
}
_SPLIT = re.compile(r"[-_:]+|(?<=[a-z])(?=[A-Z])")
# "has-sidebar" says something about the page, not about this box.
_ABOUT_OTHERS = ("no-", "no_", "has-", "has_", "with-", "without-", "hide-", "show-", "not-")
_RUNNING_TEXT = frozenset({"p", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "figcaption"})
_MAX_NAMES = 512


@dataclass(frozen=True, slots=True)
class Place:
    """Where an element stands, by the nearest ancestor that says so."""

    position: Position = Position.UNKNOWN
    rule: str = ""
    in_article: bool = False


NOWHERE = Place()


def place_of(parent: Place, tag: str, attributes: Mapping[str, str | None]) -> Place:
    """Return the place of an element inside its parent."""
    in_article = parent.in_article or tag in {"article", "main"}
    if tag in {"html", "body", "head"}:
        return parent
    role = _ROLES.get((attributes.get("role") or "").strip().lower())
    if role is not None:
        return Place(role, f"role:{attributes['role']}", in_article)
    # A header or footer of an article is part of the article (ARIA in HTML, section 3).
    if tag in _TAGS and not (in_article and tag in {"header", "footer"}):
        return Place(_TAGS[tag], f"tag:{tag}", in_article)
    for name in ("id", "class"):
        value = attributes.get(name)
        named = _named(value[:_MAX_NAMES]) if value else None
        if named is not None:
            return Place(named, f"{name}:{(value or '')[:80]}", in_article)
    if parent.position is Position.UNKNOWN and tag in _RUNNING_TEXT:
        return Place(Position.CONTENT, f"tag:{tag}", in_article)
    return parent if in_article == parent.in_article else Place(parent.position, parent.rule, True)


@lru_cache(maxsize=8_192)
def _named(names: str) -> Position | None:
    best: tuple[int, Position] | None = None
    for name in names.split():
        if name.lower().startswith(_ABOUT_OTHERS):
            continue
        for word in _SPLIT.split(name):
            found = _BY_WORD.get(word.lower())
            if found is not None and (best is None or found < best):
                best = found
    return best[1] if best is not None else None
