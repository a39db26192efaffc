"""Bad input of any route ends as a problem that names the field and the fix, and nothing is stored."""

import re
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from shared.db import Database
from shared.ids import new_id
from shared.postgres import EmbeddedPostgres
from shared.wire import Answer
from tests.conftest import TEMPLATE, run_sql
from tests.gateway import bad_input
from tests.gateway.bad_input import Bad
from tests.gateway.product import Product, a_product, first, made

pytestmark = pytest.mark.asyncio(loop_scope="module")
_MEMBERS = {"type", "title", "status", "detail", "instance", "code", "trace_id", "errors"}
_LONGEST = 2000
_JARGON = re.compile(
    r"Input should|String should|Value error|\[type=|pydantic|Traceback|asyncpg|sqlalchemy"
    r"|valid dictionary|Extra inputs|Field required|<class|\bNone\b|File \""
)
_PASSING = ("outbox", "inbox", "event_log", "keys", "users")
_TABLES = """
SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
 WHERE schemaname IN ('crawler', 'profile', 'toxicity', 'outreach', 'gateway')
   AND tablename NOT IN ($1, $2, $3, $4, $5)"""
_DIGEST = "SELECT coalesce(md5(string_agg(t::text, '' ORDER BY t::text)), '') FROM {} t"


@dataclass(frozen=True, slots=True)
class Running:
    """The product that these tests may not change, with an id for every place in a path."""

    product: Product
    ids: dict[str, str]
    db: Database

    async def ask(self, bad: Bad) -> Answer:
        headers = {"if_match": "*"} | ({"content_type": bad.media} if bad.media else {})
        return await self.product.owner.sending(**headers).send(bad.method, bad.path, bad.body)

    async def stored(self) -> dict[str, str]:
        """Return a digest of every table but those that only say what passed by."""
        async with self.db.begin() as tx:
            tables = [row["name"] for row in await tx.fetch(_TABLES, *_PASSING)]
            return {name: await tx.fetch_value(_DIGEST.format(name)) for name in tables}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(postgres: EmbeddedPostgres) -> AsyncIterator[Running]:
    """One product for all tests of this module."""
    name = f"test_{new_id().hex}"
    run_sql(postgres, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    async with AsyncExitStack() as stack:
        stack.callback(run_sql, postgres, f"DROP DATABASE {name} WITH (FORCE)")

        def db_for(service: str) -> Database:
            db = Database(postgres.url(name), schema=service, pool_size=5)
            stack.push_async_callback(db.close)
            return db

        limits = dict.fromkeys(("rate_limit", "sign_in_limit", "max_upload_bytes"), 1_500_000)
        product = await stack.enter_async_context(a_product(db_for, **limits))
        yield Running(product, await _more_ids(product), db_for("profile"))


async def _more_ids(product: Product) -> dict[str, str]:
    owner = product.owner
    ids = dict(product.ids)
    ids["workspace_id"] = (await first(owner, "/v1/workspaces"))["id"]
    ids["user_id"] = (await made(owner, "/v1/users", {"email": "ann@a.example"}))["id"]
    ids["key_id"] = (await first(owner, "/v1/keys"))["id"]
    grant = {"actor_id": ids["user_id"], "site_id": ids["site_id"], "role": "viewer"}
    ids["grant_id"] = (await made(owner, "/v1/grants", grant))["id"]
    webhook = {
        "name": "never told",
        "url": "https://desk.example/in",
        "types": ["webhook.disabled"],
    }
    ids["webhook_id"] = (await made(owner, "/v1/webhooks", webhook))["id"]
    ids["channel_id"] = (await made(owner, "/v1/channels", bad_input.A_CHANNEL))["id"]
    view = {"site_id": ids["site_id"], "name": "gone", "filters": {"status": "lost"}}
    ids |= {"token": "x" * 50, "code": "x", "chat_person_id": str(new_id())}
    ids["view_id"] = (await made(owner, "/v1/views", view))["id"]
    # Nothing is ever asked of them that is not refused before.
    ids |= dict.fromkeys(("erasure_id", "rebuild_id"), ids["view_id"])
    return ids


async def test_an_id_that_is_none_is_refused_on_every_route(running: Running) -> None:
    assert await _faults(running, bad_input.of_paths(running.ids)) == []


async def test_a_query_that_the_route_does_not_take_is_refused_by_name(running: Running) -> None:
    assert await _faults(running, bad_input.of_queries(running.ids)) == []


async def test_a_body_that_the_route_does_not_take_is_refused_by_field(running: Running) -> None:
    assert await _faults(running, bad_input.of_bodies(running.ids)) == []


async def test_a_method_that_the_path_does_not_take_is_answered_with_those_that_it_takes(
    running: Running,
) -> None:
    wrong = []
    for bad, taken in bad_input.wrong_methods(running.ids):
        answer = await running.ask(bad)
        allow = {one.strip() for one in (answer.header("allow") or "").split(",")}
        if allow - {"HEAD"} != taken:
            wrong.append(f"{bad}: Allow is {sorted(allow)}")
        wrong += _wrongs(bad, answer)

    assert not wrong, "\n".join(wrong)


async def _faults(running: Running, cases: Iterable[Bad]) -> list[str]:
    """Send all of them; return which are not refused as they should be, or left something behind."""
    before = await running.stored()
    asked, wrong = 0, []
    for bad in cases:
        asked += 1
        wrong += _wrongs(bad, await running.ask(bad))
    assert asked > 100, "the walk found nearly nothing to ask"
    after = await running.stored()
    return wrong + [f"{name} has changed" for name in before if after[name] != before[name]]


def _wrongs(bad: Bad, answer: Answer) -> list[str]:
    """Return what is wrong with the answer, if anything."""
    if answer.status not in bad.statuses:
        return [f"{bad} -> {answer.status} {answer.body[:300]!r}"]
    if answer.header("content-type") != "application/problem+json":
        return [f"{bad} -> {answer.header('content-type')}"]
    problem: dict[str, Any] = answer.json()
    wrong = []
    if set(problem) != _MEMBERS or problem["status"] != answer.status or not problem["trace_id"]:
        wrong.append(f"{bad} -> {problem}")
    texts = (problem["detail"], *(fault["detail"] for fault in problem["errors"]))
    wrong += [f"{bad} -> says {text[:200]!r}" for text in texts if not _is_plain(text)]
    named = [fault["pointer"] for fault in problem["errors"]]
    if bad.pointer is not None and not any(_is_about(one, bad.pointer) for one in named):
        wrong.append(f"{bad} -> names {named} and not {bad.pointer}")
    return wrong


def _is_plain(text: str) -> bool:
    return text.endswith((".", ")")) and len(text) <= _LONGEST and not _JARGON.search(text)


def _is_about(named: str, pointer: str) -> bool:
    """Say whether a fault names the place, what lies in it, or the list that it is in."""
    return named.startswith(pointer) or named == pointer.removesuffix("/0")
