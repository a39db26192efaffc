"""The encoding of a page is decided in the order of the HTML standard."""

# ruff: noqa: RUF001 - the letters of other languages are meant.

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.crawler.domain.charsets import CODECS, NAMES
from services.crawler.domain.decoders import text_of
from services.crawler.domain.encoding import decode
from services.crawler.domain.page import read
from services.crawler.domain.prescan import declared_by_meta
from tests.crawler.languages import CASES, SENTENCES, page_in


def anchor_of(body: bytes, content_type: str = "text/html") -> str:
    (link,) = read(body, "https://example.com/", {"Content-Type": content_type}).links
    return link.text


@pytest.mark.parametrize(("language", "charset"), CASES)
def test_an_undeclared_encoding_is_detected(language: str, charset: str) -> None:
    assert anchor_of(page_in(language, charset)) == SENTENCES[language]
    stated = page_in(language, charset, attributes=f" lang={language}")
    assert anchor_of(stated) == SENTENCES[language]


@pytest.mark.parametrize(("language", "charset"), CASES)
@pytest.mark.parametrize("also", ["utf-8", "iso-8859-1", "windows-1251"])
def test_what_http_declares_is_obeyed_whatever_the_page_declares(
    language: str, charset: str, also: str
) -> None:
    body = page_in(language, charset, head=f"<meta charset={also}>")
    assert anchor_of(body, f"text/html; charset={charset}") == SENTENCES[language]


@pytest.mark.parametrize(("language", "charset"), CASES)
def test_what_the_page_declares_is_obeyed(language: str, charset: str) -> None:
    body = page_in(language, charset, head=f"<meta charset={charset}>")
    assert anchor_of(body) == SENTENCES[language]


@pytest.mark.parametrize(("language", "charset"), CASES)
@pytest.mark.parametrize(
    ("content_type", "head"),
    [
        ("text/html; charset=utf-8", ""),
        ("text/html; charset=utf-8", "<meta charset={}>"),
        ("text/html", "<meta charset=utf-8>"),
        ("text/html; charset=iso-8859-1", ""),
        ("text/html; charset=iso-8859-1", "<meta charset={}>"),
        ("text/html", "<meta charset=iso-8859-1>"),
        ("text/html; charset=utf-16", ""),
        ("text/html; charset=nonsense", ""),
    ],
)
def test_a_wrong_declaration_does_not_garble_a_link(
    language: str, charset: str, content_type: str, head: str
) -> None:
    body = page_in(language, charset, head=head.format(charset))
    assert anchor_of(body, content_type) == SENTENCES[language]


@pytest.mark.parametrize(("language", "charset"), CASES)
def test_utf_8_is_seen_through_a_wrong_declaration(language: str, charset: str) -> None:
    body = page_in(language, "utf-8", head=f"<meta charset={charset}>")
    assert anchor_of(body) == SENTENCES[language]
    assert anchor_of(body, f"text/html; charset={charset}") == SENTENCES[language]


def test_a_few_wrong_bytes_do_not_shake_a_declaration() -> None:
    russian = SENTENCES["ru"] * 10
    body = f"<a href=x>{russian}</a>".encode() + b"<p>caf\xe9"
    assert anchor_of(body, "text/html; charset=utf-8") == " ".join(russian.split())
    assert anchor_of(body) == " ".join(russian.split())
    cut = f"<a href=x>{russian}</a><p>{russian}".encode()[:-1]
    assert anchor_of(cut) == " ".join(russian.split())


@pytest.mark.parametrize(
    ("charset", "body", "text"),
    [
        ("euc-jp", b"\xa1\xc1\xa1\xdd\xad\xa1", "～－①"),
        ("iso-2022-jp", b"\x1b$B!A!]-!\x1b(B~\x1b(J~\\\x1b(I12\x1b(B", "～－①~‾¥ｱｲ"),
        ("shift_jis", b"\x81\x60\x87\x40\xb1\xfd", "～①ｱ\ufffd"),
        ("gbk", b"\x80\xa6\xd9\xfe\x59", "€︐龴"),
        ("big5", b"\x87\xdf\xa3\xe1\xa1\x45", "鿋€‧"),
        ("koi8-u", b"\xae\xbe\xa4", "ўЎє"),
        ("windows-874", b"\x81\xa1\xdb", "\x81ก\ufffd"),
        ("windows-1255", b"\xca\xd9", "\u05ba\ufffd"),
        ("x-user-defined", b"a\x80\xff", "a\uf780\uf7ff"),
        ("shift_jis", b"\x83<b>", "\ufffd<b>"),
        ("euc-kr", b"\xc9\xff\xb0<", "\ufffd\ufffd<"),
        ("gbk", b"\xff\x81\x30<", "\ufffd\ufffd0<"),
        ("euc-jp", b"\x8f\xa1<a>\x8e<", "\ufffd<a>\ufffd<"),
    ],
)
def test_bytes_are_read_as_browsers_read_them(charset: str, body: bytes, text: str) -> None:
    assert text_of(body, charset) == text


def test_the_order_is_mark_http_meta_text() -> None:
    russian = "Привет"
    http = "text/html; charset=koi8-r"
    meta = b"<meta charset=windows-1251>"
    assert decode(b"\xef\xbb\xbf" + russian.encode(), http).charset == "utf-8"
    assert decode("\ufeffab".encode("utf-16-le"), http).utf8 == b"ab"
    assert decode("\ufeffab".encode("utf-16-be"), http).charset == "utf-16be"
    assert decode(meta + russian.encode("koi8-r"), http).utf8.decode().endswith(russian)
    assert decode(meta + russian.encode("cp1251"), None).charset == "windows-1251"
    assert decode(russian.encode(), "text/html").charset == "utf-8"
    assert decode(b"plain", None).charset == "utf-8"


@pytest.mark.parametrize(
    ("start", "charset"),
    [
        ("<meta charset=utf-8>", "utf-8"),
        ('<META CHARSET = "Shift_JIS" >', "shift_jis"),
        ("<meta http-equiv=content-type content='text/html; charset=gb2312'>", "gbk"),
        ("<meta content='text/html; charset=gb2312' http-equiv=Content-Type>", "gbk"),
        ("<meta content='text/html; charset=gb2312'>", None),
        ("<meta charset=latin1>", "windows-1252"),
        ("<meta charset=utf-16>", "utf-8"),
        ("<meta charset=x-user-defined>", "windows-1252"),
        ("<meta charset=unknown><meta charset=koi8-r>", "koi8-r"),
        ("<!-- <meta charset=big5> --><meta charset=koi8-r>", "koi8-r"),
        ("<!--><meta charset=koi8-r>", "koi8-r"),
        ("<!-- <meta charset=big5>", None),
        ("<p title='<meta charset=big5>'><meta charset=koi8-r>", "koi8-r"),
        ("<p title=a>b'><meta charset=koi8-r>", "koi8-r"),
        ("</p title='<meta charset=big5>'>", None),
        ("<?xml <meta charset=big5>?><meta charset=koi8-r>", "koi8-r"),
        ("<!doctype html><meta/charset=koi8-r>", "koi8-r"),
        ("<metadata charset=koi8-r>", None),
        ("<meta charset=koi8-r charset=big5>", "koi8-r"),
        ("<meta charset", None),
        ("<", None),
        ("", None),
        ('<?xml version="1.0" encoding="koi8-r"?><p>', "koi8-r"),
        ("<?xml version='1.0' encoding = 'Shift_JIS' ?><meta charset=big5>", "big5"),
        ("<?xml encoding='utf-16'?>", "utf-8"),
        ("<\0?\0x\0m\0l\0", "utf-16le"),
        ("\0<\0?\0x\0m\0l", "utf-16be"),
        (" <?xml encoding='koi8-r'?>", None),
    ],
)
def test_the_declaration_in_the_markup(start: str, charset: str | None) -> None:
    assert declared_by_meta(start.encode()) == charset


def test_a_late_declaration_counts_where_the_text_is_no_utf_8() -> None:
    late = b"<!-- " + b"x" * 2_000 + b" --><meta charset=koi8-r>"
    assert decode(late + "Привет".encode("koi8-r")).charset == "koi8-r"
    assert decode(late + "Привет".encode()).charset == "utf-8"


def test_a_short_text_is_read_by_the_language_that_the_page_states() -> None:
    body = '<html lang="pl"><p>Zażółć gęślą</p><a href=x>jaźń</a>'.encode("cp1250")
    assert anchor_of(body) == "jaźń"
    assert anchor_of(b"<html lang=xx><a href=x>caf\xe9</a>") == "café"


def test_wrong_bytes_are_replaced_and_free_ones_are_controls() -> None:
    assert decode("ü".encode() * 99 + b"\xff", "text/html; charset=utf-8").utf8.endswith(
        "\ufffd".encode()
    )
    assert decode(b"a\x81b", "text/html; charset=windows-1252").utf8.decode() == "a\x81b"
    assert decode(b"anything", "text/html; charset=iso-2022-kr").utf8.decode() == "\ufffd"


def test_queries_are_sent_in_the_encoding_of_the_page() -> None:
    body = '<a href="/p?q=Привет&amp;r=€#&auml;">x</a>'.encode("windows-1251")
    (link,) = read(body, "https://e.example/", {"Content-Type": "text/html;charset=cp1251"}).links
    assert link.url == "https://e.example/p?q=%CF%F0%E8%E2%E5%F2&r=%88#%C3%A4"
    body = '<a href="/p?q=日本&amp;r=✓">x</a>'.encode("shift_jis", "xmlcharrefreplace")
    (link,) = read(body, "https://e.example/", {"Content-Type": "text/html;charset=sjis"}).links
    assert link.url == "https://e.example/p?q=%93%FA%96{&r=%26%2310003%3B"


def test_every_label_has_a_codec() -> None:
    assert set(NAMES.values()) == set(CODECS)
    for name, codec in CODECS.items():
        assert b"ab".decode(codec, "replace") or name


@given(st.binary(max_size=300), st.sampled_from([None, *(f"a; charset={n}" for n in CODECS)]))
def test_any_bytes_become_utf_8(body: bytes, content_type: str | None) -> None:
    utf8 = decode(body, content_type).utf8
    assert utf8.decode().encode() == utf8


@pytest.mark.parametrize("unit", [b"<meta ", b"<!--", b"<a b='", b"\xe9<", b"<meta charset="])
def test_hostile_markup_takes_linear_time(unit: bytes) -> None:
    started = time.process_time()
    decode(b"\xff" + unit * (3_000_000 // len(unit)))
    assert time.process_time() - started < 2
