"""Evidence as a page for people: plain words, everything of strangers escaped, nothing that runs or loads."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

from services.crawler.domain.evidence.comparing import (
    Difference,
    Said,
    Statement,
    headers_of,
    place_of,
)
from services.crawler.domain.evidence.draft import Capture

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 1.6rem; }
mark { background: #ffe28a; color: #14222a; padding: 0 .15em; }
blockquote { margin: .5rem 0; padding: .5rem 1rem; border-left: 4px solid #8aa; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; min-width: 9rem; padding: .2rem .6rem; border-bottom: 1px solid #8886; }
del { color: #b3372b; } ins { color: #1c7c54; text-decoration: none; }
pre { white-space: pre-wrap; } small { color: #667; }
"""
CONTENT_POLICY = (
    "default-src 'none'; style-src 'sha256-"
    + base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
)
_MAX_TEXT = 20_000
_NEAR = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Everything that the page shows."""

    statement: Statement
    sha256: str
    seen_at: datetime
    said: Said
    captures: Sequence[Capture]
    text: str
    before: Statement | None
    before_at: datetime | None
    differences: Sequence[Difference]
    shared_until: datetime | None = None
    by_scripts: bool = False


def page_of(picture: Picture) -> str:
    """Return the page."""
    parts = [
        _head(picture),
        _sentence("What the page shows", picture.statement),
        _before(picture),
        _text(picture),
        _capture_list(picture),
        _foot(picture),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="robots" content="noindex">'
        f"<title>Evidence of {_moment(picture.seen_at)}</title><style>{_STYLE}</style></head>"
        f"<body><main>{''.join(parts)}</main></body></html>"
    )


def ended_page() -> str:
    """Return what somebody sees whose link does not work, or not any more."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Not here</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>Nothing to see here</h1>"
        "<p>This link does not work, or not any more. Ask whoever gave it to you for a new one.</p>"
        "</main></body></html>"
    )


def _head(picture: Picture) -> str:
    target = picture.statement["target_url"] or ", ".join(picture.statement["hosts"])
    return (
        f"<h1>{escape(picture.said.label)}</h1><p>{escape(picture.said.sentence)}</p><table>"
        f"<tr><th>Looked at</th><td><time>{_moment(picture.seen_at)}</time></td></tr>"
        f"<tr><th>Page</th><td>{_address(picture.statement['referring_url'])}</td></tr>"
        f"<tr><th>Link to</th><td>{_address(target)}</td></tr>{_missing(picture.statement)}</table>"
    )


def _missing(statement: Statement) -> str:
    looks, since = statement["missing_looks"], statement["missing_since"]
    if not looks or since is None:
        return ""
    first = _moment(datetime.fromisoformat(since))
    times = "once so far, to be confirmed" if looks == 1 else f"{looks} times in a row"
    return f"<tr><th>Missed</th><td>{times}, first on {first}</td></tr>"


def _sentence(title: str, statement: Statement) -> str:
    place = place_of(statement)
    if place is None:
        return f"<h2>{title}</h2><p>The link was not seen on it.</p>"
    anchor = place["anchor_text"] or place["image_alt"] or "(a link without text)"
    rel = f"<p><small>rel {escape(' '.join(place['rel']))}</small></p>" if place["rel"] else ""
    return (
        f"<h2>{title}</h2><blockquote>{escape(place['left_context'])} "
        f"<mark>{escape(anchor)}</mark> {escape(place['right_context'])}</blockquote>{rel}"
    )


def _before(picture: Picture) -> str:
    if picture.before is None or picture.before_at is None:
        return ""
    rows = "".join(
        f"<tr><th>{escape(one.label)}</th><td><del>{escape(one.before_text)}</del></td>"
        f"<td><ins>{escape(one.after_text)}</ins></td></tr>"
        for one in picture.differences
    )
    return (
        _sentence(f"Before, on {_moment(picture.before_at)}", picture.before)
        + "<h2>What is different</h2><table><tr><th></th><th>Before</th><th>Now</th></tr>"
        + f"{rows}</table>"
    )


def _text(picture: Picture) -> str:
    if not picture.text:
        return ""
    text, place = picture.text[:_MAX_TEXT], place_of(picture.statement)
    start, end = _place(text, place["left_context"], place["anchor_text"]) if place else (0, 0)
    marked = escape(text)
    how = "As it was sent" if not picture.by_scripts else "As its scripts left it"
    if end > start:
        inside = escape(text[start:end])
        marked = f"{escape(text[:start])}<mark>{inside}</mark>{escape(text[end:])}"
    cut = "<p><small>The text goes on.</small></p>" if len(picture.text) > _MAX_TEXT else ""
    return f"<h2>Text of the page</h2><details open><summary>{how}</summary><p>{marked}</p>{cut}</details>"


def _place(text: str, left: str, anchor: str) -> tuple[int, int]:
    """Return where the anchor stands in the text: behind what was on its left, if that is there."""
    near = left[-_NEAR:].strip()
    at = text.find(f"{near} {anchor}") if near and anchor else -1
    if at >= 0:
        at += len(near) + 1
    elif anchor:
        at = text.find(anchor)
    return (at, at + len(anchor)) if at >= 0 else (0, 0)


def _capture_list(picture: Picture) -> str:
    if not picture.captures:
        return "<h2>What was sent</h2><p>The page gave no answer to keep.</p>"
    hops = "".join(
        f"<li>{_address(one.url)} <small>{escape(_first_line(one))}</small></li>"
        for one in picture.captures
    )
    rows = "".join(
        f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>"
        for name, value in headers_of(picture.captures)
    )
    request = escape(picture.captures[-1].request.decode("utf-8", "replace").strip())
    return (
        f"<h2>Asked</h2><ol>{hops}</ol><h2>Headers of the answer</h2><table>{rows}</table>"
        f"<details><summary>Our request</summary><pre>{request}</pre></details>"
    )


def _first_line(capture: Capture) -> str:
    return capture.response.decode("utf-8", "replace").partition("\r\n")[0]


def _foot(picture: Picture) -> str:
    until = picture.shared_until
    ends = f" This link works until {_moment(until)}." if until is not None else ""
    return (
        f"<p><small>Evidence {escape(str(picture.statement['evidence_id']))}, number "
        f"{escape(str(picture.statement['number']))} of its site, SHA-256 {escape(picture.sha256)}. "
        f"Kept by Anchorwatch.{ends}</small></p>"
    )


def _address(url: str) -> str:
    """Return an address as text: a page of proof leads nowhere."""
    return f"<code>{escape(url)}</code>"


def _moment(moment: datetime) -> str:
    utc = moment.astimezone(UTC)
    return f"{utc.day} {utc:%B %Y, %H:%M:%S} UTC"
