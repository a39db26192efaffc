"""Copies of what other services own: compared each day, and sent again when somebody asks for it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.gateway.adapters.copies import ask_faces
from services.gateway.api.caller import CallerDep
from services.gateway.api.everyone import clients_of
from services.gateway.api.sites import SitesDep
from services.gateway.domain.comparing import compare
from services.gateway.store import journal, keeping
from shared.copy_list import COPIES, Copy
from shared.errors import ConflictError, FieldError, InvalidError
from shared.ids import new_id
from shared.pages import Page, PageDep
from shared.shelves import queue_once
from shared.vocabulary import Role
from shared.web import DbDep, TxDep

router = APIRouter(tags=["rebuilds"])
Service = Literal["crawler", "profile", "toxicity", "outreach"]
_SELF_CHECK, _REBUILD = "self_check", "rebuild"


class RebuildIn(BaseModel):
    """Which copies to send again; what is left out means all."""

    model_config = ConfigDict(extra="forbid")

    service: Service | None = Field(default=None, description="Only the copies that this one has.")
    copies: Annotated[list[Annotated[str, Field(max_length=50)]], Field(max_length=20)] | None = (
        None
    )
    site_id: UUID | None = None


class CopyOut(BaseModel):
    """One copy and what it is a copy of, compared."""

    service: str
    copy_name: str
    same: bool
    known: bool = Field(description="False: one side did not answer, so nothing is said.")
    rows_should: int
    rows_is: int
    sites: list[str] = Field(description="Sites on which they differ, at most 20.")
    sentence: str


class SelfCheckOut(BaseModel):
    """The last comparison of all copies of the workspace."""

    checked_at: datetime | None
    differing: int
    sentence: str
    items: list[CopyOut]


class RebuildOut(BaseModel):
    """Copies that are sent again: how far that is, and how both sides compare afterwards."""

    rebuild_id: UUID | None = Field(description="null: a dry run.")
    site_id: UUID | None
    job_id: UUID | None
    state: Literal["counted", "running", "done"]
    wanted: dict[str, list[str]]
    sent: dict[str, int] = Field(description="By `service/copy`: how many rows were sent.")
    compared: list[CopyOut]
    requested_by: str
    requested_at: datetime | None
    ended_at: datetime | None
    sentence: str


@router.get("/v1/self-check")
async def get_self_check(caller: CallerDep, tx: TxDep) -> SelfCheckOut:
    """Return whether all copies are what they are copies of, as the last comparison found."""
    caller.require_workspace(Role.VIEWER)
    row = await keeping.find_self_check(tx, caller.workspace_id)
    if row is None:
        sentence = "Not compared yet; it happens once a day."
        return SelfCheckOut(checked_at=None, differing=0, sentence=sentence, items=[])
    items = _compared(orjson.loads(row["compared"]))
    return SelfCheckOut(
        checked_at=row["checked_at"],
        differing=row["differing"],
        sentence=_summary(items),
        items=items,
    )


@router.post("/v1/self-check", status_code=202)
async def start_self_check(caller: CallerDep, tx: TxDep) -> SelfCheckOut:
    """Compare all copies of the workspace now; the answer is what is known so far."""
    caller.require_workspace(Role.OWNER)
    await queue_once(tx, _SELF_CHECK, caller.workspace_id)
    return await get_self_check(caller, tx)


@router.post(
    "/v1/rebuilds",
    responses={
        200: {"description": "With `dry_run`: how many rows would be sent."},
        202: {"model": RebuildOut, "description": "It has begun."},
    },
)
async def start_rebuild(
    body: RebuildIn,
    caller: CallerDep,
    sites: SitesDep,
    db: DbDep,
    request: Request,
    response: Response,
    dry_run: Annotated[
        bool, Query(description="Only compare, and say how many rows would be sent.")
    ] = False,
) -> RebuildOut:
    """Have owners send what others keep copies of once more, then compare both sides; owners only."""
    caller.require_workspace(Role.OWNER)
    wanted = _wanted(body)
    if body.site_id is not None:
        await sites.require_all(caller, [body.site_id])
    names = _by_service(wanted)
    if dry_run:
        faces = await ask_faces(
            db, clients_of(request), keeping.MIRROR, caller.workspace_id, body.site_id
        )
        return _counted(wanted, names, faces, body.site_id, caller.actor)
    async with db.begin() as tx:
        rebuild_id = new_id()
        payload = {
            "rebuild_id": str(rebuild_id),
            "copies": names,
            "site_id": None if body.site_id is None else str(body.site_id),
        }
        job = await queue_once(tx, _REBUILD, caller.workspace_id, payload)
        if job is None:
            raise ConflictError("A rebuild is under way; wait for its end.", code="under-way")
        await keeping.add_rebuild(
            tx,
            rebuild_id,
            caller.workspace_id,
            site_id=body.site_id,
            job_id=job.job_id,
            wanted=names,
            requested_by=caller.actor,
        )
        subject = f"rebuild/{rebuild_id}"
        await journal.add_entry(tx, caller, action="rebuild.started", subject=subject, detail=names)
        row = await keeping.get_rebuild(tx, rebuild_id, caller.workspace_id)
    response.status_code = 202
    response.headers["Location"] = f"/v1/rebuilds/{rebuild_id}"
    return _rebuild(row)


@router.get("/v1/rebuilds")
async def list_rebuilds(caller: CallerDep, tx: TxDep, page: PageDep) -> Page[RebuildOut]:
    """List rebuilds, the newest first."""
    caller.require_workspace(Role.OWNER)
    before = page.after[0] if page.after else None
    rows = await keeping.list_rebuilds(tx, caller.workspace_id, before=before, limit=page.limit + 1)
    return page.page(rows, key=lambda row: (row["rebuild_id"],), item=_rebuild)


@router.get("/v1/rebuilds/{rebuild_id}")
async def get_rebuild(rebuild_id: UUID, caller: CallerDep, tx: TxDep) -> RebuildOut:
    """Return one rebuild: how far it is, and what the comparison afterwards found."""
    caller.require_workspace(Role.OWNER)
    return _rebuild(await keeping.get_rebuild(tx, rebuild_id, caller.workspace_id))


def _wanted(body: RebuildIn) -> list[Copy]:
    found = [one for one in COPIES if body.service in {None, one.service}]
    if body.copies is None:
        return found
    known = sorted({one.name for one in found})
    faults = [
        FieldError(f"/copies/{n}", "not-known", f"There are: {', '.join(known)}.")
        for n, name in enumerate(body.copies)
        if name not in known
    ]
    if faults:
        raise InvalidError("There is no such copy.", faults)
    return [one for one in found if one.name in body.copies]


def _by_service(wanted: list[Copy]) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for one in wanted:
        names.setdefault(one.service, []).append(one.name)
    return names


def _counted(
    wanted: list[Copy],
    names: dict[str, list[str]],
    faces: list[dict[str, Any]],
    site_id: UUID | None,
    actor: str,
) -> RebuildOut:
    items = _compared(one.as_json() for one in compare(faces, wanted))
    total = sum(one.rows_should for one in items)
    return RebuildOut(
        rebuild_id=None,
        site_id=site_id,
        job_id=None,
        state="counted",
        wanted=names,
        sent={},
        compared=items,
        requested_by=actor,
        requested_at=None,
        ended_at=None,
        sentence=f"{_summary(items)} A rebuild would send {total:,} rows.",
    )


def _rebuild(row: Mapping[str, Any]) -> RebuildOut:
    is_done = row["ended_at"] is not None
    items = _compared(orjson.loads(row["compared"])) if row["compared"] else []
    sent: dict[str, int] = orjson.loads(row["sent"])
    wanted: dict[str, list[str]] = orjson.loads(row["wanted"])
    total = sum(len(names) for names in wanted.values())
    return RebuildOut(
        rebuild_id=row["rebuild_id"],
        site_id=row["site_id"],
        job_id=row["job_id"],
        state="done" if is_done else "running",
        wanted=wanted,
        sent=sent,
        compared=items,
        requested_by=row["requested_by"],
        requested_at=row["created_at"],
        ended_at=row["ended_at"],
        sentence=_summary(items) if is_done else f"{len(sent)} of {total} copies were sent.",
    )


def _compared(found: Any) -> list[CopyOut]:
    return [
        CopyOut(
            service=one["service"],
            copy_name=one["copy"],
            same=one["same"],
            known=one["known"],
            rows_should=one["should"],
            rows_is=one["is_"],
            sites=list(one["sites"]),
            sentence=one["sentence"],
        )
        for one in found
    ]


def _summary(items: list[CopyOut]) -> str:
    differing = [one for one in items if not one.same]
    silent = [one for one in items if not one.known]
    if differing:
        if len(differing) == 1:
            return f"1 of {len(items)} copies differs from what it is a copy of."
        return f"{len(differing)} of {len(items)} copies differ from what they are copies of."
    if silent:
        return f"{len(silent)} of {len(items)} copies could not be compared; the others agree."
    return f"All {len(items)} copies agree with what they are copies of."
