"""What a browser may fetch, when it is worth one, and how its word weighs against the bytes'."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.crawler.domain import page as pages
from services.crawler.domain.browsing import (
    RenderBudget,
    Request,
    Wish,
    leaves_gap,
    passed_headers,
    preflight_headers,
    shown_headers,
    wish_of,
)
from services.crawler.domain.fetched import Fetched
from services.crawler.domain.rendering import (
    Rendered,
    is_worth_showing,
    weigh,
    with_directives_of,
)
from services.crawler.domain.sites import Sites
from services.crawler.domain.verdict import Judgement, Watch, judge, observation_of
from shared import urls
from shared.vocabulary import Outcome, Reason, RenderState

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
URL = "http://blog.example/post"
SHELL = b"<div id=root></div><script src=/a.js></script>"
LINK = b"<p>Some words and <a href=//our.example/page>a link</a></p>"
BARE = b"<p>Some words and nothing else.</p>"
RAN, PARTLY = RenderState.RAN, RenderState.PARTLY


def a_request(url: str = "http://cdn.example/a.js", **given: str | bool) -> Request:
    fields = {"page_url": URL, "method": "GET", "kind": "Script", "is_main_frame": True}
    return Request(url=url, **(fields | given))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("request_", "wish"),
    [
        (a_request(), Wish.FETCH),
        (a_request(kind="XHR"), Wish.FETCH),
        (a_request(kind="Stylesheet"), Wish.FETCH),
        (a_request(kind="Document"), Wish.NAVIGATE),
        (a_request(kind="Document", is_main_frame=False), Wish.NEEDLESS),
        (a_request(kind="Document", method="POST"), Wish.REFUSE),
        (a_request(kind="XHR", method="OPTIONS"), Wish.PREFLIGHT),
        (a_request(kind="Fetch", method="POST"), Wish.REFUSE),
        (a_request(kind="Fetch", method="DELETE"), Wish.REFUSE),
        *((a_request(kind=kind), Wish.NEEDLESS) for kind in ("Image", "Font", "Media", "Ping")),
        *((a_request(kind=kind), Wish.NEEDLESS) for kind in ("EventSource", "Prefetch", "Other")),
        (a_request("https://www.google-analytics.com/collect", kind="XHR"), Wish.NEEDLESS),
        (a_request("file:///etc/passwd"), Wish.NEEDLESS),
        (a_request("ws://cdn.example/"), Wish.NEEDLESS),
        (a_request("https://js.hotjar.com/a.js", page_url="https://www.hotjar.com/"), Wish.FETCH),
    ],
)
def test_a_page_gets_what_makes_its_text_and_nothing_else(request_: Request, wish: Wish) -> None:
    assert wish_of(request_) is wish


@pytest.mark.parametrize(
    ("answer", "gap"),
    [
        ({"status": 200}, False),
        ({"status": 404}, False),
        ({"status": 403}, True),
        ({"status": 429}, True),
        ({"status": 503}, True),
        ({"failure": Reason.TIMEOUT}, True),
        ({"failure": Reason.ROBOTS_DISALLOWS_US}, True),
        ({"failure": Reason.DNS_GONE}, False),
        ({"failure": Reason.ADDRESS_NOT_ALLOWED}, False),
    ],
)
def test_an_answer_that_visitors_may_get_better_leaves_a_gap(
    answer: dict[str, object], gap: bool
) -> None:
    fetched = Fetched(url=URL, final_url=URL, **answer)  # type: ignore[arg-type]
    assert leaves_gap(a_request(), fetched) is gap
    assert not leaves_gap(a_request(kind="Stylesheet"), fetched)


def test_only_headers_of_the_pages_own_are_passed_on() -> None:
    headers = {"Accept": "*/*", "User-Agent": "u", "Cookie": "c", "X-Key": "k", "Referer": "r"}
    asked = replace(a_request(), headers=headers | {"Host": "h", "Origin": "http://blog.example"})
    assert set(passed_headers(asked)) == {"Accept", "X-Key", "Origin"}
    assert ("Access-Control-Allow-Origin", "http://blog.example") in preflight_headers(asked)
    answer = Fetched(
        url=URL,
        final_url=URL,
        headers=(("Content-Encoding", "gzip"), ("Set-Cookie", "a"), ("ETag", "x")),
    )
    assert shown_headers(answer) == [("ETag", "x")]


def test_a_days_budget_is_for_each_host_and_for_all() -> None:
    budget = RenderBudget(per_host=2, in_all=3)
    assert [budget.take("a.example", NOW) for _ in range(3)] == [True, True, False]
    assert [budget.take("b.example", NOW) for _ in range(2)] == [True, False]
    assert budget.take("a.example", NOW + timedelta(days=1))


def judged(body: bytes, *, rendered: bool = False) -> Judgement:
    fetched = Fetched(url=URL, final_url=URL, status=200, body=body, rendered=rendered)
    sites = Sites({UUID(int=1): frozenset({"our.example"})})
    watch = Watch(
        link_id=UUID(int=2),
        site_id=UUID(int=1),
        hosts=frozenset({"our.example"}),
        target_key=urls.page_id("http://our.example/page"),
        target_url="http://our.example/page",
    )
    page = pages.read(body, URL, {}, wanted=sites.wanted)
    return judge(fetched, page, [watch], sites=sites, now=NOW)


@pytest.mark.parametrize(
    ("raw", "shown", "state", "outcome", "reasons"),
    [
        (SHELL, LINK, RAN, Outcome.FOUND, {Reason.JS_ONLY}),
        (SHELL, LINK, PARTLY, Outcome.FOUND, {Reason.JS_ONLY}),
        (SHELL, BARE, RAN, Outcome.MISSING, {Reason.LINK_REMOVED}),
        (SHELL, BARE, PARTLY, Outcome.UNKNOWN, {Reason.JS_ONLY}),
        # Even a whole rendering shows nothing where the page stayed an empty shell.
        (SHELL, SHELL, RAN, Outcome.UNKNOWN, {Reason.JS_ONLY}),
        (LINK, LINK, RAN, Outcome.FOUND, set()),
        (LINK, BARE, RAN, Outcome.FOUND, {Reason.RAW_ONLY}),
        (LINK, BARE, PARTLY, Outcome.FOUND, set()),
        (BARE, LINK, RAN, Outcome.FOUND, {Reason.JS_ONLY}),
        (BARE, BARE, RAN, Outcome.MISSING, {Reason.LINK_REMOVED}),
    ],
)
def test_seeing_proves_and_only_a_whole_rendering_proves_absence(
    raw: bytes, shown: bytes, state: RenderState, outcome: Outcome, reasons: set[Reason]
) -> None:
    rendered = Rendered(state=state, fetched=Fetched(url=URL, final_url=URL), requests=3)
    bytes_say, scripts_say = judged(raw), judged(shown, rendered=True)
    [verdict] = weigh(bytes_say, scripts_say, rendered).verdicts
    assert (verdict.outcome, set(verdict.reasons)) == (outcome, reasons)
    # Both results are kept, in the observation too.
    assert verdict.rendering is not None
    assert verdict.rendering.raw_outcome is bytes_say.verdicts[0].outcome
    assert verdict.rendering.outcome is scripts_say.verdicts[0].outcome
    kept = observation_of(
        bytes_say.sight,
        verdict,
        page_id=UUID(int=3),
        check_id=UUID(int=4),
        check_seq=1,
        checked_at=NOW,
    )
    assert kept.rendering == verdict.rendering


@pytest.mark.parametrize("state", [RenderState.FAILED, RenderState.PUT_OFF, RenderState.OFF])
def test_a_rendering_that_failed_changes_nothing(state: RenderState) -> None:
    raw = judged(SHELL)
    [verdict] = weigh(raw, None, Rendered(state=state)).verdicts
    assert (verdict.outcome, verdict.reasons) == (Outcome.UNKNOWN, (Reason.JS_ONLY,))
    assert verdict.rendering is not None
    assert verdict.rendering.state is state


@pytest.mark.parametrize(
    ("body", "status", "always", "worth"),
    [
        (SHELL, 200, False, True),
        (BARE, 200, False, False),
        (BARE, 200, True, True),
        (LINK, 200, False, False),
        (SHELL, 404, True, False),
        (b"<title>Just a moment...</title><form id=challenge-form>", 403, True, False),
    ],
)
def test_only_pages_that_scripts_may_settle_are_shown(
    body: bytes, status: int, always: bool, worth: bool
) -> None:
    fetched = Fetched(
        url=URL, final_url=URL, status=status, body=body, headers=(("Content-Type", "text/html"),)
    )
    assert is_worth_showing(fetched, judged(body), always=always) is worth


def test_what_the_bytes_forbid_stays_forbidden() -> None:
    raw = pages.read(b"<meta name=robots content=noindex>", URL, {})
    shown = pages.read(b"<meta name=robots content=nofollow>", URL, {})
    assert with_directives_of(raw.directives, shown).meta_robots == ("noindex", "nofollow")
