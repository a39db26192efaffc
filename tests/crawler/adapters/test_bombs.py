"""What wants our memory or our time over the wire gets a bounded part of both, and the right reason."""

import asyncio
import gzip
import sys
import time
import zlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import brotli
import pytest

from services.crawler.adapters.eyes import Sightline, open_eyes
from services.crawler.adapters.observer import Observer, Question
from services.crawler.adapters.web import Limits, Web
from services.crawler.domain.answer import CheckAnswer, answer_of
from services.crawler.domain.target import sites_for, watch_for
from shared.vocabulary import Outcome, Reason
from shared.wall import parse_routes
from tests import web as fakes
from tests.crawler.adapters.gates import OpenGate
from tests.web import Behaviour, Exchange, FakeWeb, encoded, page, raw

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

URL = "http://blog.example/post"
LINK = '<p>See <a href="https://our.example/page">us</a>.</p>'
HUGE = bytes(50_000_000)
_MEGA = 1_000_000
MOST_MIB = 60
MOST_CPU_S = 10.0


@contextmanager
def bounded(*, most_mib: int = MOST_MIB) -> Iterator[None]:
    """Hold the block to a peak of memory and to seconds of CPU, whatever the machine does besides."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # forget the peak until now
    before, started = _kib("VmRSS"), time.process_time()
    yield
    assert time.process_time() - started < MOST_CPU_S
    assert (_kib("VmHWM") - before) / 1024 < most_mib


def _kib(name: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def forever(head: bytes, part: bytes, *, every_s: float = 0.0) -> Behaviour:
    """Send a head and then the same part again and again, as fast as it is taken or slower."""

    async def behave(exchange: Exchange) -> None:
        exchange.keep_alive = False
        await exchange.send(head)
        while True:
            await exchange.send(part)
            await asyncio.sleep(every_s)

    return behave


def _packed_twice() -> bytes:
    return gzip.compress(gzip.compress(HUGE))


OK = b"HTTP/1.1 200 OK\r\n"
HTML = OK + b"Content-Type: text/html\r\n"

BOMBS: Mapping[str, Callable[[], Behaviour]] = {
    "gzip": lambda: encoded("gzip", gzip.compress(HUGE)),
    "deflate": lambda: encoded("deflate", zlib.compress(HUGE)),
    "raw deflate": lambda: encoded("deflate", zlib.compress(HUGE, wbits=-15)),
    "br": lambda: encoded("br", brotli.compress(HUGE, quality=1)),
    "zstd": lambda: encoded("zstd", zstd.compress(HUGE)),
    "many members": lambda: encoded("gzip", gzip.compress(bytes(_MEGA)) * 40),
    "many frames": lambda: encoded("zstd", zstd.compress(bytes(_MEGA)) * 40),
    "endless body": fakes.endless,
    "endless chunks": lambda: forever(
        HTML + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    ),
    "endless gzip": lambda: forever(
        HTML + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"", 1)[:10],
        b"\x00\xff\xff\x00\x00" + b"x" * 65_535,
    ),
    "a header of 1 MB": lambda: raw(OK + b"X: " + b"y" * _MEGA + b"\r\n\r\n" + LINK.encode()),
    "endless header": lambda: forever(OK + b"X: ", b"y" * 65_536),
    "endless headers": lambda: forever(OK, b"X-More: and more\r\n" * 1_000),
    "endless first line": lambda: forever(b"HTTP/1.1 200 ", b"OK" * 30_000),
}


@pytest.mark.parametrize("name", BOMBS)
async def test_a_bomb_is_too_large_and_costs_little(
    site: FakeWeb, web: Web, gate: OpenGate, name: str
) -> None:
    site.on(URL, BOMBS[name]())
    with bounded():
        fetched = await web.fetch(URL, gate=gate)
    assert fetched.failure is Reason.TOO_LARGE


SLOW: Mapping[str, Callable[[], Behaviour]] = {
    "slow drip": fakes.drip,
    "slow header": lambda: forever(OK, b"X: y\r\n", every_s=0.02),
    "slow first line": lambda: forever(b"H", b"", every_s=0.02),
    "silence": fakes.silent,
}


@pytest.mark.parametrize("name", SLOW)
async def test_what_never_ends_slowly_is_timed_out(
    site: FakeWeb, web: Web, gate: OpenGate, name: str
) -> None:
    site.on(URL, SLOW[name]())
    with bounded():
        fetched = await web.fetch(URL, gate=gate)
    assert fetched.failure is Reason.TIMEOUT


async def test_stacked_codings_are_not_undone(site: FakeWeb, web: Web, gate: OpenGate) -> None:
    site.on(URL, encoded("gzip, gzip", _packed_twice()))
    with bounded():
        assert (await web.fetch(URL, gate=gate)).failure is Reason.UNDECODABLE
    site.on(URL, encoded("gzip", _packed_twice()))
    with bounded():
        fetched = await web.fetch(URL, gate=gate)
    assert (fetched.failure, len(fetched.body) < 200_000) == (None, True)


async def test_endless_interim_answers_end(site: FakeWeb, web: Web, gate: OpenGate) -> None:
    site.on(URL, forever(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100))
    with bounded():
        fetched = await web.fetch(URL, gate=gate)
    assert fetched.failure in {Reason.TIMEOUT, Reason.UNREACHABLE, Reason.TOO_LARGE}


@asynccontextmanager
async def observing(site: FakeWeb) -> AsyncIterator[Observer]:
    sightline = Sightline(
        min_delay_s=0, limits=Limits(connect_s=5, total_s=5), routes=parse_routes(site.connect_to)
    )
    async with open_eyes(sightline) as eyes:
        yield eyes.observer


async def look(site: FakeWeb, body: str, target: str = "our.example") -> CheckAnswer:
    site.on(URL, page(body))
    watch = watch_for(target, pointer="/target")
    question = Question(url=URL, watches=(watch,), sites=sites_for(watch), wants_facts=True)
    async with observing(site) as observer:
        await observer.look(Question(url="http://blog.example/warm"))
        with bounded(most_mib=250):
            return answer_of(await observer.look(question))


async def test_a_million_nested_tags_are_too_much(site: FakeWeb) -> None:
    answer = await look(site, "<div>" * _MEGA + LINK)
    assert (answer.outcome, answer.reasons) == (Outcome.UNKNOWN, (Reason.TOO_LARGE,))


async def test_many_nested_tags_are_read(site: FakeWeb) -> None:
    answer = await look(site, "<div>" * 100_000 + LINK)
    assert answer.outcome is Outcome.FOUND


async def test_a_hundred_thousand_links_are_read(site: FakeWeb) -> None:
    links = "".join(f"<a href=//else.example/{n}>{n}</a> " for n in range(100_000))
    answer = await look(site, links + LINK)
    assert answer.outcome is Outcome.FOUND


async def test_a_hundred_thousand_links_to_us_are_looked_at_in_part(site: FakeWeb) -> None:
    links = "".join(f"<a href=//our.example/{n}>{n}</a> " for n in range(100_000))
    # What stands behind the part that was looked at may be there: nobody can say.
    answer = await look(site, links + LINK, target="https://our.example/page")
    assert (answer.outcome, answer.reasons) == (Outcome.UNKNOWN, (Reason.TOO_LARGE,))
