"""What the gateway asks every service about keeping: what is due, where a person is named, how copies look."""

from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from shared import clock, copies, erasing
from shared.dependencies import CallerDep, DbDep
from shared.erasing import Person
from shared.keeper import Keeper
from shared.policies import Policy, find_policy
from shared.retention import KINDS
from shared.vocabulary import Role

router = APIRouter(prefix="/internal/keeping", include_in_schema=False)
_PATIENCE = "100s"


class RetentionAsked(BaseModel):
    """The times to count by; none: only the bounds are asked for."""

    model_config = ConfigDict(extra="forbid")

    days: dict[str, int] | None = None


class KindFound(BaseModel):
    """One kind in one service: the most that the installation keeps, and what is due now."""

    kind: str
    service: str
    most_days: int
    usual_days: int
    due: int | None = None


class PersonAsked(BaseModel):
    """Whom to look for."""

    model_config = ConfigDict(extra="forbid")

    address: Annotated[str, Field(max_length=320)]
    is_user: bool = False
    counts_only: bool = False


class PersonFound(BaseModel):
    """What a service keeps about a person: on purpose, and wherever the address stands in a text."""

    service: str
    known: dict[str, list[dict[str, Any]]]
    named: dict[str, list[dict[str, Any]]]


class CopiesAsked(BaseModel):
    """Which sites to look at; none: all of the workspace."""

    model_config = ConfigDict(extra="forbid")

    site_id: UUID | None = None


@router.post("/retention")
async def ask_retention(
    body: RetentionAsked, request: Request, caller: CallerDep, db: DbDep
) -> list[KindFound]:
    """Return the bounds of what this service keeps, and how many rows given times would delete now."""
    caller.require_workspace(Role.OWNER)
    return await retention_of(keeper_of(request), db, caller.workspace_id, body.days)


async def retention_of(
    keeper: Keeper, db: Any, workspace_id: UUID, days: dict[str, int] | None
) -> list[KindFound]:
    """Do it for whoever has the database at hand."""
    found: dict[str, KindFound] = {}
    now = clock.now()
    for shelf in keeper.shelves:
        due = None
        if days is not None and not shelf.is_shared:
            async with db.begin() as tx:
                stored = await find_policy(tx, workspace_id)
                policy = Policy(workspace_id, stored.version_no, days, stored.held_sites)
                due = await shelf.count(tx, policy, now)
        known = found.get(shelf.kind)
        if known is not None and due is not None:
            due += known.due or 0
        found[shelf.kind] = KindFound(
            kind=shelf.kind,
            service=db.schema,
            most_days=min(shelf.most, KINDS[shelf.kind].most),
            usual_days=shelf.usual,
            due=due,
        )
    return list(found.values())


@router.post("/people")
async def ask_person(
    body: PersonAsked, request: Request, caller: CallerDep, db: DbDep
) -> PersonFound:
    """Return everything that this service keeps about a person."""
    caller.require_workspace(Role.EDITOR)
    person = Person(caller.workspace_id, body.address, is_user=body.is_user)
    return await person_in(keeper_of(request), db, person, counts_only=body.counts_only)


async def person_in(keeper: Keeper, db: Any, person: Person, *, counts_only: bool) -> PersonFound:
    """Do it for whoever has the database at hand; raises asyncpg.QueryCanceledError if it takes too long."""
    async with db.begin(snapshot=True) as tx:
        await tx.run(f"SET LOCAL statement_timeout = '{_PATIENCE}'")
        known = await erasing.find_known(tx, person, keeper.people)
        named = await erasing.find(tx, person, keeper.people, counts_only=counts_only)
    if counts_only:
        known = {name: [{}] * len(rows) for name, rows in known.items()}
    return PersonFound(service=db.schema, known=known, named=named)


@router.post("/copies")
async def ask_copies(
    body: CopiesAsked, request: Request, caller: CallerDep, db: DbDep
) -> list[dict[str, Any]]:
    """Return this service's side of every copy: what it owns of them and what it holds."""
    caller.require_workspace(Role.OWNER)
    async with db.begin(snapshot=True) as tx:
        return await copies.read_faces(
            tx, keeper_of(request).mirror, caller.workspace_id, body.site_id
        )


def keeper_of(request: Request) -> Keeper:
    keeper: Keeper = request.app.state.keeper
    return keeper


TOO_LONG = asyncpg.QueryCanceledError
"""What `person_in` raises when a table takes longer than anybody waits."""
