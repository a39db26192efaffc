"""Opt-outs: operators decide, owners prove themselves by robots.txt, and nothing of the host is asked."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from services.crawler import handlers
from services.crawler.adapters.observer import Question
from services.crawler.jobs import optouts as following
from shared import words
from shared.access import Caller
from shared.db import Database
from shared.http import ServiceClient
from shared.vocabulary import Reason, Role
from tests.crawler.asking import routes_over
from tests.crawler.builders import DatabaseFor, a_tracked
from tests.web import FakeWeb, page

SECRET = "crawler-tests-secret"
ALICE = Caller(UUID(int=1), UUID(int=2), "Alice", workspace_role=Role.OWNER)
BOB = Caller(UUID(int=1), UUID(int=3), "Bob", workspace_role=Role.EDITOR)
CLOSED = "User-agent: AnchorwatchBot\nDisallow: /\n"


@dataclass(slots=True)
class Desk:
    """The routes as the gateway asks them, the web, and the crawler's own eyes."""

    client: ServiceClient
    site: FakeWeb
    db: Database
    app: Any

    async def send(
        self, method: str, body: object = None, *, caller: Caller | None = ALICE, path: str = ""
    ) -> tuple[int, Any]:
        answer = await self.client.send(method, f"/v1/opt-outs{path}", caller=caller, body=body)
        return answer.status, answer.json() if answer.body else None


@pytest.fixture
async def desk(db_for: DatabaseFor) -> AsyncIterator[Desk]:
    db = db_for("crawler")
    async with routes_over(db) as routes:
        yield Desk(routes.client, routes.site, db, routes.app)


async def test_what_the_operator_lists_is_never_asked_and_its_links_say_why(desk: Desk) -> None:
    status, told = await desk.send("PUT", {"host": "https://Blog.example/x", "note": "by mail"})
    assert (status, told["host"], told["in_force"], told["decided_by"]) == (
        *(200, "blog.example", True),
        "Alice",
    )
    await following.read(desk.db, desk.app.state.eyes.politeness)
    look = await desk.app.state.eyes.observer.look(Question(url="http://www.blog.example/post"))
    assert look.fetched.failure is Reason.OPTED_OUT
    assert not desk.site.requests
    assert "never fetched" in words.reason(Reason.OPTED_OUT).sentence


async def test_an_owner_who_closed_robots_is_believed_at_once(desk: Desk) -> None:
    desk.site.on("http://blog.example/robots.txt", page(CLOSED))
    status, told = await desk.send("POST", {"host": "blog.example"}, caller=None)
    assert (status, told["in_force"], told["source"]) == (202, True, "owner")


async def test_without_proof_the_operator_decides(desk: Desk) -> None:
    body = {"host": "victim.example", "note": "please"}
    status, told = await desk.send("POST", body, caller=None)
    assert (status, told["in_force"]) == (202, False)
    await following.read(desk.db, desk.app.state.eyes.politeness)
    assert not desk.app.state.eyes.politeness.opt_outs.covers("victim.example")
    _, listed = await desk.send("GET", path="")
    assert [one["host"] for one in listed["items"]] == ["victim.example"]
    _, granted = await desk.send("PUT", {"host": "victim.example"})
    assert (granted["in_force"], granted["note"]) == (True, "please")
    assert (await desk.send("DELETE", path="/victim.example"))[0] == 204
    assert (await desk.send("DELETE", path="/victim.example"))[0] == 404


async def test_old_rules_in_memory_are_no_proof(desk: Desk) -> None:
    await desk.send("POST", {"host": "blog.example"}, caller=None)
    desk.site.on("http://blog.example/robots.txt", page(CLOSED))
    _, told = await desk.send("POST", {"host": "blog.example"}, caller=None)
    assert told["in_force"] is True


async def test_only_owners_of_the_workspace_may_list_and_decide(desk: Desk) -> None:
    assert (await desk.send("GET", caller=BOB))[0] == 403
    assert (await desk.send("PUT", {"host": "blog.example"}, caller=BOB))[0] == 403
    assert (await desk.send("POST", {"host": "127.0.0.1"}, caller=None))[0] == 422


async def test_a_listed_hosts_pages_come_soon(desk: Desk) -> None:
    async with desk.db.begin() as tx:
        await handlers.on_link_tracked([a_tracked("http://blog.example/post")], tx)
        await tx.run("UPDATE pages SET next_check_at = now() + interval '9 days'")
    await desk.send("PUT", {"host": "blog.example"})
    async with desk.db.begin() as tx:
        due = await tx.fetch_value(
            "SELECT count(*) FROM pages WHERE host = 'blog.example' AND next_check_at <= now()"
        )
    assert due == 1
