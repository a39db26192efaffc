"""Robots directives and canonicals say what Google says they say."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.crawler.domain.indexability import (
    canonical_of_header,
    directives_of,
    forbids_follow,
    forbids_index,
    header_directives,
    meta_directives,
    parse_date,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("values", "noindex", "nofollow"),
    [
        (["noindex"], True, False),
        (["NoIndex, NoFollow"], True, True),
        (["none"], True, True),
        (["all"], False, False),
        (["index, follow"], False, False),
        (["noindex nofollow"], True, True),
        (["nofollow", "noindex"], True, True),
        (["index", "noindex"], True, False),
        (["googlebot: noindex"], True, False),
        (["Googlebot: NOINDEX, nofollow"], True, True),
        (["bingbot: noindex"], False, False),
        (["otherbot: noindex, nofollow", "googlebot: nofollow"], False, True),
        (["bingbot: none, googlebot: nofollow"], False, True),
        (["noindex, bingbot: nofollow"], True, False),
        (["noarchive, max-snippet:-1, max-image-preview:large"], False, False),
        (["noindexing"], False, False),
        (["max-image-preview:none"], False, False),
        (["max-image-preview: none, follow"], False, False),
        (["max-snippet:0, Max-Image-Preview : None"], False, False),
        (["googlebot: max-image-preview:none, nofollow"], False, True),
        (["max-video-preview:-1, none"], True, True),
        (["max-image-preview, none"], True, True),
        (["noindex, max-image-preview:none"], True, False),
        (["noindexifembedded, indexifembedded"], False, False),
        (["googlebot: nofollow, otherbot: noindex, nofollow"], False, True),
        (["BadBot: noindex, nofollow", "googlebot : nofollow"], False, True),
        (["googlebot-image: noindex", "googlebot-news: none"], False, False),
        (["*: noindex"], True, False),
        (["noindex|nofollow"], True, True),
        (["data-nosnippet, x-noindex"], False, False),
        (["no-noindex"], False, False),
        (["unavailable_after: 25 Jun 2010 15:00:00 PST"], True, False),
        (["unavailable_after: Friday, 25-Jun-10 15:00:00 GMT"], True, False),
        (["unavailable_after: 2010-06-25T15:00:00+02:00"], True, False),
        (["unavailable_after: 2010-06-25"], True, False),
        (["unavailable_after: Fri, 25 Jun 2038 15:00:00 GMT, nofollow"], False, True),
        (["unavailable_after: 25 Jun 2010 15:00:00 PST, noarchive"], True, False),
        (["unavailable_after: some day"], False, False),
        (["googlebot: unavailable_after: 25 Jun 2010 15:00:00 GMT"], True, False),
        (["otherbot: unavailable_after: 25 Jun 2010 15:00:00 GMT"], False, False),
        ([""], False, False),
        ([], False, False),
    ],
)
def test_headers_forbid_what_they_name(values: list[str], *, noindex: bool, nofollow: bool) -> None:
    directives = header_directives(values)
    assert forbids_index(directives, NOW) is noindex
    assert forbids_follow(directives) is nofollow


def test_a_date_keeps_its_commas_and_colons() -> None:
    (after, follow) = directives_of("unavailable_after: Fri, 25 Jun 2010 15:00:00 GMT, nofollow")
    assert after.value == "Fri, 25 Jun 2010 15:00:00 GMT"
    assert after.text == "unavailable_after: Fri, 25 Jun 2010 15:00:00 GMT"
    assert follow.name == "nofollow"


@pytest.mark.parametrize(
    ("name", "content", "noindex"),
    [
        ("robots", "noindex", True),
        ("googlebot", "noindex", True),
        ("bingbot", "noindex", False),
        ("googlebot-news", "noindex", False),
    ],
)
def test_a_meta_speaks_to_the_crawler_it_names(name: str, content: str, *, noindex: bool) -> None:
    assert forbids_index(meta_directives(name, content), NOW) is noindex


@pytest.mark.parametrize(
    "text",
    [
        "25 Jun 2010 15:00:00 GMT",
        "Fri, 25 Jun 2010 15:00:00 GMT",
        "Friday, 25-Jun-10 15:00:00 GMT",
        "2010-06-25T15:00:00Z",
        "2010-06-25 15:00:00+00:00",
        "2010-06-25T15:00Z",
        "2010-06-25T15:00:00.000Z",
        "2010-06-25T17:00:00+02:00",
        "2010-06-25T17:00:00+0200",
        "2010-06-25T17:00:00 +02:00",
        "20100625T150000Z",
        "2010-06-25 15:00:00",
        "2010-06-25 15:00:00 UTC",
        "2010-06-25 07:00:00 PST",
        "25 Jun 2010 08:00:00 PDT",
        "25 June 2010 15:00:00 UT",
        "25 Jun 10 15:00:00 GMT",
        "25-Jun-2010 17:00:00 CEST",
        "25-Jun-2010 16:00 bst",
        "Fri, 25 Jun 2010 17:00:00 +0200",
        "Fri, 25 Jun 2010 15:00 GMT",
        "Friday, 25-Jun-10 16:00:00 CET",
        "Fri Jun 25 15:00:00 2010",
        "  '25 Jun 2010 15:00:00'  ",
    ],
)
def test_every_form_of_a_date_is_read(text: str) -> None:
    assert parse_date(text) == datetime(2010, 6, 25, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["2010-06-25", "25 Jun 2010", "Fri, 25 June 2010", "June 25, 2010", "2010-06-25 GMT"]
)
def test_a_day_without_a_time_is_its_beginning(text: str) -> None:
    assert parse_date(text) == datetime(2010, 6, 25, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", "some day", "June", "2010", "32 Jun 2010 15:00:00 GMT", "0000-00-00", "GMT", "15:00"],
)
def test_what_is_no_date_forbids_nothing(text: str) -> None:
    assert parse_date(text) is None
    assert not forbids_index(header_directives([f"unavailable_after: {text}"]), NOW)


@pytest.mark.parametrize("kind", ["meta", "header"])
@pytest.mark.parametrize(
    "text",
    [
        "unavailable_after: {}",
        "unavailable_after:{}",
        "UNAVAILABLE_AFTER: {}",
        "noarchive, unavailable_after: {}",
        "unavailable_after: {}, noarchive",
        "max-snippet: 5, unavailable_after: {}, max-image-preview: large",
    ],
)
@pytest.mark.parametrize(
    "form", ["%d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S UTC", "%Y-%m-%dT%H:%M:%S+00:00"]
)
def test_a_page_is_listed_until_it_expires(kind: str, text: str, form: str) -> None:
    content = text.format(NOW.strftime(form))
    directives = (
        tuple(meta_directives("googlebot", content))
        if kind == "meta"
        else header_directives([f"googlebot: {content}"])
    )
    assert forbids_index(directives, NOW)
    assert not forbids_index(directives, NOW - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("contents", "noindex", "nofollow"),
    [
        ([("robots", "index, follow"), ("robots", "noindex")], True, False),
        ([("robots", "noindex"), ("robots", "index")], True, False),
        ([("robots", "noindex"), ("googlebot", "index")], True, False),
        ([("robots", "all"), ("googlebot", "none")], True, True),
        ([("robots", "all"), ("bingbot", "none")], False, False),
        ([("robots", "nofollow"), ("googlebot", "noindex")], True, True),
        ([("googlebot", "noindex"), ("googlebot-news", "nofollow")], True, False),
        ([("robots", "NOINDEX,NOFOLLOW")], True, True),
        ([("robots", " noindex ;nofollow ")], True, True),
        ([("robots", "index")], False, False),
        ([("robots", "noimageindex, nosnippet, noarchive")], False, False),
    ],
)
def test_of_several_metas_the_strictest_wins(
    contents: list[tuple[str, str]], *, noindex: bool, nofollow: bool
) -> None:
    directives = [one for name, content in contents for one in meta_directives(name, content)]
    assert (forbids_index(directives, NOW), forbids_follow(directives)) == (noindex, nofollow)


@pytest.mark.parametrize(
    ("values", "canonical"),
    [
        (['<https://e.com/a>; rel="canonical"'], "https://e.com/a"),
        (["</a>; rel=canonical"], "https://b.example/a"),
        (['<x.css>; rel=preload, </a>; title="a, b"; rel="next Canonical"'], "https://b.example/a"),
        (["<x>; rel=preload", "</a>; REL='canonical'"], "https://b.example/a"),
        (['<x>; title="rel=canonical"'], None),
        (['<x>; title="a; rel=canonical"'], None),
        (['<x>; title="<y>; rel=canonical"'], None),
        (['<x>; title="a\\"; rel=canonical"'], None),
        (['<x>; title="q\\"", </a>; rel=canonical'], "https://b.example/a"),
        (["<a,b;c>; rel=canonical"], "https://b.example/a,b;c"),
        (["</a> ; rel = canonical"], "https://b.example/a"),
        (["</a>;rel=canonical;type=text/html"], "https://b.example/a"),
        (["</a>; crossorigin; rel=canonical"], "https://b.example/a"),
        (["</a>; rel=next; rel=canonical"], None),
        (["</a>; rel=canonical; anchor=/other"], None),
        (["< https://e.com/a >; rel=canonical"], "https://e.com/a"),
        (["<>; rel=canonical"], "https://b.example/p"),
        (["<https://exa mple/>; rel=canonical"], None),
        (["rel=canonical"], None),
        (["<x>; rel=alternate"], None),
        (["canonical"], None),
        ([], None),
    ],
)
def test_a_link_header_names_the_canonical(values: list[str], canonical: str | None) -> None:
    assert canonical_of_header(values, "https://b.example/p") == canonical


@given(st.lists(st.text(max_size=120), max_size=4))
def test_whatever_a_header_says_the_answer_is_one(values: list[str]) -> None:
    assert forbids_index(header_directives(values), NOW) in {True, False}
    canonical = canonical_of_header(values, "https://b.example/")
    assert canonical is None or canonical.startswith(("http://", "https://"))
    moments = [moment for moment in map(parse_date, values) if moment is not None]
    assert all(moment.utcoffset() is not None for moment in moments)


@pytest.mark.parametrize(
    "value", ["<x>" + "; " * 9_000, "<" * 9_000, '<x>; a="' + '\\"' * 9_000, "<x>;" + "=" * 9_000]
)
def test_a_hostile_link_header_takes_little_time(value: str) -> None:
    started = time.process_time()
    assert canonical_of_header([value] * 20, "https://b.example/") is None
    assert time.process_time() - started < 1
