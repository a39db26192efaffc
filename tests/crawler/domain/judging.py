"""Judge a page that is given as HTML, with everything else as it usually is."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from services.crawler.domain.fetched import Fetched
from services.crawler.domain.page import read
from services.crawler.domain.sibling import Sibling
from services.crawler.domain.sites import Sites
from services.crawler.domain.verdict import Judgement, Verdict, Watch, judge, sites_of
from shared import ids, urls
from shared.events import Hop
from shared.vocabulary import Outcome, Reason

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PAGE = "https://blog.example.org/articles/1"
TARGET = "https://www.target.example/landing"
SITE_ID = ids.new_id()
HOSTS = frozenset({"target.example"})
LINK = '<p>A word about <a href="http://target.example/landing/?utm_source=x">them</a> here.</p>'
TEXT = (
    "<html><head><title>An article</title></head><body><h1>An article</h1>"
    + "<p>Ordinary sentences of an ordinary article, several of them, one after the other.</p>" * 16
)


def a_watch(target: str | None = TARGET, site_id: UUID = SITE_ID) -> Watch:
    return Watch(
        link_id=ids.new_id(),
        site_id=site_id,
        hosts=HOSTS,
        target_key=urls.page_id(target) if target is not None else None,
        target_url=target,
    )


def look(
    html: str = TEXT,
    *,
    watches: Sequence[Watch] | None = None,
    status: int | None = 200,
    headers: Sequence[tuple[str, str]] = (),
    url: str = PAGE,
    final_url: str | None = None,
    hops: tuple[Hop, ...] = (),
    failure: Reason | None = None,
    content_type: str = "text/html; charset=utf-8",
    google_allowed: bool | None = None,
    sites: Sites | None = None,
    sibling: Sibling | None = None,
) -> Judgement:
    fetched = Fetched(
        url=url,
        final_url=final_url or url,
        status=status,
        headers=(("Content-Type", content_type), *headers),
        hops=hops,
        body=html.encode(),
        failure=failure,
    )
    watches = [a_watch()] if watches is None else watches
    sites = sites or sites_of(watches)
    is_html = content_type.startswith("text/html") and failure in {None, Reason.TOO_LARGE}
    page = None
    if is_html:
        page = read(fetched.body, fetched.final_url, dict(fetched.headers), wanted=sites.wanted)
    return judge(
        fetched,
        page,
        watches,
        sites=sites,
        now=NOW,
        google_allowed=google_allowed,
        sibling=sibling,
    )


def one(judgement: Judgement) -> Verdict:
    (verdict,) = judgement.verdicts
    return verdict


def said(judgement: Judgement) -> tuple[Outcome, tuple[Reason, ...]]:
    verdict = one(judgement)
    return verdict.outcome, verdict.reasons
