"""Collects finished checks and writes them in batches, soon enough for people and few enough for SQL."""

import asyncio
import time
from collections.abc import Iterator

from services.crawler.domain.claim import Batch
from services.crawler.metrics import EVIDENCE, EVIDENCE_BYTES, RECORD_SECONDS, STALE
from services.crawler.store import records
from shared.db import Database
from shared.log import get_logger
from shared.trouble import is_outage

log = get_logger(__name__)

MAX_BATCH = 200
LINGER_S = 0.05

# Where this much comes together in that time, each transaction is worth a longer wait: a batch costs
# two dozen statements, whatever is in it.
_BUSY = 20
_BUSY_LINGER_S = 0.2
_QUEUE = 1_000
_MOST_EVIDENCE = 16 * 1024 * 1024
"""Bytes of evidence that may wait: records are small, the bodies that some of them bring are not."""
_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 5.0


class Recorder:
    """A bounded queue before the database: when it is full, looking waits for writing."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._queue: asyncio.Queue[Batch | None] = asyncio.Queue(_QUEUE)
        self._evidence = 0
        self._linger_s = LINGER_S
        # The CPU of this thread at the last batch: what came since was for the next one.
        self._spent_s = time.thread_time()
        self._room = asyncio.Condition()

    async def put(self, batch: Batch) -> None:
        """Hand over finished work; waits while too much is unwritten."""
        if batch.weight:
            async with self._room:
                await self._room.wait_for(
                    lambda: not self._evidence or self._evidence + batch.weight <= _MOST_EVIDENCE
                )
                self._evidence += batch.weight
        await self._queue.put(batch)

    async def close(self) -> None:
        """Let `run` end when everything that was handed over is written."""
        await self._queue.put(None)

    async def run(self) -> None:
        """Write until closed."""
        is_open = True
        while is_open:
            batch, is_open = await self._next_batch()
            if len(batch):
                await self._write(batch)
            if batch.weight:
                async with self._room:
                    self._evidence -= batch.weight
                    self._room.notify_all()

    async def _next_batch(self) -> tuple[Batch, bool]:
        batch = Batch()
        part = await self._queue.get()
        has_waited = False
        while part is not None:
            batch.checks += part.checks
            batch.hosts += part.hosts
            batch.given_back += part.given_back
            if len(batch) >= MAX_BATCH:
                return batch, True
            if self._queue.empty():
                if not has_waited:
                    await asyncio.sleep(self._linger_s)
                if has_waited or self._queue.empty():
                    self._linger_s = _BUSY_LINGER_S if len(batch) >= _BUSY else LINGER_S
                    return batch, True
                has_waited = True
            part = self._queue.get_nowait()
        return batch, False

    async def _write(self, batch: Batch) -> None:
        spent_s = time.thread_time()
        batch.cpu_s, self._spent_s = spent_s - self._spent_s, spent_s
        try:
            await self._record(batch)
        except Exception as error:  # noqa: BLE001 - because one bad check must not cost the others
            log.warning("batch is written one by one", why=repr(error))
            for part in _parts(batch):
                await self._write_alone(part)

    async def _write_alone(self, part: Batch) -> None:
        try:
            await self._record(part)
        except Exception:  # because the rest is to be written; the page comes again after its lease
            log.exception("check could not be written", pages=[c.page_id for c in part.checks])

    async def _record(self, batch: Batch) -> None:
        """Write a batch, however long its database is away: meanwhile the leases hold the pages."""
        pause = _FIRST_PAUSE_S
        while True:
            try:
                with RECORD_SECONDS.time():
                    async with self._db.begin() as tx:
                        written = await records.record(tx, batch)
            except Exception as error:  # because what is not the database's trouble goes up
                if not is_outage(error):
                    raise
                log.warning("recorder waits for its database", why=repr(error))
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_S)
            else:
                STALE.inc(len(batch.checks) - written)
                EVIDENCE.inc(sum(len(check.evidence) for check in batch.checks))
                EVIDENCE_BYTES.inc(batch.weight)
                return


def _parts(batch: Batch) -> Iterator[Batch]:
    for check in batch.checks:
        yield Batch(checks=[check])
    yield Batch(hosts=batch.hosts, given_back=batch.given_back)
