"""The made-up address beside a page, and what is kept of its answer."""

from datetime import UTC, datetime, timedelta

import pytest

from services.crawler.domain.fetched import Fetched
from services.crawler.domain.page import read
from services.crawler.domain.sibling import KEPT, sibling_of, sibling_url
from shared.vocabulary import Reason

NOW = datetime(2026, 11, 22, tzinfo=UTC)
TOKEN = "0123456789abcdef"


@pytest.mark.parametrize(
    ("url", "beside"),
    [
        ("https://e.example/", f"https://e.example/{TOKEN}"),
        ("https://e.example/post", f"https://e.example/{TOKEN}"),
        ("https://e.example/blog/post", f"https://e.example/blog/{TOKEN}"),
        ("https://e.example/blog/post/", f"https://e.example/blog/{TOKEN}"),
        ("http://e.example:8080/a/b/c.html?d=/e#/f", f"http://e.example:8080/a/b/{TOKEN}"),
        ("https://e.example?x=/1", f"https://e.example/{TOKEN}"),
    ],
)
def test_the_made_up_page_stands_beside_the_real_one(url: str, beside: str) -> None:
    assert sibling_url(url, TOKEN) == beside


def test_an_answer_is_kept_for_thirty_days() -> None:
    url = f"https://e.example/{TOKEN}"
    body = b"<title>Nothing</title><p>There is nothing at this address, dear reader."
    fetched = Fetched(url=url, final_url=url, status=200, body=body)
    known = sibling_of("e.example", url, fetched=fetched, page=read(body, url, {}), now=NOW)
    assert (known.status, known.title, known.is_shown, known.moved) == (200, "Nothing", True, False)
    assert known.is_fresh(NOW + KEPT - timedelta(seconds=1))
    assert not known.is_fresh(NOW + KEPT)


def test_a_probe_that_failed_says_nothing() -> None:
    url = f"https://e.example/{TOKEN}"
    fetched = Fetched(url=url, final_url=url, status=200, failure=Reason.TOO_LARGE)
    known = sibling_of("e.example", url, fetched=fetched, page=None, now=NOW)
    assert (known.status, known.is_shown, known.fingerprint) == (None, False, None)
