"""Links and mentions in whole pages (WARC) and in their texts (WET)."""

import gzip

import brotli
import pytest

from services.crawler.domain.discovery.hits import Damage, LinkHit, MentionHit
from services.crawler.domain.discovery.mentions import MOST_SENTENCE, Terms, Wanted, sentence_around
from services.crawler.domain.discovery.pages import scan
from services.crawler.domain.discovery.targets import Targets
from shared.vocabulary import LinkKind
from tests.crawler.discovery.archives import PAGE, packed, response, text_of_page

WANTED = Wanted(Targets(["our.example"]), Terms(["our.example", "Acme Boats"]))


def found(*records: bytes, damage: Damage | None = None) -> list[LinkHit | MentionHit]:
    return list(scan([packed(*records)], WANTED, damage or Damage()))


def targets_of(*records: bytes) -> list[str | None]:
    return [hit.target_url if isinstance(hit, LinkHit) else None for hit in found(*records)]


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://our.example/a">x</a>',
        "<a href=//OUR.example/a>x</a>",
        '<a href="https://&#111;ur.example/a">x</a>',
        '<a href="https://o\tur.exa\nmple/a">x</a>',
        '<a href="https://our%2Eexample/a">x</a>',
        '<base href="https://our.example/"><a href="a">x</a>',
        '<a href="https://our.example/a">x</a>'.encode("utf-16"),
    ],
    ids=["plain", "capitals", "entity", "blanks", "percent", "base", "utf-16"],
)
def test_a_link_of_a_page_is_found_however_it_is_spelled(html: str | bytes) -> None:
    assert targets_of(response(html)) == ["https://our.example/a"]


def test_a_hit_holds_what_the_page_shows() -> None:
    page = (
        '<html lang="de"><title>Boats</title><meta name=robots content=noindex>'
        '<p><a rel="sponsored" href="https://our.example/a"><img alt="our boats" src=x></a>'
    )
    [hit] = found(response(page, headers="X-Robots-Tag: nofollow\r\n"))
    assert isinstance(hit, LinkHit)
    assert (hit.kind, hit.rel, hit.anchor_text) == (LinkKind.IMAGE, ("sponsored",), "our boats")
    note = hit.page
    assert (note.title, note.lang, note.noindex, note.nofollow) == ("Boats", "de", True, True)


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (gzip.compress(b"<a href=https://our.example/a>x</a>"), "Content-Encoding: gzip\r\n"),
        (brotli.compress(b"<a href=https://our.example/a>x</a>"), "Content-Encoding: br\r\n"),
        (b"<a href=https://our.example/a>x</a>", "Content-Encoding: gzip\r\n"),
        (
            b"11\r\n<a href=https://o\r\n11;x=y\r\nur.example/a>x</a\r\n1\r\n>\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n",
        ),
    ],
    ids=["gzip", "brotli", "coding taken off", "chunks"],
)
def test_a_page_is_decoded_as_its_headers_say(body: bytes, headers: str) -> None:
    assert targets_of(response(body, headers=headers)) == ["https://our.example/a"]


def test_a_page_that_cannot_be_decoded_is_said_and_the_next_is_read() -> None:
    damage = Damage()
    broken = response(b"no gzip", headers="Content-Encoding: gzip\r\n")
    good = response("<a href=//our.example/>x</a>")
    assert len(found(broken, good, damage=damage)) == 1
    assert damage.sentences() == ["a page could not be decoded"]


def test_a_redirect_to_us_is_a_link() -> None:
    moved = response("", headers="Location: https://our.example/new\r\n", status=301)
    [hit] = found(moved)
    assert isinstance(hit, LinkHit)
    assert hit.kind is LinkKind.REDIRECT


@pytest.mark.parametrize(
    "record",
    [
        response("<a href=/>x</a> Acme Boats", url="https://www.our.example/"),
        response("Acme Boats", headers="Content-Type: text/plain\r\n"),
        response("<p>Acmeboats and acme-boats.example.org"),
    ],
    ids=["own page", "no page", "other names"],
)
def test_what_says_nothing_of_us_is_left_out(record: bytes) -> None:
    assert found(record) == []


def test_a_page_that_names_us_without_a_link_is_a_mention() -> None:
    page = "<title>T</title><p>It rained. We sailed with ACME\n boats! Then home."
    [hit] = found(response(page))
    assert isinstance(hit, MentionHit)
    assert hit.sentence == "We sailed with ACME boats!"
    assert (hit.term, hit.linked, hit.source, hit.page.title) == ("ACME boats", False, "warc", "T")


def test_a_page_with_a_link_is_no_mention() -> None:
    hits = found(response("Acme Boats <a href=https://our.example/>there</a>"))
    assert [type(hit) for hit in hits] == [LinkHit]


def test_of_a_text_without_markup_it_is_not_known_whether_it_links() -> None:
    [hit] = found(text_of_page("Title\nSee our.example for more.\n"))
    assert isinstance(hit, MentionHit)
    assert (hit.referring_url, hit.sentence, hit.linked) == (
        PAGE,
        "See our.example for more.",
        None,
    )
    assert (hit.source, hit.page.title) == ("wet", "Title")


@pytest.mark.parametrize(
    "text", ["me@our.example", "our.example.org", "https://x.example/our.example"]
)
def test_an_address_that_only_contains_the_name_is_no_mention(text: str) -> None:
    assert found(text_of_page(text)) == []


def test_a_sentence_stays_short() -> None:
    text = f"{'long ' * 1_000}Acme{' tail' * 1_000}"
    at = text.index("Acme")
    sentence = sentence_around(text, at, at + 4)
    assert "Acme" in sentence
    assert len(sentence) <= MOST_SENTENCE
