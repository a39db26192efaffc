"""Sitemaps, indexes and feeds are read for what changed when, however they are written or broken."""

import gzip
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.crawler.domain.announcements import (
    MAX_BYTES,
    MAX_ENTRIES,
    Announced,
    Reader,
    newest_first,
    news,
    pieces,
)
from services.crawler.domain.sources import SourceKind

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
BASE = "https://blog.example/feeds/all.xml"
URLSET = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'


def read(document: str | bytes) -> Reader:
    reader = Reader(BASE)
    body = document.encode() if isinstance(document, str) else document
    for piece in pieces(body):
        if not reader.feed(piece):
            break
    return reader


def said(document: str | bytes) -> list[tuple[str, str | None]]:
    return [
        (one.url, one.changed_at.isoformat() if one.changed_at else None)
        for one in read(document).entries
    ]


def test_a_sitemap_names_pages_and_their_dates_not_those_of_their_pictures() -> None:
    document = f"""<?xml version="1.0" encoding="UTF-8"?>{URLSET[:-1]}
        xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
      <url><image:image><image:loc>https://blog.example/a.png</image:loc></image:image>
        <loc> https://blog.example/a?x=1&amp;y=2 </loc><lastmod>2026-11-20T10:00:00+02:00</lastmod></url>
      <url><loc>https://blog.example/b</loc></url></urlset>"""
    assert said(document) == [
        ("https://blog.example/a?x=1&y=2", "2026-11-20T10:00:00+02:00"),
        ("https://blog.example/b", None),
    ]


def test_a_day_without_a_time_is_taken_to_its_end() -> None:
    document = f"{URLSET}<url><loc>/a</loc><lastmod>2026-11-20</lastmod></url></urlset>"
    assert said(document) == [("https://blog.example/a", "2026-11-21T00:00:00+00:00")]


def test_an_index_names_sitemaps() -> None:
    reader = read(
        "<sitemapindex><sitemap><loc>/old.xml</loc><lastmod>2026-01-01T00:00:00Z</lastmod></sitemap>"
        "<sitemap><loc>/undated.xml</loc></sitemap>"
        "<sitemap><loc>/new.xml</loc><lastmod>2026-11-01T00:00:00Z</lastmod></sitemap></sitemapindex>"
    )
    assert reader.is_index
    names = [one.url.rpartition("/")[2] for one in newest_first(reader.entries)]
    assert names == ["new.xml", "old.xml", "undated.xml"]


def test_rss_names_its_items_and_not_itself() -> None:
    document = """<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>
      <link>https://blog.example/</link><pubDate>Sun, 22 Nov 2026 00:00:00 GMT</pubDate>
      <item><title>A <b>post</b></title><atom:link rel="replies" href="/comments"/>
        <link>https://blog.example/a</link><pubDate>Fri, 20 Nov 2026 08:00:00 +0100</pubDate></item>
    </channel></rss>"""
    assert said(document) == [("https://blog.example/a", "2026-11-20T08:00:00+01:00")]


def test_rdf_names_its_items() -> None:
    document = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
        xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
      <channel><link>/</link></channel>
      <item><link>/a</link><dc:date>2026-11-20T08:00:00Z</dc:date></item></rdf:RDF>"""
    assert said(document) == [("https://blog.example/a", "2026-11-20T08:00:00+00:00")]


def test_atom_names_the_page_and_its_last_date() -> None:
    document = """<feed xmlns="http://www.w3.org/2005/Atom"><link rel="self" href="/feed"/>
      <entry><link rel="enclosure" href="/a.mp3"/><link href="/a"/>
        <published>2026-11-01T08:00:00Z</published><updated>2026-11-20T08:00:00Z</updated></entry>
    </feed>"""
    assert said(document) == [("https://blog.example/a", "2026-11-20T08:00:00+00:00")]


@pytest.mark.parametrize(
    "document",
    [
        f"{URLSET}<url><loc>/a</loc></url><url><loc>/b",
        f"{URLSET}<url><loc>/a</loc></url><url><loc>/b?x&nbsp;</loc></url></urlset>",
        f"{URLSET}<url><loc>/a</loc></url></oops>",
        f"{URLSET}<url><loc>/a</loc><lastmod>9999-12-31</lastmod></url><url><loc>http://</loc></url>",
        f"{URLSET}<url><loc>/a</loc><lastmod>yesterday</lastmod></url><url><loc>mailto:x</loc></url>",
        f'<?xml version="1.0" encoding="windows-1252"?>{URLSET}<url><loc>/a</loc></url></urlset>',
    ],
)
def test_what_was_read_before_an_error_counts(document: str) -> None:
    assert said(document) == [("https://blog.example/a", None)]


@pytest.mark.parametrize(
    "document", ["<html><body>Not here</body></html>", "", "404", "\x1f\x8b not gzip", "<svg/>"]
)
def test_other_documents_are_no_source(document: str) -> None:
    assert read(document).root is None


def test_entities_of_its_own_end_a_document_before_they_are_used() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE urlset [<!ENTITY l0 "lol">{laughs}]>{URLSET}<url><loc>/&l9;</loc></url></urlset>'
    thief = f'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]>{URLSET}<url><loc>/&f;</loc></url>'
    assert said(bomb) == said(thief) == []


def test_bombs_of_gzip_depth_and_length_are_bounded() -> None:
    started = time.process_time()
    bomb = gzip.compress(URLSET.encode() + b" " * 40_000_000, compresslevel=1)
    assert sum(map(len, pieces(bomb))) <= MAX_BYTES + 64 * 1024
    assert read("<urlset>" + "<a>" * 200_000).entries == []
    many = read("<urlset>" + "<url><loc>/a</loc></url>" * (MAX_ENTRIES + 10))
    assert len(many.entries) == MAX_ENTRIES
    assert read(f"{URLSET}<url><loc>/{'a' * 1_000_000}</loc></url>").entries == []
    assert time.process_time() - started < 5


def test_a_gzip_file_is_unpacked() -> None:
    document = f"{URLSET}<url><loc>/a</loc></url></urlset>".encode()
    assert said(gzip.compress(document)) == [("https://blog.example/a", None)]


@given(st.binary(max_size=400), st.booleans())
def test_no_bytes_make_it_fail(noise: bytes, is_inside: bool) -> None:
    before = b"<urlset><url><loc>/a</loc></url><url>" if is_inside else b""
    entries = read(before + noise).entries
    assert len(entries) >= is_inside


def test_news_are_what_changed_lately_newest_first() -> None:
    days = {"a": 1, "old": 100, "b": 2, "tomorrow": -0.5, "future": -3}
    entries = [Announced(url, NOW - timedelta(days=age)) for url, age in days.items()]
    found = news([*entries, Announced("undated", None)], SourceKind.SITEMAP, now=NOW)
    assert [url for url, _ in found] == ["tomorrow", "a", "b"]
    assert found[0][1] == NOW


def test_a_date_that_most_of_a_sitemap_shares_is_when_it_was_written() -> None:
    written = NOW - timedelta(hours=1)
    entries = [Announced(f"{n}", written) for n in range(20)]
    changed = Announced("changed", NOW - timedelta(hours=2))
    assert [url for url, _ in news([*entries, changed], SourceKind.SITEMAP, now=NOW)] == ["changed"]
    assert len(news(entries[:5], SourceKind.SITEMAP, now=NOW)) == 5
    assert len(news(entries, SourceKind.FEED, now=NOW)) == 20
