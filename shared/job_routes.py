"""The routes by which a service shows its jobs; every service with a database has them."""

import csv
import io
from collections.abc import Iterable
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field

from shared import jobs, queries
from shared.access import Caller
from shared.db import Tx
from shared.dependencies import CallerDep, TxDep
from shared.errors import NotFoundError
from shared.jobs import Job, RowError
from shared.pages import Page, PageDep
from shared.spreadsheets import harmless
from shared.vocabulary import JobState, Role

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])


class JobOut(BaseModel):
    """Long work and how far it is."""

    id: UUID
    kind: str
    state: JobState
    site_id: UUID | None
    total: int | None = Field(description="How much there is to do, once that is known.")
    done: int
    accepted: int
    duplicates: int
    rejected: int
    eta_seconds: int | None
    result_url: str | None
    detail: str | None = Field(description="What went wrong, in a sentence, if something did.")

    @classmethod
    def of(cls, job: Job) -> "JobOut":
        fields: dict[str, Any] = {name: getattr(job, name) for name in _SHOWN}
        return cls(id=job.job_id, **fields)


_SHOWN = tuple(name for name in JobOut.model_fields if name != "id")


class RowErrorOut(BaseModel):
    """One row of an import that could not be used."""

    row: int = Field(
        description="The line of the file on which the row begins, from 1, as an editor shows it: a "
        "header, the lines above it and blank lines count. 0: the file as a whole. `pointer` has the "
        "number of the file in the import, from 0."
    )
    pointer: str = Field(description="The file, the row in it, and the column at fault.")
    code: str
    detail: str = Field(description="What is wrong and what to do.")
    raw: str | None = Field(description="The row as it was given, shortened.")

    @classmethod
    def of(cls, error: RowError) -> "RowErrorOut":
        return cls(
            row=error.row,
            pointer=error.pointer,
            code=error.code,
            detail=error.detail,
            raw=error.raw,
        )


@router.get("")
async def list_jobs(
    caller: CallerDep,
    tx: TxDep,
    page: PageDep,
    state: Annotated[str | None, Query(max_length=200)] = None,
    site_id: Annotated[UUID | None, Query()] = None,
) -> Page[JobOut]:
    """List the newest jobs that you may see."""
    if site_id is not None and not caller.may_see(site_id):
        raise NotFoundError("There is no such site.")
    found = await jobs.list_jobs(
        tx,
        workspace_id=caller.workspace_id,
        site_ids=caller.site_ids if site_id is None else {site_id},
        states=queries.choices("state", state, JobState),
        before=page.after[0] if page.after else None,
        limit=page.limit + 1,
    )
    return page.page(found, key=lambda job: (job.job_id,), item=JobOut.of)


@router.get("/{job_id}")
async def get_job(job_id: UUID, caller: CallerDep, tx: TxDep) -> JobOut:
    """Return one job."""
    return JobOut.of(await _visible(tx, job_id, caller))


@router.get(
    "/{job_id}/errors",
    response_model=Page[RowErrorOut],
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def list_job_errors(
    job_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    page: PageDep,
    file_format: Annotated[
        Literal["json", "csv"], Query(alias="format", description="`csv`: all of them as a file.")
    ] = "json",
) -> Response:
    """List the rows that a job could not use, each with what is wrong."""
    job = await _visible(tx, job_id, caller)
    _require(caller, job, Role.VIEWER)
    if file_format == "csv":
        errors = await jobs.list_errors(tx, job.job_id, limit=jobs.MAX_ERRORS)
        return _csv_file(job, errors)
    rows = await jobs.list_errors(
        tx,
        job.job_id,
        limit=page.limit + 1,
        after_row=page.after[0] if page.after else -1,
    )
    return page.encoded(
        rows, key=lambda e: (e.row_no,), item=lambda e: RowErrorOut.of(e).model_dump()
    )


@router.post("/{job_id}/cancel")
async def cancel_job(job_id: UUID, caller: CallerDep, tx: TxDep) -> JobOut:
    """Ask a job to stop; what it has done so far stays."""
    job = await _visible(tx, job_id, caller)
    _require(caller, job, Role.EDITOR)
    return JobOut.of(await jobs.cancel_job(tx, job.job_id, workspace_id=caller.workspace_id))


async def _visible(tx: Tx, job_id: UUID, caller: Caller) -> Job:
    """Return a job; one of a site that the caller may not know of is not there either."""
    job = await jobs.get_job(tx, job_id, workspace_id=caller.workspace_id)
    if caller.site_ids is not None and job.site_id not in caller.site_ids:
        raise NotFoundError("There is no such job")
    return job


def _require(caller: Caller, job: Job, role: Role) -> None:
    if job.site_id is None:
        caller.require_workspace(role)
    else:
        caller.require(job.site_id, role)


def _csv_file(job: Job, errors: Iterable[RowError]) -> Response:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["row", "column", "code", "what to do", "as given"])
    for error in errors:
        cells = (error.pointer, error.code, error.detail, error.raw or "")
        writer.writerow([error.row, *map(harmless, cells)])
    return Response(
        text.getvalue(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="errors-{job.job_id}.csv"'},
    )
