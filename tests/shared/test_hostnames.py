# ruff: noqa: RUF001 - letters that look alike are what this is about
"""Names of hosts as people read and write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import hostnames

# What is kept, and what people read. A browser compares the console's reading with these.
READ_AS = {
    "blog.example": "blog.example",
    "xn--mnchner-brot-dlb.de": "münchner-brot.de",
    "www.xn--mnchen-3ya.de": "www.münchen.de",
    "xn--h1alffa9f.xn--p1ai": "россия.рф",
    "xn--n1aeb.xn--p1ai": "сор.рф",
    "xn--u9jxf0b3ds196acvb.jp": "日本のサイト.jp",
    "xn--dekvb.jp": "ラー.jp",
    "xn--hangul-276wx05u.kr": "한국hangul.kr",
    "xn--hxargifdar.gr": "ελληνικά.gr",
    "xn--pypal-4ve.com": "pаypal.com (xn--pypal-4ve.com)",
    "xn--80ak6aa92e.com": "аррӏе.com (xn--80ak6aa92e.com)",
    "xn--caf--dpa791c.fr": "café-и.fr (xn--caf--dpa791c.fr)",
    "xn--zzzz--.de": "xn--zzzz--.de",
}


@pytest.mark.parametrize(("kept", "read"), READ_AS.items())
def test_a_name_is_read_as_its_owner_writes_it(kept: str, read: str) -> None:
    assert hostnames.shown(kept) == read


@pytest.mark.parametrize(("kept", "read"), READ_AS.items())
def test_either_spelling_finds_what_is_kept(kept: str, read: str) -> None:
    assert hostnames.ascii_form(read.partition(" ")[0]) == kept
    assert hostnames.ascii_form(kept) == kept


@pytest.mark.parametrize("text", ["Über uns", "a/ü", "", "xn--.ü.de", "“quoted”"])
def test_what_is_no_name_stays_as_it_came(text: str) -> None:
    assert hostnames.ascii_form(text) == text


@given(st.text(max_size=80))
def test_no_text_is_too_odd(text: str) -> None:
    kept = hostnames.ascii_form(text)
    assert hostnames.ascii_form(kept) == kept
    host = f"xn--{text}"
    shown = hostnames.shown(host)
    assert shown
