"""The loop that works on jobs: claims one, keeps its lease, runs its steps, and says how it ended."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from shared import clock, jobs
from shared.db import Database
from shared.errors import AnchorwatchError
from shared.jobs import Job, JobLostError, Step
from shared.log import bound, get_logger
from shared.metrics import JOBS_RUNNING
from shared.trouble import is_outage

log = get_logger(__name__)

_CLEAN_EVERY_S = 86_400.0
_PAUSE_S = 1.0


class JobStoppedError(AnchorwatchError):
    """The service stops: the job goes back to the queue with what it has done so far."""

    code = "job-stopped"


class JobRun:
    """One job in the hands of one worker."""

    def __init__(self, job: Job, *, db: Database, stop: asyncio.Event, lease_s: float) -> None:
        self.job = job
        self._db = db
        self._stop = stop
        self._lease_s = lease_s
        self._began_at = time.monotonic()
        self._began_done = job.done

    @asynccontextmanager
    async def step(self, *, ends: bool = False) -> AsyncIterator[Step]:
        """Do one part of the work and note its progress in one transaction.

        `job.cursor` says where to begin; a step that counts and moves the cursor is never done
        twice, whatever kills the process. `ends=True` finishes the job in the same transaction.
        """
        if self._stop.is_set():
            raise JobStoppedError("The service stops")
        async with self._db.begin() as tx:
            step = Step(tx)
            yield step
            eta = self._eta(step)
            job = await jobs.advance_job(tx, self.job, step, lease_s=self._lease_s, eta_seconds=eta)
            if ends:
                job = await jobs.finish_job(tx, job)
        self.job = job

    @property
    def is_over(self) -> bool:
        return self.job.ended_at is not None

    def _eta(self, step: Step) -> int | None:
        """Return the seconds left at the speed of this run so far."""
        total = step.total or self.job.total
        done = self.job.done + step.done
        gained = done - self._began_done
        if total is None or gained <= 0:
            return None
        elapsed = time.monotonic() - self._began_at
        return round(max(total - done, 0) * elapsed / gained)


Perform = Callable[[JobRun], Awaitable[None]]
"""Work of one kind: takes up at `run.job.cursor`, goes on in `run.step()`s, returns at the end."""


class JobRunner:
    """Works on the jobs of one service, several at once; replicas share them by lease."""

    def __init__(
        self,
        kinds: Mapping[str, Perform],
        *,
        db: Database,
        slots: int = 2,
        lease_s: float = 60.0,
        poll_s: float = 1.0,
        cleans: bool = True,
    ) -> None:
        """`cleans` is for the only runner of a service, or one of its several."""
        self._kinds = dict(kinds)
        self._db = db
        self._slots = slots
        self._lease_s = lease_s
        self._poll_s = poll_s
        self._cleans = cleans

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; running jobs end their step and go back to the queue."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self._slots):
                group.create_task(self._work(stop))
            if self._cleans:
                group.create_task(self._clean(stop))

    async def run_next(self, stop: asyncio.Event) -> bool:
        """Work on one job, if one waits; says whether there was one."""
        async with self._db.begin() as tx:
            job = await jobs.claim_job(tx, list(self._kinds), lease_s=self._lease_s)
        if job is None:
            return False
        run = JobRun(job, db=self._db, stop=stop, lease_s=self._lease_s)
        running = JOBS_RUNNING.labels(self._db.schema, job.kind)
        running.inc()
        try:
            with bound(job_id=job.job_id, kind=job.kind):
                await self._perform(run)
        finally:
            running.dec()
        return True

    async def _work(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                if not await self.run_next(stop):
                    await _rest(stop, self._poll_s)
            except Exception as error:  # because only the database's trouble is waited out here
                if not is_outage(error):
                    raise
                log.warning("jobs wait for their database", why=repr(error))
                await _rest(stop, _PAUSE_S)

    async def _perform(self, run: JobRun) -> None:
        """Run a job to one of its ends: done, failed, given back, or no longer ours."""
        try:
            await self._perform_under_lease(run)
        except JobLostError:
            log.info("job lost")
        except JobStoppedError:
            async with self._db.begin() as tx:
                await jobs.release_job(tx, run.job)
        except AnchorwatchError as error:
            await self._fail(run, error.detail)
        except Exception as error:  # because a job must end in a state that somebody can see
            if is_outage(error):
                raise
            log.exception("job failed")
            await self._fail(run, "It stopped because of an error in Anchorwatch, which is logged.")
        else:
            if not run.is_over:
                async with self._db.begin() as tx:
                    await jobs.finish_job(tx, run.job)

    async def _perform_under_lease(self, run: JobRun) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                keeper = group.create_task(self._keep_lease(run.job))
                await self._kinds[run.job.kind](run)
                keeper.cancel()
        except ExceptionGroup as errors:
            # The work and the keeper are two tasks; whichever failed first says what happened.
            raise errors.exceptions[0] from errors

    async def _keep_lease(self, job: Job) -> None:
        """Renew the lease; a job that was cancelled or lost is stopped within seconds."""
        while True:
            await asyncio.sleep(min(self._lease_s / 3, 5.0))
            async with self._db.begin() as tx:
                await jobs.renew_lease(tx, job, lease_s=self._lease_s)

    async def _fail(self, run: JobRun, detail: str) -> None:
        try:
            async with self._db.begin() as tx:
                await jobs.fail_job(tx, run.job, detail=detail)
        except JobLostError:
            log.info("job lost")

    async def _clean(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            removed = 1
            while removed and not stop.is_set():
                async with self._db.begin() as tx:
                    removed = await jobs.clean(tx, clock.now())
            await _rest(stop, _CLEAN_EVERY_S)


async def _rest(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
