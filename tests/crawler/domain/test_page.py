"""A page is read whole: kinds, words, position, hiding, directives, facts."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.crawler.domain.link import Link
from services.crawler.domain.page import Page, read
from services.crawler.domain.surroundings import MAX_TEXT
from shared.vocabulary import LinkKind, Position

URL = "https://blog.example.org/articles/page.html"
UTF_8 = {"Content-Type": "text/html; charset=utf-8"}


def page_of(html: str, **headers: str) -> Page:
    return read(html.encode(), URL, {**UTF_8, **headers})


def link_of(html: str) -> Link:
    return next(link for link in page_of(html).links if link.href_raw == "t")


@pytest.mark.parametrize(
    ("html", "kind", "url"),
    [
        ("<a href=t>x</a>", LinkKind.TEXT, "t"),
        ("<a href=t><img alt=x></a>", LinkKind.IMAGE, "t"),
        ("<a href=t><img alt=x> and text</a>", LinkKind.TEXT, "t"),
        ("<map><area href=t></map>", LinkKind.IMAGE, "t"),
        ("<link rel=canonical href=t>", LinkKind.CANONICAL, "t"),
        ("<link rel=alternate hreflang=de href=t>", LinkKind.ALTERNATE, "t"),
        ("<link rel=alternate type=application/rss+xml href=t>", LinkKind.RSS, "t"),
        ("<iframe src=t></iframe>", LinkKind.FRAME, "t"),
        ("<frameset><frame src=t></frameset>", LinkKind.FRAME, "t"),
        ("<form action=t></form>", LinkKind.FORM, "t"),
        ("<meta http-equiv=Refresh content='5; URL=t'>", LinkKind.REFRESH, "t"),
    ],
)
def test_every_way_to_lead_somewhere_has_its_kind(html: str, kind: LinkKind, url: str) -> None:
    (link,) = page_of(html).links
    assert (link.kind, link.url) == (kind, f"https://blog.example.org/articles/{url}")


def test_style_sheets_and_the_like_lead_nowhere() -> None:
    html = "<link rel=stylesheet href=a><link rel='alternate stylesheet' href=b><link href=c>"
    assert page_of(html).links == ()


@pytest.mark.parametrize(
    ("html", "position", "rule"),
    [
        ("<nav><a href=t>x</a></nav>", Position.NAV, "tag:nav"),
        ("<footer><a href=t>x</a></footer>", Position.FOOTER, "tag:footer"),
        ("<header><a href=t>x</a></header>", Position.HEADER, "tag:header"),
        ("<aside><p><a href=t>x</a></p></aside>", Position.SIDEBAR, "tag:aside"),
        ("<main><a href=t>x</a></main>", Position.CONTENT, "tag:main"),
        ("<article><footer><a href=t>x</a></footer></article>", Position.CONTENT, "tag:article"),
        ("<article><nav><a href=t>x</a></nav></article>", Position.NAV, "tag:nav"),
        ("<div role=contentinfo><a href=t>x</a></div>", Position.FOOTER, "role:contentinfo"),
        ("<div class='site-footer'><a href=t>x</a></div>", Position.FOOTER, "class:site-footer"),
        ("<div id=comments><p><a href=t>x</a></p></div>", Position.COMMENT, "id:comments"),
        ("<li class='comment-content'><a href=t>x</a></li>", Position.COMMENT, None),
        ("<div class=mainMenu><a href=t>x</a></div>", Position.NAV, None),
        ("<div class='widget_links'><a href=t>x</a></div>", Position.SIDEBAR, None),
        ("<div class='entry-content'><p><a href=t>x</a></p></div>", Position.CONTENT, None),
        ("<div class=has-sidebar><p><a href=t>x</a></p></div>", Position.CONTENT, "tag:p"),
        ("<p><a href=t>x</a></p>", Position.CONTENT, "tag:p"),
        ("<div><a href=t>x</a></div>", Position.UNKNOWN, ""),
        ("<body class=footer><div><a href=t>x</a></div>", Position.UNKNOWN, ""),
    ],
)
def test_the_nearest_box_says_where_a_link_stands(
    html: str, position: Position, rule: str | None
) -> None:
    link = link_of(html)
    assert link.position is position
    assert rule is None or link.position_rule == rule


@pytest.mark.parametrize(
    ("html", "rule"),
    [
        ("<p hidden><a href=t>x</a>", "hidden"),
        ("<a href=t style='display: NONE !important'>x</a>", "display"),
        ("<div style='display:none'><p><a href=t>x</a></div>", "display"),
        ("<a href=t style='visibility:hidden'>x</a>", "visibility"),
        ("<a href=t style='opacity:0'>x</a>", "opacity"),
        ("<a href=t style='font-size:0'>x</a>", "font-size"),
        ("<a href=t style='font-size:0px'>x</a>", "font-size"),
        ("<div style='width:0;height:0;overflow:hidden'><a href=t>x</a></div>", "zero-size"),
        ("<div style='height:1px;overflow:hidden'><a href=t>x</a></div>", "zero-size"),
        ("<div style='position:absolute;left:-9999px'><a href=t>x</a></div>", "off-screen"),
        ("<a href=t style='text-indent:-999em'>x</a>", "off-screen"),
        ("<a href=t style='margin-left:-5000px'>x</a>", "off-screen"),
        ("<a href=t style='position:absolute;clip:rect(0,0,0,0)'>x</a>", "clipped"),
        ("<a href=t style='clip-path: inset(50%)'>x</a>", "clipped"),
        ("<a href=t style='transform:scale(0)'>x</a>", "zero-size"),
        ("<div style='background:#fff'><a href=t style='color:white'>x</a></div>", "same-colour"),
        ("<table bgcolor=#FFFFFF><td><font color=white><a href=t>x</a></table>", "same-colour"),
        ("<p style='color:rgb(1,2,3);background-color:#010203'><a href=t>x</a>", "same-colour"),
        ("<dialog><a href=t>x</a></dialog>", "dialog"),
        ("<a href=t>x</a>", ""),
        ("<p style='visibility:hidden'><a href=t style='visibility:visible'>x</a>", ""),
        ("<p style='font-size:0'><a href=t style='font-size:14px'>x</a>", ""),
        ("<p style='color:#fff'><a href=t>x</a>", ""),
        ("<p style='color:#fff;background:#000'><a href=t>x</a>", ""),
        ("<p style='background:#fff'><a href=t style='color:rgba(255,255,255,.5)'>x</a>", ""),
        ("<a href=t style='opacity:.9'>x</a>", ""),
        ("<div style='height:1px'><a href=t>x</a></div>", ""),
        ("<div style='position:absolute;left:-20px'><a href=t>x</a></div>", ""),
        ("<details><a href=t>x</a></details>", ""),
        ("<dialog open><a href=t>x</a></dialog>", ""),
        ("<a href=t style='display'>x</a>", ""),
    ],
)
def test_what_the_page_hides_is_hidden(html: str, rule: str) -> None:
    link = link_of(html)
    assert (link.hidden_rule, link.hidden) == (rule, bool(rule))


def test_words_of_a_link_are_what_a_person_reads() -> None:
    link = link_of(
        "<a href=t> One<br>two<div>three</div><script>no()</script><style>.x{}</style></a>"
    )
    assert link.visible_text == "One two three"
    assert link.text == "Onetwothreeno().x{}"


def test_the_words_around_a_link_stay_inside_its_block() -> None:
    link = link_of(
        "<p>Before that</p><p>Alpha <b>beta</b> <a href=t>x</a>, <i>gamma</i> delta</p><p>after</p>"
    )
    assert (link.left_context, link.right_context) == ("Alpha beta", ", gamma delta")


def test_long_surroundings_are_cut_between_words() -> None:
    link = link_of(f"<p>{'left ' * 200}<a href=t>x</a>{' right' * 200}</p>")
    assert link.left_context.startswith("left left")
    assert link.right_context.endswith("right")
    assert 100 < len(link.left_context) <= 160


def test_noscript_and_frames_are_told_apart() -> None:
    html = "<p><noscript><a href=t>x</a></noscript><iframe srcdoc='<base href=/b/><a href=f>y</a>'>"
    seen, framed = page_of(html).links
    assert (seen.in_noscript, seen.in_iframe) == (True, False)
    assert (framed.in_iframe, framed.kind) == (True, LinkKind.FRAME)
    assert framed.url == "https://blog.example.org/b/f"


def test_frames_in_frames_have_an_end() -> None:
    html = "<a href=deep>x</a>"
    for _ in range(6):
        html = f"<iframe srcdoc='{html.replace('&', '&amp;').replace(chr(39), '&#39;')}'></iframe>"
    assert page_of(html).links == ()


def test_the_head_of_a_page() -> None:
    page = page_of(
        "<html lang=de-AT><title> A \n title </title><link rel=Canonical href=/main>"
        "<meta name=ROBOTS content='NoIndex, max-snippet:-1'><meta name=googlebot content=nofollow>"
        "<meta name=description content=none><base href=/b/><svg><title>no</title></svg>"
    )
    assert (page.title, page.lang) == ("A title", "de-AT")
    assert page.canonical == "https://blog.example.org/main"
    assert page.meta_robots == ("noindex", "max-snippet: -1", "googlebot: nofollow")
    assert page.base == "https://blog.example.org/b/"


def test_the_canonical_of_a_header_is_second_to_that_of_the_head() -> None:
    header = "</h>; rel=canonical"
    assert page_of("<p>", Link=header).canonical == "https://blog.example.org/h"
    both = page_of("<link rel=canonical href=/m>", Link=header)
    assert both.canonical == "https://blog.example.org/m"


@pytest.mark.parametrize(
    ("html", "in_head"),
    [
        ("<head><link rel=canonical href=/m></head>", True),
        ("<body><p>x<link rel=canonical href=/m>", False),
        ("<head><noscript><img src=x></noscript><link rel=canonical href=/m></head>", True),
        ("<head><div></div><link rel=canonical href=/m></head>", False),
    ],
)
def test_a_canonical_counts_in_the_head_that_a_search_engine_sees(
    html: str, *, in_head: bool
) -> None:
    page = page_of(html)
    assert page.canonical == "https://blog.example.org/m"
    assert page.canonical_in_head is in_head


@pytest.mark.parametrize(
    ("content", "seconds", "url"),
    [
        ("0;url=/n", 0, "/n"),
        ("5; URL = '/n' rest", 5, "/n"),
        (' 3.7 , url="/n"', 3, "/n"),
        ("0 /n", 0, "/n"),
        ("0;/n", 0, "/n"),
        ("300", None, None),
        ("url=/n", None, None),
        ("", None, None),
    ],
)
def test_a_refresh_is_read_as_the_standard_says(
    content: str, seconds: int | None, url: str | None
) -> None:
    escaped = content.replace('"', "&quot;")
    refresh = page_of(f'<meta http-equiv=refresh content="{escaped}">').refresh
    expected = None if url is None else (seconds, f"https://blog.example.org{url}")
    assert (refresh and (refresh.seconds, refresh.url)) == expected


def test_a_refresh_without_scripts_only_is_none() -> None:
    html = "<noscript><meta http-equiv=refresh content='0;url=/n'></noscript>"
    assert page_of(html).refresh is None


def test_links_in_comments_are_kept_apart() -> None:
    page = page_of("<!-- gone: <a href='https://t.example/a'>x</a> --><a href=t>y</a>")
    assert [link.href_raw for link in page.links] == ["t"]
    assert page.commented_links(lambda host: host == "t.example") == ("https://t.example/a",)


def test_facts_of_a_page() -> None:
    facts = page_of(
        "<html><head><meta name=description content='About it'><meta name=generator content='WordPress 6'>"
        "<script async src=https://pagead2.googlesyndication.com/x.js></script></head>"
        "<body class=post><p>Five words are written here</p><script>gtag('G-ABCDEF1234')</script>"
        "<a href=/contact>Contact us</a><a href=/privacy-policy>Privacy</a>"
        "<a rel=nofollow href=https://one.example/>One</a><a href=https://sub.one.example/>Sub</a>"
        "<a href=mailto:Editor@Example.org hidden>mail</a><a href=//two.example hidden>Two</a>"
    ).facts
    assert facts.outlink_domains == ("one.example", "two.example")
    assert (facts.hidden_links, facts.nofollow_links, facts.ad_scripts) == (1, 1, 1)
    assert (facts.has_contact, facts.has_legal) == (True, True)
    assert facts.tracker_ids == ("G-ABCDEF1234",)
    assert (facts.platform, facts.description) == ("wordpress", "About it")
    assert facts.emails == ("editor@example.org",)
    assert facts.word_count == 12


def test_near_texts_have_near_fingerprints() -> None:
    words = [f"word{number}" for number in range(300)]
    one = page_of(" ".join(words)).facts.text_fingerprint
    near = page_of(" ".join([*words[:-3], "other", "end"])).facts.text_fingerprint
    far = page_of(" ".join(f"else{number}" for number in range(300))).facts.text_fingerprint
    assert one is not None
    assert near is not None
    assert far is not None
    assert (int(one, 16) ^ int(near, 16)).bit_count() <= 8
    assert (int(one, 16) ^ int(far, 16)).bit_count() > 16


def test_a_huge_anchor_is_cut_and_says_so() -> None:
    link = link_of(f"<a href=t>{'word ' * 2_000_000}</a>")
    assert len(link.text) == MAX_TEXT
    assert link.truncated
    assert not link_of("<a href=t>word</a>").truncated


@given(st.binary(max_size=600))
@settings(max_examples=150)
def test_any_bytes_are_a_page(body: bytes) -> None:
    page = read(body, URL, {})
    assert page.facts.markup_bytes >= 0
    page.commented_links(lambda _: True)


@given(st.text("<>/a hrefbs='\"!-[]&;#x0svgmath=\n", max_size=300))
@settings(max_examples=150)
def test_any_markup_is_a_page(html: str) -> None:
    page = page_of(html)
    assert all(link.url is None or ":" in link.url for link in page.links)
    assert page.facts.markup_bytes == len(html.encode())


@pytest.mark.parametrize(
    ("unit", "count"),
    [
        ("<div>", 1_000_000),
        ("<div><a href=t>x</a>", 60_000),
        ("<a href=//t.example/x>y</a> ", 40_000),
        ("<svg><a href=t>x", 40_000),
        ("<b><a href=t>x</b>", 20_000),
        ("<a href=t>", 100_000),
        ("<!-- <a href=t>x</a> -->", 60_000),
        ("<p style='color:red;color:blue'><a href=t>", 40_000),
    ],
    ids=lambda value: str(value)[:20],
)
def test_hostile_pages_take_bounded_time(unit: str, count: int) -> None:
    started = time.process_time()
    read((unit * count).encode(), URL, UTF_8, wanted=lambda host: host == "t.example")
    assert time.process_time() - started < 8
