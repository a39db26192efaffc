"""The facts that toxicity weighs: hidden text, injected boxes, language, stuffing, sets, and the cap."""

from typing import Any

import pytest

from services.crawler.domain.facts import Facts
from services.crawler.domain.fetched import Fetched
from services.crawler.domain.fingerprint import likeness, sketch
from services.crawler.domain.page_facts import page_facts
from shared.events import Hop
from tests.crawler.domain.test_page import page_of

TEXTS = {
    "de": "Das ist der Garten, und die Blumen sind für den Sommer von der Frau mit dem Hut",
    "fr": "Le jardin est dans la ville et les fleurs sont pour la dame avec le chapeau",
    "ru": "Это не так, что вы видите в саду и на улице, но мы идём по дороге для него",
    "ja": "これは庭です。花はきれいです。",
    "el": "Αυτός είναι ο κήπος",  # noqa: RUF001 - Greek
}


def facts_of(html: str) -> Facts:
    return page_of(html).facts


@pytest.mark.parametrize("language", TEXTS)
def test_the_language_is_told_by_the_words(language: str) -> None:
    assert facts_of(f"<p>{TEXTS[language]}</p>").text_language == language


def test_a_few_words_have_no_language() -> None:
    assert facts_of("<p>Acme 2000</p>").text_language is None


def test_hidden_text_and_the_frame_are_counted() -> None:
    facts = facts_of(
        "<nav>12345</nav><p>seen words</p><div style=display:none>123 <b>4567</b></div>"
        "<footer>1234567890</footer>"
    )
    assert (facts.hidden_chars, facts.frame_chars) == (7, 15)


def links(count: int, text: str = "x") -> str:
    return "".join(f"<a href=https://site{n}.example/>{text}</a>" for n in range(count))


@pytest.mark.parametrize(
    ("html", "blocks"),
    [
        (f"<div style=display:none>{links(3)}</div>", 1),
        (f"<div style=display:none>{links(2)}</div>", 0),
        (f"<div>{links(9)}</div>", 0),
        (f"<div style='position:absolute;left:-9999px'>{links(1, 'online casino')}</div>", 1),
        (f"<div hidden>{links(3)}</div><p>a</p><div hidden><i>{links(4)}</i></div>", 2),
        ("<div hidden><a href=/a>a</a><a href=/b>b</a><a href=/c>c</a></div>", 0),
    ],
)
def test_boxes_that_nobody_sees_and_that_lead_elsewhere(html: str, blocks: int) -> None:
    assert facts_of(html).injected_blocks == blocks


def test_domains_that_unmarked_links_in_comments_lead_to() -> None:
    marked = "<a rel='ugc nofollow' href=https://shy.example/>x</a>"
    known = "<a href=https://youtube.com/x>x</a><a href=/own>x</a>"
    comments = f"<div class=comment>{links(4)}{links(2)}{marked}{known}</div>"
    assert facts_of(f"<p>{links(9)}</p>{comments}").comment_domains == 4
    assert facts_of(f"<p>{links(9)}</p>").comment_domains == 0


def test_stuffing_and_spam_words() -> None:
    words = " ".join(f"garden word{chr(97 + n % 26)}" for n in range(60))
    facts = facts_of(f"<p>{words} casino viagra</p>")
    assert facts.top_word_share == pytest.approx(60 / 122, abs=0.001)
    assert facts.spam_words == 2
    assert facts_of("<p>garden garden</p>").top_word_share is None


def test_the_day_of_publishing_is_what_the_page_says() -> None:
    meta = "<meta property=article:published_time content='{}'>"
    assert facts_of(meta.format("2024-05-06T07:08:09Z")).published_on == "2024-05-06"
    assert facts_of(meta.format("yesterday")).published_on is None


def test_like_sets_have_like_sketches() -> None:
    some = [f"site{n}.example" for n in range(40)]
    same, near = sketch(some), sketch([*some[:30], *(f"other{n}.example" for n in range(10))])
    far = sketch(f"else{n}.example" for n in range(40))
    assert same is not None
    assert near is not None
    assert far is not None
    assert likeness(same, sketch(reversed(some)) or "") == 1.0
    assert likeness(same, near) == pytest.approx(0.6, abs=0.25)
    assert likeness(same, far) < 0.1
    assert sketch(["a.example", "b.example"]) is None


def test_links_that_all_pages_have_are_not_in_the_sketch() -> None:
    social = "<a href=https://twitter.com/>t</a><a href=https://facebook.com/>f</a>"
    assert facts_of(links(5)).outlink_sketch == facts_of(links(5) + social).outlink_sketch


def a_fetch(**given: Any) -> Fetched:
    values = {"url": "https://a.example/", "final_url": "https://c.example/x", "status": 200}
    return Fetched(**{**values, **given})


def test_the_way_to_the_page_is_told_by_its_domains() -> None:
    hops = tuple(
        Hop(url=f"https://{host}/") for host in ("a.example", "www.a.example", "b.example")
    )
    facts = page_facts(page_of("<p>x"), a_fetch(hops=hops, tls_issuer="Some Authority"))
    assert (facts.hops, facts.redirect_domains) == (3, ("b.example", "c.example"))
    assert facts.tls_issuer == "Some Authority"


def test_one_page_stays_below_the_cap_of_an_event() -> None:
    long = "x" * 40
    html = "".join(f"<a href=https://{long}{n}.example/>x</a>" for n in range(900))
    html += "".join(
        f"<link rel=alternate type=application/rss+xml href='/{long * 40}{n}'>" for n in range(9)
    )
    facts = page_facts(page_of(html), a_fetch())
    assert len(facts.model_dump_json()) < 16_000
    assert len(facts.outlink_domains) + facts.outlink_domains_more == 900
