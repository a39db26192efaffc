"""Says why a page does not show a link: what is gone, and what merely could not be looked at."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from services.crawler.domain.facts import visible_text
from services.crawler.domain.fetched import Fetched
from services.crawler.domain.page import Page
from services.crawler.domain.phrases import (
    FOR_SALE,
    LOGIN,
    NEEDS_SCRIPTS,
    NOT_FOUND,
    PARKING_HOSTS,
    says,
)
from services.crawler.domain.walls import wall_of
from shared import urls
from shared.vocabulary import Outcome, Reason

SHORT_TEXT = 1_000
SHELL_TEXT = 200
REFRESH_SECONDS = 5

_LOGIN_PATH = re.compile(
    r"/(?:login|log-in|signin|sign-in|wp-login\.php|sso|auth|oauth2?|accounts?/login|session/new)"
    r"(?:[/?.]|\Z)",
    re.IGNORECASE,
)
_SHELL_ROOTS = (
    "#root:empty,#app:empty,#__next:empty,#__nuxt:empty,#___gatsby:empty,#svelte:empty,"
    "#q-app:empty,#main-app:empty,app-root,[ng-app],[data-reactroot]:empty"
)
_CONTROLS = bytes(range(9)) + bytes(range(14, 32))


@dataclass(frozen=True, slots=True)
class Absence:
    """Why a link was not seen: missing means that it is gone, unknown that we cannot say."""

    outcome: Outcome
    reasons: tuple[Reason, ...]


@dataclass(slots=True)
class Scene:
    """One fetch and what it showed; its text is read only when a rule asks for it."""

    fetched: Fetched
    page: Page | None
    _text: str | None = None

    @property
    def status(self) -> int:
        return self.fetched.status or 0

    @property
    def text(self) -> str:
        if self._text is None:
            self._text = visible_text(self.page.document) if self.page is not None else ""
        return self._text

    @property
    def headline(self) -> str:
        """Return title and first heading, where a page says what it is."""
        if self.page is None:
            return ""
        heading = self.page.document.css_first("h1")
        return f"{self.page.title or ''} | {heading.text()[:512] if heading is not None else ''}"

    @property
    def moved(self) -> bool:
        """Return whether redirects led to another page than the one asked for."""
        return urls.url_key(self.fetched.final_url) != urls.url_key(self.fetched.url)


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
    return None


def emptiness(scene: Scene) -> Absence | None:
    """Return why a page that was read may show no link of ours, None for an ordinary page."""
    return _first(_EMPTY_PAGES, scene)


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
    return scene.status not in {404, 410} and wall_of(scene.fetched) is not None


def _is_login(scene: Scene) -> bool:
    final, asked = scene.fetched.final_url, scene.fetched.url
    if scene.moved and _LOGIN_PATH.search(final) and not _LOGIN_PATH.search(asked):
        return True
    if scene.page is None or scene.page.document.css_first('input[type="password" i]') is None:
        return False
    return len(scene.text) < SHORT_TEXT and says(scene.headline, LOGIN)


def _is_parked(scene: Scene) -> bool:
    if _is_parking_host(urls.host_of(scene.fetched.final_url)) or says(scene.headline, FOR_SALE):
        return True
    if len(scene.text) >= SHORT_TEXT:
        return False
    if says(scene.text, FOR_SALE):
        return True
    nodes = scene.page.document.css("script[src],iframe[src],frame[src]") if scene.page else ()
    sources = (
        urls.resolve(node.attributes.get("src") or "", scene.fetched.final_url) for node in nodes
    )
    return any(source is not None and _is_parking_host(urls.host_of(source)) for source in sources)


def _is_parking_host(host: str) -> bool:
    return urls.same_site(host, PARKING_HOSTS)


def _is_soft_404(scene: Scene) -> bool:
    return len(scene.text) < SHORT_TEXT and says(scene.headline, NOT_FOUND)


def _went_home(scene: Scene) -> bool:
    final, asked = urls.url_key(scene.fetched.final_url), urls.url_key(scene.fetched.url)
    return scene.moved and _is_root(final) and not _is_root(asked)


def _is_root(key: str) -> bool:
    return "/" not in key.partition("://")[2].partition("?")[0]


def _is_shell(scene: Scene) -> bool:
    if scene.page is None or len(scene.text) >= SHELL_TEXT:
        return False
    document = scene.page.document
    if document.css_first("script") is None:
        return False
    asks = NEEDS_SCRIPTS.search(scene.text) is not None or any(
        NEEDS_SCRIPTS.search(node.text()[:2_000]) for node in document.css("noscript")[:20]
    )
    return asks or document.css_first(_SHELL_ROOTS) is not None


def _refreshes(scene: Scene) -> bool:
    refresh = scene.page.refresh if scene.page is not None else None
    return (
        refresh is not None
        and refresh.seconds <= REFRESH_SECONDS
        and urls.url_key(refresh.url) != urls.url_key(scene.fetched.final_url)
    )


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
    (_is_login, Outcome.UNKNOWN, (Reason.LOGIN_WALL,)),
    # Accepted, no content, nothing sent: the page is not there yet, or not shown to us.
    (lambda s: not s.fetched.body.strip(), Outcome.UNKNOWN, (Reason.UNREACHABLE,)),
    (lambda s: s.status not in {200, 203}, Outcome.UNKNOWN, (Reason.BLOCKED_BY_WALL,)),
    (_is_garbled, Outcome.UNKNOWN, (Reason.UNDECODABLE,)),
    (_is_parked, Outcome.MISSING, (Reason.PARKED,)),
    (_is_soft_404, Outcome.MISSING, (Reason.SOFT_404,)),
    (_refreshes, Outcome.UNKNOWN, (Reason.PAGE_REDIRECTED,)),
    (_is_shell, Outcome.UNKNOWN, (Reason.JS_ONLY,)),
    (_went_home, Outcome.MISSING, (Reason.PAGE_REDIRECTED, Reason.SOFT_404)),
    (lambda s: s.moved, Outcome.MISSING, (Reason.PAGE_REDIRECTED,)),
)
"""Pages that were read and show no watched link at all; the first line that fits decides."""
