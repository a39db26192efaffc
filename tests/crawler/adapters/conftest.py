"""What the tests of the crawler's adapters share: a FakeWeb and a Web that is led to it."""

from collections.abc import AsyncIterator

import pytest

from services.crawler.adapters.web import Limits, Web, open_web
from shared.wall import Guard, parse_routes
from tests.crawler.adapters.gates import OpenGate
from tests.ports import free_port
from tests.web import FakeWeb, fake_web


@pytest.fixture
async def site() -> AsyncIterator[FakeWeb]:
    async with fake_web() as web:
        yield web


@pytest.fixture
def gate() -> OpenGate:
    return OpenGate()


@pytest.fixture
async def web(site: FakeWeb) -> AsyncIterator[Web]:
    guard = Guard(routes=parse_routes(site.connect_to))
    limits = Limits(connect_s=1.0, total_s=1.0)
    async with open_web(guard=guard, user_agent="AnchorwatchBot/test", limits=limits) as opened:
        yield opened


@pytest.fixture
def unused_port() -> int:
    return free_port()
