"""Signed addresses are open to strangers: bounded, and passed on to the service that signed them."""

from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from fastapi import APIRouter
from fastapi.responses import PlainTextResponse
from starlette.requests import ClientDisconnect

from services.gateway.domain.limits import Limiter, Policy
from services.gateway.settings import Settings
from shared.http import DirectTransport, ServiceClient
from shared.web import new_web_app
from shared.wire import Outgoing, StreamedAnswer
from tests.gateway.conftest import SECRET, House

TOKEN = "a" * 43
ADDRESSES = [
    ("/shared/evidence", "crawler"),
    ("/shared/exports", "profile"),
    ("/shared/reports", "profile"),
]


async def _told(token: str) -> PlainTextResponse:
    headers = {"X-Robots-Tag": "noindex", "Cache-Control": "no-store", "Server-Timing": "private"}
    return PlainTextResponse(f"what {token[:1]} opens", headers=headers)


@pytest.fixture
def house_of_signers(house: House) -> House:
    for service in ("crawler", "profile"):
        router = APIRouter()
        for path, signer in ADDRESSES:
            if signer == service:
                router.get(path + "/{token}")(_told)
        app = new_web_app(service, settings=Settings(internal_secret=SECRET), routers=[router])
        client = ServiceClient(service, DirectTransport(app), SECRET.encode())
        house.app.state.clients = {**house.app.state.clients, service: client}
    return house


@pytest.mark.parametrize("path", [path for path, _ in ADDRESSES])
async def test_who_has_the_address_needs_no_account(house_of_signers: House, path: str) -> None:
    answer = await house_of_signers.nobody.get(f"{path}/{TOKEN}")
    assert (answer.status, answer.body) == (200, b"what a opens")
    assert answer.header("server-timing") is None


@pytest.mark.parametrize("path", [path for path, _ in ADDRESSES])
@pytest.mark.parametrize("token", ["a" * 39, "a" * 65, "a" * 42 + "."])
async def test_half_an_address_is_told_as_that(
    house_of_signers: House, path: str, token: str
) -> None:
    answer = await house_of_signers.nobody.get(f"{path}/{token}")
    assert answer.status == 404
    assert b"not complete" in answer.body


@pytest.mark.parametrize("path", [path for path, _ in ADDRESSES])
async def test_nobody_tries_addresses_without_end(house_of_signers: House, path: str) -> None:
    house_of_signers.app.state.visitors = Limiter(Policy("visitors", 2))
    tried = [await house_of_signers.nobody.get(f"{path}/{TOKEN}") for _ in range(3)]
    assert [answer.status for answer in tried] == [200, 200, 429]
    assert int(tried[-1].header("retry-after") or 0) > 0


class _Opened:
    """A way to a service that counts the answers which nobody closed; their bodies never end."""

    def __init__(self) -> None:
        self.asked = self.open_now = 0

    @asynccontextmanager
    async def open(self, _: Outgoing) -> AsyncIterator[StreamedAnswer]:
        self.asked += 1
        self.open_now += 1
        try:
            yield StreamedAnswer(200, (("content-type", "text/csv"),), self._chunks())
        finally:
            self.open_now -= 1

    async def _chunks(self) -> AsyncIterator[bytes]:
        while True:
            yield b"a line"


@pytest.mark.parametrize("version", ["2.3", "2.4"])
@pytest.mark.parametrize("heard", [0, 1, 3])
async def test_a_visitor_who_leaves_leaves_nothing_open(
    house: House, version: str, heard: int
) -> None:
    """Servers tell it in two ways (ASGI 2.3 and 2.4); `heard` messages of the answer got through."""
    profile = _Opened()
    client = ServiceClient("profile", profile, SECRET.encode())
    house.app.state.clients = {**house.app.state.clients, "profile": client}
    got: list[object] = []

    async def send(message: object) -> None:
        if len(got) == heard:
            raise OSError("the visitor left")
        got.append(message)

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.disconnect"}

    path = f"/shared/exports/{TOKEN}"
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": version},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", b"test")],
        "client": ("127.0.0.1", 1),
        "server": ("test", 80),
    }
    with suppress(OSError, ClientDisconnect, ExceptionGroup):
        await house.app(scope, receive, send)
    assert (profile.asked, profile.open_now) == (1, 0)
