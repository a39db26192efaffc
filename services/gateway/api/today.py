"""What is to be done today, over all sites: every service counts its part, the gateway makes one list."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field, TypeAdapter

from services.gateway.api.caller import CallerDep
from shared.access import Caller, Scope
from shared.errors import UnavailableError
from shared.http import ServiceClient
from shared.todo import MOST, WORDS, Waiting
from shared.vocabulary import Role, Todo

Part = TypeVar("Part")

router = APIRouter(prefix="/v1/today", tags=["overview"])

_ASKED: Mapping[str, Scope] = {
    "profile": Scope.LINKS_READ,
    "toxicity": Scope.TOXICITY_READ,
    "outreach": Scope.OUTREACH_READ,
}
_PATH = "/internal/todo"
_DEADLINE_S = 10.0
_WAITING = TypeAdapter(list[Waiting])
_ORDER = {kind: number for number, kind in enumerate(Todo)}


class TodoOut(BaseModel):
    """Things of one kind that wait on one site."""

    kind: Todo
    site_id: UUID
    domain: str
    count: int = Field(description=f"At most {MOST:,}; `more` says that there are more.")
    more: bool
    sentence: str
    todo: str
    place: str = Field(description="The place in the console, below the site: `reviews`.")


class MissingOut(BaseModel):
    """A service whose part is missing."""

    service: str
    code: str


class TodayOut(BaseModel):
    """What waits, the most pressing first; only of what the caller may see."""

    items: list[TodoOut]
    degraded: list[MissingOut] = Field(description="Whose part is missing at this moment.")


@router.get("")
async def get_today(
    caller: CallerDep,
    request: Request,
    site_id: Annotated[UUID | None, Query(description="Of one site only.")] = None,
) -> TodayOut:
    """Return what is to be done: broken pages, links off contract, reviews, what may be won back."""
    if site_id is not None:
        caller.require(site_id, Role.VIEWER)
    asked = [service for service, scope in _ASKED.items() if scope in caller.scopes]
    clients: Mapping[str, ServiceClient] = request.app.state.clients
    query = "" if site_id is None else f"site_id={site_id}"
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(part_of(clients[name], caller, _PATH, query, _WAITING))
            for name in asked
        ]
    parts = [task.result() for task in tasks]
    found = [one for part in parts if not isinstance(part, MissingOut) for one in part]
    found.sort(key=lambda one: (_ORDER[one.kind], -one.count, one.domain))
    return TodayOut(
        items=[_shown(one) for one in found],
        degraded=[part for part in parts if isinstance(part, MissingOut)],
    )


async def part_of(
    client: ServiceClient, caller: Caller, path: str, query: str, shape: TypeAdapter[list[Part]]
) -> Sequence[Part] | MissingOut:
    """Return what one service names of its own, or that its part is missing."""
    try:
        answer = await client.send("GET", path, caller=caller, query=query, deadline_s=_DEADLINE_S)
    except UnavailableError as error:
        return MissingOut(service=client.service, code=error.code)
    if answer.status != 200:
        return MissingOut(service=client.service, code=f"status-{answer.status}")
    return shape.validate_json(answer.body)


def _shown(one: Waiting) -> TodoOut:
    words = WORDS[one.kind]
    given: dict[str, Any] = one.model_dump() | {"count": min(one.count, MOST)}
    return TodoOut(
        **given,
        more=one.count > MOST,
        sentence=words.sentence(one.count),
        todo=words.todo,
        place=words.place,
    )
