"""Says why a page does not show a link: what is gone, and what merely could not be looked at."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from services.crawler.domain import disguise
from services.crawler.domain.links import MAX_WANTED
from services.crawler.domain.scene import Scene
from services.crawler.domain.walls import wall_of
from shared.vocabulary import Outcome, Reason

_CONTROLS = bytes(range(9)) + bytes(range(14, 32))
_DOCUMENT = re.compile(rb"<(?:html|body)[\s>]", re.IGNORECASE)
_DOCUMENT_END = re.compile(rb"</(?:html|body)\s*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Absence:
    """Why a link was not seen: missing means that it is gone, unknown that we cannot say."""

    outcome: Outcome
    reasons: tuple[Reason, ...]


_Rule = tuple[Callable[[Scene], bool], Outcome, tuple[Reason, ...]]


def refusal(scene: Scene) -> Absence | None:
    """Return why this answer shows no page at all, None when there is one to look at."""
    failure = scene.fetched.failure
    if failure is Reason.DNS_GONE:
        return Absence(Outcome.MISSING, (failure,))
    # The start of a large answer is judged like any other; only what is not in it stays open.
    if failure is not None and not (failure is Reason.TOO_LARGE and scene.status):
        return Absence(Outcome.UNKNOWN, (failure,))
    return _first(_REFUSALS, scene)


def cut_short(scene: Scene) -> Absence | None:
    """Return why the rest of a page may hold what its start does not show."""
    if scene.fetched.failure is Reason.TOO_LARGE or scene.status == 206:
        return Absence(Outcome.UNKNOWN, (Reason.TOO_LARGE,))
    if scene.page is not None and len(scene.page.links) >= MAX_WANTED:
        return Absence(Outcome.UNKNOWN, (Reason.TOO_LARGE,))
    if _is_torn(scene):
        return Absence(Outcome.UNKNOWN, (Reason.UNREACHABLE,))
    return None


def emptiness(scene: Scene) -> Absence | None:
    """Return why a page that was read may show no link of ours, None for an ordinary page."""
    return _first(_EMPTY_PAGES, scene)


def wants_sibling(scene: Scene, absence: Absence | None) -> bool:
    """Return whether the answer for a made-up address could tell more about a page without links.

    A home page is asked for by its own address: whoever shows it for everything does not lose it.
    """
    if scene.sibling is not None or scene.page is None or scene.status != 200:
        return False
    plain = absence is None or absence.reasons == (Reason.PAGE_REDIRECTED,)
    return plain and not disguise.is_root(scene.fetched.url)


def _first(rules: tuple[_Rule, ...], scene: Scene) -> Absence | None:
    for holds, outcome, reasons in rules:
        if holds(scene):
            return Absence(outcome, reasons)
    return None


def _is_throttled(scene: Scene) -> bool:
    retry = scene.fetched.header("retry-after") is not None
    return scene.status in {425, 429} or (scene.status == 503 and retry)


def _is_refused(scene: Scene) -> bool:
    return 400 <= scene.status < 500 and scene.status not in {404, 408, 410}


def _is_unread(scene: Scene) -> bool:
    return scene.page is None and scene.fetched.failure is Reason.TOO_LARGE


def _is_walled(scene: Scene) -> bool:
    # A page that is gone may well be served by a wall's own host: only refusals and 2xx can be walls.
    return scene.status not in {404, 410} and wall_of(scene) is not None


def _is_torn(scene: Scene) -> bool:
    """Return whether a body ended with its connection and before its own end: who knows what came.

    Where the length was announced, in whatever form, a shorter body has already failed.
    """
    fetched = scene.fetched
    if scene.page is None or "close" not in (fetched.header("connection") or "").lower():
        return False
    framed = fetched.header("content-length"), fetched.header("transfer-encoding")
    if any(field is not None for field in framed):
        return False
    is_document = _DOCUMENT.search(fetched.body[:16_384]) is not None
    return is_document and _DOCUMENT_END.search(fetched.body[-16_384:]) is None


def _is_garbled(scene: Scene) -> bool:
    if scene.page is None or scene.page.charset.startswith("utf-16"):
        return False
    start = scene.fetched.body[:4_096]
    return len(start) - len(start.translate(None, _CONTROLS)) > len(start) // 20


_REFUSALS: tuple[_Rule, ...] = (
    (_is_throttled, Outcome.UNKNOWN, (Reason.RATE_LIMITED,)),
    (lambda s: s.status >= 400 and _is_walled(s), Outcome.UNKNOWN, (Reason.BLOCKED_BY_WALL,)),
    (lambda s: s.status == 404, Outcome.MISSING, (Reason.PAGE_404,)),
    (lambda s: s.status == 410, Outcome.MISSING, (Reason.PAGE_410,)),
    (lambda s: s.status == 408, Outcome.UNKNOWN, (Reason.TIMEOUT,)),
    (lambda s: s.status in {401, 407}, Outcome.UNKNOWN, (Reason.LOGIN_WALL,)),
    (_is_refused, Outcome.UNKNOWN, (Reason.BLOCKED_BY_WALL,)),
    (lambda s: s.status >= 500, Outcome.UNKNOWN, (Reason.PAGE_5XX,)),
    (lambda s: not 200 <= s.status < 300, Outcome.UNKNOWN, (Reason.UNREACHABLE,)),
    (_is_unread, Outcome.UNKNOWN, (Reason.TOO_LARGE,)),
    (lambda s: s.page is None, Outcome.UNKNOWN, (Reason.NOT_HTML,)),
)
"""Answers that hold no page to look at; the first line that fits decides (crawl.md, section 4)."""

_EMPTY_PAGES: tuple[_Rule, ...] = (
    (_is_walled, Outcome.UNKNOWN, (Reason.BLOCKED_BY_WALL,)),
    (disguise.is_login, Outcome.UNKNOWN, (Reason.LOGIN_WALL,)),
    # Accepted, no content, nothing sent: the page is not there yet, or not shown to us.
    (lambda s: not s.fetched.body.strip(), Outcome.UNKNOWN, (Reason.UNREACHABLE,)),
    (lambda s: s.status not in {200, 203}, Outcome.UNKNOWN, (Reason.BLOCKED_BY_WALL,)),
    (_is_garbled, Outcome.UNKNOWN, (Reason.UNDECODABLE,)),
    (disguise.is_parked, Outcome.MISSING, (Reason.PARKED,)),
    (disguise.is_out_of_order, Outcome.UNKNOWN, (Reason.PAGE_5XX,)),
    (disguise.asks_for_consent, Outcome.UNKNOWN, (Reason.BLOCKED_BY_WALL,)),
    (disguise.says_not_found, Outcome.MISSING, (Reason.SOFT_404,)),
    (disguise.sends_on, Outcome.UNKNOWN, (Reason.PAGE_REDIRECTED,)),
    (disguise.is_shell, Outcome.UNKNOWN, (Reason.JS_ONLY,)),
    (disguise.went_home, Outcome.MISSING, (Reason.PAGE_REDIRECTED, Reason.SOFT_404)),
    (disguise.went_where_all_go, Outcome.MISSING, (Reason.PAGE_REDIRECTED, Reason.SOFT_404)),
    (disguise.is_framework, Outcome.UNKNOWN, (Reason.JS_ONLY,)),
    (disguise.is_shown_for_all, Outcome.MISSING, (Reason.SOFT_404,)),
    (lambda s: s.moved, Outcome.MISSING, (Reason.PAGE_REDIRECTED,)),
)
"""Pages that were read and show no watched link at all; the first line that fits decides."""
