"""The same action on all links that a filter means."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.profile.api.edits import LinkChange, apply_change, check_change
from services.profile.api.filters import FilterDep
from services.profile.api.link_detail import Requested
from services.profile.domain.filters import LinkFilter
from services.profile.store import listing, sites
from shared import outbox
from shared.access import Caller, Scope
from shared.db import Tx
from shared.dependencies import CallerDep, TxDep
from shared.errors import FieldError, InvalidError
from shared.events import CheckRequested
from shared.vocabulary import LinkStatus, Role

router = APIRouter(prefix="/v1/sites/{site_id}", tags=["links"])
MOST = 10_000
_BATCH = 500
_SAMPLE = 5
_SHOWN = ("referring_url", "target_url", "status")
DryRun = Annotated[bool, Query(description="Only count what would be changed.")]


class Example(BaseModel):
    """One of the links that are meant."""

    id: UUID
    referring_url: str
    target_url: str | None
    status: LinkStatus


class Changed(BaseModel):
    """How many links the filter means, and how many were changed (none by a dry run)."""

    matched: int
    changed: int
    dry_run: bool
    sample: list[Example] = Field(default=[], description="Of a dry run: the first links meant.")


@router.patch("/links")
async def change_links(
    site_id: UUID,
    body: LinkChange,
    caller: CallerDep,
    tx: TxDep,
    wanted: FilterDep,
    *,
    dry_run: DryRun = False,
) -> Changed:
    """Tag, assign, snooze, acknowledge or override all links that the filter means."""
    ids = await _meant(tx, caller, site_id, wanted)
    check_change(body)
    if not dry_run:
        for start in range(0, len(ids), _BATCH):
            await apply_change(tx, ids[start : start + _BATCH], body, actor=caller.actor)
        return Changed(matched=len(ids), changed=len(ids), dry_run=False)
    rows = await listing.list_examples(tx, ids[:_SAMPLE])
    sample = [Example(id=row["link_id"], **{name: row[name] for name in _SHOWN}) for row in rows]
    return Changed(matched=len(ids), changed=0, dry_run=True, sample=sample)


@router.post("/checks", status_code=202)
async def request_checks(
    site_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    wanted: FilterDep,
    *,
    dry_run: DryRun = False,
) -> Requested:
    """Ask the crawler to look now at all links that the filter means, politely, host by host."""
    ids = await _meant(tx, caller, site_id, wanted)
    asked = [] if dry_run else ids
    about = {"workspace_id": caller.workspace_id, "site_id": site_id}
    await outbox.add(tx, [CheckRequested(**about, link_id=link_id) for link_id in asked])
    return Requested(requested=len(asked), matched=len(ids))


async def _meant(tx: Tx, caller: Caller, site_id: UUID, wanted: LinkFilter) -> list[UUID]:
    """Return the links that are meant; too many are refused, so that the answer stays quick."""
    caller.require_scope(Scope.LINKS_WRITE)
    caller.require(site_id, Role.EDITOR)
    await sites.get_site(tx, caller.workspace_id, site_id)
    ids = await listing.list_link_ids(tx, site_id, wanted, after=None, limit=MOST + 1)
    if len(ids) > MOST:
        detail = f"More than {MOST:,} links match. Narrow the filter and do it in parts."
        raise InvalidError(detail, [FieldError("/query", "too_many", detail)])
    return ids
