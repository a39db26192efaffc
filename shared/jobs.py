"""Long work as a row: claimed under a lease, advanced in the transaction of each step, resumed after a kill."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from shared import outbox
from shared.db import Tx
from shared.errors import AnchorwatchError, ConflictError, NotFoundError
from shared.events import JobUpdated
from shared.ids import new_id
from shared.policies import not_held
from shared.vocabulary import JobState

MAX_ERRORS = 10_000
"""Most row errors that are kept of one job; the rest is only counted."""
MAX_FRUITLESS_CLAIMS = 5
"""How often a job may be claimed without getting one step further before it counts as failed."""
KEEP = timedelta(days=90)
MAX_RAW = 2_000
FILE_ROWS = 1 << 40
"""Numbers that each file of an input has for its rows, so that errors sort file by file."""

_CLEAN_CHUNK = 500


class JobLostError(AnchorwatchError):
    """The job is no longer ours: it was cancelled, or another worker took it over."""

    code = "job-lost"


@dataclass(frozen=True, slots=True)
class Job:
    job_id: UUID
    workspace_id: UUID
    site_id: UUID | None
    kind: str
    state: JobState
    total: int | None
    done: int
    accepted: int
    duplicates: int
    rejected: int
    payload: Mapping[str, Any]
    cursor: Mapping[str, Any]
    result_url: str | None
    detail: str | None
    eta_seconds: int | None
    attempts: int
    lease_id: UUID | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class RowError:
    """One row of the input that could not be used, and what would help."""

    row_no: int  # in the n-th file of the input (from 0): n * FILE_ROWS + the row's own number
    pointer: str
    code: str
    detail: str
    raw: str | None = None

    @property
    def row(self) -> int:
        """Return the number of the row in its own file."""
        return self.row_no % FILE_ROWS


@dataclass(slots=True)
class Step:
    """What one transaction of a job did; written into the job's row just before the commit."""

    tx: Tx
    done: int = 0
    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0
    total: int | None = None
    cursor: Mapping[str, Any] | None = None
    result_url: str | None = None
    errors: list[RowError] = field(default_factory=list)

    def reject(self, error: RowError) -> None:
        """Count a row as done and rejected, and keep why."""
        self.done += 1
        self.rejected += 1
        self.errors.append(error)


async def add_job(
    tx: Tx,
    *,
    kind: str,
    workspace_id: UUID,
    site_id: UUID | None = None,
    payload: Mapping[str, Any] | None = None,
    total: int | None = None,
) -> Job:
    """Queue a job; it starts after the commit."""
    rows = await tx.fetch(
        "INSERT INTO jobs (job_id, kind, workspace_id, site_id, payload, total, notified_at)"
        " VALUES ($1, $2, $3, $4, $5::jsonb, $6, now()) RETURNING *",
        new_id(),
        kind,
        workspace_id,
        site_id,
        _json(payload or {}),
        total,
    )
    job = _job(rows[0])
    await _tell(tx, job)
    return job


async def get_job(tx: Tx, job_id: UUID, *, workspace_id: UUID) -> Job:
    rows = await tx.fetch(
        "SELECT * FROM jobs WHERE job_id = $1 AND workspace_id = $2",
        job_id,
        workspace_id,
    )
    if not rows:
        raise NotFoundError("There is no such job")
    return _job(rows[0])


async def list_jobs(
    tx: Tx,
    *,
    workspace_id: UUID,
    site_ids: Collection[UUID] | None,
    states: Collection[JobState],
    before: UUID | None,
    limit: int,
) -> list[Job]:
    """Return jobs, newest first; with `site_ids` only those of these sites, else all."""
    rows = await tx.fetch(
        "SELECT * FROM jobs WHERE workspace_id = $1 AND ($2::uuid[] IS NULL OR site_id = ANY($2))"
        " AND (cardinality($3::text[]) = 0 OR state = ANY($3))"
        " AND ($4::uuid IS NULL OR job_id < $4) ORDER BY job_id DESC LIMIT $5",
        workspace_id,
        None if site_ids is None else list(site_ids),
        [state.value for state in states],
        *(before, limit),
    )
    return [_job(row) for row in rows]


async def claim_job(tx: Tx, kinds: Sequence[str], *, lease_s: float) -> Job | None:
    """Take the oldest job that waits, or whose worker has not been heard of within its lease.

    One that keeps losing its worker without a step of progress ends as failed instead.
    """
    rows = await tx.fetch(
        "UPDATE jobs SET attempts = attempts + 1, lease_id = $3,"
        " lease_until = now() + $2 * interval '1 second',"
        " started_at = coalesce(started_at, now()), state = 'running',"
        " notified_at = CASE WHEN notified_at > now() - interval '1 second' THEN notified_at"
        " ELSE now() END"
        " WHERE job_id = (SELECT job_id FROM jobs WHERE kind = ANY($1::text[])"
        " AND (state = 'queued' OR (state = 'running' AND lease_until < now()))"
        " ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)"
        " RETURNING *, notified_at = now() AS is_due",
        list(kinds),
        lease_s,
        new_id(),
    )
    if not rows:
        return None
    job = _job(rows[0])
    if job.attempts > MAX_FRUITLESS_CLAIMS:
        await fail_job(tx, job, detail=f"It stopped {job.attempts - 1} times at the same place.")
        return None
    if rows[0]["is_due"]:
        await _tell(tx, job)
    return job


async def renew_lease(tx: Tx, job: Job, *, lease_s: float) -> None:
    """Say that the worker lives. Raises JobLostError when the job is not its own any more."""
    tag = await tx.run(
        "UPDATE jobs SET lease_until = now() + $3 * interval '1 second'"
        " WHERE job_id = $1 AND lease_id = $2 AND state = 'running'",
        job.job_id,
        job.lease_id,
        lease_s,
    )
    if tag != "UPDATE 1":
        raise _lost(job)


async def advance_job(
    tx: Tx, job: Job, step: Step, *, lease_s: float, eta_seconds: int | None
) -> Job:
    """Write what a step did, in that step's transaction; raises JobLostError, which undoes it."""
    rows = await tx.fetch(
        "UPDATE jobs SET done = done + $3, accepted = accepted + $4, duplicates = duplicates + $5,"
        " rejected = rejected + $6, total = coalesce($7, total),"
        " cursor = coalesce($8::jsonb, cursor), result_url = coalesce($9, result_url),"
        " eta_seconds = $10, lease_until = now() + $11 * interval '1 second', attempts = 0,"
        " notified_at = CASE WHEN notified_at > now() - interval '1 second' THEN notified_at"
        " ELSE now() END"
        " WHERE job_id = $1 AND lease_id = $2 AND state = 'running'"
        " RETURNING *, notified_at = now() AS is_due",
        job.job_id,
        job.lease_id,
        *(step.done, step.accepted, step.duplicates, step.rejected, step.total),
        None if step.cursor is None else _json(step.cursor),
        step.result_url,
        eta_seconds,
        lease_s,
    )
    if not rows:
        raise _lost(job)
    await add_errors(tx, job.job_id, step.errors)
    advanced = _job(rows[0])
    if rows[0]["is_due"]:
        await _tell(tx, advanced)
    return advanced


async def finish_job(tx: Tx, job: Job) -> Job:
    """End a job that did all it should."""
    return await _end(tx, job, JobState.DONE, detail=None)


async def fail_job(tx: Tx, job: Job, *, detail: str) -> Job:
    """End a job that cannot go on; `detail` is a sentence for the person who started it."""
    return await _end(tx, job, JobState.FAILED, detail=detail)


async def release_job(tx: Tx, job: Job) -> None:
    """Give a job back, so that the next worker goes on where this one stopped."""
    await tx.run(
        "UPDATE jobs SET state = 'queued', lease_id = NULL, lease_until = NULL,"
        " attempts = attempts - 1 WHERE job_id = $1 AND lease_id = $2 AND state = 'running'",
        job.job_id,
        job.lease_id,
    )


async def cancel_job(tx: Tx, job_id: UUID, *, workspace_id: UUID) -> Job:
    """Cancel a job; what its steps have committed stays."""
    rows = await tx.fetch(
        "UPDATE jobs SET state = 'cancelled', ended_at = now(), lease_id = NULL, eta_seconds = NULL"
        " WHERE job_id = $1 AND workspace_id = $2 AND state IN ('queued', 'running')"
        " RETURNING *",
        job_id,
        workspace_id,
    )
    if not rows:
        job = await get_job(tx, job_id, workspace_id=workspace_id)
        raise ConflictError(f"The job is over already ({job.state.value})")
    await _tell(tx, _job(rows[0]))
    return _job(rows[0])


async def add_errors(tx: Tx, job_id: UUID, errors: Sequence[RowError]) -> None:
    """Keep row errors as long as the job has fewer than MAX_ERRORS."""
    if not errors:
        return
    kept = await tx.fetch_value("SELECT count(*) FROM job_errors WHERE job_id = $1", job_id)
    room = errors[: max(MAX_ERRORS - int(kept), 0)]
    await tx.run(
        "INSERT INTO job_errors (job_id, row_no, pointer, code, detail, raw)"
        " SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[])"
        " ON CONFLICT DO NOTHING",
        job_id,
        [error.row_no for error in room],
        [error.pointer for error in room],
        [error.code for error in room],
        [_printable(error.detail) for error in room],
        [None if error.raw is None else _printable(error.raw) for error in room],
    )


async def list_errors(tx: Tx, job_id: UUID, *, limit: int, after_row: int = -1) -> list[RowError]:
    """Return a page of row errors in the order of the rows."""
    rows = await tx.fetch(
        "SELECT row_no, pointer, code, detail, raw FROM job_errors"
        " WHERE job_id = $1 AND row_no > $2 ORDER BY row_no LIMIT $3",
        job_id,
        after_row,
        limit,
    )
    return [RowError(*row) for row in rows]


async def clean(tx: Tx, now: datetime) -> int:
    """Delete some of the jobs, with their errors, that ended longer than KEEP ago."""
    tag = await tx.run(
        "DELETE FROM jobs WHERE job_id = ANY(ARRAY(SELECT job_id FROM jobs"
        f" WHERE job_id < $1 AND ended_at < $2 AND {not_held()} ORDER BY job_id LIMIT $3))",
        UUID(int=int((now - KEEP).timestamp() * 1000) << 80),
        now - KEEP,
        _CLEAN_CHUNK,
    )
    return int(tag.rpartition(" ")[2])


async def _end(tx: Tx, job: Job, state: JobState, *, detail: str | None) -> Job:
    # The total was an estimate (lines of a file, its header too): what is done is all there was.
    rows = await tx.fetch(
        "UPDATE jobs SET state = $3, detail = $4, ended_at = now(), eta_seconds = NULL,"
        " total = CASE WHEN $3 = 'done' AND done > 0 THEN done ELSE total END,"
        " lease_until = NULL WHERE job_id = $1 AND lease_id = $2 AND state = 'running'"
        " RETURNING *",
        job.job_id,
        job.lease_id,
        state.value,
        None if detail is None else _printable(detail),
    )
    if not rows:
        raise _lost(job)
    await _tell(tx, _job(rows[0]))
    return _job(rows[0])


async def _tell(tx: Tx, job: Job) -> None:
    # Progress at most once a second, which `notified_at` keeps; the end of a job never waits.
    event = JobUpdated(
        workspace_id=job.workspace_id,
        site_id=job.site_id,
        job_id=job.job_id,
        service=tx.schema,
        kind=job.kind,
        state=job.state,
        total=job.total,
        done=job.done,
        accepted=job.accepted,
        duplicates=job.duplicates,
        rejected=job.rejected,
        eta_seconds=job.eta_seconds,
    )
    await outbox.add(tx, [event])


def _job(row: asyncpg.Record) -> Job:
    fields = {name: row[name] for name in Job.__dataclass_fields__}
    fields["state"] = JobState(fields["state"])
    return Job(**fields)


def _lost(job: Job) -> JobLostError:
    return JobLostError(f"Job {job.job_id} was cancelled or taken over by another worker")


def _json(value: Mapping[str, Any]) -> str:
    return orjson.dumps(value).decode()


def _printable(text: str) -> str:
    # PostgreSQL's text cannot hold NUL, and rows of a broken file may.
    return text[:MAX_RAW].replace("\x00", "\N{REPLACEMENT CHARACTER}")
