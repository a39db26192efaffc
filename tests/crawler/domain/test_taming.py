"""Markup that makes tree builders explode is tamed, and keeps its links."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.crawler.domain.links import MAX_HREF
from services.crawler.domain.page import read
from services.crawler.domain.taming import MAX_TAGS, parse, tame
from tests.crawler.hostile import PAGES

URL = "https://blog.example.org/"
LINK = b'<a href="https://t.example/x">words</a>'
FONTS = b"<p>" + b"".join(b"<font size=%d>" % size for size in range(3_000))
ATTRIBUTES = b"".join(b"a%d=1 " % number for number in range(60_000))

BOMBS = {
    "zeros": b"<title>x</title>" + b"\0" * 10_000_000 + LINK,
    "boxes": b"<div>" * 200_000 + LINK,
    "boxes closed at the end": b"<div>" * 100_000 + LINK + b"</div>" * 100_000,
    "boxes with text": b"<section class=x>y" * 100_000 + LINK,
    "lists": b"<ul><li>" * 60_000 + LINK,
    "unknown ends": b"<div>" * 60_000 + b"</p>" * 60_000 + LINK,
    "fonts in every paragraph": FONTS + b"<p>x" * 3_000 + LINK,
    "plain formatting": b"<p><b><i><u>" * 30_000 + LINK,
    "attributes": b"<a " + ATTRIBUTES + b" href=https://t.example/x>words</a>",
    "attributes with quotes": b"<a " + b"x='>' " * 60_000 + b"href=https://t.example/x>words</a>",
    "options": b"<select>" + b"<option>x" * 100_000 + b"</select>" + LINK,
    "unclosed tags": LINK + b"<div " * 200_000,
    "unclosed quotes": LINK + b"<div a='" * 100_001,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_keeps_its_link_and_does_not_go_off(name: str) -> None:
    started = time.process_time()
    page = read(BOMBS[name], URL, {"Content-Type": "text/html; charset=utf-8"})
    assert ("https://t.example/x", "words") in [(link.url, link.text) for link in page.links]
    assert time.process_time() - started < 10


@pytest.mark.parametrize("name", PAGES)
def test_ordinary_trouble_is_not_touched(name: str) -> None:
    markup = PAGES[name].encode()
    assert tame(markup) == markup


@pytest.mark.parametrize(
    "unit",
    [
        *(b"<div>", b"<x>", b"<my-box a=b>", b"<table>", b"<table><tr><td>", b"<svg>", b"<svg><g>"),
        *(b"<math><mi>", b"<template>", b"<button>", b"<ul><li>", b"<ruby><rt>", b"<span><b><i>"),
        *(b"<svg><foreignObject>", b"<t<p>"),
    ],
)
def test_deep_nesting_becomes_flat(unit: bytes) -> None:
    tamed = tame(unit * 10_000 + LINK)
    assert tamed.count(b"<") < 5_000
    assert tamed.endswith(LINK)


@pytest.mark.parametrize("unit", [b"<p>", b"<p></p>"])
def test_more_tags_than_memory_holds_become_few(unit: bytes) -> None:
    tamed = tame(unit * (MAX_TAGS + 1) + LINK)
    assert tamed == LINK


def test_a_hundred_thousand_links_are_counted() -> None:
    markup = b"".join(b"<li><a href=/%d>y</a></li>" % number for number in range(100_000))
    page = read(markup + LINK, URL, {}, wanted=lambda host: host == "t.example")
    assert (page.outlinks_internal, len(page.links)) == (100_000, 1)


def test_five_megabytes_of_one_attribute_are_no_trouble() -> None:
    long = b"x" * 5_000_000
    page = read(b"<a title='" + long + b"' href=/a>y</a><a href='/" + long + b"'>z</a>", URL, {})
    first, second = page.links
    assert (first.url, first.text) == (f"{URL}a", "y")
    assert (len(second.href_raw), second.truncated) == (MAX_HREF, True)


def test_drawings_with_many_shapes_do_not_count_as_deep() -> None:
    page = b"<main><div class=a>" + b"<svg><path d=x /><circle r=1 /></svg>" * 3_000 + LINK
    assert tame(page) == page


def test_zeros_cost_no_memory_and_a_stray_one_stays() -> None:
    assert tame(b"<p>" + b"\0" * 5_000 + LINK) == b"<p>" + LINK
    assert tame(b"<p>a\0b" + LINK) == b"<p>a\0b" + LINK


def test_a_long_ordinary_page_is_not_touched() -> None:
    paragraph = b"<div class=a><p>Some <b class=x>bold</b> and <i>plain</i> words " + LINK
    page = b"<html><body>" + (paragraph + b"</p></div>\n") * 150 + b"x" * 50_000
    assert tame(page) == page


def test_taming_takes_time_in_proportion() -> None:
    def seconds(count: int) -> float:
        markup = b"<div><a href=x>y</a><font size=1>" * count
        started = time.process_time()
        parse(markup)
        return time.process_time() - started

    times = [seconds(count) for count in (10_000, 20_000, 40_000)]
    assert all(later < 4 * max(earlier, 0.05) for earlier, later in pairwise(times))


@given(st.binary(max_size=200), st.integers(1, 400))
def test_any_repeated_bytes_can_be_tamed(unit: bytes, count: int) -> None:
    root = parse(unit * count).root
    assert root is not None
    assert root.tag == "html"
