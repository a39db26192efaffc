"""Recognises pages that stop robots by the marks of their makers; nothing here goes around them.

A page that a wall has let through carries many of the same marks, and an article may write about
them. So a refusing status believes every mark; an ordinary answer only where it shows next to
nothing, and only marks that are not themselves the words that the page shows.
"""

import re

from services.crawler.domain.scene import Scene
from shared import urls

SCANNED_BYTES = 128 * 1024
SHORT_TEXT = 1_000
NAMED_TEXT = 500
EMPTY_TEXT = 200
FEW_LINKS = 5
REFRESH_SECONDS = 5

_REFUSING = frozenset({401, 403, 405, 406, 429, 503})
_HEADERS = (
    ("cloudflare", "cf-mitigated", ("challenge",)),
    ("aws-waf", "x-amzn-waf-action", ("challenge", "captcha")),
    ("vercel", "x-vercel-mitigated", ("challenge", "deny")),
)
_REFUSING_HEADERS = (
    *(("datadome", "x-datadome"), ("datadome", "x-dd-b"), ("kasada", "x-kpsdk-ct")),
    *(("sucuri", "x-sucuri-block"), ("perimeterx", "x-px-authorization")),
)
# Where a redirect leads that ends at a wall.
_PLACES = (
    ("siteground", "/.well-known/sgcaptcha/"),
    ("incapsula", "/_incapsula_resource"),
    ("cloudflare", "/cdn-cgi/l/chk_"),
    ("radware", "//validate.perfdrive.com/"),
    ("datadome", "//geo.captcha-delivery.com/"),
    ("yandex", "/showcaptcha"),
    ("google", "google.com/sorry/"),
    ("amazon", "/errors/validatecaptcha"),
    ("qrator", "/__qrator/"),
    ("vercel", "/.well-known/vercel/security/"),
)
# Marks of challenges in the markup of a page that shows little else.
_MARKS = (
    *(("cloudflare", b"_cf_chl_opt"), ("cloudflare", b"cf-browser-verification")),
    *(("cloudflare", b"/cdn-cgi/challenge-platform/h/"), ("cloudflare", b"cf-error-details")),
    *(("incapsula", b"_incapsula_resource?swudnsai="), ("incapsula", b"_incapsula_resource?cwud")),
    *(("datadome", b"captcha-delivery.com/c"), ("datadome", b"captcha-delivery.com/i")),
    *(("aws-waf", b"awswafintegration.getchallenge"), ("aws-waf", b"awswafcookiedomainlist")),
    *(("aws-waf", b"window.gokuprops"), ("perimeterx", b"px-captcha")),
    *(("akamai", b"errors.edgesuite.net"), ("akamai", b"sec-if-cpt-container")),
    *(("akamai", b"sec-cpt-if"), ("siteground", b"/.well-known/sgcaptcha/")),
    *(("sucuri", b"sucuri_cloudproxy_js"), ("sucuri", b"cdn.sucuri.net/sucuri-firewall-block")),
    *(("ddos-guard", b"/.well-known/ddos-guard/"), ("ddos-guard", b"check.ddos-guard.net/")),
    *(("vercel", b"/.well-known/vercel/security/"), ("anubis", b'id="anubis_challenge"')),
    *(("distil", b"distil_r_captcha"), ("radware", b"perfdrive.com"), ("f5", b"/tspd/")),
    *(
        ("imunify360", b"imunify360-captcha"),
        ("imunify360", b"wsidchk"),
        ("litespeed", b"/lsrecap/"),
    ),
    *(("qrator", b"/__qrator/"), ("yandex", b"/showcaptcha"), ("stackpath", b"sbbpcg")),
    *(("wordfence", b"wordfence waf"), ("bitninja", b"bitninja-captcha")),
)
# Marks that stand on every page behind the same wall: they tell only where nothing else is shown.
_ON_EMPTY_PAGES = (
    *(("cloudflare", b"/cdn-cgi/challenge-platform/"), ("incapsula", b"_incapsula_resource")),
    *(("perimeterx", b"_pxappid"), ("aws-waf", b"awswaf.com"), ("kasada", b"kpsdk")),
    *(("datadome", b"js.datadome.co"), ("akamai", b"/_sec/cp_challenge/")),
    *(
        ("captcha", b"g-recaptcha"),
        ("captcha", b"google.com/recaptcha/"),
        ("captcha", b"h-captcha"),
    ),
    *(("captcha", b"hcaptcha.com/1/api.js"), ("captcha", b"cf-turnstile")),
    *(("captcha", b"challenges.cloudflare.com/turnstile"), ("captcha", b"smartcaptcha")),
    *(("captcha", b"geetest"), ("captcha", b"friendlycaptcha"), ("captcha", b"arkoselabs.com")),
)
# What such pages call themselves, as the whole of a title or heading, or one side of its bar.
_NAMES = frozenset(
    (
        *("just a moment", "attention required!", "attention required", "access denied"),
        *("are you a robot", "are you human", "verifying you are human", "robot check"),
        *("verify you are human", "checking your browser", "bot verification", "security check"),
        *(
            "human verification",
            "captcha",
            "pardon our interruption",
            "ddos-guard",
            "client challenge",
        ),
        *("vercel security checkpoint", "security checkpoint", "one moment, please", "blocked"),
        *("you have been blocked", "sorry, you have been blocked", "access blocked", "forbidden"),
        *("access to this page has been denied", "request rejected", "request blocked"),
        *("making sure you're not a bot", "radware bot manager captcha", "403 forbidden"),
        *(
            "human security",
            "unusual traffic",
            "security verification",
            "please verify you are human",
        ),
        *("too many requests", "429 too many requests", "error 403", "error 1020", "error 1015"),
        *("sucuri website firewall - access denied", "web application firewall", "please wait"),
        *("please wait... | cloudflare", "checking your browser before accessing", "bot check"),
        *(
            "acceso denegado",
            "accès refusé",
            "zugriff verweigert",
            "доступ запрещен",
            "ddos protection",
        ),
    )
)
# Sentences that only such pages say, where they say little else.
_SENTENCES = (
    *("request unsuccessful. incapsula incident id", "generated by wordfence"),
    *("the requested url was rejected. please consult with your administrator",),
    *("verify you are human by completing", "press & hold to confirm you are", "press and hold to"),
    *("needs to review the security of your connection", "please complete the security check"),
    *("enable javascript and cookies to continue", "ddos protection by"),
    *("unusual traffic from your computer network", "your access to this site has been limited"),
    *("checking your browser before accessing", "checking if the site connection is secure"),
    *(
        "please enable cookies and reload",
        "to continue, please confirm that you",
        "are not a robot",
    ),
    *("your request is being verified", "unusual activity from your", "not a robot"),
    *("why have i been blocked", "access to this page has been denied because"),
    *("you don't have permission to access", "your ip address has been blocked"),
    *("sie kein roboter sind", "pas un robot", "no eres un robot", "вы не робот", "não é um robô"),
)
_EDGES = " .!?…\u200b"
_BAR = re.compile(r"\s+[|\u2013\u2014-]\s+")


def wall_of(scene: Scene) -> str | None:
    """Return who stopped us, None when this is no challenge that we know."""
    fetched = scene.fetched
    for maker, name, values in _HEADERS:
        if (fetched.header(name) or "").strip().lower() in values:
            return maker
    start = fetched.body[:SCANNED_BYTES].lower()
    if scene.status in _REFUSING:
        return _refusing(scene, start)
    return _standing(scene, start)


def _refusing(scene: Scene, start: bytes) -> str | None:
    for maker, name in _REFUSING_HEADERS:
        if scene.fetched.header(name) is not None:
            return maker
    marked = (maker for maker, mark in (*_MARKS, *_ON_EMPTY_PAGES) if mark in start)
    return next(marked, None) or _named(scene)


def _standing(scene: Scene, start: bytes) -> str | None:
    """Return who stands in the way of an answer that looks like a page."""
    if scene.moved:
        place = scene.fetched.final_url.lower()
        for maker, mark in _PLACES:
            if mark in place:
                return maker
    text = scene.text.lower()
    if len(text) >= SHORT_TEXT or _has_contents(scene):
        return None
    marks = _MARKS if len(text) >= EMPTY_TEXT else (*_MARKS, *_ON_EMPTY_PAGES)
    for maker, sign in marks:
        if sign in start and sign.decode() not in text:
            return maker
    named = _named(scene) if len(text) < NAMED_TEXT else None
    return named or ("unnamed" if _asks_again(scene) else None)


def _has_contents(scene: Scene) -> bool:
    """Return whether a page holds links or room for comments, as a challenge does not."""
    if scene.page is None:
        return False
    document = scene.page.document
    return len(document.css("a[href]")) >= FEW_LINKS or document.css_first("textarea") is not None


def _named(scene: Scene) -> str | None:
    for heading in scene.headings:
        whole = heading.lower().strip(_EDGES)
        sides = (whole, *(side.strip(_EDGES) for side in _BAR.split(whole)))
        if any(side in _NAMES for side in sides):
            return "unnamed"
    text = scene.text.lower()
    return "unnamed" if any(sentence in text for sentence in _SENTENCES) else None


def _asks_again(scene: Scene) -> bool:
    """Return whether an empty page only sends us to itself: it wants to see its cookie."""
    refresh = scene.page.refresh if scene.page is not None else None
    return (
        refresh is not None
        and refresh.seconds <= REFRESH_SECONDS
        and len(scene.text) < EMPTY_TEXT
        and urls.url_key(refresh.url) == urls.url_key(scene.fetched.final_url)
    )
