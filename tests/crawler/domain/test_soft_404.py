"""What a host shows for an address that cannot exist tells its pages from its error page."""

import pytest

from services.crawler.domain.page import read
from services.crawler.domain.sibling import Sibling, fingerprint_of
from shared.vocabulary import Outcome, Reason
from tests.crawler.domain.judging import LINK, NOW, TEXT, look, said

BESIDE = "https://blog.example.org/articles/0123456789abcdef"


def a_sibling(html: str = TEXT, *, status: int = 200, final_url: str = BESIDE) -> Sibling:
    page = read(html.encode(), final_url, {})
    return Sibling(
        host="blog.example.org",
        probed_at=NOW,
        url=BESIDE,
        final_url=final_url,
        status=status,
        title=page.title,
        fingerprint=fingerprint_of(page, BESIDE),
    )


def test_what_a_host_shows_for_all_addresses_is_no_page() -> None:
    assert look().wants_sibling
    assert said(look(sibling=a_sibling())) == (Outcome.MISSING, (Reason.SOFT_404,))
    echoed = TEXT.replace("Ordinary", BESIDE.rpartition("/")[2], 1)
    own = TEXT.replace("Ordinary", "/articles/the-old-post", 1)
    url = "https://blog.example.org/articles/the-old-post"
    assert said(look(own, url=url, sibling=a_sibling(echoed)))[1] == (Reason.SOFT_404,)


@pytest.mark.parametrize(
    "sibling",
    [
        a_sibling(TEXT.replace("Ordinary sentences of an ordinary article", "Nothing is here")),
        a_sibling(status=404),
        a_sibling(final_url="https://blog.example.org/"),
    ],
    ids=["another text", "an honest 404", "redirected"],
)
def test_a_host_that_tells_its_pages_apart_has_lost_the_link(sibling: Sibling) -> None:
    assert said(look(sibling=sibling)) == (Outcome.MISSING, (Reason.LINK_REMOVED,))


def test_a_link_overrides_what_the_host_shows_for_all() -> None:
    judgement = look(TEXT + LINK, sibling=a_sibling(TEXT + LINK))
    assert (said(judgement), judgement.wants_sibling) == ((Outcome.FOUND, ()), False)


def test_the_home_page_may_be_shown_for_all_and_is_there() -> None:
    judgement = look(url="https://blog.example.org/", sibling=a_sibling())
    assert said(judgement) == (Outcome.MISSING, (Reason.LINK_REMOVED,))


def test_a_page_that_goes_where_all_that_is_gone_goes_is_gone() -> None:
    search = "https://blog.example.org/search?gone"
    judgement = look(final_url=search, sibling=a_sibling(final_url=search))
    assert said(judgement) == (Outcome.MISSING, (Reason.PAGE_REDIRECTED, Reason.SOFT_404))
    other = look(final_url=search, sibling=a_sibling(final_url="https://blog.example.org/404"))
    assert said(other) == (Outcome.MISSING, (Reason.PAGE_REDIRECTED,))


def test_a_frame_that_all_addresses_share_waits_for_its_scripts() -> None:
    frame = f"<div id=app>{TEXT}</div><script src=app.js></script>"
    assert said(look(frame, sibling=a_sibling(frame))) == (Outcome.UNKNOWN, (Reason.JS_ONLY,))


@pytest.mark.parametrize("html", ["<title>404</title>", "<div id=app></div><script></script>"])
def test_what_is_clear_without_it_needs_no_probe(html: str) -> None:
    assert not look(html).wants_sibling
    assert not look(TEXT, status=404).wants_sibling
