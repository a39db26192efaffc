"""One link of a page as a browser sees it."""

from dataclasses import dataclass

from shared.vocabulary import LinkKind, Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One place of a page that leads to another URL, in document order.

    `url` is the WHATWG-resolved absolute URL, None where a browser would not resolve it.
    `rel` are the lower-case tokens of the element itself; page-level nofollow is the page's.
    `text` is the whole text content, `visible_text` what a person reads of it.
    `position_rule` says which rule decided the position, `hidden_rule` why a person cannot see it.
    """

    href_raw: str
    url: str | None
    kind: LinkKind = LinkKind.TEXT
    text: str = ""
    visible_text: str = ""
    rel: tuple[str, ...] = ()
    position: Position = Position.UNKNOWN
    position_rule: str = ""
    hidden: bool = False
    hidden_rule: str = ""
    in_noscript: bool = False
    in_iframe: bool = False
    image_alt: str | None = None
    left_context: str = ""
    right_context: str = ""
    truncated: bool = False
