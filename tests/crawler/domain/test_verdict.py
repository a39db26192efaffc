"""One fixture for each reason, and beside it a page that looks alike and must not give it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.crawler.domain.fetched import Fetched
from services.crawler.domain.page import read
from services.crawler.domain.sibling import Sibling, fingerprint_of
from services.crawler.domain.sites import Sites
from services.crawler.domain.verdict import (
    Judgement,
    Verdict,
    Watch,
    judge,
    observation_of,
    sites_of,
)
from shared import ids, urls
from shared.events import Hop
from shared.vocabulary import NOT_OBSERVED, LinkKind, Outcome, Reason

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PAGE = "https://blog.example.org/articles/1"
TARGET = "https://www.target.example/landing"
SITE_ID = ids.new_id()
HOSTS = frozenset({"target.example"})
LINK = '<p>A word about <a href="http://target.example/landing/?utm_source=x">them</a> here.</p>'
TEXT = (
    "<html><head><title>An article</title></head><body><h1>An article</h1>"
    + "<p>Ordinary sentences of an ordinary article, several of them, one after the other.</p>" * 16
)


def a_watch(target: str | None = TARGET, site_id: UUID = SITE_ID) -> Watch:
    return Watch(
        link_id=ids.new_id(),
        site_id=site_id,
        hosts=HOSTS,
        target_key=urls.page_id(target) if target is not None else None,
        target_url=target,
    )


def look(
    html: str = TEXT,
    *,
    watches: Sequence[Watch] | None = None,
    status: int | None = 200,
    headers: Sequence[tuple[str, str]] = (),
    url: str = PAGE,
    final_url: str | None = None,
    hops: tuple[Hop, ...] = (),
    failure: Reason | None = None,
    content_type: str = "text/html; charset=utf-8",
    google_allowed: bool | None = None,
    sites: Sites | None = None,
    sibling: Sibling | None = None,
) -> Judgement:
    fetched = Fetched(
        url=url,
        final_url=final_url or url,
        status=status,
        headers=(("Content-Type", content_type), *headers),
        hops=hops,
        body=html.encode(),
        failure=failure,
    )
    watches = [a_watch()] if watches is None else watches
    sites = sites or sites_of(watches)
    is_html = content_type.startswith("text/html") and failure in {None, Reason.TOO_LARGE}
    page = None
    if is_html:
        page = read(fetched.body, fetched.final_url, dict(fetched.headers), wanted=sites.wanted)
    return judge(
        fetched,
        page,
        watches,
        sites=sites,
        now=NOW,
        google_allowed=google_allowed,
        sibling=sibling,
    )


def one(judgement: Judgement) -> Verdict:
    (verdict,) = judgement.verdicts
    return verdict


def said(judgement: Judgement) -> tuple[Outcome, tuple[Reason, ...]]:
    verdict = one(judgement)
    return verdict.outcome, verdict.reasons


def test_a_link_that_stands_there_is_found_with_its_words() -> None:
    judgement = look(TEXT + LINK)
    assert said(judgement) == (Outcome.FOUND, ())
    (place,) = one(judgement).occurrences
    assert (place.anchor_text, place.left_context) == ("them", "A word about")
    assert place.target_key == urls.page_id(TARGET)
    assert (judgement.sight.indexable, judgement.sight.page_followed) == (True, True)
    assert judgement.sight.outlinks_external == 1


def test_a_link_that_is_gone_is_missing() -> None:
    assert said(look()) == (Outcome.MISSING, (Reason.LINK_REMOVED,))


@pytest.mark.parametrize(
    ("failure", "outcome"),
    [(reason, Outcome.UNKNOWN) for reason in sorted(NOT_OBSERVED)]
    + [(Reason.DNS_GONE, Outcome.MISSING)],
)
def test_a_fetch_that_failed_says_so(failure: Reason, outcome: Outcome) -> None:
    judgement = look("", status=None, failure=failure)
    assert said(judgement) == (outcome, (failure,))
    assert judgement.sight.indexable is None


@pytest.mark.parametrize(
    ("status", "headers", "outcome", "reason"),
    [
        (404, (), Outcome.MISSING, Reason.PAGE_404),
        (410, (), Outcome.MISSING, Reason.PAGE_410),
        (500, (), Outcome.UNKNOWN, Reason.PAGE_5XX),
        (503, (), Outcome.UNKNOWN, Reason.PAGE_5XX),
        (503, (("Retry-After", "120"),), Outcome.UNKNOWN, Reason.RATE_LIMITED),
        (429, (), Outcome.UNKNOWN, Reason.RATE_LIMITED),
        (425, (), Outcome.UNKNOWN, Reason.RATE_LIMITED),
        (408, (), Outcome.UNKNOWN, Reason.TIMEOUT),
        (401, (), Outcome.UNKNOWN, Reason.LOGIN_WALL),
        (403, (), Outcome.UNKNOWN, Reason.BLOCKED_BY_WALL),
        (451, (), Outcome.UNKNOWN, Reason.BLOCKED_BY_WALL),
        (400, (), Outcome.UNKNOWN, Reason.BLOCKED_BY_WALL),
        (301, (), Outcome.UNKNOWN, Reason.UNREACHABLE),
        (202, (), Outcome.UNKNOWN, Reason.BLOCKED_BY_WALL),
        (206, (), Outcome.UNKNOWN, Reason.TOO_LARGE),
    ],
)
def test_a_status_decides_what_the_page_cannot(
    status: int, headers: Sequence[tuple[str, str]], outcome: Outcome, reason: Reason
) -> None:
    assert said(look(TEXT, status=status, headers=headers)) == (outcome, (reason,))


def test_a_link_on_an_error_page_is_no_link() -> None:
    assert said(look(TEXT + LINK, status=404)) == (Outcome.MISSING, (Reason.PAGE_404,))


CHALLENGES = [
    ("", 403, (("cf-mitigated", "challenge"),)),
    ("<title>Just a moment...</title><script>window._cf_chl_opt={}</script>", 200, ()),
    ("<title>Just a moment...</title>", 503, (("Server", "cloudflare"),)),
    ("<p>x</p>", 403, (("x-datadome", "protected"),)),
    ("<script src='https://geo.captcha-delivery.com/c.js'></script>", 200, ()),
    ("", 202, (("x-amzn-waf-action", "challenge"),)),
    ("<iframe src='/_Incapsula_Resource?SWUDNSAI=31'></iframe>", 200, ()),
    ("Request unsuccessful. Incapsula incident ID: 1-2", 200, ()),
    ('<div id="px-captcha"></div>', 403, ()),
    ("<title>Access Denied</title>Reference #18.1 https://errors.edgesuite.net/18.1", 403, ()),
    ("<meta http-equiv=refresh content='0;/.well-known/sgcaptcha/?r=%2F'>", 202, ()),
    ("<p>Your access has been limited. Generated by Wordfence</p>", 503, ()),
    ("<title>Access Denied</title><p>You have no permission.</p>", 200, ()),
    ("<title>Are you a robot?</title><p>Prove it.</p>", 200, ()),
]


@pytest.mark.parametrize(("html", "status", "headers"), CHALLENGES)
def test_a_challenge_is_a_wall(html: str, status: int, headers: Sequence[tuple[str, str]]) -> None:
    judgement = look(html, status=status, headers=headers)
    assert said(judgement) == (Outcome.UNKNOWN, (Reason.BLOCKED_BY_WALL,))


@pytest.mark.parametrize(
    ("html", "status", "headers", "reason"),
    [
        (TEXT + "<script src=/cdn-cgi/challenge-platform/x.js></script>", 200, (), "removed"),
        (TEXT + "<div class=g-recaptcha></div>", 200, (), "removed"),
        (TEXT + "<script src=/_Incapsula_Resource?x=1></script>", 200, (), "removed"),
        (TEXT, 200, (("x-datadome", "protected"), ("Server", "cloudflare")), "removed"),
        (TEXT + "<p>Just a moment... the cookie Access Denied page</p>", 200, (), "removed"),
        (TEXT, 404, (("Server", "cloudflare"),), "404"),
        (TEXT + "<div class=g-recaptcha></div>", 404, (), "404"),
    ],
)
def test_a_page_behind_a_wall_that_let_us_in_is_a_page(
    html: str, status: int, headers: Sequence[tuple[str, str]], reason: str
) -> None:
    outcome, reasons = said(look(html, status=status, headers=headers))
    assert outcome is Outcome.MISSING
    assert reasons == (Reason.PAGE_404 if reason == "404" else Reason.LINK_REMOVED,)


@pytest.mark.parametrize(
    ("html", "outcome", "reason"),
    [
        ("<title>Page not found</title><p>Sorry.</p>", Outcome.MISSING, Reason.SOFT_404),
        ("<title>Blog</title><h1>404</h1><p>Sorry.</p>", Outcome.MISSING, Reason.SOFT_404),
        ("<h1>Seite nicht gefunden</h1>", Outcome.MISSING, Reason.SOFT_404),
        ("<h1>Страница не найдена</h1>", Outcome.MISSING, Reason.SOFT_404),
        ("<h1>お探しのページは見つかりません</h1>", Outcome.MISSING, Reason.SOFT_404),
        ("<h1>1404 ideas</h1><p>Few.</p>", Outcome.MISSING, Reason.LINK_REMOVED),
        (
            TEXT.replace("An article", "Why a page is not found"),
            Outcome.MISSING,
            Reason.LINK_REMOVED,
        ),
        ("<title>e.com</title><p>This domain is for sale!</p>", Outcome.MISSING, Reason.PARKED),
        ("<script src=https://www.sedoparking.com/x.js></script>", Outcome.MISSING, Reason.PARKED),
        (TEXT + "<p>This domain is for sale, he said.</p>", Outcome.MISSING, Reason.LINK_REMOVED),
        (
            "<title>Log in</title><form><input type=password></form>",
            Outcome.UNKNOWN,
            Reason.LOGIN_WALL,
        ),
        (TEXT + "<form><input type=password></form>", Outcome.MISSING, Reason.LINK_REMOVED),
        ("<div id=root></div><script src=a.js></script>", Outcome.UNKNOWN, Reason.JS_ONLY),
        (
            "<noscript>Please enable JavaScript</noscript><script src=a.js></script>",
            Outcome.UNKNOWN,
            Reason.JS_ONLY,
        ),
        (
            "<div id=root><p>Short page.</p></div><script></script>",
            Outcome.MISSING,
            Reason.LINK_REMOVED,
        ),
        ("<p>Short page.</p><script src=a.js></script>", Outcome.MISSING, Reason.LINK_REMOVED),
        ("<title>404 | Blog</title><p>Sorry.</p>", Outcome.MISSING, Reason.SOFT_404),
        ("<h1>Error 404 - page</h1><p>Sorry.</p>", Outcome.MISSING, Reason.SOFT_404),
        ("<h1>Highway 404 is closed</h1><p>Few.</p>", Outcome.MISSING, Reason.LINK_REMOVED),
        (
            "<h1>Error establishing a database connection</h1>",
            Outcome.UNKNOWN,
            Reason.PAGE_5XX,
        ),
        ("<title>Blog</title><p>Down for maintenance.</p>", Outcome.UNKNOWN, Reason.PAGE_5XX),
        (TEXT + "<p>Down for maintenance.</p>", Outcome.MISSING, Reason.LINK_REMOVED),
        (
            TEXT.replace("An article", "Is your domain for sale?"),
            Outcome.MISSING,
            Reason.LINK_REMOVED,
        ),
        (
            TEXT.replace("An article", "example.org: this domain is for sale"),
            Outcome.MISSING,
            Reason.PARKED,
        ),
        ("<html data-adblockkey=x><p>Related searches</p>", Outcome.MISSING, Reason.PARKED),
        (
            "<div id=app><p>Loading...</p></div><script src=a.js></script>",
            Outcome.UNKNOWN,
            Reason.JS_ONLY,
        ),
        ("<div class=x></div><script src=a.js></script>", Outcome.UNKNOWN, Reason.JS_ONLY),
        (
            "<noscript><meta http-equiv=refresh content='0;url=/elsewhere'></noscript>" + TEXT,
            Outcome.MISSING,
            Reason.LINK_REMOVED,
        ),
        ("", Outcome.UNKNOWN, Reason.UNREACHABLE),
        ("\x01\x02\x03\x04" * 200, Outcome.UNKNOWN, Reason.UNDECODABLE),
        (
            "<meta http-equiv=refresh content='0;url=/elsewhere'>",
            Outcome.UNKNOWN,
            Reason.PAGE_REDIRECTED,
        ),
        (
            TEXT + "<meta http-equiv=refresh content='600'>",
            Outcome.MISSING,
            Reason.LINK_REMOVED,
        ),
        (
            TEXT + "<meta http-equiv=refresh content='90;url=/elsewhere'>",
            Outcome.MISSING,
            Reason.LINK_REMOVED,
        ),
    ],
)
def test_a_page_without_the_link_says_why(html: str, outcome: Outcome, reason: Reason) -> None:
    assert said(look(html)) == (outcome, (reason,))


@pytest.mark.parametrize(
    "html",
    [
        "<title>Page not found</title>",
        "<title>e.com</title><p>This domain is for sale!</p>",
        "<title>Log in</title><input type=password>",
        "<title>Just a moment...</title>",
        "<div id=root></div><script></script>",
    ],
)
def test_a_link_on_the_page_overrides_what_the_page_looks_like(html: str) -> None:
    assert said(look(html + LINK)) == (Outcome.FOUND, ())


@pytest.mark.parametrize(
    ("html", "outcome", "reasons"),
    [
        (f"<!-- {LINK} -->", Outcome.MISSING, (Reason.LINK_IN_COMMENT,)),
        ("<!-- target.example is fine -->", Outcome.MISSING, (Reason.LINK_REMOVED,)),
        (
            "<!-- <a href=https://target.example/other>x</a> -->",
            Outcome.MISSING,
            (Reason.LINK_REMOVED,),
        ),
        (
            '<script>x={"u":"https:\\/\\/target.example\\/landing"}</script>',
            Outcome.UNKNOWN,
            (Reason.JS_ONLY,),
        ),
        (
            '<script>x="https://target.example/landing-two"</script>',
            Outcome.MISSING,
            (Reason.LINK_REMOVED,),
        ),
        (
            '<script type="application/ld+json">{"url":"https://target.example/landing"}</script>',
            Outcome.MISSING,
            (Reason.LINK_REMOVED,),
        ),
        ("<p>See target.example for more.</p>", Outcome.MISSING, (Reason.MENTION_ONLY,)),
        ("<p>See nottarget.example.</p>", Outcome.MISSING, (Reason.LINK_REMOVED,)),
        ("<p>See target.example.org.</p>", Outcome.MISSING, (Reason.LINK_REMOVED,)),
        (f"<template>{LINK}</template>", Outcome.MISSING, (Reason.LINK_REMOVED,)),
        (f"<noscript>{LINK}</noscript>", Outcome.FOUND, (Reason.LINK_IN_NOSCRIPT,)),
        (f"<noscript>{LINK}</noscript>{LINK}", Outcome.FOUND, ()),
        (
            "<iframe srcdoc='<a href=https://target.example/landing>x</a>'></iframe>",
            Outcome.FOUND,
            (Reason.LINK_IN_IFRAME,),
        ),
        (f"<div style='display:none'>{LINK}</div>", Outcome.FOUND, (Reason.LINK_HIDDEN_CSS,)),
        (f"<div style='display:none'>{LINK}</div>{LINK}", Outcome.FOUND, ()),
        ("<a href=https://target.example/landing></a>", Outcome.FOUND, (Reason.ANCHOR_EMPTY,)),
        ("<a href=https://target.example/landing><img alt=x></a>", Outcome.FOUND, ()),
        (
            "<link rel=canonical href=https://target.example/landing>",
            Outcome.MISSING,
            (Reason.LINK_REMOVED,),
        ),
    ],
)
def test_what_is_left_of_a_link_is_told_apart(
    html: str, outcome: Outcome, reasons: tuple[Reason, ...]
) -> None:
    assert said(look(TEXT + html)) == (outcome, reasons)


@pytest.mark.parametrize(
    ("html", "headers", "reasons", "indexable", "followed"),
    [
        ("<meta name=robots content=noindex>", (), {Reason.NOINDEX_META}, False, True),
        ("<meta name=robots content=nofollow>", (), {Reason.PAGE_NOFOLLOW_META}, True, False),
        ("<meta name=bingbot content=noindex>", (), set(), True, True),
        ("", (("X-Robots-Tag", "googlebot: noindex"),), {Reason.NOINDEX_HEADER}, False, True),
        ("", (("X-Robots-Tag", "nofollow"),), {Reason.PAGE_NOFOLLOW_HEADER}, True, False),
        ("", (("x-robots-tag", "otherbot: none"),), set(), True, True),
        ("<link rel=canonical href=/main>", (), {Reason.NOT_CANONICAL}, False, True),
        ("<link rel=canonical href=/articles/1?utm_source=z>", (), set(), True, True),
        (
            "<link rel=canonical href=https://other.example/>",
            (),
            {Reason.CANONICAL_CROSS_DOMAIN},
            False,
            True,
        ),
        ("", (("Link", "</main>; rel=canonical"),), {Reason.NOT_CANONICAL}, False, True),
    ],
)
def test_a_found_link_may_not_count(
    html: str,
    headers: Sequence[tuple[str, str]],
    reasons: set[Reason],
    *,
    indexable: bool,
    followed: bool,
) -> None:
    judgement = look(html + TEXT + LINK, headers=headers)
    assert one(judgement).outcome is Outcome.FOUND
    assert set(one(judgement).reasons) == reasons
    assert judgement.sight.indexable is indexable
    assert judgement.sight.page_followed is followed


def test_a_canonical_in_the_body_is_shown_but_not_obeyed() -> None:
    judgement = look(TEXT + LINK + "<link rel=canonical href=/main>")
    assert said(judgement) == (Outcome.FOUND, ())
    assert judgement.sight.canonical == "https://blog.example.org/main"


def test_a_page_closed_to_google_does_not_count() -> None:
    judgement = look(TEXT + LINK, google_allowed=False)
    assert said(judgement) == (Outcome.FOUND, (Reason.ROBOTS_DISALLOWS_GOOGLE,))
    assert judgement.sight.indexable is False


def test_a_file_is_no_page() -> None:
    judgement = look("%PDF", content_type="application/pdf")
    assert said(judgement) == (Outcome.UNKNOWN, (Reason.NOT_HTML,))


def test_a_page_that_moved_keeps_its_link_or_loses_it() -> None:
    moved = "https://blog.example.org/new-place"
    assert said(look(TEXT + LINK, final_url=moved)) == (Outcome.FOUND, (Reason.PAGE_REDIRECTED,))
    assert said(look(TEXT, final_url=moved)) == (Outcome.MISSING, (Reason.PAGE_REDIRECTED,))


def test_other_spellings_of_the_page_are_no_move() -> None:
    final_url = "https://www.blog.example.org/articles/1/"
    assert said(look(TEXT + LINK, final_url=final_url)) == (Outcome.FOUND, ())
    assert said(look(TEXT, final_url=final_url)) == (Outcome.MISSING, (Reason.LINK_REMOVED,))


def test_a_page_that_sends_everybody_home_is_gone() -> None:
    judgement = look(TEXT, final_url="https://blog.example.org/")
    assert said(judgement) == (Outcome.MISSING, (Reason.PAGE_REDIRECTED, Reason.SOFT_404))


@pytest.mark.parametrize("path", ["/login?next=/articles/1", "/wp-login.php", "/accounts/login/"])
def test_a_page_that_sends_everybody_to_the_login_is_a_wall(path: str) -> None:
    judgement = look(TEXT, final_url=f"https://blog.example.org{path}")
    assert said(judgement) == (Outcome.UNKNOWN, (Reason.LOGIN_WALL,))


def test_a_page_that_redirects_to_the_target_is_a_link() -> None:
    hops = (Hop(url=PAGE, status=301, location=TARGET),)
    judgement = look("<title>404</title>", final_url=TARGET, hops=hops, status=404)
    (place,) = one(judgement).occurrences
    assert one(judgement).outcome is Outcome.FOUND
    assert (place.kind, place.target_url) == (LinkKind.REDIRECT, TARGET)


def test_a_cut_page_shows_what_it_shows_and_hides_the_rest() -> None:
    seen = look(TEXT + LINK, failure=Reason.TOO_LARGE)
    assert said(seen) == (Outcome.FOUND, ())
    both = [a_watch(), a_watch("https://target.example/other")]
    found, other = look(TEXT + LINK, failure=Reason.TOO_LARGE, watches=both).verdicts
    assert found.outcome is Outcome.FOUND
    assert (other.outcome, other.reasons) == (Outcome.UNKNOWN, (Reason.TOO_LARGE,))


BESIDE = "https://blog.example.org/articles/0123456789abcdef"


def a_sibling(html: str = TEXT, *, status: int = 200, final_url: str = BESIDE) -> Sibling:
    page = read(html.encode(), final_url, {})
    return Sibling(
        host="blog.example.org",
        probed_at=NOW,
        url=BESIDE,
        final_url=final_url,
        status=status,
        title=page.title,
        fingerprint=fingerprint_of(page, BESIDE),
    )


def test_what_a_host_shows_for_all_addresses_is_no_page() -> None:
    assert look().wants_sibling
    assert said(look(sibling=a_sibling())) == (Outcome.MISSING, (Reason.SOFT_404,))
    echoed = TEXT.replace("Ordinary", BESIDE.rpartition("/")[2], 1)
    own = TEXT.replace("Ordinary", "/articles/the-old-post", 1)
    url = "https://blog.example.org/articles/the-old-post"
    assert said(look(own, url=url, sibling=a_sibling(echoed)))[1] == (Reason.SOFT_404,)


@pytest.mark.parametrize(
    "sibling",
    [
        a_sibling(TEXT.replace("Ordinary sentences of an ordinary article", "Nothing is here")),
        a_sibling(status=404),
        a_sibling(final_url="https://blog.example.org/"),
    ],
    ids=["another text", "an honest 404", "redirected"],
)
def test_a_host_that_tells_its_pages_apart_has_lost_the_link(sibling: Sibling) -> None:
    assert said(look(sibling=sibling)) == (Outcome.MISSING, (Reason.LINK_REMOVED,))


def test_a_link_overrides_what_the_host_shows_for_all() -> None:
    judgement = look(TEXT + LINK, sibling=a_sibling(TEXT + LINK))
    assert (said(judgement), judgement.wants_sibling) == ((Outcome.FOUND, ()), False)


def test_the_home_page_may_be_shown_for_all_and_is_there() -> None:
    judgement = look(url="https://blog.example.org/", sibling=a_sibling())
    assert said(judgement) == (Outcome.MISSING, (Reason.LINK_REMOVED,))


def test_a_page_that_goes_where_all_that_is_gone_goes_is_gone() -> None:
    search = "https://blog.example.org/search?gone"
    judgement = look(final_url=search, sibling=a_sibling(final_url=search))
    assert said(judgement) == (Outcome.MISSING, (Reason.PAGE_REDIRECTED, Reason.SOFT_404))
    other = look(final_url=search, sibling=a_sibling(final_url="https://blog.example.org/404"))
    assert said(other) == (Outcome.MISSING, (Reason.PAGE_REDIRECTED,))


def test_a_frame_that_all_addresses_share_waits_for_its_scripts() -> None:
    frame = f"<div id=app>{TEXT}</div><script src=app.js></script>"
    assert said(look(frame, sibling=a_sibling(frame))) == (Outcome.UNKNOWN, (Reason.JS_ONLY,))


@pytest.mark.parametrize("html", ["<title>404</title>", "<div id=app></div><script></script>"])
def test_what_is_clear_without_it_needs_no_probe(html: str) -> None:
    assert not look(html).wants_sibling
    assert not look(TEXT, status=404).wants_sibling


def test_a_page_that_was_torn_off_may_hold_more() -> None:
    torn = look(TEXT, headers=(("Connection", "close"),))
    assert said(torn) == (Outcome.UNKNOWN, (Reason.UNREACHABLE,))
    for headers in ((("Connection", "close"), ("Content-Length", "9")), ()):
        assert said(look(TEXT, headers=headers))[0] is Outcome.MISSING
    whole = look(TEXT + "</body></html>", headers=(("Connection", "close"),))
    assert said(whole) == (Outcome.MISSING, (Reason.LINK_REMOVED,))


def test_a_question_about_consent_is_not_the_page() -> None:
    judgement = look(TEXT, final_url="https://consent.example.org/collectConsent?to=1")
    assert said(judgement) == (Outcome.UNKNOWN, (Reason.BLOCKED_BY_WALL,))


LINKS = "".join(f'<a href="https://target.example/{name}">{name}</a> ' for name in "abcab")


def test_a_watch_without_a_target_gets_every_target_in_order() -> None:
    judgement = look(TEXT + LINKS, watches=[a_watch(None)])
    verdict = one(judgement)
    assert verdict.outcome is Outcome.FOUND
    assert [place.anchor_text for place in verdict.targets] == ["a", "b", "c"]
    assert [place.anchor_text for place in verdict.occurrences] == ["a", "a"]
    assert judgement.discoveries == ()


def test_a_watch_without_a_target_prefers_what_nobody_tracks() -> None:
    watches = [a_watch(None), a_watch("https://target.example/a")]
    judgement = look(TEXT + LINKS, watches=watches)
    assert [place.anchor_text for place in judgement.verdicts[0].occurrences] == ["b", "b"]


def test_each_new_target_is_offered_to_one_missing_watch_and_the_rest_are_discoveries() -> None:
    watches = [a_watch("https://target.example/x"), a_watch("https://target.example/y")]
    judgement = look(TEXT + LINKS, watches=watches)
    offers = [[place.target_url for place in verdict.targets] for verdict in judgement.verdicts]
    assert offers == [
        ["https://target.example/a", "https://target.example/a"],
        ["https://target.example/b", "https://target.example/b"],
    ]
    assert [found.target_url for found in judgement.discoveries] == ["https://target.example/c"]


def test_a_tracked_target_is_never_offered() -> None:
    watches = [a_watch("https://target.example/x"), a_watch("https://target.example/a")]
    missing, found = look(
        TEXT + '<a href="https://target.example/a">a</a>', watches=watches
    ).verdicts
    assert (missing.outcome, missing.targets) == (Outcome.MISSING, ())
    assert found.outcome is Outcome.FOUND


def test_links_to_other_watched_sites_are_discoveries_of_each_site() -> None:
    other, twin = ids.new_id(), ids.new_id()
    watch = a_watch()
    sites = Sites({watch.site_id: HOSTS, other: ["other.example"], twin: ["www.target.example"]})
    html = TEXT + LINK + '<a href="https://sub.other.example/z" rel=nofollow>z</a>'
    judgement = look(html, watches=[watch], sites=sites)
    assert {(found.site_id, found.target_url) for found in judgement.discoveries} == {
        (other, "https://sub.other.example/z"),
        (twin, "http://target.example/landing/?utm_source=x"),
    }


def test_many_places_are_counted_and_few_are_sent() -> None:
    verdict = one(look(TEXT + LINK * 80))
    assert (verdict.occurrence_count, len(verdict.occurrences)) == (80, 50)


def test_a_verdict_becomes_an_observation() -> None:
    judgement = look(TEXT + LINK, headers=(("X-Robots-Tag", "googlebot: nofollow"),))
    observation = observation_of(
        judgement.sight,
        one(judgement),
        page_id=ids.new_id(),
        check_id=ids.new_id(),
        check_seq=7,
        checked_at=NOW,
    )
    assert observation.outcome is Outcome.FOUND
    assert observation.x_robots_tag == ("googlebot: nofollow",)
    assert observation.page_followed is False
    assert observation.occurrences[0].anchor_text == "them"


@given(
    html=st.sampled_from([TEXT, "", LINK, TEXT + LINK, "<title>404</title>", "<div id=app></div>"]),
    status=st.integers(100, 599) | st.none(),
    failure=st.sampled_from([None, *NOT_OBSERVED]),
    content_type=st.sampled_from(["text/html", "application/pdf", ""]),
)
@settings(max_examples=200)
def test_not_having_looked_is_never_missing(
    html: str, status: int | None, failure: Reason | None, content_type: str
) -> None:
    outcome, reasons = said(look(html, status=status, failure=failure, content_type=content_type))
    if failure is not None:
        assert outcome is not Outcome.MISSING
    if outcome is Outcome.MISSING:
        assert status in {200, 203, 404, 410}
        assert reasons
        assert not NOT_OBSERVED.intersection(reasons)
    if outcome is Outcome.UNKNOWN:
        assert reasons
