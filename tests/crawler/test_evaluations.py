"""Places for a link are looked at as any page is, each apart; what could not be seen says why."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest

from services.crawler.api import evaluations
from services.crawler.domain.pace import Pace
from shared import clock
from shared.db import Database
from shared.vocabulary import Role
from tests.crawler.asking import Asking, asking_of_acme
from tests.web import page

TEXT = "<p>" + "Words about oak benches and how they are oiled. " * 40 + "</p>"
BLOG = f"""<html lang=en><title>The bench blog</title><body>{TEXT}<a href=/contact>Contact</a>
<a href=https://one.example/>one</a><a rel=nofollow href=https://two.example/>two</a>
<a href=https://three.example/>three</a><a rel=nofollow href=/own>own</a></body></html>"""


@pytest.fixture
async def asking(db_for: Callable[[str], Database]) -> AsyncIterator[Asking]:
    async with asking_of_acme(db_for("crawler")) as asking:
        yield asking


async def test_each_place_is_looked_at_and_told_apart(asking: Asking) -> None:
    asking.site.on("http://blog.example/", BLOG)
    asking.site.on("http://ours.example/p", f'{TEXT}<a href="https://acme-tools.example/">A</a>')
    asking.site.on("http://shut.example/", page("<h1>Forbidden</h1>", status=403))
    asking.site.on("http://alone.example/", f"<meta name=robots content=noindex,nofollow>{TEXT}")

    status, found = await asking.ask(
        "evaluations",
        {"addresses": ["blog.example", "http://ours.example/p", "shut.example", "alone.example"]},
    )

    blog, ours, shut, alone = found["items"]
    assert status == 200
    assert (blog["address"], blog["domain"], blog["seen"]) == ("blog.example", "blog.example", True)
    assert blog["final_url"] == "http://blog.example/"  # it knows no https
    assert (blog["indexable"], blog["page_followed"]) == (True, True)
    facts = blog["facts"]
    assert (facts["outlinks_external"], facts["outlinks_unfollowed"]) == (3, 1)
    assert (blog["why"], blog["links_to_you"], ours["links_to_you"]) == (None, False, True)
    assert (shut["seen"], shut["facts"]) == (False, None)
    assert shut["why"]
    assert "_" not in shut["why"]
    assert (alone["seen"], alone["indexable"], alone["page_followed"]) == (True, False, False)
    assert [item["evaluation"] for item in found["items"]] == [None] * 4  # the gateway adds them


async def test_a_host_that_we_are_asking_already_is_left_alone_and_nothing_is_said_of_it(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluations, "PATIENCE_S", 0.05)
    asking.site.on("http://free.example/", BLOG)
    later = clock.now() + timedelta(minutes=1)
    asking.eyes.politeness.pacer.seed("busy.example", Pace(delay_s=60, free_at=later))

    status, found = await asking.ask("evaluations", {"addresses": ["busy.example", "free.example"]})

    busy, free = found["items"]
    assert (status, free["seen"]) == (200, True)
    assert (busy["seen"], busy["reasons"]) == (False, [])
    assert "leave it pauses" in busy["why"]
    assert not asking.site.asked("http://busy.example/")


@pytest.mark.parametrize(
    ("addresses", "pointer"),
    [
        (["blog.example", "http://127.0.0.1/"], "/addresses/1"),
        (["not an address at all"], "/addresses/0"),
        ([], "/addresses"),
        (["a.example"] * 11, "/addresses"),
    ],
)
async def test_an_address_that_is_wrong_by_itself_is_named(
    asking: Asking, addresses: list[str], pointer: str
) -> None:
    status, found = await asking.ask("evaluations", {"addresses": addresses})

    assert status == 422
    assert found["errors"][0]["pointer"].endswith(pointer)
    assert not asking.site.requests


async def test_only_editors_of_the_site_may_send_us_out(asking: Asking) -> None:
    body = {"addresses": ["blog.example"]}
    assert (await asking.ask("evaluations", body, role=Role.VIEWER))[0] == 403
