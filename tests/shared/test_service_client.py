"""Calls between services: the same over the network and in one process, with bounds on everything."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI

from shared.access import Caller
from shared.breaker import FAILURES, REST_S, Breaker
from shared.errors import UnavailableError
from shared.http import DirectTransport, NetworkTransport, ServiceClient, Transport
from shared.ids import new_id
from shared.settings import HouseSettings
from shared.vocabulary import Role
from shared.web import CallerDep, new_web_app
from shared.wire import Outgoing, StreamedAnswer, TransportError
from tests.waiting import eventually

SECRET = b"secret of the tests"
ALICE = Caller(new_id(), new_id(), "alice", workspace_role=Role.OWNER)


def new_app() -> FastAPI:
    app = new_web_app("profile", settings=HouseSettings(internal_secret=SECRET.decode()))

    @app.get("/v1/me")
    async def me(caller: CallerDep) -> str:
        return caller.actor

    @app.post("/v1/echo")
    async def echo(body: dict[str, Any]) -> dict[str, Any]:
        return body

    @app.get("/v1/never")
    async def never() -> None:
        await asyncio.Event().wait()

    return app


@asynccontextmanager
async def over(kind: str) -> AsyncIterator[Transport]:
    if kind == "direct":
        yield DirectTransport(new_app())
        return
    config = uvicorn.Config(
        new_app(), port=0, log_config=None, lifespan="off", ws="none", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)

    async def is_started() -> bool:
        return server.started

    async with asyncio.TaskGroup() as group:
        serving = group.create_task(server.serve())
        await eventually(is_started, what="uvicorn listens")
        port = server.servers[0].sockets[0].getsockname()[1]
        transport = NetworkTransport(f"http://127.0.0.1:{port}")
        yield transport
        await transport.close()
        server.should_exit = True
        await serving


@pytest.mark.parametrize("kind", ["direct", "network"])
async def test_a_call_carries_the_caller_and_json(kind: str) -> None:
    async with over(kind) as transport:
        client = ServiceClient("profile", transport, SECRET)

        assert (await client.send("GET", "/v1/me", caller=ALICE)).json() == "alice"
        answer = await client.send("POST", "/v1/echo", caller=ALICE, body={"a": [1, "ä"]})
        assert (answer.status, answer.json()) == (200, {"a": [1, "ä"]})
        assert answer.header("Content-Type") == "application/json"
        missing = await client.send("GET", "/v1/nothing", caller=ALICE)
        assert missing.json()["code"] == "not-found"


@pytest.mark.parametrize("kind", ["direct", "network"])
async def test_a_body_of_chunks_is_sent_while_it_comes(kind: str) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b'{"a":'
        yield b"1}"

    async with over(kind) as transport:
        client = ServiceClient("profile", transport, SECRET)
        headers = (("content-type", "application/json"),)
        request = Outgoing("POST", "/v1/echo", headers=headers, body=chunks())
        async with client.stream(request, caller=ALICE) as answer:
            assert b"".join([chunk async for chunk in answer.chunks]) == b'{"a":1}'


@pytest.mark.parametrize("kind", ["direct", "network"])
async def test_a_service_that_does_not_answer_is_given_up_at_the_deadline(kind: str) -> None:
    async with over(kind) as transport:
        client = ServiceClient("profile", transport, SECRET, deadline_s=0.2)

        with pytest.raises(UnavailableError) as silent:
            await client.send("GET", "/v1/never", caller=ALICE)

    assert silent.value.code == "timeout"


class Failing:
    """A transport whose first calls do not get there."""

    def __init__(self, failures: int) -> None:
        self.calls = 0
        self._failures = failures
        self._inner = DirectTransport(new_app())

    @asynccontextmanager
    async def open(self, request: Outgoing) -> AsyncIterator[StreamedAnswer]:
        self.calls += 1
        if self.calls <= self._failures:
            raise TransportError("connection refused")
        async with self._inner.open(request) as answer:
            yield answer


async def test_a_get_is_tried_once_more_and_a_post_is_not() -> None:
    getting, posting = Failing(1), Failing(1)

    answer = await ServiceClient("profile", getting, SECRET).send("GET", "/v1/me", caller=ALICE)
    with pytest.raises(UnavailableError):
        await ServiceClient("profile", posting, SECRET).send(
            "POST", "/v1/echo", caller=ALICE, body={}
        )

    assert (answer.status, getting.calls, posting.calls) == (200, 2, 1)


async def test_a_service_that_keeps_failing_is_left_alone_for_a_while() -> None:
    transport = Failing(100)
    client = ServiceClient("profile", transport, SECRET)
    for _ in range(FAILURES):
        with pytest.raises(UnavailableError):
            await client.send("POST", "/v1/echo", caller=ALICE, body={})

    with pytest.raises(UnavailableError) as refused:
        await client.send("POST", "/v1/echo", caller=ALICE, body={})

    assert (refused.value.code, transport.calls) == ("circuit-open", FAILURES)


def test_after_a_rest_one_call_may_probe_and_success_closes_the_breaker() -> None:
    breaker = Breaker()
    for second in range(FAILURES):
        breaker.note(ok=False, now=float(second))
    opened = float(FAILURES - 1)

    assert not breaker.admit(opened + REST_S - 0.1)
    assert breaker.admit(opened + REST_S)
    assert not breaker.admit(opened + REST_S), "only one probe"
    breaker.note(ok=True, now=opened + REST_S)
    assert breaker.admit(opened + REST_S)


def test_failures_far_apart_do_not_open_the_breaker() -> None:
    breaker = Breaker()
    for hour in range(20):
        breaker.note(ok=False, now=hour * 3600.0)

    assert breaker.admit(80_000.0)
