"""Cases of the page: gone, moved, empty, closed, not to be listed, not to be read."""

from shared.vocabulary import Reason
from tests.crawler.reasons.case import BARE, LINK, LINKED, TARGET, TEXT, Case, article, case
from tests.web import encoded, endless, gzipped, page, redirect

BODY = f"<p>All from {LINK}.</p>"


def headed(head: str) -> str:
    return article(BODY, f"<title>Ropes</title>{head}")


ANSWER_CASES = (
    case("page_404", Reason.PAGE_404, "lost", Reason.PAGE_404, then=page("<h1>Sorry</h1>", status=404)),
    case("not_page_404", Reason.PAGE_404, "live",
         then=article(BODY, "<title>404 Not Found</title>") + "<h1>404</h1>"),
    case("page_410", Reason.PAGE_410, "lost", Reason.PAGE_410, then=page("<h1>Gone</h1>", status=410)),
    case("not_page_410", Reason.PAGE_410, "unknown", Reason.BLOCKED_BY_WALL,
         then=page("<h1>Gone?</h1>", status=409)),
    case("page_5xx", Reason.PAGE_5XX, "unknown", Reason.PAGE_5XX, then=page("<h1>Oh</h1>", status=502)),
    case("not_page_5xx", Reason.PAGE_5XX, "unknown", Reason.RATE_LIMITED,
         then=page("<h1>Later</h1>", status=503, Retry_After="0")),
    case("page_redirected", Reason.PAGE_REDIRECTED, "lost", Reason.PAGE_REDIRECTED,
         then=redirect("/other", status=301), also={"/other": BARE}),
    case("not_page_redirected", Reason.PAGE_REDIRECTED, "live",
         then=redirect("http://www.not-page-redirected.example/post/", status=308),
         also={"http://www.not-page-redirected.example/post/": LINKED}),
    case("soft_404", Reason.SOFT_404, "lost", Reason.SOFT_404,
         then="<title>Page not found</title><h1>Page not found</h1><p>Try the search.</p>"),
    case("not_soft_404", Reason.SOFT_404, "lost", Reason.LINK_REMOVED,
         then=article(TEXT * 3, "<title>How to write “page not found” well</title>")),
    case("parked", Reason.PARKED, "lost", Reason.PARKED,
         then="<title>parked.example</title><p>This domain is for sale. Make an offer.</p>"),
    case("not_parked", Reason.PARKED, "live",
         then=article(f"<p>A domain for sale is dear. {LINK}.</p>", "<title>Domains</title>")),
    case("not_html", Reason.NOT_HTML, "unknown", Reason.NOT_HTML,
         then=page(b"%PDF-1.7 " + TARGET.encode(), Content_Type="application/pdf")),
    case("not_not_html", Reason.NOT_HTML, "live",
         then=page(LINKED, Content_Type="application/xhtml+xml; charset=utf-8")),
    case("login_wall", Reason.LOGIN_WALL, "unknown", Reason.LOGIN_WALL,
         then=redirect("/login?next=/post"),
         also={"/login?next=/post": "<title>Log in</title><form><input type=password></form>"}),
    case("not_login_wall", Reason.LOGIN_WALL, "live",
         then=article(f"<form>Log in <input type=password></form>{BODY}", "<title>Log in</title>")),
    case("too_large", Reason.TOO_LARGE, "unknown", Reason.TOO_LARGE, then=endless()),
    case("not_too_large", Reason.TOO_LARGE, "live", then=endless(chunk=LINKED.encode() + b"<p>" * 9_000)),
    case("undecodable", Reason.UNDECODABLE, "unknown", Reason.UNDECODABLE,
         then=encoded("gzip", b"this was never compressed")),
    case("not_undecodable", Reason.UNDECODABLE, "live", then=gzipped(LINKED)),
    case("redirect_loop", Reason.REDIRECT_LOOP, "unknown", Reason.REDIRECT_LOOP,
         then=redirect("/there"), also={"/there": redirect("/post")}),
    case("not_redirect_loop", Reason.REDIRECT_LOOP, "changed", Reason.PAGE_REDIRECTED,
         then=redirect("/1"),
         also={**{f"/{n}": redirect(f"/{n + 1}") for n in range(1, 6)}, "/6": LINKED}),
)  # fmt: skip

LISTING_CASES = (
    case("noindex_meta", Reason.NOINDEX_META, "changed", Reason.NOINDEX_META,
         then=headed("<META NAME=Googlebot CONTENT=NoIndex>")),
    case("not_noindex_meta", Reason.NOINDEX_META, "live",
         then=headed("<meta name=robots content='max-snippet:0, unavailable_after: 2999-01-01'>"
                     "<meta name=bingbot content=noindex>")),
    case("noindex_header", Reason.NOINDEX_HEADER, "changed", Reason.NOINDEX_HEADER,
         then=page(LINKED, X_Robots_Tag="unavailable_after: Friday, 25-Jun-10 15:00:00 GMT")),
    case("not_noindex_header", Reason.NOINDEX_HEADER, "live",
         then=page(LINKED, X_Robots_Tag="bingbot: noindex, noarchive")),
    case("not_canonical", Reason.NOT_CANONICAL, "changed", Reason.NOT_CANONICAL,
         then=headed("<link rel=canonical href=/main>")),
    case("not_not_canonical", Reason.NOT_CANONICAL, "live",
         then=headed("<link rel=canonical href=https://www.not-not-canonical.example/post/>")),
    case("canonical_cross_domain", Reason.CANONICAL_CROSS_DOMAIN, "changed", Reason.CANONICAL_CROSS_DOMAIN,
         then=page(LINKED, Link='<https://else.example/post>; rel="canonical"')),
    case("not_canonical_cross_domain", Reason.CANONICAL_CROSS_DOMAIN, "live",
         then=article(f'{BODY}<link rel=canonical href="https://else.example/post">')),
    case("robots_disallows_us", Reason.ROBOTS_DISALLOWS_US, "unknown", Reason.ROBOTS_DISALLOWS_US,
         also={"/robots.txt": page("User-agent: *\nDisallow: /p\n", Content_Type="text/plain")}),
    case("not_robots_disallows_us", Reason.ROBOTS_DISALLOWS_US, "live",
         also={"/robots.txt": page("User-agent: *\nDisallow: /\nUser-agent: AnchorwatchBot\n"
                                   "User-agent: Googlebot\nDisallow: /pos$\n")}),
    case("robots_disallows_google", Reason.ROBOTS_DISALLOWS_GOOGLE, "live", Reason.ROBOTS_DISALLOWS_GOOGLE,
         also={"/robots.txt": page("User-agent: Googlebot\nDisallow: /post\n")}),
    case("not_robots_disallows_google", Reason.ROBOTS_DISALLOWS_GOOGLE, "live",
         also={"/robots.txt": page("User-agent: Googlebot-Image\nDisallow: /\n"
                                   "User-agent: Googlebot\nDisallow: /\nAllow: /post\n")}),
)  # fmt: skip

OF_THE_PAGE: tuple[Case, ...] = (*ANSWER_CASES, *LISTING_CASES)
