"""Opens the body of kept evidence again: undoes its content coding and reads its text."""

from collections.abc import Sequence

from services.crawler.domain import page as pages
from services.crawler.domain.decoding import Body, TooLargeError, UndecodableError
from services.crawler.domain.evidence.comparing import headers_of
from services.crawler.domain.evidence.draft import Heads
from services.crawler.domain.fetched import Fetched
from services.crawler.domain.look import is_html

_MOST_DECODED = 10_000_000
_MOST_TAGS = 300_000


def text_of(heads: Heads, received: bytes) -> str:
    """Return the visible text of an archived page; empty for what is no page or cannot be opened.

    Where scripts ran, it is the text of what they left.
    """
    captures = heads.captures
    if not captures:
        return ""
    headers = tuple(headers_of(captures))
    url = captures[-1].url
    body = heads.shown or _decoded(received, headers)
    if heads.shown:
        headers = (("content-type", "text/html; charset=utf-8"),)
    shown = Fetched(url=url, final_url=url, headers=headers, body=body)
    if not body or not is_html(shown) or body.count(b"<") > _MOST_TAGS:
        return ""
    return pages.read(body, url, dict(reversed(headers))).body.text


def markup_of(heads: Heads, received: bytes) -> str:
    """Return what was received, with its content coding undone, as text to search in."""
    captures = heads.captures
    coded = _decoded(received, tuple(headers_of(captures))) if captures else received
    return (coded or received).decode("utf-8", "replace")


def _decoded(received: bytes, headers: Sequence[tuple[str, str]]) -> bytes:
    coding = ", ".join(value for name, value in headers if name.lower() == "content-encoding")
    try:
        body = Body(coding, max_wire=_MOST_DECODED, max_decoded=_MOST_DECODED)
    except UndecodableError:
        return b""
    try:
        body.feed(received)
    except TooLargeError:
        return body.so_far()
    except UndecodableError:
        return b""
    return body.so_far()  # what was cut is not complete, and shown as far as it goes
