"""Lists of bad domains that people hand in: nothing is downloaded by itself."""

import asyncio
from datetime import date, datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Query, Response, UploadFile
from pydantic import BaseModel, Field

from services.toxicity.domain.guard import guard_of
from services.toxicity.domain.lists import MAX_DOMAINS, ReadList, read_list
from services.toxicity.store import lists, sites
from services.toxicity.store.lists import MAX_LISTS, BlockList
from shared import clock
from shared.access import Caller, Scope
from shared.db import Tx
from shared.dependencies import DbDep
from shared.errors import ConflictError, FieldError, InvalidError
from shared.ids import new_id
from shared.pages import Page, PageDep
from shared.vocabulary import Role
from shared.web import CallerDep, TxDep

MAX_UPLOAD = 8 * 1024 * 1024
MAX_LISTED = 200

router = APIRouter(prefix="/v1/block-lists", tags=["block lists"])


class BlockListOut(BaseModel):
    """A list of bad domains; it is one witness of several and never enough alone."""

    list_id: UUID
    name: str
    source: str = Field(description="Where it is from, as its people say.")
    licence: str = Field(description="Under which terms, as they say.")
    listed_on: date = Field(
        description="The date of the list; what it says halves every two years."
    )
    domains: int
    skipped: int = Field(description="Lines that name no whole domain, or a guarded one.")
    copies: bool = Field(description="True: so much like an older list that both count once.")
    is_disavow_file: bool = Field(
        description="True: a disavow file that a site took in; it counts for other sites only."
    )
    site_id: UUID | None = Field(description="The site whose disavow file it is, or null.")
    made_by: str
    created_at: datetime


class SkippedOut(BaseModel):
    line: int
    text: str
    detail: str


class AddedList(BaseModel):
    """What a list says, and under which id it was kept (null for a dry run)."""

    kept: BlockListOut | None
    domains: int
    skipped: list[SkippedOut] = Field(description=f"At most {MAX_LISTED} of the lines left out.")
    skipped_count: int


class ListedDomain(BaseModel):
    domain: str
    line: int


@router.get("")
async def list_block_lists(caller: CallerDep, tx: TxDep, page: PageDep) -> Page[BlockListOut]:
    """Return the lists of bad domains of the workspace, the newest first."""
    _require(caller, Role.VIEWER, Scope.TOXICITY_READ)
    before = None if page.after is None else UUID(str(page.after[0]))
    rows = await lists.list_lists(tx, caller.workspace_id, before=before, limit=page.limit + 1)
    return page.page(rows, key=lambda row: (row.list_id,), item=_out)


@router.post("", status_code=201, responses={200: {"model": AddedList, "description": "A dry run"}})
async def add_block_list(
    caller: CallerDep,
    db: DbDep,
    response: Response,
    file: Annotated[UploadFile, File(description="One domain a line, or CSV; at most 8 MB.")],
    name: Annotated[str, Query(min_length=1, max_length=120, description="What it is called.")],
    listed_on: Annotated[date, Query(description="The date of the list.")],
    source: Annotated[str, Query(max_length=500, description="Where it is from.")] = "",
    licence: Annotated[str, Query(max_length=200, description="Under which terms.")] = "",
    dry_run: Annotated[bool, Query(description="Only say what would be kept.")] = False,
) -> AddedList:
    """Keep a list of bad domains; all links of the workspace are judged again with it."""
    _require(caller, Role.EDITOR, Scope.TOXICITY_WRITE)
    if listed_on > clock.now().date():
        _refuse("/query/listed_on", "in-the-future", "Give the day on which the list was made.")
    read = await _read(caller, db, file)
    async with db.begin() as tx:
        kept = (
            None
            if dry_run
            else await _keep(
                tx,
                caller,
                read,
                name=name.strip(),
                source=source,
                licence=licence,
                listed_on=listed_on,
            )
        )
    response.status_code = 200 if dry_run else 201
    return AddedList(
        kept=None if kept is None else _out(kept),
        domains=len(read.domains),
        skipped=[
            SkippedOut(line=one.line, text=one.text, detail=one.sentence)
            for one in read.skipped[:MAX_LISTED]
        ],
        skipped_count=len(read.skipped),
    )


async def _read(caller: Caller, db: DbDep, file: UploadFile) -> ReadList:
    """Read the file beside the event loop: a hundred thousand names take a while."""
    data = await file.read(MAX_UPLOAD + 1)
    if len(data) > MAX_UPLOAD:
        _refuse("/file", "too-large", "A list has at most 8 MB.")
    async with db.begin() as tx:
        known = await sites.list_sites(tx, [caller.workspace_id])
    guard = guard_of(own=[name for site in known for name in (site.domain, *site.hosts)])
    read = await asyncio.to_thread(partial(read_list, data, guard=guard))
    if len(read.domains) > MAX_DOMAINS:
        _refuse("/file", "too-many", f"A list has at most {MAX_DOMAINS:,} domains.")
    if not read.domains:
        _refuse("/file", "no-domains", "No line of it names a whole domain.")
    return read


async def _keep(
    tx: Tx, caller: Caller, read: ReadList, *, name: str, source: str, licence: str, listed_on: date
) -> BlockList:
    await lists.lock(tx, caller.workspace_id)
    if await lists.count_lists(tx, caller.workspace_id) >= MAX_LISTS:
        raise ConflictError(
            f"A workspace has at most {MAX_LISTS} lists; remove one first.", code="too-many-lists"
        )
    list_id = new_id()
    new = BlockList(
        list_id=list_id,
        workspace_id=caller.workspace_id,
        site_id=None,
        name=name,
        source=source.strip(),
        licence=licence.strip(),
        listed_on=listed_on,
        domains=len(read.domains),
        skipped=len(read.skipped),
        family_id=list_id,
        made_by=caller.actor,
        created_at=clock.now(),
    )
    kept = await lists.add_list(tx, new, read.domains)
    await _judge_again(tx, caller)
    return kept


async def _judge_again(tx: Tx, caller: Caller) -> None:
    known = await sites.list_sites(tx, [caller.workspace_id])
    await sites.want_walk(tx, [site.site_id for site in known])


@router.get("/{list_id}")
async def get_block_list(list_id: UUID, caller: CallerDep, tx: TxDep) -> BlockListOut:
    """Return one list, without its domains."""
    _require(caller, Role.VIEWER, Scope.TOXICITY_READ)
    return _out(await lists.get_list(tx, list_id, workspace_id=caller.workspace_id))


@router.get("/{list_id}/domains")
async def list_domains_of_block_list(
    list_id: UUID, caller: CallerDep, tx: TxDep, page: PageDep
) -> Page[ListedDomain]:
    """Return what a list names, in the order of its lines."""
    _require(caller, Role.VIEWER, Scope.TOXICITY_READ)
    await lists.get_list(tx, list_id, workspace_id=caller.workspace_id)
    after = 0 if page.after is None else int(page.after[0])
    rows = await lists.list_domains(tx, list_id, after=after, limit=page.limit + 1)
    return page.page(
        rows,
        key=lambda row: (row.line,),
        item=lambda row: ListedDomain(domain=row.domain, line=row.line),
    )


@router.delete("/{list_id}", status_code=204)
async def remove_block_list(list_id: UUID, caller: CallerDep, tx: TxDep) -> None:
    """Forget a list; all links of the workspace are judged again without it."""
    _require(caller, Role.EDITOR, Scope.TOXICITY_WRITE)
    await lists.remove_list(tx, list_id, workspace_id=caller.workspace_id)
    await _judge_again(tx, caller)


def _require(caller: Caller, role: Role, scope: Scope) -> None:
    caller.require_scope(scope)
    caller.require_workspace(role)


def _refuse(pointer: str, code: str, fix: str) -> None:
    raise InvalidError("The list cannot be kept so.", [FieldError(pointer, code, fix)])


def _out(one: BlockList) -> BlockListOut:
    return BlockListOut(
        list_id=one.list_id,
        name=one.name,
        source=one.source,
        licence=one.licence,
        listed_on=one.listed_on,
        domains=one.domains,
        skipped=one.skipped,
        copies=one.family_id != one.list_id,
        is_disavow_file=one.site_id is not None,
        site_id=one.site_id,
        made_by=one.made_by,
        created_at=one.created_at,
    )
