"""What a fetch brings back, and that every kind of trouble becomes a reason and never an exception."""

import asyncio
import gzip
import ssl
import zlib
from pathlib import Path

import brotli
import pytest

from services.crawler.adapters.names import NameFailedError, NameGoneError, Names
from services.crawler.adapters.web import Limits, Validators, Web, open_web
from shared.vocabulary import Reason
from shared.wall import Guard, parse_routes
from tests import web as fakes
from tests.crawler.adapters.gates import OpenGate
from tests.web import FakeWeb, encoded, new_authority, page, raw, redirect

HTML = "<html><title>Grüße</title><a href='https://our.example/'>us</a></html>"
URL = "http://blog.example/post"


async def test_a_page_comes_back_whole(site: FakeWeb, web: Web, gate: OpenGate) -> None:
    site.on(URL, page(HTML, X_Robots_Tag="noindex"))
    fetched = await web.fetch(URL, gate=gate)
    assert (fetched.status, fetched.body, fetched.failure) == (200, HTML.encode(), None)
    assert fetched.header("x-robots-tag") == "noindex"
    assert (fetched.final_url, fetched.hops, fetched.ip) == (URL, (), None)
    [request] = site.asked(URL)
    assert request.headers["user-agent"] == "AnchorwatchBot/test"
    assert "range" not in request.headers
    [(url, answer)] = gate.answers
    assert (url, answer.status) == (URL, 200)


@pytest.mark.parametrize("path", ["/%7Euser/", "/a|b", "/a%2Fb", "/?q=a+b%20c", "/ü"])
async def test_the_url_is_asked_as_a_browser_writes_it(
    site: FakeWeb, web: Web, gate: OpenGate, path: str
) -> None:
    await web.fetch(f"http://blog.example{path.replace('ü', '%C3%BC')}", gate=gate)
    assert site.requests[0].path == path.replace("ü", "%C3%BC")


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(HTML.encode())),
        ("x-gzip", gzip.compress(HTML.encode())),
        ("gzip", gzip.compress(HTML.encode()[:9]) + gzip.compress(HTML.encode()[9:])),
        ("deflate", zlib.compress(HTML.encode())),
        ("deflate", zlib.compress(HTML.encode(), wbits=-15)),
        ("br", brotli.compress(HTML.encode())),
        ("identity", HTML.encode()),
    ],
    ids=["gzip", "x-gzip", "two members", "deflate", "raw deflate", "br", "identity"],
)
async def test_content_codings_are_undone(
    site: FakeWeb, web: Web, gate: OpenGate, coding: str, body: bytes
) -> None:
    site.on(URL, encoded(coding, body))
    fetched = await web.fetch(URL, gate=gate)
    assert (fetched.body, fetched.failure) == (HTML.encode(), None)
    assert fetched.wire_bytes == len(body)


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip, gzip", gzip.compress(gzip.compress(HTML.encode()))),
        ("gzip", HTML.encode()),
        ("gzip", gzip.compress(HTML.encode() * 50)[:-12]),
        ("deflate", b"\x00\x01\x02\x03"),
        ("br", gzip.compress(HTML.encode())),
        ("zstd", HTML.encode()),
        ("compress", HTML.encode()),
    ],
    ids=["stacked", "plain", "truncated", "deflate", "br", "zstd", "unknown"],
)
async def test_a_wrong_stacked_or_broken_coding_is_undecodable(
    site: FakeWeb, web: Web, gate: OpenGate, coding: str, body: bytes
) -> None:
    site.on(URL, encoded(coding, body))
    fetched = await web.fetch(URL, gate=gate)
    assert (fetched.failure, fetched.body) == (Reason.UNDECODABLE, b"")


async def test_a_body_without_end_is_cut_on_the_wire(
    site: FakeWeb, web: Web, gate: OpenGate
) -> None:
    site.on(URL, fakes.endless())
    fetched = await web.fetch(URL, gate=gate)
    assert fetched.failure is Reason.TOO_LARGE
    assert 4_000_000 < len(fetched.body) <= 5_100_000


async def test_with_a_cut_a_long_body_is_only_shortened(
    site: FakeWeb, web: Web, gate: OpenGate
) -> None:
    site.on(URL, fakes.endless())
    fetched = await web.fetch(URL, gate=gate, cut_at=100_000)
    assert (fetched.failure, len(fetched.body)) == (None, 100_000)


async def test_files_without_links_are_not_downloaded(
    site: FakeWeb, web: Web, gate: OpenGate
) -> None:
    site.on(URL, page(b"%PDF" * 1000, Content_Type="application/pdf"))
    fetched = await web.fetch(URL, gate=gate)
    assert (fetched.status, fetched.body) == (200, b"")


async def test_redirects_are_followed_and_every_hop_is_kept(
    site: FakeWeb, web: Web, gate: OpenGate
) -> None:
    site.on("http://a.example/1", redirect("/2", status=301))
    site.on("http://a.example/2", redirect("http://b.example/3?x#part", status=307))
    site.on("http://b.example/3?x", HTML)
    fetched = await web.fetch("http://a.example/1", gate=gate)
    assert [(hop.url, hop.status, hop.location) for hop in fetched.hops] == [
        ("http://a.example/1", 301, "/2"),
        ("http://a.example/2", 307, "http://b.example/3?x#part"),
    ]
    assert (fetched.final_url, fetched.status) == ("http://b.example/3?x#part", 200)
    assert gate.entered == [
        "http://a.example/1",
        "http://a.example/2",
        "http://b.example/3?x#part",
    ]


async def test_the_gate_may_stop_a_redirect(site: FakeWeb, web: Web) -> None:
    site.on(URL, redirect("http://other.example/"))
    gate = OpenGate({"http://other.example/": Reason.ROBOTS_DISALLOWS_US})
    fetched = await web.fetch(URL, gate=gate)
    assert (fetched.failure, fetched.status) == (Reason.ROBOTS_DISALLOWS_US, None)
    assert site.asked("http://other.example/") == []


async def test_a_loop_is_noticed_at_the_second_visit(
    site: FakeWeb, web: Web, gate: OpenGate
) -> None:
    site.on("http://a.example/1", redirect("/2"))
    site.on("http://a.example/2", redirect("/1#again"))
    fetched = await web.fetch("http://a.example/1", gate=gate)
    assert (fetched.failure, len(site.requests)) == (Reason.REDIRECT_LOOP, 2)


async def test_ten_redirects_are_followed_and_an_eleventh_is_not(
    site: FakeWeb, web: Web, gate: OpenGate
) -> None:
    for number in range(1, 12):
        site.on(f"http://a.example/{number}", redirect(f"/{number + 1}"))
    assert (await web.fetch("http://a.example/2", gate=gate)).status == 404
    assert (await web.fetch("http://a.example/1", gate=gate)).failure is Reason.REDIRECT_LOOP


async def test_a_cookie_lives_for_its_chain_only(site: FakeWeb, web: Web, gate: OpenGate) -> None:
    async def wants_cookie(exchange: fakes.Exchange) -> None:
        if exchange.request.headers.get("cookie") == "seen=1":
            await page(HTML)(exchange)
        else:
            await redirect("/post", Set_Cookie="seen=1; Path=/")(exchange)

    site.on(URL, wants_cookie)
    fetched = await web.fetch(URL, gate=gate)
    assert (fetched.status, len(fetched.hops)) == (200, 1)
    await web.fetch(URL, gate=gate)
    assert "cookie" not in site.asked(URL)[2].headers


async def test_credentials_in_a_redirect_are_dropped(
    site: FakeWeb, web: Web, gate: OpenGate
) -> None:
    site.on(URL, redirect("http://user:secret@other.example/in"))
    fetched = await web.fetch(URL, gate=gate)
    assert fetched.final_url == "http://other.example/in"
    assert "authorization" not in site.asked("http://other.example/in")[0].headers


async def test_an_unchanged_page_is_not_sent_again(site: FakeWeb, web: Web, gate: OpenGate) -> None:
    site.on(URL, fakes.cached(HTML, etag='"v1"'))
    known = Validators(URL, '"v1"', None)
    fetched = await web.fetch(URL, gate=gate, validators=known)
    assert (fetched.not_modified, fetched.status, fetched.body) == (True, 304, b"")
    other = Validators("http://blog.example/other", '"v1"', None)
    assert (await web.fetch(URL, gate=gate, validators=other)).status == 200


async def test_an_unasked_304_says_nothing(site: FakeWeb, web: Web, gate: OpenGate) -> None:
    site.on(URL, page(b"", status=304))
    fetched = await web.fetch(URL, gate=gate)
    assert (fetched.failure, fetched.not_modified) == (Reason.UNREACHABLE, False)


TROUBLE = {
    "silent": (fakes.silent(), Reason.TIMEOUT),
    "drip": (fakes.drip(), Reason.TIMEOUT),
    "hung up": (raw(b""), Reason.UNREACHABLE),
    "not http": (raw(b"not http at all\r\n\r\n"), Reason.UNREACHABLE),
    "short": (
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n<p>short"),
        Reason.UNREACHABLE,
    ),
    "bad chunk": (
        raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx"),
        Reason.UNREACHABLE,
    ),
    "1 MB header": (
        raw(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 1_000_000 + b"\r\n\r\n"),
        Reason.TOO_LARGE,
    ),
    "NUL in header": (raw(b"HTTP/1.1 200 OK\r\nB\x00d: \x01\r\n\r\n"), Reason.UNREACHABLE),
}


@pytest.mark.parametrize("name", TROUBLE)
async def test_trouble_on_the_way_is_a_reason(
    site: FakeWeb, web: Web, gate: OpenGate, name: str
) -> None:
    behaviour, failure = TROUBLE[name]
    site.on(URL, behaviour)
    fetched = await web.fetch(URL, gate=gate)
    assert fetched.failure is failure
    assert gate.answers[0][1].failure is failure


@pytest.mark.parametrize("behaviour", [raw(b""), fakes.reset()], ids=["closed", "reset"])
async def test_a_broken_connection_is_tried_once_more_and_both_times_at_our_turn(
    site: FakeWeb, web: Web, gate: OpenGate, behaviour: fakes.Behaviour
) -> None:
    site.on(URL, behaviour)
    fetched = await web.fetch(URL, gate=gate)
    assert fetched.failure is Reason.UNREACHABLE
    assert (len(site.requests), gate.entered) == (2, [URL, URL])


async def test_a_connection_that_was_closed_meanwhile_is_replaced(
    site: FakeWeb, web: Web, gate: OpenGate
) -> None:
    answers = iter([raw(b""), page(HTML)])

    async def first_breaks(exchange: fakes.Exchange) -> None:
        await next(answers)(exchange)

    site.on(URL, first_breaks)
    fetched = await web.fetch(URL, gate=gate)
    assert (fetched.status, fetched.failure) == (200, None)


async def test_long_header_lines_are_no_trouble(site: FakeWeb, web: Web, gate: OpenGate) -> None:
    site.on(URL, page(HTML, Content_Security_Policy="x" * 40_000))
    assert (await web.fetch(URL, gate=gate)).status == 200


async def test_a_closed_port_is_unreachable(web: Web, gate: OpenGate, unused_port: int) -> None:
    guard = Guard(routes=parse_routes(f"*:80=127.0.0.1:{unused_port}"))
    async with open_web(guard=guard, user_agent="t") as other:
        fetched = await other.fetch(URL, gate=gate)
    assert fetched.failure is Reason.UNREACHABLE


@pytest.mark.parametrize(
    ("error", "failure"),
    [(NameGoneError("x"), Reason.DNS_GONE), (NameFailedError("x"), Reason.UNREACHABLE)],
    ids=["gone", "failed"],
)
async def test_only_a_name_that_is_gone_is_dns_gone(
    gate: OpenGate, error: OSError, failure: Reason
) -> None:
    async def lookup(_host: str) -> tuple[str, ...]:
        raise error

    guard = Guard()

    class Failing(Names):
        async def _addresses(self, host: str) -> tuple[str, ...]:  # type: ignore[explicit-override]
            return await lookup(host)

    async with open_web(guard=guard, user_agent="t", names=Failing(guard)) as web:
        assert (await web.fetch("http://gone.example/", gate=gate)).failure is failure


async def test_a_certificate_must_be_trusted_valid_and_of_the_host(
    tmp_path: Path, gate: OpenGate
) -> None:
    authority = new_authority(tmp_path)
    served = authority.server("blog.example")
    assert await _tls_failure(served, authority.client(), gate) is None
    assert await _tls_failure(served, ssl.create_default_context(), gate) is Reason.TLS_ERROR
    other = authority.server("other.example")
    assert await _tls_failure(other, authority.client(), gate) is Reason.TLS_ERROR
    expired = authority.server("blog.example", days=-1)
    assert await _tls_failure(expired, authority.client(), gate) is Reason.TLS_ERROR


async def test_ssl_cert_file_is_trusted(
    tmp_path: Path, gate: OpenGate, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = new_authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    assert await _tls_failure(authority.server("blog.example"), None, gate) is None


async def _tls_failure(
    server: ssl.SSLContext, client: ssl.SSLContext | None, gate: OpenGate
) -> Reason | None:
    async with fakes.fake_web(server) as site:
        site.on("https://blog.example/", HTML)
        guard = Guard(routes=parse_routes(site.connect_to))
        async with open_web(guard=guard, user_agent="t", tls=client) as web:
            fetched = await web.fetch("https://blog.example/", gate=gate)
    assert (fetched.status == 200) == (fetched.failure is None)
    return fetched.failure


async def test_no_more_requests_run_at_once_than_the_limit(site: FakeWeb, gate: OpenGate) -> None:
    running = most = 0

    async def slow(exchange: fakes.Exchange) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.02)
        running -= 1
        await page(HTML)(exchange)

    site.on(URL, slow)
    guard = Guard(routes=parse_routes(site.connect_to))
    limits = Limits(concurrency=3)
    async with (
        open_web(guard=guard, user_agent="t", limits=limits) as web,
        asyncio.TaskGroup() as group,
    ):
        for _ in range(12):
            group.create_task(web.fetch(URL, gate=gate))
    assert most == 3


async def test_a_large_page_that_waits_for_our_other_large_pages_does_not_time_out(
    site: FakeWeb, gate: OpenGate
) -> None:
    # Six may be large at once. These get stuck, after the page in question began and before it
    # grew large: so it waits until they time out, which is longer than it may take itself.
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n"
    large = b"<p>more</p>" * 60_000
    begun, ours_began, ours_may_grow = asyncio.Semaphore(0), asyncio.Event(), asyncio.Event()

    async def stuck(exchange: fakes.Exchange) -> None:
        exchange.keep_alive = False
        try:
            await exchange.send(head + large)
        finally:
            begun.release()  # also where a busy machine let the look time out meanwhile
        await asyncio.Event().wait()

    async def ours(exchange: fakes.Exchange) -> None:
        exchange.keep_alive = False
        await exchange.send(head)
        ours_began.set()
        await ours_may_grow.wait()
        await exchange.send(large)

    others = [f"http://stuck{number}.example/" for number in range(6)]
    for url in others:
        site.on(url, stuck)
    site.on(URL, ours)
    guard = Guard(routes=parse_routes(site.connect_to))
    limits = Limits(total_s=2)
    async with (
        open_web(guard=guard, user_agent="t", limits=limits) as web,
        asyncio.TaskGroup() as group,
    ):
        look = group.create_task(web.fetch(URL, gate=gate))
        await ours_began.wait()
        stuck_looks = [group.create_task(web.fetch(url, gate=gate)) for url in others]
        for _ in others:
            await begun.acquire()
        ours_may_grow.set()

    assert {one.result().failure for one in stuck_looks} == {Reason.TIMEOUT}
    assert (look.result().failure, len(look.result().body)) == (None, len(large))


async def test_a_few_bytes_that_become_many_wait_until_others_are_done(
    site: FakeWeb, gate: OpenGate
) -> None:
    # Two may be huge at once: these lack their last bytes. A third one must not unfold beside them.
    huge = 300 * b"".join(b"<p>%d</p>" % number for number in range(2_000))
    packed = gzip.compress(huge)
    begun, may_end = asyncio.Semaphore(0), asyncio.Event()

    async def held(exchange: fakes.Exchange) -> None:
        exchange.keep_alive = False
        await exchange.send(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n"
            b"Content-Length: %d\r\n\r\n%b" % (len(packed), packed[:-8])
        )
        begun.release()
        await may_end.wait()
        await exchange.send(packed[-8:])

    async def ask_small_ones(web: Web) -> None:
        for _ in range(20):
            assert (await web.fetch(URL, gate=gate)).status == 200

    others = [f"http://held{number}.example/" for number in range(2)]
    for url in others:
        site.on(url, held)
    site.on("http://packed.example/", encoded("gzip", packed))
    site.on(URL, page(HTML))
    guard = Guard(routes=parse_routes(site.connect_to))
    async with open_web(guard=guard, user_agent="t") as web, asyncio.TaskGroup() as group:
        looks = [group.create_task(web.fetch(url, gate=gate)) for url in others]
        for _ in others:
            await begun.acquire()
        await ask_small_ones(web)
        looks.append(group.create_task(web.fetch("http://packed.example/", gate=gate)))
        await ask_small_ones(web)
        assert not looks[-1].done()
        may_end.set()
    assert {len(one.result().body) for one in looks} == {len(huge)}


async def test_one_page_in_each_turn_of_the_loop_comes_to_be_read(
    site: FakeWeb, gate: OpenGate
) -> None:
    turn, came = 0, []
    everybody_asks = asyncio.Barrier(8)

    async def together(exchange: fakes.Exchange) -> None:
        await everybody_asks.wait()
        await page(HTML)(exchange)

    async def look(web: Web) -> None:
        await web.fetch(URL, gate=gate)
        came.append(turn)

    async def count() -> None:
        nonlocal turn
        while len(came) < 8:
            turn += 1
            await asyncio.sleep(0)

    site.on(URL, together)
    guard = Guard(routes=parse_routes(site.connect_to))
    async with open_web(guard=guard, user_agent="t") as web, asyncio.TaskGroup() as group:
        group.create_task(count())
        for _ in range(8):
            group.create_task(look(web))
    assert len(set(came)) == 8


async def test_there_is_no_room_while_as_many_requests_run_as_may(
    site: FakeWeb, gate: OpenGate
) -> None:
    asked, may_answer = asyncio.Event(), asyncio.Event()

    async def slow(exchange: fakes.Exchange) -> None:
        asked.set()
        await may_answer.wait()
        await page(HTML)(exchange)

    site.on(URL, slow)
    guard = Guard(routes=parse_routes(site.connect_to))
    limits = Limits(concurrency=1)
    async with (
        open_web(guard=guard, user_agent="t", limits=limits) as web,
        asyncio.TaskGroup() as group,
    ):
        await web.room()
        look = group.create_task(web.fetch(URL, gate=gate))
        await asked.wait()
        room = group.create_task(web.room())
        await asyncio.sleep(0)
        assert not room.done()
        may_answer.set()
        await room
    assert look.result().status == 200
