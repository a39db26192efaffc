"""`rescore`: a dry run over a million links, and over fewer in PostgreSQL: links a second, and memory.

ANCHORWATCH_BENCH_RESCORE_LINKS and ANCHORWATCH_BENCH_RESCORE_STORED are how many. Of the stored ones the
CPU of the database counts as well; the last round is broken off in the middle and goes on from the last
line that was told.
"""

import asyncio
import time
from collections.abc import Iterable, Iterator
from itertools import cycle, islice
from uuid import UUID

import orjson
import psutil

from services.toxicity import handlers
from services.toxicity.domain.ingest import canonical
from services.toxicity.domain.inputs import facts_of, inputs_json
from services.toxicity.domain.rescore import (
    Candidate,
    Difference,
    Standing,
    Tally,
    by_code,
    difference_json,
    differences,
)
from services.toxicity.domain.score import judge
from services.toxicity.store import rescores, sites
from shared import clock
from shared.db import Database
from shared.ids import new_id
from shared.jsontext import dumps
from tests.benchmarks import databases, processes
from tests.benchmarks.results import Row, row
from tests.synthetic.pipeline import judge_world
from tests.synthetic.world import make_world
from tests.toxicity.builders import a_check, a_read, a_site

LINKS = processes.setting("RESCORE_LINKS", 1_000_000)
STORED = processes.setting("RESCORE_STORED", 100_000)
ENOUGH = 1_111
"""Stored links for each second of CPU: a million in fifteen minutes."""
PIECE = 20_000
SENT = 500
MOST_MIB = 20.0
_CHANGED = 10
"""Every tenth link was judged otherwise before."""


class Memory:
    """How much the resident memory of this process has grown since the first look."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._first: int | None = None
        self.most = 0

    def look(self) -> None:
        now = self._process.memory_info().rss
        self._first = now if self._first is None else self._first
        self.most = max(self.most, now - self._first)

    @property
    def mib(self) -> float:
        return self.most / 2**20


def _links(count: int) -> Iterator[Candidate]:
    """Yield links as a table gives them: each decoded from its JSON, and none kept."""
    kept: list[tuple[str, Standing]] = []
    for case in judge_world(make_world(5, hosts=2_000)):
        score = judge(case.facts)
        found = by_code((one.code, one.milli) for one in score.findings)
        standing = Standing(score.score, score.band, score.action, score.model, found)
        kept.append((canonical(inputs_json(case.facts)), standing))
    other = {"gone_since": 700}
    for number, (text, now) in enumerate(islice(cycle(kept), count)):
        changed = number % _CHANGED == 0
        before = Standing(50, now.band, now.action, "old", other) if changed else now
        yield new_id(), before, facts_of(orjson.loads(text))


def _bytes(found: Iterable[Difference]) -> int:
    return sum(len(dumps(difference_json(one))) + 1 for one in found)


def _pure() -> tuple[list[float], float]:
    """Return links a second of processor time, piece by piece, and the growth of memory in MiB."""
    links, tally, memory = _links(LINKS + PIECE), Tally(), Memory()
    rates, written = [], 0
    while True:
        started, looked = time.process_time(), tally.looked
        written += _bytes(differences(islice(links, PIECE), tally))
        if tally.looked == looked:
            break
        memory.look()  # the first piece warms up
        rates.append((tally.looked - looked) / (time.process_time() - started))
    assert tally.changed >= tally.looked // _CHANGED
    print(f"{tally.looked:,} links, {tally.changed:,} lines, {written / 2**20:.0f} MiB written")
    return rates[1:] or rates, memory.mib


async def _fill(db: Database) -> UUID:
    """Let the links come in as the crawler tells of them; every tenth gets another score."""
    site = a_site()
    assert site.site_id is not None
    async with db.begin() as tx:
        await handlers.on_events([site], tx)
    for start in range(0, STORED, SENT):
        pages = [
            f"https://blog{number // 3}.example/p{number}" for number in range(start, start + SENT)
        ]
        async with db.begin() as tx:
            await handlers.on_events([a_read(page, word_count=400) for page in pages], tx)
            await handlers.on_events([a_check(site, page=page) for page in pages], tx)
    async with db.begin() as tx:
        await tx.run(
            "UPDATE links SET score = 50, band = 'watch', model = 'old' WHERE link_id IN"
            " (SELECT link_id FROM (SELECT link_id, row_number() OVER (ORDER BY link_id) AS n"
            " FROM links) AS numbered WHERE n % $1 = 0)",
            _CHANGED,
        )
        await tx.run("ANALYZE links")
    return site.site_id


async def _walk(
    db: Database, site_id: UUID, tally: Tally, memory: Memory, *, start: UUID, most: int
) -> UUID | None:
    """Go over up to so many links as the dry run does; returns where to go on."""
    after: UUID | None = start
    while after is not None and tally.looked < most:
        async with db.begin() as tx:
            batch = await rescores.read_batch(tx, site_id, after=after, now=clock.now())
        _bytes(differences(batch.links, tally))
        memory.look()
        after = batch.last
    return after


async def _stored(server: databases.Server) -> tuple[list[float], float]:
    """Return links for each second of CPU, the database's too, round by round, and MiB grown."""
    db = Database(server.new_database(), schema="toxicity")
    site_id = await _fill(db)
    await _walk(db, site_id, Tally(), Memory(), start=sites.START, most=SENT * 4)  # warms up
    rates, memory = [], Memory()
    for most in (STORED, STORED, STORED // 2):
        began, tally = time.process_time() + server.cpu_s(), Tally()
        left = await _walk(db, site_id, tally, memory, start=sites.START, most=most)
        while left is not None:  # broken off: what was told is not told again
            left = await _walk(db, site_id, tally, memory, start=left, most=STORED + 1)
        rates.append(STORED / (time.process_time() + server.cpu_s() - began))
        assert (tally.looked, tally.crossed) == (STORED, STORED // _CHANGED)
    await db.close()
    return rates, memory.mib


def measure() -> list[Row]:
    rates, grown = _pure()
    with databases.server() as server:
        stored, stored_grown = asyncio.run(_stored(server))
    return [
        row(f"rescore: dry run of {LINKS:,} links", rates, "/s of CPU"),
        row(
            *(f"rescore: growth of memory over {LINKS:,} links", [grown], "MiB"),
            target=f"<= {MOST_MIB:g} MiB",
            met=grown <= MOST_MIB,
        ),
        row(
            *(f"rescore: dry run of {STORED:,} links in PostgreSQL", stored, "/s of CPU"),
            target=f">= {ENOUGH:,}/s",
            met=min(stored) >= ENOUGH,
        ),
        row(
            *(f"rescore: growth of memory over {STORED:,} stored links", [stored_grown], "MiB"),
            target=f"<= {MOST_MIB:g} MiB",
            met=stored_grown <= MOST_MIB,
        ),
    ]
