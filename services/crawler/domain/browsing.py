"""What a page may ask for while a browser shows it, and which of its wishes matter for its links."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum, auto

from services.crawler.domain.fetched import Fetched
from shared import urls
from shared.vocabulary import Reason

MAX_NAVIGATIONS = 3
_MAX_HOSTS = 100_000
_MAX_HEADER = 2_048

# What makes the text of a page. Pictures, fonts, films, frames and beacons make none.
_TEXT_MAKERS = frozenset({"Script", "XHR", "Fetch"})
_FETCHED = _TEXT_MAKERS | {"Stylesheet"}
# Answers that every visitor gets: what they leave out of the page is out of it for everybody.
_DEFINITE = frozenset({Reason.ADDRESS_NOT_ALLOWED, Reason.DNS_GONE, Reason.REDIRECT_LOOP})
_CLOSED_TO_US = frozenset({401, 403, 407, 408, 425, 429, 451})
# They count visitors, sell places or record screens; no text of a page comes from them.
_NEEDLESS_HOSTS = (
    *("google-analytics.com", "googletagmanager.com", "doubleclick.net", "googlesyndication.com"),
    *("googleadservices.com", "connect.facebook.net", "hotjar.com", "clarity.ms"),
    *("mixpanel.com", "amplitude.com", "segment.com", "segment.io", "sentry.io", "newrelic.com"),
    *("nr-data.net", "adnxs.com", "criteo.com", "criteo.net", "taboola.com", "outbrain.com"),
    *("scorecardresearch.com", "quantserve.com", "mc.yandex.ru", "bat.bing.com", "fullstory.com"),
    *("matomo.cloud", "plausible.io", "cloudflareinsights.com", "intercom.io", "datadoghq.com"),
    *("px.ads.linkedin.com", "snap.licdn.com", "ads-twitter.com", "analytics.tiktok.com"),
)
# Names of request headers that a page's script may set; the rest is ours or the browser's.
_PASSED_HEADERS = frozenset({"accept", "authorization", "apikey", "origin"})
# The browser gets the body unpacked and keeps no cookie for us.
_DROPPED_HEADERS = frozenset(
    {"content-encoding", "content-length", "transfer-encoding", "connection", "keep-alive"}
    | {"set-cookie", "trailer", "upgrade", "alt-svc", "strict-transport-security"}
)


class Wish(Enum):
    """What becomes of a request of the page."""

    NAVIGATE = auto()
    FETCH = auto()
    PREFLIGHT = auto()
    # Not fetched; the page may be poorer for it, so an absent link is no absence.
    REFUSE = auto()
    # Not fetched, and no link is lost by it.
    NEEDLESS = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request that the page at `page_url` wants to make; `kind` as the browser calls it."""

    page_url: str
    url: str
    method: str
    kind: str
    is_main_frame: bool
    headers: Mapping[str, str] = field(default_factory=dict)


def wish_of(request: Request) -> Wish:
    """Decide about one request of a page; the guard still decides about its address."""
    if not urls.is_http(request.url) or _is_needless(request):
        return Wish.NEEDLESS
    if request.kind == "Document":
        if not request.is_main_frame:
            return Wish.NEEDLESS
        return Wish.NAVIGATE if request.method == "GET" else Wish.REFUSE
    if request.kind not in _FETCHED and request.kind != "Preflight":
        return Wish.NEEDLESS
    if request.method == "OPTIONS":
        return Wish.PREFLIGHT
    if request.method != "GET":
        return Wish.REFUSE  # a robot looks, it sends nothing
    return Wish.FETCH


def _is_needless(request: Request) -> bool:
    host, own = urls.host_of(request.url), urls.host_of(request.page_url)
    return urls.same_site(host, _NEEDLESS_HOSTS) and not _is_same_domain(host, own)


def _is_same_domain(host: str, other: str) -> bool:
    return urls.domain_or_host(host) == urls.domain_or_host(other)


def is_own_socket(page_url: str, socket_url: str) -> bool:
    """Return whether a WebSocket (`ws:` or `wss:` URL) leads to the page's own domain."""
    place = urls.resolve(socket_url.replace("ws", "http", 1)) or ""
    return _is_same_domain(urls.host_of(place), urls.host_of(page_url))


def leaves_gap(request: Request, answer: Fetched) -> bool:
    """Return whether the page may show less to us, through this answer, than to its visitors."""
    if request.kind not in _TEXT_MAKERS and request.kind != "Document":
        return False
    if answer.failure is not None:
        return answer.failure not in _DEFINITE
    status = answer.status or 0
    return status in _CLOSED_TO_US or status >= 500


def passed_headers(request: Request) -> dict[str, str]:
    """Return the headers of a page's request that are sent on."""
    return {
        name: value
        for name, value in request.headers.items()
        if (name.lower() in _PASSED_HEADERS or name.lower().startswith("x-"))
        and len(value) <= _MAX_HEADER
    }


def preflight_headers(request: Request) -> list[tuple[str, str]]:
    """Return what we answer to "may I ask?": the question itself is not worth a request."""
    lowered = {name.lower(): value for name, value in request.headers.items()}
    return [
        ("Access-Control-Allow-Origin", lowered.get("origin", "*")),
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Allow-Methods", lowered.get("access-control-request-method", "GET")),
        ("Access-Control-Allow-Headers", lowered.get("access-control-request-headers", "")),
    ]


def shown_headers(answer: Fetched) -> list[tuple[str, str]]:
    """Return the headers of an answer that the browser gets."""
    return [
        (name, value)
        for name, value in answer.headers
        if name.lower() not in _DROPPED_HEADERS and value.isprintable()
    ]


class RenderBudget:
    """How many pages of a host, and of all, a process that is alone may still show today (UTC)."""

    def __init__(self, *, per_host: int, in_all: int) -> None:
        self._per_host = per_host
        self._in_all = in_all
        self._day: date | None = None
        self._spent: dict[str, int] = {}
        self._total = 0

    def take(self, host: str, now: datetime) -> bool:
        """Return whether a page of this host may be shown, and count it if so."""
        if self._day != now.date() or len(self._spent) > _MAX_HOSTS:
            self._total = 0 if self._day != now.date() else self._total
            self._day, self._spent = now.date(), {}
        spent = self._spent.get(host, 0)
        if spent >= self._per_host or self._total >= self._in_all:
            return False
        self._spent[host] = spent + 1
        self._total += 1
        return True
