"""No socket is ever opened to an address that is not public, whichever way it is spelled."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from typing_extensions import override

from services.crawler.adapters.names import Names, Place
from services.crawler.adapters.web import Limits, Web, open_web
from shared import addresses
from shared.errors import InvalidError
from shared.vocabulary import Reason
from shared.wall import (
    AddressInfo,
    AddressNotAllowedError,
    Guard,
    Route,
    parse_routes,
)
from tests.crawler.adapters.gates import OpenGate
from tests.web import FakeWeb, fake_web, redirect

# Bad inputs 1-31, 36 and 37 of the security review.
CLOSED_URLS = [
    "http://127.0.0.1/",
    "http://localhost/",
    "HTTP://LOCALHOST/",
    "http://a.localhost/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://0/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[0:0:0:0:0:ffff:127.0.0.1]/",
    "http://[::127.0.0.1]/",
    "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/",
    "http://pub.example@127.0.0.1/",
    "http://127.0.0.1\\@pub.example/",
    "http:///127.0.0.1/",
    "http://[fe80::1%25lo]/",
    "http://[fe80::1]/",
    "http://%31%32%37.0.0.1/",
    "http://127.0.0.1./",
    "file:///etc/passwd",
    "gopher://127.0.0.1/",
    "ftp://127.0.0.1/",
    "unix:/run/x.sock",
    "javascript:alert(1)",
    "data:text/html,x",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.100.100.200/",
    "http://[fd00:ec2::254]/",
    "http://168.63.129.16/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/",
    "http://224.0.0.1/",
    "http://[ff02::1]/",
    "http://255.255.255.255/",
    "http://10.0.0.1/",
    "http://192.168.1.1/",
    "https://[x",
    "http://pub.example:22/",
    "http://pub.example:25/",
    "http://pub.example:6379/",
]
ONLY_WRITTEN = [
    "http://user:password@pub.example/",
    "http://pub.example/" + "a" * 2048,
    "http://pub.example/\0",
    "http://pub.example/\r\nX: y",
    "http://pub.example/\ta",
    "http://pub.example/\ud800",
    "http:pub.example",
]
PRIVATE = ["127.0.0.1", "::1", "::ffff:10.0.0.1", "169.254.169.254", "0.0.0.0", "fe80::1%lo"]
PUBLIC = ["93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8"]


class Sockets:
    """Counts what the guard is asked for and what it opened."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self.opened: list[tuple[object, ...]] = []
        self.refused = 0

    def __call__(self, info: AddressInfo) -> socket.socket:
        try:
            made = self._guard.open_socket(info)
        except AddressNotAllowedError:
            self.refused += 1
            raise
        self.opened.append(info[4][:2])
        return made


@dataclass(slots=True)
class Canary:
    """A server on a loopback port that the crawler is told about: nobody may ever connect to it."""

    port: int = 0
    visitors: int = 0

    def visited(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.visitors += 1
        writer.close()


@asynccontextmanager
async def new_canary() -> AsyncIterator[Canary]:
    canary = Canary()
    async with await asyncio.start_server(canary.visited, "127.0.0.1", 0) as server:
        canary.port = server.sockets[0].getsockname()[1]
        yield canary


@asynccontextmanager
async def watched_web(
    guard: Guard, names: Names | None = None
) -> AsyncIterator[tuple[Web, Sockets]]:
    sockets = Sockets(guard)
    guard_spy = _Spied(guard, sockets)
    async with open_web(
        guard=guard_spy,
        names=names or Names(guard),
        user_agent="AnchorwatchBot/test",
        limits=Limits(connect_s=2.0, total_s=2.0),
    ) as web:
        yield web, sockets


class _Spied(Guard):
    def __init__(self, guard: Guard, sockets: Sockets) -> None:
        super().__init__(ports=guard._ports, routes=guard._routes)
        self._sockets = sockets

    @override
    def open_socket(self, info: AddressInfo) -> socket.socket:
        return self._sockets(info)


@pytest.mark.parametrize("url", CLOSED_URLS + ONLY_WRITTEN)
def test_a_written_url_that_must_not_be_asked_is_refused_with_its_field(url: str) -> None:
    with pytest.raises(InvalidError) as caught:
        addresses.check_url(url, pointer="/referring_url")
    assert caught.value.errors[0].pointer == "/referring_url"
    assert "127.0.0.1" not in caught.value.detail


@pytest.mark.parametrize(
    ("url", "href"),
    [
        ("https://Pub.Example/a b", "https://pub.example/a%20b"),
        ("http://münchen.example:8080/", "http://xn--mnchen-3ya.example:8080/"),
        ("http://93.184.216.34/", "http://93.184.216.34/"),
        ("http://pub.example/?q=user@host", "http://pub.example/?q=user@host"),
    ],
)
def test_a_public_url_is_taken_as_a_browser_resolves_it(url: str, href: str) -> None:
    assert addresses.check_url(url, pointer="/referring_url") == href


@pytest.mark.parametrize("url", CLOSED_URLS)
async def test_no_socket_is_opened_for_a_closed_url(url: str) -> None:
    guard = Guard()
    async with watched_web(guard) as (web, sockets):
        fetched = await web.fetch(url, gate=OpenGate())
    assert fetched.failure is Reason.ADDRESS_NOT_ALLOWED
    assert sockets.opened == []


@pytest.mark.parametrize("location", CLOSED_URLS)
async def test_no_socket_is_opened_for_a_redirect_to_a_closed_url(location: str) -> None:
    async with fake_web() as site, new_canary() as canary:
        location = location.replace("127.0.0.1/", f"127.0.0.1:{canary.port}/")
        site.on("http://pub.example/go", redirect(location.encode().decode("latin-1")))
        guard = Guard(
            routes=parse_routes(f"pub.example:80=127.0.0.1:{site.port}"),
            ports={*addresses.DEFAULT_PORTS, canary.port},
        )
        async with watched_web(guard) as (web, sockets):
            fetched = await web.fetch("http://pub.example/go", gate=OpenGate())
    assert fetched.failure is Reason.ADDRESS_NOT_ALLOWED
    assert set(sockets.opened) == {("127.0.0.1", site.port)}
    assert canary.visitors == 0


@pytest.mark.parametrize("address", PRIVATE)
async def test_a_name_with_a_private_address_is_not_connected(address: str) -> None:
    guard = Guard()

    async def lookup(_host: str) -> tuple[str, ...]:
        return (address,)

    async with watched_web(guard, Names(guard, lookup=lookup)) as (web, sockets):
        fetched = await web.fetch("http://pub.example/", gate=OpenGate())
    assert fetched.failure is Reason.ADDRESS_NOT_ALLOWED
    assert sockets.opened == []


async def test_of_public_and_private_answers_only_the_public_ones_are_used() -> None:
    guard = Guard()

    async def lookup(_host: str) -> tuple[str, ...]:
        return ("127.0.0.1", "93.184.216.34", "10.0.0.7", "2606:4700::1111")

    place = await Names(guard, lookup=lookup).find("pub.example", 80)
    assert place.found == ("93.184.216.34", "2606:4700::1111")


async def test_a_name_that_turns_private_later_is_blocked_when_it_connects() -> None:
    """The resolver lies after the check (rebinding): the socket factory is the last word."""
    guard = Guard()

    class Rebinding(Names):
        @override
        async def find(self, host: str, port: int) -> Place:
            found = await super().find(host, port)
            return found._replace(found=("127.0.0.1",))

    async def lookup(_host: str) -> tuple[str, ...]:
        return ("93.184.216.34",)

    async with watched_web(guard, Rebinding(guard, lookup=lookup)) as (web, sockets):
        fetched = await web.fetch("http://pub.example/", gate=OpenGate())
    assert fetched.failure is Reason.ADDRESS_NOT_ALLOWED
    assert (sockets.opened, sockets.refused) == ([], 1)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_open_on_web_ports_only(address: str) -> None:
    guard = Guard()
    assert guard.allows(address, 443)
    assert not guard.allows(address, 22)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_closed_on_every_port(address: str) -> None:
    assert not Guard().allows(address, 80)


def test_only_the_exact_pair_of_a_route_is_exempt() -> None:
    guard = Guard(routes=parse_routes("blog.example:80=127.0.0.1:18080"))
    assert guard.allows("127.0.0.1", 18080)
    assert not guard.allows("127.0.0.1", 18081)
    assert not guard.allows("127.0.0.2", 18080)


def test_sockets_of_other_families_are_refused() -> None:
    with pytest.raises(AddressNotAllowedError):
        Guard().open_socket((socket.AF_UNIX, socket.SOCK_STREAM, 0, "", ("/run/x.sock", 80)))


def test_the_first_route_that_matches_wins() -> None:
    guard = Guard(
        routes=parse_routes("blog.example:80=127.0.0.1:1, *:80=127.0.0.2:2 ,*:443=[::1]:3")
    )
    assert guard.route("blog.example", 80) == Route("blog.example", 80, "127.0.0.1", 1)
    assert guard.route("other.example", 80) == Route("*", 80, "127.0.0.2", 2)
    assert guard.route("other.example", 443) == Route("*", 443, "::1", 3)
    assert guard.route("other.example", 8080) is None


@pytest.mark.parametrize(
    "text", ["x", "a:80=b:80", "a:80=127.0.0.1", "a:99999=127.0.0.1:1", ":80=127.0.0.1:1"]
)
def test_a_route_that_cannot_be_meant_is_an_error_that_shows_it(text: str) -> None:
    with pytest.raises(ValueError, match=r"a:|x|80="):
        parse_routes(text)


async def test_a_route_leads_every_host_to_the_fake_web(site: FakeWeb, web: Web) -> None:
    site.on("http://blog.example/a", "<p>a</p>")
    site.on("http://other.example/a", "<p>other</p>")
    assert (await web.fetch("http://blog.example/a", gate=OpenGate())).body == b"<p>a</p>"
    assert (await web.fetch("http://other.example/a", gate=OpenGate())).body == b"<p>other</p>"
