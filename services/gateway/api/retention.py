"""What is kept for how long: read, set within the installation's bounds, tried before it deletes anything."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.gateway.api.caller import CallerDep
from services.gateway.api.everyone import MissingPart, ask_all, clients_of
from services.gateway.api.sites import SitesDep
from services.gateway.store import journal, keeping
from shared import versions
from shared.access import Caller
from shared.errors import ConflictError, FieldError, InvalidError, UnavailableError
from shared.inputs import Whole
from shared.keeper_routes import KindFound, keeper_of, retention_of
from shared.policies import Policy, find_policy
from shared.retention import KINDS, NEVER, Kind, Scope
from shared.vocabulary import Role
from shared.web import DbDep, TxDep

router = APIRouter(tags=["retention"])
_PATH = "/internal/keeping/retention"
_DEADLINE_S = 25.0


class RetentionIn(BaseModel):
    """For how many days what is kept; a kind that is left out is kept for the usual time."""

    model_config = ConfigDict(extra="forbid")

    days: dict[Annotated[str, Field(max_length=50)], Annotated[Whole, Field(ge=1, le=40_000)]] = (
        Field(max_length=50, examples=[{"mail": 365, "looks": 30}])
    )


class KindOut(BaseModel):
    """One kind of what is kept, in words, with its time and bounds."""

    kind: str
    label: str
    keeps: str = Field(description="What is kept.")
    goes: str = Field(description="What is deleted when its time is over.")
    stays: str = Field(description="What is left of it, or never goes.")
    days: int = Field(description="For how many days it is kept now.")
    usual_days: int = Field(description="For how many where nobody chose.")
    least_days: int
    most_days: int = Field(description="The most that this installation keeps.")
    settable: bool = Field(description="False: it is the installation's, the same for everybody.")
    deletes_now: int | None = Field(
        default=None, description="In a dry run: how many rows would be deleted now."
    )


class HoldOut(BaseModel):
    """A site of which nothing is deleted, and why."""

    site_id: UUID
    reason: str
    placed_by: str
    placed_at: datetime


class RetentionOut(BaseModel):
    """What a workspace keeps for how long."""

    version: int
    items: list[KindOut]
    never: list[str] = Field(description="What none of these times ever deletes.")
    holds: list[HoldOut]
    degraded: list[MissingPart] = Field(
        description="Services that did not answer: their bounds and counts are missing."
    )


class HoldIn(BaseModel):
    """Why nothing of a site may be deleted."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, Field(min_length=1, max_length=1_000)]


@router.get("/v1/retention")
async def get_retention(
    caller: CallerDep, db: DbDep, request: Request, response: Response
) -> RetentionOut:
    """Return what is kept, for how long, what goes then and what never does; owners only."""
    caller.require_workspace(Role.OWNER)
    async with db.begin() as tx:
        policy = await find_policy(tx, caller.workspace_id)
        holds = await keeping.list_holds(tx, caller.workspace_id)
    found, missing = await _ask(request, caller, db, None)
    response.headers["ETag"] = versions.etag(policy.version_no)
    return _out(policy, holds, found, missing)


@router.put("/v1/retention", dependencies=[versions.IF_MATCH])
async def set_retention(
    body: RetentionIn,
    caller: CallerDep,
    db: DbDep,
    request: Request,
    response: Response,
    dry_run: Annotated[
        bool, Query(description="Count what would be deleted now, and change nothing.")
    ] = False,
) -> RetentionOut:
    """Set for how long what is kept; what is older than that is deleted from now on, bit by bit."""
    caller.require_workspace(Role.OWNER)
    found, missing = await _ask(request, caller, db, body.days if dry_run else None)
    if missing and not dry_run:
        names = ", ".join(one.service for one in missing)
        raise UnavailableError(f"No answer from {names}, whose bounds must be known; try again.")
    _require_within(body.days, found)
    async with db.begin() as tx:
        policy = await keeping.lock_policy(tx, caller.workspace_id)
        if not dry_run:
            if "if-match" in request.headers:
                versions.require_match(request, policy.version_no)
            detail = {"days": [dict(policy.days), body.days]}
            policy = await keeping.save_policy(
                tx, policy, days=body.days, held_sites=policy.held_sites
            )
            await journal.add_entry(
                tx, caller, action="retention.changed", subject="retention", detail=detail
            )
        holds = await keeping.list_holds(tx, caller.workspace_id)
    response.headers["ETag"] = versions.etag(policy.version_no)
    shown = Policy(policy.workspace_id, policy.version_no, body.days, policy.held_sites)
    return _out(shown, holds, found, missing)


@router.put("/v1/sites/{site_id}/hold", status_code=204)
async def place_hold(
    site_id: UUID, body: HoldIn, caller: CallerDep, sites: SitesDep, db: DbDep
) -> None:
    """Delete nothing of a site any more, whatever its time: a legal hold; owners of the workspace only."""
    caller.require_workspace(Role.OWNER)
    async with db.begin() as tx:
        policy = await keeping.lock_policy(tx, caller.workspace_id)
        known = site_id in policy.held_sites
    if not known:
        await sites.require_all(caller, [site_id])
    async with db.begin() as tx:
        policy = await keeping.lock_policy(tx, caller.workspace_id)
        if len(policy.held_sites) >= keeping.MAX_HOLDS:
            detail = f"There are {keeping.MAX_HOLDS} sites under a hold; lift one first."
            raise ConflictError(detail, code="too-many-holds")
        await keeping.save_hold(
            tx, caller.workspace_id, site_id, reason=body.reason, placed_by=caller.actor
        )
        if site_id not in policy.held_sites:
            held = [*policy.held_sites, site_id]
            await keeping.save_policy(tx, policy, days=policy.days, held_sites=held)
        await journal.add_entry(
            tx, caller, action="hold.placed", subject=f"site/{site_id}", site_id=site_id
        )


@router.delete("/v1/sites/{site_id}/hold", status_code=204)
async def lift_hold(site_id: UUID, caller: CallerDep, tx: TxDep) -> None:
    """Let the times of the workspace hold for a site again."""
    caller.require_workspace(Role.OWNER)
    policy = await keeping.lock_policy(tx, caller.workspace_id)
    await keeping.remove_hold(tx, caller.workspace_id, site_id)
    held = [one for one in policy.held_sites if one != site_id]
    await keeping.save_policy(tx, policy, days=policy.days, held_sites=held)
    await journal.add_entry(
        tx, caller, action="hold.lifted", subject=f"site/{site_id}", site_id=site_id
    )


async def _ask(
    request: Request, caller: Caller, db: Any, days: dict[str, int] | None
) -> tuple[dict[str, list[KindFound]], list[MissingPart]]:
    """Return what every service says of each kind that it keeps, the gateway too."""
    answers, missing = await ask_all(
        clients_of(request), _PATH, {"days": days}, caller=caller, deadline_s=_DEADLINE_S
    )
    own = await retention_of(keeper_of(request), db, caller.workspace_id, days)
    found: dict[str, list[KindFound]] = {}
    for one in [*own, *(KindFound(**row) for rows in answers.values() for row in rows)]:
        found.setdefault(one.kind, []).append(one)
    return found, missing


def _bounds(kind: Kind, found: Sequence[KindFound]) -> tuple[int, int]:
    """Return the usual and the most days of a kind, as all services that have it can keep it."""
    most = min([kind.most, *(one.most_days for one in found)])
    return min([most, *(one.usual_days for one in found)]), most


def _require_within(days: dict[str, int], found: dict[str, list[KindFound]]) -> None:
    faults = [
        fault
        for name, number in days.items()
        if (fault := _fault(name, number, found.get(name, []))) is not None
    ]
    if faults:
        raise InvalidError("These times can't be set like this.", faults)


def _fault(name: str, number: int, found: Sequence[KindFound]) -> FieldError | None:
    pointer, kind = f"/days/{name}", KINDS.get(name)
    if kind is None:
        listed = ", ".join(KINDS)
        return FieldError(pointer, "not-known", f"There are these kinds: {listed}.")
    if kind.scope is Scope.INSTALLATION:
        detail = "Whoever runs the installation decides about it; leave it out."
        return FieldError(pointer, "not-settable", detail)
    _, most = _bounds(kind, found)
    if not kind.least <= number <= most:
        detail = f"{kind.label}: give {kind.least:,} to {most:,} days."
        return FieldError(pointer, "out-of-bounds", detail)
    return None


def _out(
    policy: Policy,
    holds: Sequence[Any],
    found: dict[str, list[KindFound]],
    missing: list[MissingPart],
) -> RetentionOut:
    return RetentionOut(
        version=policy.version_no,
        items=[_kind(kind, policy, found.get(kind.name, [])) for kind in KINDS.values()],
        never=list(NEVER),
        holds=[
            HoldOut(
                site_id=row["site_id"],
                reason=row["reason"],
                placed_by=row["placed_by"],
                placed_at=row["created_at"],
            )
            for row in holds
        ],
        degraded=missing,
    )


def _kind(kind: Kind, policy: Policy, found: Sequence[KindFound]) -> KindOut:
    usual, most = _bounds(kind, found)
    counted = [one.due for one in found if one.due is not None]
    settable = kind.scope is Scope.WORKSPACE
    return KindOut(
        kind=kind.name,
        label=kind.label,
        keeps=kind.keeps,
        goes=kind.goes,
        stays=kind.stays,
        days=min(policy.days.get(kind.name, usual), most) if settable else usual,
        usual_days=usual,
        least_days=min(kind.least, most),
        most_days=most,
        settable=settable,
        deletes_now=sum(counted) if counted else None,
    )
