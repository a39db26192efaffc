"""Long work: claimed once, advanced step by step, resumed after a kill without doubles."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest

from shared import jobs, outbox
from shared.db import Database
from shared.errors import ConflictError, InvalidError, NotFoundError
from shared.events import JobUpdated, decode
from shared.ids import new_id
from shared.job_runner import JobRun, JobRunner
from shared.jobs import Job, JobLostError, RowError, Step
from shared.vocabulary import JobState
from tests.shared.conftest import HouseFor
from tests.waiting import eventually

ALICE = new_id()
ROWS = 100


@pytest.fixture
async def db(house_for: HouseFor) -> Database:
    database = await house_for("profile")
    async with database.begin() as tx:
        await tx.run("CREATE TABLE rows_done (row_no int)")
    return database


async def queue_a_job(db: Database, *, kind: str = "count") -> Job:
    async with db.begin() as tx:
        return await jobs.add_job(tx, kind=kind, workspace_id=ALICE, total=ROWS + 1)


async def look_at(db: Database, job: Job) -> Job:
    async with db.begin() as tx:
        return await jobs.get_job(tx, job.job_id, workspace_id=ALICE)


async def told(db: Database) -> list[JobUpdated]:
    async with db.begin() as tx:
        events = [decode(row.body) for row in await outbox.read_oldest(tx, 1000)]
    return [event for event in events if isinstance(event, JobUpdated)]


async def count_rows(run: JobRun, *, until: int = ROWS) -> None:
    """Work of ten rows a step that writes down each row it has done."""
    begin = int(run.job.cursor.get("row", 0))
    for row in range(begin, until, 10):
        async with run.step() as step:
            await write_rows(step, row)


async def write_rows(step: Step, row: int) -> None:
    await step.tx.run(
        "INSERT INTO rows_done SELECT generate_series($1::int, $2::int)", row, row + 9
    )
    step.done += 10
    step.accepted += 10
    step.cursor = {"row": row + 10}


async def rows_done(db: Database) -> list[int]:
    async with db.begin() as tx:
        return [row[0] for row in await tx.fetch("SELECT row_no FROM rows_done ORDER BY 1")]


async def test_a_job_runs_to_its_end_and_says_so(db: Database) -> None:
    job = await queue_a_job(db)
    runner = JobRunner({"count": count_rows}, db=db)
    assert await runner.run_next(asyncio.Event())
    assert not await runner.run_next(asyncio.Event())
    ended = await look_at(db, job)
    assert (ended.state, ended.done, ended.accepted) == (JobState.DONE, ROWS, ROWS)
    assert ended.ended_at is not None
    events = await told(db)
    assert [event.state for event in events][-1] == JobState.DONE
    assert (events[-1].done, events[-1].total, events[-1].service) == (ROWS, ROWS, "profile")


async def test_a_killed_job_goes_on_where_it_was_without_doubles(db: Database) -> None:
    job = await queue_a_job(db)

    class KilledError(BaseException):
        pass

    async def die_in_the_fourth_step(run: JobRun) -> None:
        await count_rows(run, until=30)
        async with run.step() as step:
            await write_rows(step, 30)
            raise KilledError

    dying = JobRunner({"count": die_in_the_fourth_step}, db=db, lease_s=0.2)
    with pytest.raises((KilledError, BaseExceptionGroup)):
        await dying.run_next(asyncio.Event())
    assert len(await rows_done(db)) == 30
    next_worker = JobRunner({"count": count_rows}, db=db)

    async def is_taken_over() -> bool:
        return await next_worker.run_next(asyncio.Event())

    await eventually(is_taken_over)
    assert await rows_done(db) == list(range(ROWS))
    ended = await look_at(db, job)
    assert (ended.state, ended.done) == (JobState.DONE, ROWS)


async def test_a_worker_that_lost_its_lease_cannot_write(db: Database) -> None:
    await queue_a_job(db)
    async with db.begin() as tx:
        slow = await jobs.claim_job(tx, ["count"], lease_s=0)
    async with db.begin() as tx:
        quick = await jobs.claim_job(tx, ["count"], lease_s=60)
    assert slow is not None
    assert quick is not None
    run = JobRun(slow, db=db, stop=asyncio.Event(), lease_s=60)
    with pytest.raises(JobLostError):
        async with run.step() as step:
            await write_rows(step, 0)
    assert await rows_done(db) == []


async def test_two_workers_never_have_the_same_job(db: Database) -> None:
    queued = {(await queue_a_job(db)).job_id for _ in range(8)}

    @asynccontextmanager
    async def claimed() -> AsyncIterator[UUID | None]:
        async with db.begin() as tx:
            job = await jobs.claim_job(tx, ["count"], lease_s=60)
            yield job.job_id if job else None

    async with claimed() as first, claimed() as second, claimed() as third:
        assert len({first, second, third} & queued) == 3


async def test_stopping_gives_the_job_back_after_the_step(db: Database) -> None:
    job = await queue_a_job(db)
    stop = asyncio.Event()

    async def stop_after_two_steps(run: JobRun) -> None:
        await count_rows(run, until=20)
        stop.set()
        await count_rows(run)

    assert await JobRunner({"count": stop_after_two_steps}, db=db).run_next(stop)
    waiting = await look_at(db, job)
    assert (waiting.state, waiting.done) == (JobState.QUEUED, 20)
    assert await JobRunner({"count": count_rows}, db=db).run_next(asyncio.Event())
    assert await rows_done(db) == list(range(ROWS))


async def test_a_cancelled_job_stops_and_keeps_what_it_did(db: Database) -> None:
    job = await queue_a_job(db)

    async def cancel_in_the_middle(run: JobRun) -> None:
        await count_rows(run, until=20)
        async with db.begin() as tx:
            await jobs.cancel_job(tx, job.job_id, workspace_id=ALICE)
        await count_rows(run)

    assert await JobRunner({"count": cancel_in_the_middle}, db=db).run_next(asyncio.Event())
    cancelled = await look_at(db, job)
    assert (cancelled.state, cancelled.done) == (JobState.CANCELLED, 20)
    assert await rows_done(db) == list(range(20))
    async with db.begin() as tx:
        with pytest.raises(ConflictError):
            await jobs.cancel_job(tx, job.job_id, workspace_id=ALICE)


async def test_an_error_of_the_input_ends_the_job_with_its_sentence(db: Database) -> None:
    job = await queue_a_job(db)

    async def refuse(run: JobRun) -> None:
        raise InvalidError("The file has no column with links.")

    await JobRunner({"count": refuse}, db=db).run_next(asyncio.Event())
    failed = await look_at(db, job)
    assert (failed.state, failed.detail) == (JobState.FAILED, "The file has no column with links.")


async def test_a_bug_ends_the_job_without_telling_its_insides(db: Database) -> None:
    job = await queue_a_job(db)

    async def break_down(run: JobRun) -> None:
        raise KeyError("secret_column")

    await JobRunner({"count": break_down}, db=db).run_next(asyncio.Event())
    failed = await look_at(db, job)
    assert failed.state == JobState.FAILED
    assert "secret_column" not in str(failed.detail)


async def test_a_job_that_always_kills_its_worker_fails_in_the_end(db: Database) -> None:
    job = await queue_a_job(db)
    for _ in range(jobs.MAX_FRUITLESS_CLAIMS):
        async with db.begin() as tx:
            assert await jobs.claim_job(tx, ["count"], lease_s=0) is not None
    async with db.begin() as tx:
        assert await jobs.claim_job(tx, ["count"], lease_s=0) is None
    assert (await look_at(db, job)).state == JobState.FAILED


async def test_row_errors_are_kept_up_to_a_bound_and_counted_beyond(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "MAX_ERRORS", 15)
    job = await queue_a_job(db)

    async def reject_everything(run: JobRun) -> None:
        for begin in (0, 10, 20):
            async with run.step() as step:
                for row in range(begin, begin + 10):
                    step.reject(RowError(row, "/url", "bad-url", "Not a URL", raw="a\x00b"))

    await JobRunner({"count": reject_everything}, db=db).run_next(asyncio.Event())
    assert (await look_at(db, job)).rejected == 30
    async with db.begin() as tx:
        first = await jobs.list_errors(tx, job.job_id, limit=10)
        rest = await jobs.list_errors(tx, job.job_id, limit=10, after_row=first[-1].row_no)
    assert [error.row_no for error in first + rest] == list(range(15))
    assert first[0].raw == "a\N{REPLACEMENT CHARACTER}b"


async def test_progress_is_told_at_most_once_a_second(db: Database) -> None:
    await queue_a_job(db)
    await JobRunner({"count": count_rows}, db=db).run_next(asyncio.Event())
    states = [event.state for event in await told(db)]
    # Ten steps take far less than a second: one word at the start, one at the end.
    assert states == [JobState.QUEUED, JobState.DONE]


async def test_the_last_step_and_the_end_are_one_transaction(db: Database) -> None:
    job = await queue_a_job(db)

    async def end_at_once(run: JobRun) -> None:
        async with run.step(ends=True) as step:
            step.done, step.result_url = ROWS, "/v1/imports/1"

    await JobRunner({"count": end_at_once}, db=db).run_next(asyncio.Event())
    ended = await look_at(db, job)
    assert (ended.state, ended.result_url) == (JobState.DONE, "/v1/imports/1")


async def test_a_job_of_another_workspace_is_not_found(db: Database) -> None:
    job = await queue_a_job(db)
    async with db.begin() as tx:
        with pytest.raises(NotFoundError):
            await jobs.get_job(tx, job.job_id, workspace_id=new_id())


async def test_old_jobs_are_forgotten_with_their_errors(db: Database) -> None:
    job = await queue_a_job(db)
    await JobRunner({"count": count_rows}, db=db).run_next(asyncio.Event())
    ended = await look_at(db, job)
    assert ended.ended_at is not None
    async with db.begin() as tx:
        assert await jobs.clean(tx, ended.ended_at + jobs.KEEP / 2) == 0
        assert await jobs.clean(tx, ended.ended_at + jobs.KEEP * 1.01) == 1
