"""Many placements at once: a table pasted from a spreadsheet or a mail, row by row, with a dry run."""

from dataclasses import dataclass, replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from services.outreach.domain.paste import MAX_SHOWN, Row, pasted_twice, read_table
from services.outreach.domain.record import Placement
from services.outreach.domain.terms import Terms, check, warnings
from services.outreach.metrics import PROMISED
from services.outreach.store import campaigns, placements, publishing, sites, vendors
from services.outreach.store.placements import Entry
from shared import clock, ids
from shared.access import Caller, Scope
from shared.db import Tx
from shared.errors import FieldError
from shared.vocabulary import Role
from shared.web import CallerDep, TxDep

MAX_TEXT = 900_000
_ALREADY = "There is a placement for this page and target already: change that one."

router = APIRouter(prefix="/v1/placements", tags=["placements"])


class PasteIn(BaseModel):
    """A table of placements as text: tabs, commas or semicolons, with or without a header."""

    model_config = ConfigDict(extra="forbid")

    site_id: UUID
    text: str = Field(
        min_length=1,
        max_length=MAX_TEXT,
        description="Columns without a header: page, target, anchor, rel, position, go live, until,"
        " price, currency, vendor, max outlinks, note, method, campaign. A page may be only a"
        " domain.",
    )


class RowError(BaseModel):
    pointer: str
    code: str
    detail: str


class RowOut(BaseModel):
    """What became of one row; `line` counts as an editor does."""

    line: int
    text: str = Field(description=f"The row as it was pasted, at most {MAX_SHOWN} signs of it.")
    placement_id: UUID | None = None
    referring_url: str | None = None
    referring_domain: str | None = None
    target_url: str | None = None
    warnings: list[str] = Field(default_factory=list)
    errors: list[RowError] = Field(default_factory=list)


class PasteOut(BaseModel):
    """What became of the table; with `dry_run` nothing was written."""

    dry_run: bool
    rows: int
    accepted: int
    rejected: int
    new_vendors: list[str]
    results: list[RowOut]


@dataclass(slots=True)
class _Read:
    """One row on its way to a placement."""

    row: Row
    terms: Terms | None
    errors: list[FieldError]
    placement: Placement | None = None


@router.post(
    "/imports",
    status_code=201,
    responses={200: {"model": PasteOut, "description": "A dry run: nothing was written"}},
)
async def paste_placements(
    body: PasteIn,
    caller: CallerDep,
    tx: TxDep,
    response: Response,
    dry_run: Annotated[bool, Query(description="Only say what would happen.")] = False,
) -> PasteOut:
    """Write down many placements; rows that can't be read are told of, the others are taken."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    caller.require(body.site_id, Role.EDITOR)
    site = await sites.get_site(tx, body.site_id, workspace_id=caller.workspace_id)
    read = [_read(row, site.hosts) for row in read_table(body.text)]
    _refuse_doubles(read)
    names = _vendor_names(read)
    known = await vendors.find_by_names(tx, names, workspace_id=caller.workspace_id)
    new = [name for name in names if name.lower() not in known]
    if dry_run:
        response.status_code = 200
        await _refuse_known(tx, read, site.site_id)
    else:
        await _write(tx, read, new, site.site_id, caller)
    return _answer(read, new, dry_run=dry_run)


def _read(row: Row, hosts: tuple[str, ...]) -> _Read:
    names = {field: f"/rows/{row.number}/{field}" for field in _FIELDS}
    terms, faults = check(row.draft, hosts=hosts, name=names)
    unreadable = {error.pointer for error in row.errors}
    errors = [*row.errors, *(fault for fault in faults if fault.pointer not in unreadable)]
    return _Read(row, None if errors else terms, errors)


_FIELDS = (
    *("page", "domain", "target", "anchor_text", "rel", "position", "go_live_on", "until_on"),
    *("max_outlinks", "price", "currency", "method", "campaign"),
)


def _refuse_doubles(read: list[_Read]) -> None:
    keyed = [
        (one.row.number, (one.terms.page_key, one.terms.target_key))
        for one in read
        if one.terms is not None and one.terms.page_key is not None
    ]
    doubles = pasted_twice(keyed)
    for one in read:
        if one.row.number in doubles:
            line = doubles[one.row.number]
            _refuse(
                one,
                "duplicate",
                f"Line {line} has the same page and target: leave one of them out.",
            )


def _refuse(one: _Read, code: str, detail: str) -> None:
    one.errors.append(FieldError(f"/rows/{one.row.number}/page", code, detail))
    one.terms = None
    one.placement = None


def _vendor_names(read: list[_Read]) -> list[str]:
    """Return the vendors of rows that will be taken, in their first spelling."""
    names: dict[str, str] = {}
    for one in read:
        if one.terms is not None and one.row.vendor:
            name = " ".join(one.row.vendor.split())[:200]
            names.setdefault(name.lower(), name)
    return list(names.values())


async def _refuse_known(tx: Tx, read: list[_Read], site_id: UUID) -> None:
    keyed = [one for one in read if one.terms is not None and one.terms.page_key is not None]
    terms = [one.terms for one in keyed if one.terms is not None]
    known = await placements.list_agreed(tx, site_id, terms)
    for one in keyed:
        if one.terms and (one.terms.page_key, one.terms.target_key) in known:
            _refuse(one, "already-agreed", _ALREADY)


async def _write(
    tx: Tx, read: list[_Read], new_vendors: list[str], site_id: UUID, caller: Caller
) -> None:
    now = clock.now()
    await vendors.add_by_names(
        tx, new_vendors, workspace_id=caller.workspace_id, actor_id=caller.actor_id, now=now
    )
    names = _vendor_names(read)
    known = await vendors.find_by_names(tx, names, workspace_id=caller.workspace_id)
    spelled = await campaigns.name_campaigns(
        tx,
        caller.workspace_id,
        site_id,
        [one.terms.campaign for one in read if one.terms is not None],
        by=caller.actor_id,
        now=now,
    )
    for one in read:
        if one.terms is not None:
            one.terms = replace(one.terms, campaign=spelled[one.terms.campaign])
            vendor = " ".join((one.row.vendor or "").split())[:200].lower()
            one.placement = Placement(
                placement_id=ids.new_id(),
                workspace_id=caller.workspace_id,
                site_id=site_id,
                terms=one.terms,
                vendor_id=known.get(vendor),
                note=one.row.note,
                created_by=caller.actor_id,
                created_at=now,
            )
    wanted = [one.placement for one in read if one.placement is not None]
    added = await placements.add_placements(tx, wanted)
    for one in read:
        if one.placement is not None and one.placement.placement_id not in added:
            _refuse(one, "already-agreed", _ALREADY)
    taken = [one.placement for one in read if one.placement is not None]
    await publishing.tell_promised(tx, taken)
    await placements.add_history(
        tx,
        [
            Entry(one.placement_id, "promised", "Written down.", now, actor=caller.actor)
            for one in taken
        ],
    )
    await publishing.move_prospects(tx, taken, caller.actor)
    PROMISED.inc(len(taken))


def _answer(read: list[_Read], new_vendors: list[str], *, dry_run: bool) -> PasteOut:
    accepted = sum(one.terms is not None for one in read)
    return PasteOut(
        dry_run=dry_run,
        rows=len(read),
        accepted=accepted,
        rejected=len(read) - accepted,
        new_vendors=new_vendors,
        results=[_row(one) for one in read],
    )


def _row(one: _Read) -> RowOut:
    errors = [RowError(pointer=e.pointer, code=e.code, detail=e.detail) for e in one.errors]
    known: dict[str, Any] = {}
    if one.terms is not None:
        known = {
            "referring_url": one.terms.referring_url,
            "referring_domain": one.terms.referring_domain,
            "target_url": one.terms.target_url,
            "warnings": warnings(one.terms),
        }
    return RowOut(
        line=one.row.number,
        text=one.row.text,
        placement_id=one.placement.placement_id if one.placement else None,
        errors=errors,
        **known,
    )
