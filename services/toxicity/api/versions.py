"""Versions of a site's disavow file: listed, handed out, compared; and how a new one is kept and told."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel

from services.toxicity.domain import building
from services.toxicity.domain.facts import Decision
from services.toxicity.domain.guard import Guard
from services.toxicity.metrics import VERSIONS
from services.toxicity.store import agreed, sites, versions
from services.toxicity.store.reviews import KEPT_FOR, Standing
from services.toxicity.store.sites import Site
from services.toxicity.store.versions import Version
from shared import clock, outbox
from shared.access import Caller, Scope
from shared.db import Tx
from shared.events import DisavowVersionCreated
from shared.inputs import MAX_INT4
from shared.pages import Page, PageDep
from shared.vocabulary import Role
from shared.web import CallerDep, TxDep

router = APIRouter(prefix="/v1/sites/{site_id}/disavow", tags=["disavow"])

VersionNo = Annotated[int, Path(ge=1, le=MAX_INT4, description="Number of a version.")]
DryRun = Annotated[bool, Query(description="Only say what would happen.")]
DRY: dict[str, Any] = {"description": "A dry run: nothing was written"}


class Note(BaseModel):
    """One line of a file that was repaired, refused or not understood."""

    line: int | None = None
    code: str
    detail: str
    entry: str | None = None
    text: str | None = None
    before: str | None = None
    after: str | None = None


class VersionOut(BaseModel):
    """One version of the file; its text is at `{n}.txt`."""

    version_no: int
    origin: str
    domains: int
    urls: int
    added: int
    removed: int
    reason: str
    made_by: str
    created_at: datetime


@router.get("/versions")
async def list_versions(
    site_id: UUID, caller: CallerDep, tx: TxDep, page: PageDep
) -> Page[VersionOut]:
    """Return the versions of the file, the newest first: who made them, when and why."""
    await site_of(tx, caller, site_id, Role.VIEWER, Scope.TOXICITY_READ)
    before = None if page.after is None else int(page.after[0])
    rows = await versions.list_versions(tx, site_id, before=before, limit=page.limit + 1)
    return page.page(rows, key=lambda row: (row.version_no,), item=listed)


@router.get("/versions/{version_no}.txt", response_class=PlainTextResponse)
async def get_text(
    site_id: UUID, version_no: VersionNo, caller: CallerDep, tx: TxDep
) -> PlainTextResponse:
    """Return the file as it is to be uploaded: ASCII, line feeds, inside Google's limits."""
    site = await site_of(tx, caller, site_id, Role.VIEWER, Scope.TOXICITY_READ)
    version = await versions.get_version(tx, site_id, version_no)
    name = f"disavow-{site.domain}-{version_no}.txt"
    return PlainTextResponse(
        version.text, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


class DiffOut(BaseModel):
    """How one version differs from another."""

    added: list[str]
    removed: list[str]
    kept: int


@router.get("/versions/{version_no}/diff/{other_no}")
async def get_diff(
    site_id: UUID, version_no: VersionNo, other_no: VersionNo, caller: CallerDep, tx: TxDep
) -> DiffOut:
    """Return what the second version has that the first had not, and the other way round."""
    await site_of(tx, caller, site_id, Role.VIEWER, Scope.TOXICITY_READ)
    before = await versions.get_version(tx, site_id, version_no)
    after = await versions.get_version(tx, site_id, other_no)
    found = building.compare(before.text, after.text)
    return DiffOut(added=list(found.added), removed=list(found.removed), kept=found.kept)


# ---- what all routes about the file need --------------------------------------------------------


async def site_of(tx: Tx, caller: Caller, site_id: UUID, role: Role, scope: Scope) -> Site:
    """Return a site that the caller may use so; raises what tells nothing to strangers."""
    caller.require_scope(scope)
    caller.require(site_id, role)
    return await sites.get_site(tx, site_id, workspace_id=caller.workspace_id)


async def own_guard(tx: Tx, site: Site) -> Guard:
    """Return the guard of names that are known of the site's workspace."""
    known = await sites.list_sites(tx, [site.workspace_id])
    return sites.guards_of(known)[site.site_id]


async def full_guard(tx: Tx, site: Site, standing: Sequence[Standing]) -> Guard:
    """Return the guard with what was decided to be kept within a year and what is agreed."""
    kept = [
        one.domain
        for one in standing
        if one.domain and one.decision is Decision.KEEP and clock.now() - one.decided_at < KEPT_FOR
    ]
    placed = await agreed.list_agreed(tx, site.site_id, today=clock.now().date())
    return building.guard_with(await own_guard(tx, site), kept=kept, placed=placed)


async def new_version(
    tx: Tx,
    site: Site,
    caller: Caller,
    *,
    origin: str,
    text: str,
    reason: str = "",
    new_domains: int = 0,
) -> Version:
    """Keep a new version of the file and tell of it; nothing is sent to Google."""
    newest = await versions.find_newest(tx, site.site_id)
    difference = building.compare(newest.text if newest else "", text)
    domains, pages = building.size(text)
    version = Version(
        version_no=newest.version_no + 1 if newest else 1,
        origin=origin,
        domains=domains,
        urls=pages,
        added=len(difference.added),
        removed=len(difference.removed),
        report={},
        reason=reason.strip(),
        made_by=caller.actor,
        created_at=clock.now(),
        text=text,
        new_domains=new_domains,
    )
    await versions.add_version(tx, site.site_id, workspace_id=site.workspace_id, version=version)
    event = DisavowVersionCreated(
        workspace_id=site.workspace_id,
        site_id=site.site_id,
        version_no=version.version_no,
        domains=domains,
        urls=pages,
    )
    await outbox.add(tx, [event])
    VERSIONS.labels(origin).inc()
    return version


def listed(version: Version) -> VersionOut:
    return VersionOut(
        version_no=version.version_no,
        origin=version.origin,
        domains=version.domains,
        urls=version.urls,
        added=version.added,
        removed=version.removed,
        reason=version.reason,
        made_by=version.made_by,
        created_at=version.created_at,
    )
