"""What a page of others tells whoever looks for a way to a link: its topic, its lists of links; pure."""

import re
from dataclasses import dataclass
from itertools import islice
from urllib.parse import unquote, urlsplit

from services.crawler.domain.domain_reading import (
    MAX_HEADINGS,
    absence_of,
    headings_of,
    telling_words_of,
)
from services.crawler.domain.fetched import Fetched
from services.crawler.domain.page import Page
from services.crawler.domain.survey.list_words import list_word
from services.crawler.domain.survey.outlinks import Outlink, outlinks_of
from shared import urls
from shared.vocabulary import Reason

MOST_LISTED = 2_000
_LISTED = "li a[href], dd a[href], dt a[href], td a[href]"
_NOT_A_WORD = re.compile(r"[-_+/.]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Surveyed:
    """What was read of one page; with a failure nothing was, and there are no links."""

    failure: Reason | None = None
    title: str | None = None
    description: str | None = None
    language: str | None = None
    headings: tuple[str, ...] = ()
    words: dict[str, int]
    word_count: int = 0
    indexable: bool | None = None
    listed_domains: int = 0
    list_word: str | None = None
    all_domains: tuple[str, ...] = ()
    """Domains that any link leads to, for knowing whether one of them is a site of ours."""
    outlinks: tuple[Outlink, ...] = ()


def survey_of(page: Page | None, fetched: Fetched) -> Surveyed:
    """Return what a page tells, or why there was nothing to read."""
    failure = absence_of(page, fetched)
    if failure is not None or page is None:
        return Surveyed(failure=failure or Reason.NOT_HTML, words={})
    facts = page.facts
    declared = (page.lang or "").replace("_", "-").partition("-")[0].lower()
    headings = tuple(islice(headings_of([page]), MAX_HEADINGS))
    return Surveyed(
        title=_clean(page.title),
        description=_clean(facts.description),
        language=facts.text_language or declared or None,
        headings=tuple(one.replace("\x00", " ") for one in headings),
        words=telling_words_of([page]),
        word_count=facts.word_count,
        indexable=not any(one.name in {"noindex", "none"} for one in page.directives),
        listed_domains=_listed_domains(page),
        list_word=_list_word(page, headings),
        all_domains=facts.outlink_domains,
        outlinks=tuple(outlinks_of(page)),
    )


def _clean(text: str | None) -> str | None:
    return text.replace("\x00", " ") if text else None


def _listed_domains(page: Page) -> int:
    """Count the other domains that links inside lists and tables lead to."""
    own = urls.domain_or_host(urls.host_of(page.url))
    found: set[str] = set()
    for node in page.document.css(_LISTED)[:MOST_LISTED]:
        url = urls.resolve(node.attributes.get("href") or "", page.base)
        if url is not None and urls.is_http(url):
            found.add(urls.domain_or_host(urls.host_of(url)))
    return len(found - {own})


def _list_word(page: Page, headings: tuple[str, ...]) -> str | None:
    path = _NOT_A_WORD.sub(" ", unquote(urlsplit(page.url).path))
    for text in (page.title or "", *headings[:3], path):
        found = list_word(text)
        if found is not None:
            return found
    return None
