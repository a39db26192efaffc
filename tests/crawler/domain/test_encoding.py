"""The encoding of a page is decided in the order of the HTML standard."""

# ruff: noqa: RUF001 - the letters of other languages are meant.

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.crawler.domain.charsets import CODECS, NAMES
from services.crawler.domain.encoding import declared_by_meta, decode
from services.crawler.domain.page import read

# Enough of each language for a detector, as a short page has it.
SAMPLES = {
    "windows-1251": "Быстрая лисица прыгает через ленивую собаку, и это обычный русский текст.",
    "koi8-r": "Быстрая лисица прыгает через ленивую собаку, и это обычный русский текст.",
    "iso-8859-2": "Příliš žluťoučký kůň úpěl ďábelské ódy, a to je obyčejný český text na stránce.",
    "windows-1250": "Zażółć gęślą jaźń to zwykły polski tekst, który stoi na tej stronie internetowej.",
    "windows-1253": "Η γρήγορη αλεπού πηδάει πάνω από το τεμπέλικο σκυλί και αυτό είναι κείμενο.",
    "windows-1255": "שועל חום מהיר קופץ מעל הכלב העצלן וזה טקסט רגיל בעברית באתר.",
    "windows-1256": "الثعلب البني السريع يقفز فوق الكلب الكسول وهذا نص عادي باللغة العربية.",
    "shift_jis": "これは普通の日本語の文章です。リンクの文字が正しく読めるはずです。",
    "euc-jp": "これは普通の日本語の文章です。リンクの文字が正しく読めるはずです。",
    "euc-kr": "이것은 평범한 한국어 문장입니다. 링크의 글자를 바르게 읽을 수 있어야 합니다.",
    "gbk": "这是一个普通的中文句子，链接的文字应该能够正确地读出来。",
    "big5": "這是一個普通的中文句子，連結的文字應該能夠正確地讀出來。",
    "windows-1252": "Der müde Bär übt façade, œuvre und naïve “Träume” für 20 € – très élégant, señor.",
    "windows-874": "นี่คือข้อความภาษาไทยธรรมดาบนหน้าเว็บที่ควรอ่านได้อย่างถูกต้อง",
}


def anchor_of(body: bytes, content_type: str = "text/html") -> str:
    (link,) = read(body, "https://example.com/", {"Content-Type": content_type}).links
    return link.text


@pytest.mark.parametrize("charset", SAMPLES)
def test_an_undeclared_encoding_is_detected(charset: str) -> None:
    text = SAMPLES[charset]
    body = f"<p>{text}</p><a href=x>{text}</a><p>{text}</p>".encode(CODECS[charset])
    assert anchor_of(body) == text


@pytest.mark.parametrize("charset", SAMPLES)
def test_a_declared_encoding_is_obeyed_in_http_and_in_meta(charset: str) -> None:
    anchor = f"<a href=x>{SAMPLES[charset][:9]}</a>".encode(CODECS[charset])
    wanted = SAMPLES[charset][:9].strip()
    assert anchor_of(anchor, f"text/html; charset={charset}") == wanted
    assert anchor_of(f"<meta charset='{charset}'>".encode() + anchor) == wanted


def test_the_order_is_mark_http_meta_text() -> None:
    russian = "Привет"
    http = "text/html; charset=koi8-r"
    meta = b"<meta charset=windows-1251>"
    assert decode(b"\xef\xbb\xbf" + russian.encode(), http).charset == "utf-8"
    assert decode("\ufeffab".encode("utf-16-le"), http).utf8 == b"ab"
    assert decode("\ufeffab".encode("utf-16-be"), http).charset == "utf-16be"
    assert decode(meta + russian.encode("koi8-r"), http).utf8.decode().endswith(russian)
    assert decode(meta + russian.encode(), None).charset == "windows-1251"
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
    assert decode(b"a\xffb", "text/html; charset=utf-8").utf8.decode() == "a\ufffdb"
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
    decode(body, content_type).utf8.decode()


@pytest.mark.parametrize("unit", [b"<meta ", b"<!--", b"<a b='", b"\xe9<", b"<meta charset="])
def test_hostile_markup_takes_linear_time(unit: bytes) -> None:
    started = time.process_time()
    decode(b"\xff" + unit * (3_000_000 // len(unit)))
    assert time.process_time() - started < 2
