"""Long work, wherever it runs: every service is asked at once, and who does not answer is named."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from services.gateway.api.caller import CallerDep
from shared import jsontext
from shared.access import Caller
from shared.errors import NotFoundError, UnavailableError
from shared.http import ServiceClient
from shared.job_routes import JobOut, RowErrorOut
from shared.pages import Page
from shared.problems import ProblemError
from shared.wire import Answer

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])
_LIST_DEADLINE_S = 2.0
"""A list without the jobs of a slow service, which it names, is better than a late one."""
_RETRY_AFTER = {"Retry-After": "2"}
_PASSED_BACK = ("content-type", "link", "etag", "location", "content-disposition")


class Degraded(BaseModel):
    """A part that did not come."""

    service: str
    code: str


class Jobs(Page[JobOut]):
    """The newest jobs of all services."""

    degraded: list[Degraded] = Field(
        default_factory=list, description="Services whose jobs are missing in this answer."
    )


@router.get("", response_model=Jobs)
async def list_jobs(
    request: Request,
    caller: CallerDep,
    state: Annotated[
        str | None, Query(max_length=200, description="Only these states, comma separated.")
    ] = None,
    site_id: Annotated[UUID | None, Query(description="Only jobs of this site.")] = None,
    limit: Annotated[int, Query(ge=1, le=500, description="Most jobs.")] = 100,
) -> Response:
    """List the newest jobs that you may see, of all services."""
    query = _query(state=state, site_id=site_id, limit=limit)
    answers, degraded = await _ask_all(_clients(request), "/v1/jobs", query=query, caller=caller)
    refused = next((answer for answer in answers.values() if answer.status >= 400), None)
    if refused is not None:
        return _pass_back(refused)
    items = [job for answer in answers.values() for job in _items(answer)]
    # The ids are in time order.
    items.sort(key=lambda job: str(job["id"]), reverse=True)
    body = {
        "items": items[:limit],
        "next_cursor": None,
        "has_more": len(items) > limit,
        "degraded": degraded,
    }
    return Response(jsontext.dumps(body), media_type="application/json")


@router.get("/{job_id}", response_model=JobOut)
async def get_job(job_id: UUID, request: Request, caller: CallerDep) -> Response:
    """Return one job."""
    _, answer = await _owner(request, f"/v1/jobs/{job_id}", caller=caller)
    return _pass_back(answer)


@router.get(
    "/{job_id}/errors",
    response_model=Page[RowErrorOut],
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def list_job_errors(
    job_id: UUID,
    request: Request,
    caller: CallerDep,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Annotated[str | None, Query(max_length=2048)] = None,
    file_format: Annotated[
        Literal["json", "csv"], Query(alias="format", description="`csv`: all of them as a file.")
    ] = "json",
) -> Response:
    """List the rows that a job could not use, each with what is wrong."""
    query = _query(limit=limit, cursor=cursor, format=file_format)
    path = f"/v1/jobs/{job_id}/errors"
    _, answer = await _owner(request, path, caller=caller, query=query)
    return _pass_back(answer)


@router.post("/{job_id}/cancel", response_model=JobOut)
async def cancel_job(job_id: UUID, request: Request, caller: CallerDep) -> Response:
    """Ask a job to stop; what it has done so far stays."""
    owner, _ = await _owner(request, f"/v1/jobs/{job_id}", caller=caller)
    answer = await _clients(request)[owner].send("POST", f"/v1/jobs/{job_id}/cancel", caller=caller)
    return _pass_back(answer)


def _query(**parameters: Any) -> str:
    return urlencode({name: value for name, value in parameters.items() if value is not None})


async def _owner(
    request: Request, path: str, *, caller: Caller, query: str = ""
) -> tuple[str, Answer]:
    """Return the service that knows the job and its answer, as soon as that one answers.

    Only where no service knows it do the silent ones matter: 503 if there are any.
    """
    clients = _clients(request)
    silent: list[str] = []
    async with asyncio.TaskGroup() as group:
        asked = [
            group.create_task(_ask(service, client, path, query=query, caller=caller))
            for service, client in clients.items()
        ]
        for next_one in asyncio.as_completed(asked):
            service, answer = await next_one
            if isinstance(answer, str):
                silent.append(service)
            elif answer.status != 404:
                for other in asked:
                    other.cancel()
                return service, answer
    if silent:
        names = ", ".join(sorted(silent))
        detail = f"No answer from {names}, which may run this job; try again soon."
        raise ProblemError(503, "unavailable", detail, headers=_RETRY_AFTER)
    raise NotFoundError("There is no such job.")


async def _ask_all(
    clients: Mapping[str, ServiceClient], path: str, *, query: str, caller: Caller
) -> tuple[dict[str, Answer], list[dict[str, str]]]:
    """Return what the services answered, and those that did not within the time of a list."""
    async with asyncio.TaskGroup() as group:
        asked = [
            group.create_task(
                _ask(service, client, path, query=query, caller=caller, deadline_s=_LIST_DEADLINE_S)
            )
            for service, client in clients.items()
        ]
    answers: dict[str, Answer] = {}
    degraded: list[dict[str, str]] = []
    for service, answer in (one.result() for one in asked):
        if isinstance(answer, str):
            degraded.append({"service": service, "code": answer})
        else:
            answers[service] = answer
    return answers, degraded


async def _ask(
    service: str,
    client: ServiceClient,
    path: str,
    *,
    query: str,
    caller: Caller,
    deadline_s: float | None = None,
) -> tuple[str, Answer | str]:
    """Return the service with its answer, or with the code of why there is none."""
    try:
        answer = await client.send("GET", path, query=query, caller=caller, deadline_s=deadline_s)
    except UnavailableError as error:
        return service, error.code
    return service, "failed" if answer.status >= 500 else answer


def _items(answer: Answer) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def _pass_back(answer: Answer) -> Response:
    headers = {name: value for name in _PASSED_BACK if (value := answer.header(name)) is not None}
    return Response(answer.body, status_code=answer.status, headers=headers)


def _clients(request: Request) -> Mapping[str, ServiceClient]:
    clients: Mapping[str, ServiceClient] = request.app.state.clients
    return clients
