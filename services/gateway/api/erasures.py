"""A person's rights over all services: what is kept of them handed out, and deleted with a certificate."""

import io
import zipfile
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.gateway.api.caller import CallerDep
from services.gateway.api.everyone import MissingPart, ask_all, clients_of
from services.gateway.api.inputs import Email
from services.gateway.domain.personal import part_sentence, place_sentence, stays_sentences
from services.gateway.store import journal, keeping
from shared import clock, erasing, jsontext, outbox
from shared.access import Caller, Scope
from shared.db import Tx
from shared.erasing import Person
from shared.events import ErasureRequested
from shared.ids import new_id
from shared.keeper_routes import TOO_LONG, PersonFound, keeper_of, person_in
from shared.pages import Page, PageDep
from shared.vocabulary import Role
from shared.web import DbDep, TxDep

router = APIRouter(prefix="/v1/contacts", tags=["contacts"])
_PATH = "/internal/keeping/people"
_DEADLINE_S = 110.0
SERVICES = 5


class PersonIn(BaseModel):
    """Whom it is about."""

    model_config = ConfigDict(extra="forbid")

    email: Email


class PartOut(BaseModel):
    """One part of what is kept about a person, and where it came from."""

    part: str
    service: str
    sentence: str
    count: int
    rows: list[dict[str, Any]]


class PersonOut(BaseModel):
    """Everything that the workspace keeps about one person, of all services."""

    email: str
    made_at: datetime
    complete: bool = Field(description="False: a service did not answer; ask again.")
    sentence: str
    parts: list[PartOut]
    stays: list[str] = Field(description="What this cannot show, and why.")
    degraded: list[MissingPart]


class ErasureOut(BaseModel):
    """The certificate of an erasure: what was deleted where, when, and of nobody's name."""

    erasure_id: UUID | None = Field(description="null: a dry run.")
    state: Literal["counted", "running", "done"]
    is_user: bool
    requested_by: str
    requested_at: datetime
    ended_at: datetime | None
    sentence: str
    deleted: dict[str, dict[str, int]] = Field(
        description="By service and kind: how many rows were deleted, or emptied of the person."
    )
    kept: dict[str, dict[str, int]] = Field(
        description="What had to stay, under a legal hold or as the proof of a placement in force."
    )
    stays: list[str] = Field(description="What stays elsewhere, for how long, and why.")
    degraded: list[MissingPart] = []


@router.post(
    "/exports",
    response_model=PersonOut,
    responses={200: {"content": {"application/zip": {}}}},
)
async def export_person(
    body: PersonIn,
    caller: CallerDep,
    db: DbDep,
    request: Request,
    file_format: Annotated[
        Literal["json", "zip"], Query(alias="format", description="`zip`: one file for each part.")
    ] = "json",
) -> Any:
    """Return everything that all services keep about a person, to be handed to them."""
    caller.require_scope(Scope.OUTREACH_READ)
    caller.require_workspace(Role.EDITOR)
    address = body.email.lower()
    found, missing = await _look(request, caller, db, address, counts_only=False)
    parts = [part for service in found for part in _parts(found[service])]
    out = PersonOut(
        email=address,
        made_at=clock.now(),
        complete=not missing,
        sentence=_sentence(parts, missing),
        parts=parts,
        stays=list(stays_sentences(backups=None)),
        degraded=missing,
    )
    async with db.begin() as tx:
        await journal.add_entry(tx, caller, action="person.exported", subject="person")
    return out if file_format == "json" else _zip(out)


@router.post(
    "/erasures",
    responses={
        200: {"description": "With `dry_run`: what would be deleted."},
        202: {"model": ErasureOut, "description": "The certificate, which fills."},
    },
)
async def erase_person(
    body: PersonIn,
    caller: CallerDep,
    db: DbDep,
    request: Request,
    response: Response,
    dry_run: Annotated[
        bool, Query(description="Count what would be deleted, and delete nothing.")
    ] = False,
) -> ErasureOut:
    """Delete everything about a person in all services, for good; they are never written to again.

    Answers 202 with the certificate, which fills as the services are done with it.
    """
    caller.require_scope(Scope.OUTREACH_WRITE)
    caller.require_workspace(Role.EDITOR)
    address = body.email.lower()
    if dry_run:
        return await _counted(request, caller, db, address)
    async with db.begin() as tx:
        erasure_id = await request_erasure(tx, caller, address, is_user=False)
        row = await keeping.get_erasure(tx, erasure_id, caller.workspace_id)
    response.status_code = 202
    response.headers["Location"] = f"/v1/contacts/erasures/{erasure_id}"
    return certificate(row)


@router.get("/erasures")
async def list_erasures(caller: CallerDep, tx: TxDep, page: PageDep) -> Page[ErasureOut]:
    """List the certificates of erasures, the newest first."""
    caller.require_workspace(Role.EDITOR)
    rows = await keeping.list_erasures(
        tx,
        caller.workspace_id,
        before=page.after[0] if page.after else None,
        limit=page.limit + 1,
    )
    return page.page(rows, key=lambda row: (row["erasure_id"],), item=certificate)


@router.get("/erasures/{erasure_id}")
async def get_erasure(erasure_id: UUID, caller: CallerDep, tx: TxDep) -> ErasureOut:
    """Return one certificate."""
    caller.require_workspace(Role.EDITOR)
    return certificate(await keeping.get_erasure(tx, erasure_id, caller.workspace_id))


async def request_erasure(tx: Tx, caller: Caller, address: str, *, is_user: bool) -> UUID:
    """Ask every service, the gateway too, to delete what it keeps about a person; returns the certificate's id."""
    erasure_id = new_id()
    await keeping.add_erasure(
        tx, erasure_id, caller.workspace_id, is_user=is_user, requested_by=caller.actor
    )
    event = ErasureRequested(
        workspace_id=caller.workspace_id,
        erasure_id=erasure_id,
        address=address,
        is_user=is_user,
        requested_by=caller.actor,
    )
    await outbox.add(tx, [event])
    await erasing.queue(tx, event)
    await journal.add_entry(
        tx,
        caller,
        action="user.erased" if is_user else "person.erased",
        subject=f"erasure/{erasure_id}",
    )
    return erasure_id


async def _look(
    request: Request, caller: Caller, db: Any, address: str, *, counts_only: bool
) -> tuple[dict[str, PersonFound], list[MissingPart]]:
    asked = {"address": address, "counts_only": counts_only}
    answers, missing = await ask_all(
        clients_of(request), _PATH, asked, caller=caller, deadline_s=_DEADLINE_S
    )
    found = {name: PersonFound(**answer) for name, answer in answers.items()}
    person = Person(caller.workspace_id, address)
    try:
        found["gateway"] = await person_in(keeper_of(request), db, person, counts_only=counts_only)
    except TOO_LONG:
        missing.append(MissingPart(service="gateway", code="timeout"))
    return found, missing


def _parts(found: PersonFound) -> list[PartOut]:
    known = [
        PartOut(
            part=name,
            service=found.service,
            sentence=part_sentence(found.service, name),
            count=len(rows),
            rows=rows,
        )
        for name, rows in found.known.items()
    ]
    named = [
        PartOut(
            part=f"named_in_{name}",
            service=found.service,
            sentence=place_sentence(found.service, name),
            count=len(rows),
            rows=rows[: erasing.MOST_ROWS],
        )
        for name, rows in found.named.items()
        if name not in found.known
    ]
    return known + named


def _sentence(parts: list[PartOut], missing: list[MissingPart]) -> str:
    if missing:
        names = ", ".join(one.service for one in missing)
        return f"This is not everything: {names} did not answer in time. Ask again."
    if not parts:
        return "Nothing is kept about this address."
    return f"{sum(one.count for one in parts)} pieces in {len(parts)} parts name this address."


def _zip(out: PersonOut) -> Response:
    """Return the export as a file to hand over: a page to read, and one file for each part."""
    file = io.BytesIO()
    lines = [f"What is kept about {out.email}", f"Made at {out.made_at:%Y-%m-%d %H:%M} UTC", ""]
    lines += [out.sentence, ""]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, part in enumerate(out.parts, 1):
            name = f"{number:02}-{part.service}-{part.part}.json"
            rows = orjson.dumps(part.rows, option=orjson.OPT_INDENT_2, default=jsontext.plain)
            archive.writestr(name, rows)
            lines.append(f"{name}: {part.sentence} ({part.count})")
        lines += ["", *out.stays]
        archive.writestr("README.txt", "\n".join(lines) + "\n")
    return Response(
        file.getvalue(),
        media_type="application/zip",
        headers={"Content-Disposition": 'attachment; filename="person.zip"'},
    )


async def _counted(request: Request, caller: Caller, db: Any, address: str) -> ErasureOut:
    found, missing = await _look(request, caller, db, address, counts_only=True)
    deleted = {
        service: {part.part.removeprefix("named_in_"): part.count for part in _parts(one)}
        for service, one in found.items()
    }
    now = clock.now()
    return ErasureOut(
        erasure_id=None,
        state="counted",
        is_user=False,
        requested_by=caller.actor,
        requested_at=now,
        ended_at=None,
        sentence="Nothing was deleted. This is what names the person now.",
        deleted={service: counts for service, counts in deleted.items() if counts},
        kept={},
        stays=list(stays_sentences(backups=now)),
        degraded=missing,
    )


def certificate(row: Mapping[str, Any]) -> ErasureOut:
    """Return a certificate as it is shown; the services fill it in one by one."""
    parts: dict[str, dict[str, Any]] = orjson.loads(row["parts"])
    is_done = row["ended_at"] is not None
    total = sum(sum(part["counts"].values()) for part in parts.values())
    kept = {service: part["kept"] for service, part in parts.items() if part["kept"]}
    waits = SERVICES - len(parts)
    sentence = (
        f"Done. {total} rows were deleted or emptied of the person."
        if is_done
        else f"Under way: {waits} of {SERVICES} services are not done yet."
    )
    if is_done and not row["is_user"]:
        sentence += " Only a salted hash of the address stays, so that it is never written to."
    return ErasureOut(
        erasure_id=row["erasure_id"],
        state="done" if is_done else "running",
        is_user=row["is_user"],
        requested_by=row["requested_by"],
        requested_at=row["created_at"],
        ended_at=row["ended_at"],
        sentence=sentence,
        deleted={service: part["counts"] for service, part in parts.items() if part["counts"]},
        kept=kept,
        stays=list(stays_sentences(backups=row["ended_at"])),
    )
