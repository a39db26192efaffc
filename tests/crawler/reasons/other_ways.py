"""Cases of the same reasons said in other ways: by other headers, tags, codes, styles and languages."""

from shared.vocabulary import Reason
from tests.crawler.reasons.case import BARE, LINK, LINKED, TARGET, Case, article, case
from tests.web import Behaviour, page, raw, redirect

BODY = f"<p>All from {LINK}.</p>"
PAST = ("25 Jun 2010 15:00:00 PST", "Friday, 25-Jun-10 15:00:00 GMT", "2010-06-25T15:00:00+02:00")


def headed(head: str) -> str:
    return article(BODY, f"<title>Ropes</title>{head}")


def answer(*headers: str, body: str = LINKED) -> Behaviour:
    """Answer with these header lines, which may repeat a name."""
    lines = ("HTTP/1.1 200 OK", "Content-Type: text/html", "Connection: close", *headers, "", body)
    return raw("\r\n".join(lines).encode())


def robots(text: str, *, status: int = 200) -> dict[str, Behaviour | str]:
    return {"/robots.txt": page(text, status=status, Content_Type="text/plain")}


def styled(style: str) -> str:
    return article(f"<div {style}>All from {LINK}.</div>")


NOINDEX, NOFOLLOW = Reason.NOINDEX_META, Reason.PAGE_NOFOLLOW_META
NOINDEX_TOO, NOFOLLOW_TOO = Reason.NOINDEX_HEADER, Reason.PAGE_NOFOLLOW_HEADER

DIRECTIVE_CASES = (
    case("meta_none", NOINDEX, "changed", NOINDEX, NOFOLLOW,
         then=headed("<meta name=robots content=none>")),
    case("metas_of_two", NOINDEX, "changed", NOINDEX, NOFOLLOW,
         then=headed("<meta name=robots content='index, nofollow'>"
                     "<meta name=googlebot content='noindex, follow'>")),
    case("meta_in_the_body", NOINDEX, "changed", NOINDEX,
         then=article(f"{BODY}<meta name=robots content=noindex>")),
    case("not_meta_about_pictures", NOINDEX, "live",
         then=headed("<meta name=robots content='index, max-image-preview:none, max-snippet:-1'>")),
    case("not_meta_in_a_comment", NOINDEX, "live",
         then=headed("<!-- <meta name=robots content=noindex> -->")),
    case("headers_of_two", NOINDEX_TOO, "changed", NOINDEX_TOO, NOFOLLOW_TOO,
         then=answer("X-Robots-Tag: index, nofollow", "x-robots-tag: noindex")),
    case("header_per_agent", NOINDEX_TOO, "changed", NOINDEX_TOO,
         then=answer("X-Robots-Tag: otherbot: nofollow", "X-Robots-Tag: GoogleBot: noindex")),
    case("header_none", NOINDEX_TOO, "changed", NOINDEX_TOO, NOFOLLOW_TOO,
         then=answer("X-Robots-Tag: googlebot: none, otherbot: all")),
    case("both_mechanisms", NOINDEX, "changed", NOINDEX, NOFOLLOW_TOO, Reason.UGC_ADDED,
         then=answer("X-Robots-Tag: nofollow", body=headed("<meta name=robots content=noindex>")
                     .replace("<a ", "<a rel=ugc "))),
    *(case(f"expired_meta_{n}", NOINDEX, "changed", NOINDEX,
           then=headed(f"<meta name=robots content='noarchive, unavailable_after: {date}'>"))
      for n, date in enumerate(PAST)),
    *(case(f"expired_header_{n}", NOINDEX_TOO, "changed", NOINDEX_TOO, NOFOLLOW_TOO,
           then=answer(f"X-Robots-Tag: unavailable_after: {date}, nofollow"))
      for n, date in enumerate(PAST)),
    case("not_expired_header", NOINDEX_TOO, "live",
         then=answer("X-Robots-Tag: unavailable_after: Wed, 25 Jun 2998 15:00:00 GMT")),
)  # fmt: skip

CANONICAL_CASES = (
    case("canonical_in_head_elsewhere", Reason.CANONICAL_CROSS_DOMAIN, "changed",
         Reason.CANONICAL_CROSS_DOMAIN, then=headed("<link rel=canonical href=//else.example/>")),
    case("canonical_in_a_header", Reason.NOT_CANONICAL, "changed", Reason.NOT_CANONICAL,
         then=answer("Link: </x.css>; rel=preload", 'Link: </main>; rel="canonical"')),
    case("not_canonical_of_another_page", Reason.NOT_CANONICAL, "live",
         then=answer('Link: </main>; rel="canonical"; anchor="/other"')),
    case("not_canonical_of_a_version", Reason.NOT_CANONICAL, "live",
         then=headed("<link rel=canonical hreflang=de href=/de><link rel=canonical href=/post>")),
    case("not_canonical_of_a_script", Reason.CANONICAL_CROSS_DOMAIN, "live",
         then=headed("<link rel=canonical href='javascript:0'>")),
)  # fmt: skip

ROBOTS_CASES = (
    case("robots_with_an_error", Reason.ROBOTS_DISALLOWS_US, "unknown", Reason.ROBOTS_DISALLOWS_US,
         also=robots("", status=500)),
    case("robots_too_busy", Reason.RATE_LIMITED, "unknown", Reason.RATE_LIMITED,
         also=robots("", status=429)),
    case("not_robots_forbidden", Reason.ROBOTS_DISALLOWS_US, "live",
         also=robots("User-agent: *\nDisallow: /", status=403)),
    case("robots_moved", Reason.ROBOTS_DISALLOWS_US, "unknown", Reason.ROBOTS_DISALLOWS_US,
         also={"/robots.txt": redirect("/a"), "/a": redirect("/b"), "/b": redirect("/c"),
               "/c": redirect("/d"), "/d": redirect("/e"),
               "/e": page("User-agent: *\nDisallow: /", Content_Type="text/plain")}),
    case("robots_behind_a_redirect", Reason.ROBOTS_DISALLOWS_US, "unknown",
         Reason.ROBOTS_DISALLOWS_US, then=redirect("http://closed.example/post"),
         also={"http://closed.example/post": LINKED,
               "http://closed.example/robots.txt": page("User-agent: *\nDisallow: /")}),
)  # fmt: skip

ANSWER_CASES = (
    case("login_401", Reason.LOGIN_WALL, "unknown", Reason.LOGIN_WALL, then=page("?", status=401)),
    case("wall_403", Reason.BLOCKED_BY_WALL, "unknown", Reason.BLOCKED_BY_WALL,
         then=page("<h1>No</h1>", status=403)),
    case("wall_451", Reason.BLOCKED_BY_WALL, "unknown", Reason.BLOCKED_BY_WALL,
         then=page("<h1>Not in your country</h1>", status=451)),
    case("limited_503", Reason.RATE_LIMITED, "unknown", Reason.RATE_LIMITED,
         then=page("<h1>Later</h1>", status=503, Retry_After="1")),
    case("timeout_408", Reason.TIMEOUT, "unknown", Reason.TIMEOUT, then=page("?", status=408)),
    case("truncated", Reason.UNREACHABLE, "unknown", Reason.UNREACHABLE,
         then=raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 99999\r\n\r\n<p>Of")),
    case("no_content", Reason.UNREACHABLE, "unknown", Reason.UNREACHABLE, then=page("")),
    case("sent_home", Reason.SOFT_404, "lost", Reason.PAGE_REDIRECTED, Reason.SOFT_404,
         then=redirect("/"), also={"/": BARE}),
    case("soft_404_in_german", Reason.SOFT_404, "lost", Reason.SOFT_404,
         then="<title>Seite nicht gefunden</title><h1>Hoppla</h1><p>Nichts da.</p>"),
    case("gone_elsewhere", Reason.PAGE_410, "lost", Reason.PAGE_410,
         then=redirect("/new"), also={"/new": page("<h1>Gone</h1>", status=410)}),
    case("image_only", Reason.NOT_HTML, "unknown", Reason.NOT_HTML,
         then=page(b"GIF89a", Content_Type="image/gif")),
)  # fmt: skip

LINK_CASES = (
    case("hidden_by_attribute", Reason.LINK_HIDDEN_CSS, "changed", Reason.LINK_HIDDEN_CSS,
         then=styled("hidden")),
    case("hidden_off_screen", Reason.LINK_HIDDEN_CSS, "changed", Reason.LINK_HIDDEN_CSS,
         then=styled('style="position:absolute; left:-9999px"')),
    case("hidden_by_size", Reason.LINK_HIDDEN_CSS, "changed", Reason.LINK_HIDDEN_CSS,
         then=styled('style="font-size:0"')),
    case("not_hidden_by_a_word", Reason.LINK_HIDDEN_CSS, "live", then=styled('class="hidden-gems"')),
    case("nofollow_among_others", Reason.NOFOLLOW_ADDED, "changed", Reason.NOFOLLOW_ADDED,
         Reason.SPONSORED_ADDED,
         then=LINKED.replace("<a ", '<a rel="noopener\nNOFOLLOW\tsponsored" ')),
    case("not_nofollow_of_another_link", Reason.NOFOLLOW_ADDED, "live",
         then=article(f'<p>All from {LINK} and <a rel=nofollow href="//else.example/">x</a>.</p>')),
    case("not_nofollow_beside_a_good_one", Reason.NOFOLLOW_ADDED, "live",
         then=article(f'<p><a rel=nofollow href="{TARGET}">the Shop</a></p><p>All from {LINK}.</p>')),
)  # fmt: skip

OTHER_WAYS: tuple[Case, ...] = (
    *DIRECTIVE_CASES,
    *CANONICAL_CASES,
    *ROBOTS_CASES,
    *ANSWER_CASES,
    *LINK_CASES,
)
