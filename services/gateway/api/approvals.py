"""One place for all that waits for a person's word; each thing is approved by the route of its owner alone."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field, TypeAdapter

from services.gateway.api.caller import CallerDep
from services.gateway.api.today import MissingOut, part_of
from shared.access import Caller, Scope
from shared.approvals import MOST, WORDS, ApprovalKind, WaitingWord
from shared.http import ServiceClient
from shared.queries import choices
from shared.vocabulary import Role

router = APIRouter(prefix="/v1/approvals", tags=["overview"])

_ASKED: Mapping[str, Scope] = {
    "profile": Scope.LINKS_READ,
    "toxicity": Scope.TOXICITY_READ,
    "outreach": Scope.OUTREACH_READ,
}
_PATH = "/internal/approvals"
_WAITING = TypeAdapter(list[WaitingWord])
_ORDER = {kind: number for number, kind in enumerate(ApprovalKind)}


class ApprovalOut(BaseModel):
    """One thing that waits for a person's word."""

    kind: ApprovalKind
    id: UUID
    site_id: UUID
    domain: str
    label: str = Field(description="What it is, in words.")
    title: str
    will: str = Field(description="What happens after a yes.")
    since: datetime = Field(description="Since when it waits.")
    who: str = Field(description="Who may say yes, in words.")
    may: bool = Field(description="Whether you may.")
    place: str = Field(description="The place in the console, below the site: `disavow`.")
    hash: str | None = Field(description="What a yes is bound to: the hash of what is read.")


class ApprovalsOut(BaseModel):
    """What waits, of what the caller may see; those of one kind together, the longest wait first."""

    items: list[ApprovalOut]
    counts: dict[ApprovalKind, int]
    more: bool = Field(description=f"A service has more than {MOST} things that wait.")
    degraded: list[MissingOut] = Field(description="Whose part is missing at this moment.")


@router.get("")
async def list_approvals(
    caller: CallerDep,
    request: Request,
    site_id: Annotated[UUID | None, Query(description="Of one site only.")] = None,
    kind: Annotated[
        str | None, Query(max_length=200, description="Only these (comma = or).")
    ] = None,
) -> ApprovalsOut:
    """Return all that waits for a person: messages, disavow files, letters, briefs, plans, reports."""
    if site_id is not None:
        caller.require(site_id, Role.VIEWER)
    kinds = choices("kind", kind, ApprovalKind)
    parts = await _parts(caller, request.app.state.clients, site_id)
    answered = [part for part in parts if not isinstance(part, MissingOut)]
    found = [one for part in answered for one in part[:MOST] if not kinds or one.kind in kinds]
    found.sort(key=lambda one: (_ORDER[one.kind], one.since, one.id))
    return ApprovalsOut(
        items=[_shown(one) for one in found],
        counts={
            kind: count
            for kind in ApprovalKind
            if (count := sum(one.kind is kind for one in found)) > 0
        },
        more=any(len(part) > MOST for part in answered),
        degraded=[part for part in parts if isinstance(part, MissingOut)],
    )


async def _parts(
    caller: Caller, clients: Mapping[str, ServiceClient], site_id: UUID | None
) -> list[Sequence[WaitingWord] | MissingOut]:
    query = "" if site_id is None else f"site_id={site_id}"
    asked = [service for service, scope in _ASKED.items() if scope in caller.scopes]
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(part_of(clients[name], caller, _PATH, query, _WAITING))
            for name in asked
        ]
    return [task.result() for task in tasks]


def _shown(one: WaitingWord) -> ApprovalOut:
    words = WORDS[one.kind]
    return ApprovalOut(**one.model_dump(), label=words.label, will=words.will, who=words.who)
