"""Worker processes of one crawler: started, counted, started again when they end, stopped together."""

import asyncio
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from services.crawler.metrics import WORKER_RESTARTS, WORKERS
from shared import metrics
from shared.log import get_logger
from shared.metrics import Totals

log = get_logger(__name__)

REPORT_EVERY_S = 2.0

_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 30.0
_CALM_AFTER_S = 60.0
_LONGEST_REPORT = 4 * 1024 * 1024


@dataclass(slots=True)
class Workers:
    """`count` processes of `command`; each is told its share on a line of its standard input.

    A worker ends when its standard input does, so none outlives us, and reports what it measured as
    lines of its standard output.
    """

    command: Sequence[str]
    count: int
    share: Callable[[int], bytes]
    grace_s: float
    totals: Totals = field(default_factory=Totals)

    async def run(self, stop: asyncio.Event) -> None:
        """Keep all workers running until `stop`; then let each finish what it has begun."""
        with metrics.added(self.totals):
            async with asyncio.TaskGroup() as group:
                for number in range(self.count):
                    group.create_task(self._keep_running(number, stop))

    async def _keep_running(self, number: int, stop: asyncio.Event) -> None:
        pause = _FIRST_PAUSE_S
        while not stop.is_set():
            began = time.monotonic()
            code = await self._run_once(number, stop)
            if stop.is_set():
                return
            if time.monotonic() - began > _CALM_AFTER_S:
                pause = _FIRST_PAUSE_S
            log.warning("worker ended, it starts again", worker=number, code=code, pause_s=pause)
            WORKER_RESTARTS.inc()
            await _wait(stop, pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)

    async def _run_once(self, number: int, stop: asyncio.Event) -> int:
        process = await asyncio.create_subprocess_exec(
            *self.command, stdin=PIPE, stdout=PIPE, limit=_LONGEST_REPORT
        )
        WORKERS.inc()
        try:
            async with asyncio.TaskGroup() as group:
                ending = group.create_task(self._end(process, stop))
                await self._listen(number, process)
                code = await process.wait()
                ending.cancel()
        finally:
            WORKERS.dec()
            self.totals.ended(number)
            if process.returncode is None:
                process.kill()
                await process.wait()
        return code

    async def _listen(self, number: int, process: Process) -> None:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("a worker was started without its pipes")
        process.stdin.write(self.share(number) + b"\n")
        async for line in process.stdout:
            self.totals.take(number, line)

    async def _end(self, process: Process, stop: asyncio.Event) -> None:
        await stop.wait()
        if process.stdin is not None:
            process.stdin.close()
        await asyncio.sleep(self.grace_s)
        if process.returncode is None:
            log.warning("worker is cut off at the deadline", pid=process.pid)
            process.kill()


async def report(stop: asyncio.Event, write: Callable[[bytes], object]) -> None:
    """Tell what this worker measured every few seconds, and once more at its end."""
    while not stop.is_set():
        await _wait(stop, REPORT_EVERY_S)
        write(metrics.snapshot("anchorwatch_crawler_") + b"\n")


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
