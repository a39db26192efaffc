"""Robots directives and canonicals say what Google says they say."""

from datetime import UTC, datetime

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
        "25 Jun 2010 08:00:00 PDT",
    ],
)
def test_every_form_of_a_date_is_read(text: str) -> None:
    assert parse_date(text) == datetime(2010, 6, 25, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("values", "canonical"),
    [
        (['<https://e.com/a>; rel="canonical"'], "https://e.com/a"),
        (["</a>; rel=canonical"], "https://b.example/a"),
        (['<x.css>; rel=preload, </a>; title="a, b"; rel="next Canonical"'], "https://b.example/a"),
        (["<x>; rel=preload", "</a>; REL='canonical'"], "https://b.example/a"),
        (['<x>; title="rel=canonical"'], None),
        (["<x>; rel=alternate"], None),
        (["canonical"], None),
        ([], None),
    ],
)
def test_a_link_header_names_the_canonical(values: list[str], canonical: str | None) -> None:
    assert canonical_of_header(values, "https://b.example/p") == canonical


@given(st.lists(st.text(max_size=120), max_size=4))
def test_no_header_raises(values: list[str]) -> None:
    directives = header_directives(values)
    forbids_index(directives, NOW)
    canonical_of_header(values, "https://b.example/")
    for value in values:
        parse_date(value)
