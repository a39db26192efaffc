"""What a page hides by its own style blocks is hidden, and nothing else is."""

import pytest

from services.crawler.domain.link import Link
from services.crawler.domain.page import read
from services.crawler.domain.stylesheet import MAX_RULES, MAX_STEPS

URL = "https://blog.example.org/"


def link_of(html: str) -> Link:
    page = read(html.encode(), URL, {"Content-Type": "text/html; charset=utf-8"})
    return next(link for link in page.links if link.href_raw == "t")


def rule_of(css: str, html: str) -> str:
    return link_of(f"<style>{css}</style>{html}").hidden_rule


HIDDEN = [
    (".x{display:none}", "<a class=x href=t>y</a>", "display"),
    (".x{display:none}", "<div class='a x b'><p><a href=t>y</a></div>", "display"),
    ("#x { Display : NONE ; }", "<div id=x><a href=t>y</a></div>", "display"),
    ("section{visibility:hidden}", "<section><a href=t>y</a></section>", "visibility"),
    ("a.x.y{opacity:0}", "<a class='y x' href=t>y</a>", "opacity"),
    ("div.x a{font-size:0}", "<div class=x><p><a href=t>y</a></div>", "font-size"),
    ("div.x>a{font-size:0px}", "<div class=x><a href=t>y</a></div>", "font-size"),
    (".x{position:absolute;left:-9999px}", "<div class=x><a href=t>y</a></div>", "off-screen"),
    (".x{text-indent:-9999px}", "<a class=x href=t>y</a>", "off-screen"),
    (".x{transform:translateX(-2000px)}", "<p class=x><a href=t>y</a>", "off-screen"),
    (".x{width:0;height:0;overflow:hidden}", "<div class=x><a href=t>y</a></div>", "zero-size"),
    (".x{clip:rect(0,0,0,0)}", "<span class=x><a href=t>y</a></span>", "clipped"),
    ("body{background:#fff}a{color:white}", "<a href=t>y</a>", "same-colour"),
    (".x{color:transparent}", "<a class=x href=t>y</a>", "transparent"),
    ("p,.x , b{display:none}", "<div class=x><a href=t>y</a></div>", "display"),
    ("/* .y{ */.x{display:none}/* } */", "<a class=x href=t>y</a>", "display"),
    ("@media screen{.x{display:none}}", "<a class=x href=t>y</a>", "display"),
    ("@layer a{.x{display:none}}", "<a class=x href=t>y</a>", "display"),
    ("@charset 'x';@import 'y';.x{display:none}", "<a class=x href=t>y</a>", "display"),
    (".x{display:block}.x{display:none}", "<a class=x href=t>y</a>", "display"),
    (".x{display:none!important}", "<a class=x style=display:inline href=t>y</a>", "display"),
    ("#x{display:none}.y.y{display:block}", "<p id=x class=y><a href=t>y</a>", "display"),
    ("*{display:none}", "<a href=t>y</a>", "display"),
    (".x{display:none", "<a href=t>y</a>", ""),
    (".x{display:none}", "<a class=X href=t>y</a>", ""),
    (".x .y{display:none}", "<p class=y><a href=t>y</a>", ""),
    (".x>a{display:none}", "<p class=x><b><a href=t>y</a>", ""),
    (".x:hover{display:none}", "<a class=x href=t>y</a>", ""),
    (".x::before{display:none}", "<a class=x href=t>y</a>", ""),
    (".x[y]{display:none}", "<a class=x href=t>y</a>", ""),
    ("@media print{.x{display:none}}", "<a class=x href=t>y</a>", ""),
    ("@media (max-width:9px){.x{display:none}}", "<a class=x href=t>y</a>", ""),
    ("@media screen and (max-width:9px){.x{display:none}}", "<a class=x href=t>y</a>", ""),
    ("@keyframes x{from{opacity:0}to{opacity:1}}", "<from><a href=t>y</a>", ""),
    (".x{display:none}.x{display:block}", "<a class=x href=t>y</a>", ""),
    ("p.x{display:block}.x{display:none}", "<p class=x><a href=t>y</a>", ""),
    (".x{display:none}", "<a class=x style=display:inline href=t>y</a>", ""),
    (".x{opacity:0;transition:opacity 1s}", "<a class=x href=t>y</a>", ""),
    (".x{opacity:var(--y)}", "<a class=x href=t>y</a>", ""),
    (
        ".x ul{display:none}.x:hover ul{display:block}",
        "<div class=x><ul><a href=t>y</a></ul></div>",
        "",
    ),
    (".x{left:-9999px;position:absolute}.x:focus{left:0}", "<a class=x href=t>y</a>", ""),
    (".x{text-indent:-9999px;background:url(logo.png)}", "<a class=x href=t>y</a>", ""),
    (
        "body{background:#fff}.x{background:url(d.jpg)}a{color:#fff}",
        "<p class=x><a href=t>y</a>",
        "",
    ),
    (".x{color:transparent;-webkit-background-clip:text}", "<a class=x href=t>y</a>", ""),
    ("body{color:#000;background:#fff}", "<a href=t>y</a>", ""),
    ("[hidden]{display:none}.x{display:block}", "<p hidden class=x><a href=t>y</a>", ""),
]


@pytest.mark.parametrize(("css", "html", "rule"), HIDDEN)
def test_simple_rules_of_a_style_block_decide(css: str, html: str, rule: str) -> None:
    link = link_of(f"<style>{css}</style>{html}")
    assert (link.hidden_rule, link.hidden) == (rule, bool(rule))


def test_styles_for_print_and_for_no_scripts_do_not_count() -> None:
    css = "<style{}>.x{{display:none}}</style>"
    link = "<a class=x href=t>y</a>"
    assert link_of(css.format("") + link).hidden
    assert link_of(css.format(" media=screen") + link).hidden
    assert not link_of(css.format(" media=print") + link).hidden
    assert not link_of(f"<noscript>{css.format('')}</noscript>{link}").hidden


def test_a_style_block_in_a_frame_holds_in_the_frame_only() -> None:
    framed = "<style>a{display:none}</style><a href=t>y</a>"
    assert link_of(f"<iframe srcdoc='{framed}'></iframe>").hidden
    assert not link_of(
        f"<iframe srcdoc='{framed.replace('href=t', 'href=u')}'></iframe><a href=t>y</a>"
    ).hidden


@pytest.mark.parametrize(
    ("html", "rule"),
    [
        ("<a href=t><span style=display:none>y</span></a>", "display"),
        ("<p style='background:#fff'><a href=t><font color=white>y</font></a>", "same-colour"),
        ("<a href=t><b><i style='font-size:0'>y</i></b></a>", "font-size"),
        ("<a href=t><img width=1 height=1 src=z></a>", "zero-size"),
        ("<a href=t><img width=88 height=1 src=z></a>", ""),
        ("<a href=t><img src=z></a>", ""),
        ("<a href=t><span style=display:none>y</span> z</a>", ""),
        ("<a href=t><!-- x --></a>", ""),
    ],
)
def test_a_link_is_hidden_with_all_that_is_in_it(html: str, rule: str) -> None:
    assert link_of(html).hidden_rule == rule


def test_many_rules_on_many_elements_cost_a_bounded_number_of_steps() -> None:
    css = "".join(f".x .x .y{number} .x{{display:none}}" for number in range(MAX_RULES))
    html = f"<style>{css}</style>" + "<div class=x>" * 400 + "<a href=t>y</a>" * 2_000
    page = read(html.encode(), URL, {})
    assert len(page.links) == 2_000
    assert MAX_STEPS < MAX_RULES * 400


@pytest.mark.parametrize(
    "css", ["{" * 9_999, "}" * 9_999, "@media{" * 999, "a{b:c;" * 9_999, "/*" * 9_999]
)
def test_broken_style_blocks_hide_nothing(css: str) -> None:
    assert rule_of(css, "<a href=t>y</a>") == ""
