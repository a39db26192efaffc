"""POST /v1/checks: one look now; what the web does is an answer, what is written wrong is a problem."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest

from shared import words
from shared.access import Caller, Scope
from shared.db import Database
from shared.http import ServiceClient
from shared.vocabulary import Reason, Role
from tests import web as fakes
from tests.crawler.adapters.test_wall import CLOSED_URLS, ONLY_WRITTEN
from tests.crawler.asking import routes_over
from tests.web import FakeWeb, page, redirect

SECRET = "crawler-tests-secret"
POST = "http://blog.example/post"
LINKED = (
    '<html lang="en"><title>A post</title><body><p>See <a rel="nofollow" '
    'href="https://our.example/page?utm_source=x">our page</a> for more.</p>'
)
ALICE = Caller(UUID(int=1), UUID(int=2), "Alice", workspace_role=Role.EDITOR)


@dataclass(slots=True)
class Asking:
    """Asks the route as the gateway would."""

    client: ServiceClient
    site: FakeWeb

    async def check(
        self, url: object, target: object = "our.example", caller: Caller = ALICE
    ) -> tuple[int, dict[str, Any]]:
        return await self.send({"referring_url": url, "target": target}, caller)

    async def send(self, body: object, caller: Caller = ALICE) -> tuple[int, dict[str, Any]]:
        answer = await self.client.send("POST", "/v1/checks", caller=caller, body=body)
        return answer.status, answer.json()


@pytest.fixture
async def asking() -> AsyncIterator[Asking]:
    # The route needs no database: nothing is stored.
    db = Database("postgresql+asyncpg://nobody@127.0.0.1:1/nowhere", schema="crawler")
    async with routes_over(db) as routes:
        yield Asking(routes.client, routes.site)


async def test_a_link_that_is_there_is_found_with_everything_about_it(asking: Asking) -> None:
    asking.site.on(POST, LINKED)
    status, answer = await asking.check(POST, "http://www.our.example/page/")
    assert (status, answer["outcome"], answer["reasons"]) == (200, "found", [])
    [link] = answer["occurrences"]
    assert link["anchor_text"] == "our page"
    assert (link["rel"], link["followed"], link["kind"]) == (["nofollow"], False, "text")
    assert (link["left_context"], link["right_context"]) == ("See", "for more.")
    assert (answer["followed"], answer["indexable"], answer["http_status"]) == (False, True, 200)
    assert (answer["page"]["title"], answer["page"]["lang"]) == ("A post", "en")
    assert answer["page"]["word_count"] == 5
    assert answer["words"]["label"]


async def test_a_link_that_is_not_there_is_missing_with_what_is_there_instead(
    asking: Asking,
) -> None:
    asking.site.on(POST, LINKED)
    _, answer = await asking.check(POST, "https://our.example/other")
    assert (answer["outcome"], answer["occurrences"]) == ("missing", [])
    assert answer["other_links"][0]["target_url"] == "https://our.example/page?utm_source=x"
    _, answer = await asking.check(POST, "else.example")
    assert answer["reasons"] == ["link_removed"]
    [said] = answer["reason_words"]
    assert said["sentence"] == words.reason(Reason.LINK_REMOVED).sentence


UNKNOWN = {
    "private": (redirect("http://169.254.169.254/latest/"), "address_not_allowed"),
    "wall": (page("<h1>No</h1>", status=403), "blocked_by_wall"),
    "silent": (fakes.silent(), "timeout"),
    "loop": (redirect("/post"), "redirect_loop"),
    "stacked": (fakes.encoded("gzip, gzip", b"x"), "undecodable"),
    "oversized": (fakes.endless(), "too_large"),
}


@pytest.mark.parametrize("name", UNKNOWN)
async def test_what_the_web_does_is_an_answer(asking: Asking, name: str) -> None:
    behaviour, reason = UNKNOWN[name]
    asking.site.on(POST, behaviour)
    status, answer = await asking.check(POST)
    assert (status, answer["outcome"], answer["reasons"]) == (200, "unknown", [reason])
    assert "169.254" not in str(answer["words"]) + str(answer["reason_words"])


@pytest.mark.parametrize("url", [url for url in CLOSED_URLS + ONLY_WRITTEN if url.isprintable()])
async def test_a_url_that_must_not_be_asked_is_a_problem_that_names_its_field(
    asking: Asking, url: str
) -> None:
    status, problem = await asking.check(url)
    assert status == 422
    assert problem["errors"][0]["pointer"] == "/referring_url"
    assert asking.site.requests == []


@pytest.mark.parametrize("url", ["http://pub.example/\0", "http://a.example/\r\nX: y", 7, None])
async def test_a_value_that_is_no_text_is_a_problem(asking: Asking, url: object) -> None:
    status, problem = await asking.check(url)
    assert (status, problem["errors"][0]["pointer"]) == (422, "/referring_url")


@pytest.mark.parametrize("target", ["", " ", "co.uk", "javascript:alert(1)", "ht tp://x", "a\nb"])
async def test_a_target_that_no_link_can_have_is_a_problem(asking: Asking, target: str) -> None:
    status, problem = await asking.check(POST, target)
    assert (status, problem["errors"][0]["pointer"]) == (422, "/target")


async def test_unknown_fields_and_missing_ones_are_problems(asking: Asking) -> None:
    status, problem = await asking.send({"referring_url": "http://a.example/"})
    assert (status, problem["errors"][0]["pointer"]) == (422, "/target")
    status, problem = await asking.send(
        {"referring_url": "http://a.example/", "target": "b.example", "is_admin": True}
    )
    assert (status, problem["errors"][0]["pointer"]) == (422, "/is_admin")


async def test_a_key_needs_the_scope(asking: Asking) -> None:
    caller = replace(ALICE, scopes=frozenset({Scope.EVENTS_READ}))
    status, problem = await asking.check(POST, caller=caller)
    assert (status, problem["code"]) == (403, "scope-required")


async def test_a_page_made_by_scripts_says_why_it_was_not_rendered(asking: Asking) -> None:
    asking.site.on(POST, "<div id=root></div><script src=/app.js></script>")
    _, answer = await asking.check(POST, "our.example")
    assert (answer["outcome"], answer["reasons"]) == ("unknown", ["js_only"])
    assert (answer["rendering"]["state"], answer["rendering"]["rendered_outcome"]) == ("off", None)
    assert answer["rendering"]["raw_words"]["label"] == "Couldn't look"
    assert "rendering is off" in answer["rendering"]["words"]["sentence"]
    asking.site.on(POST, LINKED)
    _, answer = await asking.check(POST, "our.example")
    assert answer["rendering"] is None
