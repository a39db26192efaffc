"""Views: filters of a site's links under a name, for oneself or for everybody who sees the site."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.gateway.api.caller import CallerDep
from services.gateway.api.inputs import Name
from services.gateway.api.sites import SitesDep
from services.gateway.domain.views import require_known
from services.gateway.store import views as store
from shared import versions
from shared.access import Caller, Scope
from shared.db import Tx
from shared.errors import ConflictError, NotFoundError
from shared.ids import new_id
from shared.pages import Page, PageDep
from shared.vocabulary import Role
from shared.web import DbDep, TxDep

router = APIRouter(prefix="/v1/views", tags=["views"])

_Value = Annotated[str, StringConstraints(max_length=500)]
_Filters = Annotated[
    dict[Annotated[str, StringConstraints(max_length=100)], _Value],
    Field(
        max_length=40,
        description="Query parameters of `GET /v1/sites/{site_id}/links`, but for those of paging.",
        examples=[{"status": "lost", "sort": "-value"}],
    ),
]
_Shared = Annotated[
    bool, Field(description="Whether everybody who sees the site has it in the list, too.")
]


class ViewIn(BaseModel):
    """A new view."""

    model_config = ConfigDict(extra="forbid")

    site_id: UUID
    name: Name
    filters: _Filters
    shared: _Shared = False


class ViewPatch(BaseModel):
    """What may be changed; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    filters: _Filters | None = None
    shared: _Shared | None = None


class ViewOut(BaseModel):
    """A view, and whether you may change it."""

    id: UUID
    site_id: UUID
    name: str
    filters: dict[str, str]
    shared: bool
    may_change: bool
    created_at: datetime
    version: int

    @classmethod
    def of(cls, row: Mapping[str, Any], caller: Caller) -> Self:
        return cls(**{**row, "id": row["view_id"], "may_change": _may_change(row, caller)})


@router.get("")
async def list_views(
    caller: CallerDep, tx: TxDep, page: PageDep, site_id: Annotated[UUID, Query()]
) -> Page[ViewOut]:
    """List your views of a site's links, and those that are shared."""
    _require_reader(caller, site_id)
    rows = await store.list_views(
        tx,
        site_id,
        owner_id=caller.actor_id,
        after=page.after[0] if page.after else None,
        limit=page.limit + 1,
    )
    return page.page(
        rows, key=lambda row: (row["view_id"],), item=lambda row: ViewOut.of(row, caller)
    )


@router.post("", status_code=201)
async def add_view(
    body: ViewIn,
    caller: CallerDep,
    sites: SitesDep,
    db: DbDep,
    request: Request,
    response: Response,
) -> ViewOut:
    """Keep filters under a name. To share it takes the role editor on the site."""
    _require_reader(caller, body.site_id)
    await sites.require_all(caller, [body.site_id])
    require_known(body.filters, request.app.state.view_filters)
    if body.shared:
        _require_editor(caller, body.site_id)
    made = body.model_dump() | {
        "view_id": new_id(),
        "workspace_id": caller.workspace_id,
        "owner_id": caller.actor_id,
    }
    async with db.begin() as tx:
        own = await store.count_own(tx, body.site_id, owner_id=caller.actor_id)
        if own >= store.MAX_VIEWS:
            raise ConflictError(
                f"You have {store.MAX_VIEWS} views on this site; remove one first.",
                code="too-many-views",
            )
        row = await store.add_view(tx, made)
    response.headers["Location"] = f"/v1/views/{row['view_id']}"
    return ViewOut.of(row, caller)


@router.get("/{view_id}")
async def get_view(view_id: UUID, caller: CallerDep, tx: TxDep, response: Response) -> ViewOut:
    """Return one view."""
    found = ViewOut.of(await _seen(tx, view_id, caller), caller)
    response.headers["ETag"] = versions.etag(found.version)
    return found


@router.patch("/{view_id}", dependencies=[versions.IF_MATCH])
async def change_view(
    view_id: UUID, body: ViewPatch, caller: CallerDep, tx: TxDep, request: Request
) -> ViewOut:
    """Change a view of your own, or as an editor of the site a shared one; needs If-Match."""
    before = await _changeable(tx, view_id, caller)
    given = body.model_dump(exclude_none=True)
    versions.require_match(request, before["version"])
    require_known(given.get("filters", {}), request.app.state.view_filters)
    if given.get("shared"):
        _require_editor(caller, before["site_id"])
    return ViewOut.of(await store.save_view(tx, {**before, **given}), caller)


@router.delete("/{view_id}", status_code=204)
async def remove_view(view_id: UUID, caller: CallerDep, tx: TxDep) -> None:
    """Remove a view of your own, or as an editor of the site a shared one. Links stay as they are."""
    await _changeable(tx, view_id, caller)
    await store.remove_view(tx, view_id)


async def _seen(tx: Tx, view_id: UUID, caller: Caller) -> Mapping[str, Any]:
    caller.require_scope(Scope.LINKS_READ)
    found = await store.get_view(tx, view_id, owner_id=caller.actor_id)
    if not caller.may_see(found["site_id"]):
        raise NotFoundError("There is no such view.")
    return found


async def _changeable(tx: Tx, view_id: UUID, caller: Caller) -> Mapping[str, Any]:
    found = await _seen(tx, view_id, caller)
    if not _may_change(found, caller):
        _require_editor(caller, found["site_id"])
    return found


def _may_change(row: Mapping[str, Any], caller: Caller) -> bool:
    if row["owner_id"] == caller.actor_id:
        return True
    role = caller.role_in(row["site_id"])
    return Scope.LINKS_WRITE in caller.scopes and role in {Role.EDITOR, Role.OWNER}


def _require_reader(caller: Caller, site_id: UUID) -> None:
    caller.require_scope(Scope.LINKS_READ)
    caller.require(site_id, Role.CLIENT)


def _require_editor(caller: Caller, site_id: UUID) -> None:
    caller.require_scope(Scope.LINKS_WRITE)
    caller.require(site_id, Role.EDITOR)
