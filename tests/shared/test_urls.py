"""URLs: resolved as browsers do, folded to one key for one page, grouped by registrable domain."""

import ada_url
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared import urls

BASE = "https://blog.example.org/articles/page.html?x=1"

TEXTS = st.text(max_size=60)
URL_LIKE = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["http://", "https://", "//", "HTTP:", "mailto:", "data:", "", "ftp://"]),
        st.sampled_from(["www.", "m.", "www.m.", "user:pw@", ""]),
        st.sampled_from(
            ["example.com", "example.com.", "a..b", "1.2.", "[::1]", "www.com", "ü.de"]
        ),
        st.sampled_from(["", ":80", ":443", ":8080", ":"]),
        st.text("/.%2eEaAindex.html~|^\\ ", max_size=24),
        st.sampled_from(["", "?", "?utm_source=x&b=2&a=1&a=0", "?%75tm_a=1&&c", "?a=%7e"]),
        st.sampled_from(["", "#f", "#:~:text=x"]),
    ),
)


@pytest.mark.parametrize(
    ("href", "base", "url"),
    [
        ("a b", BASE, "https://blog.example.org/articles/a%20b"),
        ("//x.example", BASE, "https://x.example/"),
        ("https:/x", BASE, "https://blog.example.org/x"),
        ("http:/x", BASE, "http://x/"),
        ("HTTP://EXAMPLE.com:80/../a", None, "http://example.com/a"),
        ("https://exa\tmple.com\n/", None, "https://example.com/"),
        ("https://b\u00fccher.example/", None, "https://xn--bcher-kva.example/"),
        ("http://0x7f.1/", None, "http://127.0.0.1/"),
        ("x", None, None),
        ("https://exa mple/", None, None),
        ("https://example.com:99999/", BASE, None),
        ("x", "mailto:a@b", None),
        ("x", "not a url", None),
        ("http://example.com/\ud800\U0010ffff", None, "http://example.com/%EF%BF%BD%F4%8F%BF%BF"),
        ("http://example.com/\ud83d\ude00", None, "http://example.com/%F0%9F%98%80"),
        ("\ud800", "https://example.com/", "https://example.com/%EF%BF%BD"),
    ],
)
def test_hrefs_resolve_as_the_url_standard_says(
    href: str, base: str | None, url: str | None
) -> None:
    assert urls.resolve(href, base) == url


@pytest.mark.parametrize(
    "spelling",
    [
        "https://example.com/a",
        "http://example.com/a",
        "https://www.example.com/a",
        "https://m.example.com/a",
        "https://EXAMPLE.com./a",
        "https://example.com:443/a",
        "http://example.com:80/a",
        "https://example.com/a/",
        "https://example.com/a/index.html",
        "https://example.com/a/index.htm",
        "https://example.com/a/index.php",
        "https://example.com/a?utm_source=x&UTM_Medium=y&gclid=1&fbclid=2",
        "https://example.com/a?",
        "https://example.com/a#part",
        "https://example.com/a#:~:text=word",
        "https://example.com/%61",
        "https://example.com/b/../a",
        "https://user:secret@example.com/a",
        "  https://example.com/a\n",
    ],
)
def test_spellings_of_one_page_share_a_key(spelling: str) -> None:
    assert urls.url_key(spelling) == "https://example.com/a"


def test_the_order_of_parameters_does_not_matter_but_that_of_equal_names_does() -> None:
    assert urls.url_key("http://e.com/?b=1&a=2") == urls.url_key("http://e.com/?a=2&b=1")
    assert urls.url_key("http://e.com/?a=1&a=2") != urls.url_key("http://e.com/?a=2&a=1")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.com/a", "https://example.com/A"),
        ("https://example.com/a", "https://example.com/b"),
        ("https://example.com/a?x=1", "https://example.com/a"),
        ("https://example.com/a?x", "https://example.com/a?x="),
        ("https://example.com/a?x=1", "https://example.com/a?x=2"),
        ("https://example.com/a", "https://shop.example.com/a"),
        ("https://example.com/a", "https://example.com:8443/a"),
        ("https://example.com:8443/a", "http://example.com:8443/a"),
        ("https://example.com/a%2Fb", "https://example.com/a/b"),
        ("https://example.com/a//", "https://example.com/a/"),
        ("https://example.com/index.html/", "https://example.com/"),
        ("https://example.com/myindex.html", "https://example.com/"),
        ("https://example.com/?utmost=1", "https://example.com/"),
        ("https://www.blogspot.com/", "https://blogspot.com/"),
        ("mailto:a@example.com", "https://example.com/"),
    ],
)
def test_different_pages_never_share_a_key(one: str, other: str) -> None:
    assert urls.url_key(one) != urls.url_key(other)
    assert urls.page_id(one) != urls.page_id(other)


@given(TEXTS | URL_LIKE)
@example("data:,a #b")
@example("http://1.2..")
@example("http://www.1.2.3.4/")
def test_a_key_is_its_own_key(url: str) -> None:
    key = urls.url_key(url)
    assert urls.url_key(key) == key
    assert urls.key_id(key) == urls.page_id(url)


@given(st.text(st.characters(), max_size=60) | URL_LIKE, TEXTS | URL_LIKE | st.none())
def test_nothing_about_a_url_raises(text: str, base: str | None) -> None:
    resolved = urls.resolve(text, base)
    assert resolved is None or urls.resolve(resolved) == resolved
    host = urls.host_of(text)
    urls.registrable_domain(host)
    urls.is_public_suffix(host)
    urls.from_text(text)
    assert "#" not in urls.normalise(text) or urls.resolve(text) is None
    urls.page_id(text)


@given(URL_LIKE)
def test_the_host_read_off_quickly_is_the_parsers(url: str) -> None:
    resolved = urls.resolve(url)
    if resolved is None or not urls.is_http(resolved):
        return
    assert urls.host_of(url) == urls.host_of(resolved)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Example.COM/a", "example.com"),
        ("https://user@example.com:8080/a", "example.com"),
        ("https://user:443@example.com/", "example.com"),
        ("https://example.com./", "example.com"),
        ("http://0x7f000001/", "127.0.0.1"),
        ("http://[2001:DB8::1]:8080/", "[2001:db8::1]"),
        ("http://b\u00fccher.example/", "xn--bcher-kva.example"),
        ("mailto:a@example.com", ""),
        ("nothing", ""),
    ],
)
def test_the_host_of_a_url(url: str, host: str) -> None:
    assert urls.host_of(url) == host


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.example.com", "example.com"),
        ("EXAMPLE.com", "example.com"),
        ("a.b.example.co.uk", "example.co.uk"),
        ("alice.github.io", "alice.github.io"),
        ("www.alice.blogspot.com", "alice.blogspot.com"),
        ("www.ck", "www.ck"),
        ("a.b.c.kobe.jp", "b.c.kobe.jp"),
        ("city.kobe.jp", "city.kobe.jp"),
        ("xn--85x722f.com.cn", "xn--85x722f.com.cn"),
        ("a.b.example", "b.example"),
        ("co.uk", None),
        ("github.io", None),
        ("com", None),
        ("localhost", None),
        ("127.0.0.1", None),
        ("[::1]", None),
        (".example.com", None),
        ("", None),
    ],
)
def test_the_registrable_domain_of_a_host(host: str, domain: str | None) -> None:
    assert urls.registrable_domain(host) == domain
    assert urls.domain_or_host(host) == (domain or host.lower())


@pytest.mark.parametrize(
    ("host", "is_suffix"),
    [
        ("co.uk", True),
        ("github.io", True),
        ("com", True),
        ("anything.ck", True),
        ("www.ck", False),
        ("example.com", False),
        ("127.0.0.1", False),
        ("", False),
    ],
)
def test_public_suffixes(host: str, *, is_suffix: bool) -> None:
    assert urls.is_public_suffix(host) is is_suffix


@pytest.mark.parametrize(
    ("host", "hosts", "same"),
    [
        ("example.com", ["example.com"], True),
        ("blog.example.com", ["example.com"], True),
        ("example.com", ["www.example.com"], True),
        ("notexample.com", ["example.com"], False),
        ("example.com", ["shop.example.com"], False),
        ("example.com.evil.org", ["example.com"], False),
        ("old.example.net", ["example.com", "example.net"], True),
        ("", ["example.com"], False),
        ("example.com", [], False),
    ],
)
def test_subdomains_belong_to_a_site(host: str, hosts: list[str], *, same: bool) -> None:
    assert urls.same_site(host, hosts) is same


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("example.com/a", "https://example.com/a"),
        (" //example.com ", "https://example.com/"),
        ("http://example.com", "http://example.com/"),
        ("example.com:8080/a", "https://example.com:8080/a"),
        ("localhost:8000", "https://localhost:8000/"),
        ("mailto:a@example.com", None),
        ("javascript:0", None),
        ("two words", None),
        ("", None),
    ],
)
def test_what_a_person_typed_becomes_a_url(text: str, url: str | None) -> None:
    assert urls.from_text(text) == url


def test_people_see_the_url_without_its_fragment() -> None:
    assert urls.normalise("HTTP://Example.com/a b#c") == "http://example.com/a%20b"
    assert urls.normalise("no url") == "no url"


CANONICAL_LIKE = st.builds(
    "{}://{}/{}".format,
    st.sampled_from(["http", "https"]),
    st.text("ab1-.x", min_size=1, max_size=10),
    st.text("aB9-._~!$&'()*+,;=:@/?%2eE# \"<|\\é", max_size=14),
)


@given(CANONICAL_LIKE)
def test_the_way_round_the_parser_gives_what_the_parser_gives(href: str) -> None:
    try:
        parsed: str | None = ada_url.URL(href).href
    except ValueError:
        parsed = None
    assert urls.resolve(href) == parsed


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example/",
        "https://a.example/b/",
        "https://a.example/b/index.html",
        "https://a.example/index.php/",
        "https://a.example/b//",
        "https://a.example/b.c/d.html",
        "https://a-b.example/~me/A_b-c",
        "https://www2.example/x",
        "https://mm.example/x",
        "https://a.1b.example/x",
    ],
)
def test_the_key_of_a_plain_page_is_that_of_its_other_spellings(url: str) -> None:
    assert urls.url_key(url) == urls.url_key(f"{url}#part") == urls.url_key(f" {url}")
