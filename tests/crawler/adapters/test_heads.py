"""What HEAD brings back over connections that are kept: the same answers and the same trouble as GET."""

import asyncio
import ssl
from pathlib import Path

import pytest

from services.crawler.adapters.heads import Heads
from services.crawler.adapters.names import Place
from services.crawler.adapters.web import Web, open_web
from shared.vocabulary import Reason
from shared.wall import AddressNotAllowedError, Guard, parse_routes
from tests import web as fakes
from tests.crawler.adapters.gates import OpenGate
from tests.web import FakeWeb, new_authority, page, raw, redirect

ADDRESS = "http://blog.example/post"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


class Lines:
    """Answers like `behaviour` and remembers on which connections it was asked."""

    def __init__(self, behaviour: fakes.Behaviour) -> None:
        self._behaviour = behaviour
        self.used: list[asyncio.StreamWriter] = []

    async def __call__(self, exchange: fakes.Exchange) -> None:
        self.used.append(exchange.writer)
        await self._behaviour(exchange)

    @property
    def count(self) -> int:
        return len({id(writer) for writer in self.used})


def staying(data: bytes) -> fakes.Behaviour:
    """Answer with exactly these bytes and keep the connection."""

    async def behave(exchange: fakes.Exchange) -> None:
        await exchange.send(data)

    return behave


async def test_heads_of_one_host_come_over_one_connection(
    site: FakeWeb, web: Web, gate: OpenGate
) -> None:
    lines = Lines(page("<p>long</p>" * 9, X_Robots_Tag="noindex"))
    site.on(ADDRESS, lines)
    answers = [await web.fetch(ADDRESS, gate=gate, method="HEAD") for _ in range(3)]
    for fetched in answers:
        assert (fetched.status, fetched.body, fetched.failure) == (200, b"", None)
        assert fetched.header("x-robots-tag") == "noindex"
    assert (len(lines.used), lines.count) == (3, 1)
    [exchange] = answers[-1].exchanges
    assert (exchange.status, exchange.phrase, exchange.http_version) == (200, "OK", "1.1")
    assert dict(exchange.request_headers)["Host"] == "blog.example"
    asked = site.asked(ADDRESS)[-1]
    assert (asked.method, asked.headers["user-agent"]) == ("HEAD", "AnchorwatchBot/test")


@pytest.mark.parametrize(
    ("behaviour", "status"),
    [
        (page(b"", Connection="close"), 200),
        (staying(HEAD + b"Content-Length: 9\r\n\r\n<p>a body"), 200),
        (staying(b"HTTP/1.0 200 OK\r\n\r\n"), 200),
        (staying(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"), 101),
    ],
    ids=["close", "a body all the same", "HTTP/1.0", "another protocol"],
)
async def test_a_connection_of_which_nothing_more_can_be_expected_is_not_used_again(
    site: FakeWeb, web: Web, gate: OpenGate, behaviour: fakes.Behaviour, status: int
) -> None:
    lines = Lines(behaviour)
    site.on(ADDRESS, lines)
    for _ in range(2):
        assert (await web.fetch(ADDRESS, gate=gate, method="HEAD")).status == status
    assert lines.count == 2


async def test_a_head_may_come_in_pieces_behind_an_interim_one(
    site: FakeWeb, web: Web, gate: OpenGate
) -> None:
    async def pieces(exchange: fakes.Exchange) -> None:
        await exchange.send(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 40")
        await asyncio.sleep(0)
        await exchange.send(b"4 Gone Fishing\r\nX-Late: yes\r\n\r\n")

    lines = Lines(pieces)
    site.on(ADDRESS, lines)
    for _ in range(2):
        fetched = await web.fetch(ADDRESS, gate=gate, method="HEAD")
        assert (fetched.status, fetched.header("x-late")) == (404, "yes")
        assert fetched.header("link") is None
    assert lines.count == 1


TROUBLE = {
    "silent": (fakes.silent(), Reason.TIMEOUT, 1),
    "hung up": (raw(b""), Reason.UNREACHABLE, 2),
    "reset": (fakes.reset(), Reason.UNREACHABLE, 2),
    "half a head": (raw(HEAD), Reason.UNREACHABLE, 2),
    "not http": (raw(b"not http at all\r\n\r\n"), Reason.UNREACHABLE, 1),
    "1 MB header": (raw(HEAD + b"X: " + b"y" * 1_000_000 + b"\r\n\r\n"), Reason.TOO_LARGE, 1),
    "endless headers": (raw(HEAD + b"X: y\r\n" * 100_000), Reason.TOO_LARGE, 1),
}


@pytest.mark.parametrize("name", TROUBLE)
async def test_trouble_is_the_reason_that_get_would_have(
    site: FakeWeb, web: Web, gate: OpenGate, name: str
) -> None:
    behaviour, failure, asked = TROUBLE[name]
    site.on(ADDRESS, behaviour)
    for method in ("GET", "HEAD"):
        before = len(site.requests)
        fetched = await web.fetch(ADDRESS, gate=gate, method=method)
        assert (method, fetched.failure) == (method, failure)
        assert len(site.requests) - before == asked


async def test_a_kept_connection_that_the_server_closed_is_replaced_at_our_turn(
    site: FakeWeb, web: Web, gate: OpenGate
) -> None:
    lines = Lines(page(b""))
    site.on(ADDRESS, lines)
    await web.fetch(ADDRESS, gate=gate, method="HEAD")
    lines.used[0].close()
    await lines.used[0].wait_closed()
    assert (await web.fetch(ADDRESS, gate=gate, method="HEAD")).status == 200
    assert lines.count == 2


async def test_redirects_and_their_cookies_are_followed(
    site: FakeWeb, web: Web, gate: OpenGate
) -> None:
    async def wants_cookie(exchange: fakes.Exchange) -> None:
        known = exchange.request.headers.get("cookie") == "seen=1"
        answer = page(b"") if known else redirect("/post", Set_Cookie="seen=1; Path=/")
        await answer(exchange)

    site.on(ADDRESS, wants_cookie)
    fetched = await web.fetch(ADDRESS, gate=gate, method="HEAD")
    assert (fetched.status, len(fetched.hops), len(fetched.exchanges)) == (200, 1, 2)


async def test_a_certificate_must_be_trusted_and_its_issuer_is_told(
    tmp_path: Path, gate: OpenGate
) -> None:
    authority = new_authority(tmp_path)
    async with fakes.fake_web(authority.server("blog.example")) as site:
        site.on("https://blog.example/", page(b""))
        guard = Guard(routes=parse_routes(site.connect_to))
        for client, failure in (
            (authority.client(), None),
            (ssl.create_default_context(), Reason.TLS_ERROR),
        ):
            async with open_web(guard=guard, user_agent="t", tls=client) as web:
                fetched = await web.fetch("https://blog.example/", gate=gate, method="HEAD")
            assert fetched.failure is failure
            told = None if failure else "Anchorwatch test authority"
            assert fetched.tls_issuer == told


def new_heads(guard: Guard, *, keepalive_s: float = 10.0) -> Heads:
    return Heads(
        guard=guard,
        tls=ssl.create_default_context(),
        headers={},
        header_limit=8_190,
        connect_s=1.0,
        keepalive_s=keepalive_s,
    )


async def test_a_connection_is_not_kept_for_ever(site: FakeWeb) -> None:
    lines = Lines(page(b""))
    site.on(ADDRESS, lines)
    heads = new_heads(Guard(routes=parse_routes(site.connect_to)), keepalive_s=0.0)
    place = Place(("127.0.0.1",), site.port, routed=True)
    assert (await heads.ask(ADDRESS, place, {})).status == 200
    await lines.used[0].wait_closed()


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.7", "::1", "169.254.169.254"])
async def test_no_socket_is_opened_to_a_private_address(address: str) -> None:
    heads = new_heads(Guard())
    with pytest.raises(AddressNotAllowedError):
        await heads.ask("http://pub.example/", Place((address,), 80, routed=False), {})


async def test_a_line_break_never_reaches_the_wire(site: FakeWeb) -> None:
    heads = new_heads(Guard(routes=parse_routes(site.connect_to)))
    place = Place(("127.0.0.1",), site.port, routed=True)
    with pytest.raises(ValueError, match="line break"):
        await heads.ask(ADDRESS, place, {"Cookie": "a=b\r\nX-Evil: 1"})
    assert site.requests == []
