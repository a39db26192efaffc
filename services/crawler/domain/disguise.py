"""Pages that answer 200 and are something else: a login, an error, a domain for sale, an empty frame."""

import re

from services.crawler.domain.phrases import (
    ERROR_WORDS,
    FOR_SALE,
    LOADING,
    LOGIN,
    NEEDS_SCRIPTS,
    NOT_FOUND,
    OUT_OF_ORDER,
    PARKING_HOSTS,
    PARKING_MARKS,
    says,
)
from services.crawler.domain.scene import Scene
from services.crawler.domain.sibling import fingerprint_of, is_alike
from services.crawler.domain.walls import wall_of
from shared import urls

SHORT_TEXT = 1_000
SHELL_TEXT = 200
OFFER_TEXT = 3_000
REFRESH_SECONDS = 5

_LOGIN_PATH = re.compile(
    r"/(?:login|log-in|signin|sign-in|wp-login\.php|accounts?/login|session/new|users/sign_in)"
    r"(?:[/?.]|\Z)",
    re.IGNORECASE,
)
# Names that articles have as well.
_LOGIN_LIKE = re.compile(r"/(?:sso|auth|oauth2?|register|subscribe)(?:[/?.]|\Z)", re.IGNORECASE)
_KEY_FIELD = 'input[type="password" i]'
_CONSENT = re.compile(
    r"//(?:consent|guce|privacy-?(?:wall|gate)?|cookie-?consent|agegate)\."
    r"|/(?:cookie-?consent|collectconsent|consent|privacy-?wall|age-?(?:gate|check|verification)"
    r"|unsupported-?browser|geo-?block(?:ed)?)(?:[/?.]|\Z)",
    re.IGNORECASE,
)
_ROOTS = (
    "#root,#app,#__next,#__nuxt,#___gatsby,#svelte,#q-app,#main-app,#app-root,#react-root,"
    "#application,#ember-app,app-root,[ng-app],[ng-version],[data-reactroot],[data-server-rendered]"
)
_SEGMENTS = re.compile(r"[|\u2013\u2014·:»«!?.,()]| - ")
_SOLD_NAME = re.compile(r"[a-z0-9-]{3,}")


def is_login(scene: Scene) -> bool:
    """Return whether we stand before a login instead of the page."""
    final, asked = scene.fetched.final_url, scene.fetched.url
    if scene.moved and _LOGIN_PATH.search(final) and not _LOGIN_PATH.search(asked):
        return True
    if scene.page is None or scene.page.document.css_first(_KEY_FIELD) is None:
        return False
    if scene.moved and _LOGIN_LIKE.search(final) and not _LOGIN_LIKE.search(asked):
        return True
    return len(scene.text) < SHORT_TEXT and says(scene.headline, LOGIN)


def asks_for_consent(scene: Scene) -> bool:
    """Return whether we were led to a question about cookies, age or country, not to the page."""
    final, asked = scene.fetched.final_url, scene.fetched.url
    return bool(scene.moved and _CONSENT.search(final) and not _CONSENT.search(asked))


def is_out_of_order(scene: Scene) -> bool:
    """Return whether a short page tells of an error or of work on the server, whatever its status."""
    if len(scene.text) >= SHORT_TEXT:
        return False
    return says(scene.headline, OUT_OF_ORDER) or says(scene.text[:SHELL_TEXT], OUT_OF_ORDER)


def is_parked(scene: Scene) -> bool:
    """Return whether the domain shows advertisement or an offer for itself."""
    host = urls.host_of(scene.fetched.final_url)
    if _is_parking(host) and not _is_parking(urls.host_of(scene.fetched.url)):
        return True
    size = len(scene.text)
    if size >= OFFER_TEXT:
        return False
    if says(scene.headline, FOR_SALE) and _names_itself(scene, host):
        return True
    if size >= SHORT_TEXT or _is_parking(host):
        return False
    return says(scene.headline, FOR_SALE) or says(scene.text, FOR_SALE) or _has_parking_marks(scene)


def _names_itself(scene: Scene, host: str) -> bool:
    domain = urls.domain_or_host(host).lower()
    return _SOLD_NAME.match(domain) is not None and domain in scene.headline.lower()


def _has_parking_marks(scene: Scene) -> bool:
    if scene.page is None:
        return False
    if any(mark in scene.page.markup[:65_536].lower() for mark in PARKING_MARKS):
        return True
    nodes = scene.page.document.css("script[src],iframe[src],frame[src]")
    sources = (
        urls.resolve(node.attributes.get("src") or "", scene.fetched.final_url) for node in nodes
    )
    return any(source is not None and _is_parking(urls.host_of(source)) for source in sources)


def _is_parking(host: str) -> bool:
    return urls.same_site(host, PARKING_HOSTS)


def says_not_found(scene: Scene) -> bool:
    """Return whether a short page says that there is no page."""
    if len(scene.text) >= SHORT_TEXT:
        return False
    return says(scene.headline, NOT_FOUND) or any(map(_is_404, scene.headings))


def _is_404(heading: str) -> bool:
    """Return whether a part of a heading is the number and no more: not "1404 ideas"."""
    for segment in _SEGMENTS.split(heading.lower()):
        words = [word for word in segment.replace("#", " ").split() if word not in ERROR_WORDS]
        if words in (["404"], ["410"]):
            return True
    return False


def went_home(scene: Scene) -> bool:
    """Return whether the page sends everybody to the home page."""
    return scene.moved and is_root(scene.fetched.final_url) and not is_root(scene.fetched.url)


def went_where_all_go(scene: Scene) -> bool:
    """Return whether the page leads to where the host sends all that does not exist."""
    sibling = scene.sibling
    if sibling is None or sibling.status is None or not (scene.moved and sibling.moved):
        return False
    return urls.url_key(scene.fetched.final_url) == urls.url_key(sibling.final_url)


def is_shown_for_all(scene: Scene) -> bool:
    """Return whether the host shows the same text for an address that cannot exist."""
    sibling = scene.sibling
    if sibling is None or not sibling.is_shown or sibling.moved or scene.page is None:
        return False
    if is_root(scene.fetched.url) or sibling.fingerprint is None:
        return False
    return is_alike(fingerprint_of(scene.page, scene.fetched.final_url), sibling.fingerprint)


def is_framework(scene: Scene) -> bool:
    """Return whether what is shown for all is the frame into which scripts put the page."""
    if scene.page is None or not is_shown_for_all(scene):
        return False
    document = scene.page.document
    if document.css_first("script") is None:
        return False
    return len(scene.text) < SHELL_TEXT or document.css_first(_ROOTS) is not None


def is_root(url: str) -> bool:
    """Return whether a URL is the home page of its host."""
    return "/" not in urls.url_key(url).partition("://")[2].partition("?")[0]


def is_shell(scene: Scene) -> bool:
    """Return whether the page is empty until its scripts have run."""
    if scene.page is None or len(scene.text) >= SHELL_TEXT:
        return False
    document = scene.page.document
    if document.css_first("script") is None:
        return False
    if scene.fetched.rendered:
        # Its scripts have run, so what they were asked for has lapsed: only emptiness speaks.
        return LOADING.fullmatch(scene.text) is not None or _has_empty_root(scene)
    if NEEDS_SCRIPTS.search(scene.text) is not None:
        return True
    if any(NEEDS_SCRIPTS.search(node.text()[:2_000]) for node in document.css("noscript")[:20]):
        return True
    if LOADING.fullmatch(scene.text) is None:
        return _has_empty_root(scene)
    return document.css_first("script[src]") is not None or document.css_first(_ROOTS) is not None


def _has_empty_root(scene: Scene) -> bool:
    root = scene.page.document.css_first(_ROOTS) if scene.page is not None else None
    return root is not None and LOADING.fullmatch(" ".join(root.text().split())) is not None


def sends_on(scene: Scene) -> bool:
    """Return whether the page leaves for another within seconds."""
    return onward(scene) is not None


def onward(scene: Scene) -> str | None:
    """Return where the page sends its reader by itself, as quickly as a redirect (crawl.md 4)."""
    if scene.page is None or not 200 <= scene.status < 300 or scene.fetched.failure is not None:
        return None
    refresh = scene.page.refresh
    if refresh is None or refresh.seconds > REFRESH_SECONDS or not urls.is_http(refresh.url):
        return None
    # A link that stands here is a link here; where the page leads to our site, it is one itself.
    if scene.page.links:
        return None
    if urls.url_key(refresh.url) == urls.url_key(scene.fetched.final_url):
        return None
    return refresh.url if wall_of(scene) is None else None
