"""Events a second from `link.checked` in the crawler's outbox to committed state in profile.

In a healthy profile a look in hundreds finds a change (crawl.md: 8 of 100 one-year-old pages go in a
year). The measure is harsher: of 100 looks one finds a change and one could not see; as the next look
at such a link finds it well again, four of a hundred change the link and are told to everybody. The
row of the troubled profile has ten of a hundred.

The naive consumer tells nobody of anything: its looks change nothing that others would want to know.
So its peer is the row whose looks change nothing either; the other rows do more than it does, for
each change goes out as a message of its own to the queues of three services and to the stream.
"""

import asyncio
import random
import statistics
import time
from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from shared import clock, outbox
from shared.db import Database
from shared.events import LinkChecked
from shared.vocabulary import Outcome
from tests.benchmarks import databases, processes
from tests.benchmarks.results import Row, row
from tests.fault.house import add_links
from tests.fault.ledger import count_handled
from tests.profile.builders import an_observation, an_occurrence
from tests.rabbit import RabbitNode, running_node

LINKS = 2_000
EVENTS = 60_000
NAIVE = 1_000
ROUNDS = 3
_CHAIN = "tests.benchmarks.chain"
_BATCH = 500
_USUAL = 0.01
_TROUBLED = 0.03


def measure() -> list[Row]:
    """Return the rates of the whole chain on both transports, and of the naive consumer."""
    rates: dict[str, list[float]] = {
        name: [] for name in ("naive", "calm", "rabbit", "troubled", "embedded", "beside")
    }
    with databases.server() as server, running_node() as node:
        for seed in range(ROUNDS):
            rates["naive"].append(_naive(server, node))
            vhost = node.new_vhost()
            rates["calm"].append(_timed(server, "profile", vhost, seed, changed=0.0))
            rates["rabbit"].append(_timed(server, "profile", node.new_vhost(), seed))
            vhost = node.new_vhost()
            rates["troubled"].append(_timed(server, "profile", vhost, seed, changed=_TROUBLED))
            rates["embedded"].append(_timed(server, "profile", None, seed))
            rates["beside"].append(_timed(server, "profile+toxicity", None, seed))
    return _rows(rates)


def _naive(server: databases.Server, node: RabbitNode) -> float:
    arguments = (node.new_vhost(), server.new_database(), NAIVE)
    return NAIVE / float(processes.run("tests.benchmarks.peers.naive_consumer", arguments).output)


def _timed(
    server: databases.Server,
    role: str,
    amqp_url: str | None,
    seed: int,
    *,
    changed: float = _USUAL,
) -> float:
    url = server.new_database()
    link_ids = asyncio.run(_seed(url))
    where = (url,) if amqp_url is None else (url, amqp_url)
    first = _looks(link_ids, first=1, count=LINKS, changed=0.0, seed=seed)
    steady = _looks(link_ids, first=LINKS + 1, count=EVENTS, changed=changed, seed=seed)
    with processes.serving(_CHAIN, (role, *where)):
        _through(url, where, first, last=LINKS)
        return EVENTS / _through(url, where, steady, last=LINKS + EVENTS)


def _through(url: str, where: Sequence[str], events: Iterable[LinkChecked], *, last: int) -> float:
    """Publish looks and return the seconds until profile has committed all of them."""
    asyncio.run(_publish(url, events))
    if len(where) == 1:
        begun = time.perf_counter()
        return asyncio.run(_until(url, last)) - begun
    with processes.serving(_CHAIN, ("relay", *where)):
        begun = time.perf_counter()
        return asyncio.run(_until(url, last)) - begun


async def _seed(url: str) -> list[UUID]:
    profile = Database(url, schema="profile", pool_size=1)
    link_ids = await add_links(profile, LINKS)
    await profile.close()
    return link_ids


def _looks(
    link_ids: Sequence[UUID], *, first: int, count: int, changed: float, seed: int
) -> Iterator[LinkChecked]:
    """Yield looks at one link after the other, of which this share finds nofollow, and as many nothing."""
    source = random.Random(seed)
    now = clock.now()
    for seq in range(first, first + count):
        link_id = link_ids[seq % len(link_ids)]
        luck = source.random()
        rel = ("nofollow",) if luck < changed else ()
        outcome = Outcome.UNKNOWN if changed <= luck < 2 * changed else Outcome.FOUND
        occurrences = (an_occurrence(rel=rel),) if outcome is Outcome.FOUND else ()
        observation = an_observation(seq, outcome, checked_at=now, occurrences=occurrences)
        yield LinkChecked(link_id=link_id, observation=observation, next_check_at=now)


async def _publish(url: str, events: Iterable[LinkChecked]) -> None:
    crawler = Database(url, schema="crawler", pool_size=1)
    waiting = list(events)
    async with crawler.begin() as tx:
        for start in range(0, len(waiting), _BATCH):
            await outbox.add(tx, waiting[start : start + _BATCH])
    await crawler.close()


async def _until(url: str, count: int) -> float:
    """Return when so many looks were in the history."""
    profile = Database(url, schema="profile", pool_size=1)
    try:
        async with asyncio.timeout(180):
            while await count_handled(profile) < count:  # noqa: ASYNC110 - a row is what we wait for
                await asyncio.sleep(0.05)
        return time.perf_counter()
    finally:
        await profile.close()


def _rows(rates: dict[str, list[float]]) -> list[Row]:
    unit = "events/s"
    naive = statistics.median(rates["naive"])
    calm = statistics.median(rates["calm"])
    rabbit = statistics.median(rates["rabbit"])
    embedded = statistics.median(rates["embedded"])
    return [
        row("events: FastStream + ORM, one transaction each", rates["naive"], unit),
        row(
            "events: through RabbitMQ to profile",
            *(rates["rabbit"], unit),
            peer="FastStream + ORM",
            ratio=rabbit / naive,
            target=">= 5,000/s",
            met=rabbit >= 5_000,
        ),
        row(
            "events: through RabbitMQ, looks that change nothing, as the naive consumer's",
            *(rates["calm"], unit),
            peer="FastStream + ORM",
            ratio=calm / naive,
            target=">= 40x",
            met=calm / naive >= 40,
        ),
        row("events: through RabbitMQ, a troubled profile", rates["troubled"], unit),
        row(
            "events: embedded, profile alone",
            *(rates["embedded"], unit),
            target=">= 4,000/s",
            met=embedded >= 4_000,
        ),
        row("events: embedded, toxicity beside", rates["beside"], unit),
    ]
