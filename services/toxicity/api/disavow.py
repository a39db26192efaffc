"""The disavow file of a site: taking in the list in force, building versions of it, comparing them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, File, Path, Query, Request, Response, UploadFile
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field

from services.toxicity.domain import building
from services.toxicity.domain.building import ADVICE, Decided, Plan
from services.toxicity.domain.disavow.lint import as_json, lint
from services.toxicity.domain.facts import Decision
from services.toxicity.domain.guard import Guard
from services.toxicity.metrics import VERSIONS
from services.toxicity.store import reads, reviews, sites, versions
from services.toxicity.store.reviews import KEPT_FOR, Standing
from services.toxicity.store.sites import Site
from services.toxicity.store.versions import Version
from shared import clock, outbox
from shared.access import Caller, Scope
from shared.db import Tx
from shared.errors import ConflictError, FieldError, InvalidError
from shared.events import DisavowVersionCreated
from shared.inputs import MAX_INT4
from shared.pages import Page, PageDep
from shared.vocabulary import Role
from shared.web import CallerDep, TxDep

MAX_UPLOAD = 16 * 1024 * 1024  # Google's limit is 2 MB; files that pass it are still explained
MAX_LISTED = 1_000

router = APIRouter(prefix="/v1/sites/{site_id}/disavow", tags=["disavow"])

VersionNo = Annotated[int, Path(ge=1, le=MAX_INT4, description="Number of a version.")]
DryRun = Annotated[bool, Query(description="Only say what would happen.")]
_DRY: dict[str, Any] = {"description": "A dry run: nothing was written"}


class Note(BaseModel):
    """One line of a file that was repaired, refused or not understood."""

    line: int | None = None
    code: str
    detail: str
    entry: str | None = None
    text: str | None = None
    before: str | None = None
    after: str | None = None


class ImportOut(BaseModel):
    """What a file says, and under which number it was kept (null for a dry run)."""

    version_no: int | None
    domains: int
    urls: int
    clean: str = Field(description="The text as it would be written.")
    repairs: list[Note]
    refused: list[Note]
    errors: list[Note]


@router.post("/imports", status_code=201, responses={200: {"model": ImportOut, **_DRY}})
async def import_list(
    site_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    response: Response,
    file: Annotated[UploadFile, File(description="The disavow file that is in force at Google.")],
    dry_run: DryRun = False,
) -> ImportOut:
    """Take in the list that is in force: an upload replaces it, so every version starts from it."""
    site = await _site(tx, caller, site_id, Role.EDITOR, Scope.DISAVOW_WRITE)
    data = await file.read(MAX_UPLOAD + 1)
    if len(data) > MAX_UPLOAD:
        raise InvalidError(
            "The file is larger than 16 MB; a disavow file has at most 2 MB.",
            [FieldError("/file", "too-large", "Send the disavow file itself.")],
        )
    report = lint(data, guard=await _own_guard(tx, site))
    domains, pages = building.size(report.clean)
    number = None
    if dry_run:
        response.status_code = 200
    else:
        if report.entries and not report.clean:
            fault = report.errors[-1]
            raise InvalidError(
                "The list would be larger than Google takes.",
                [FieldError("/file", fault.code, fault.sentence)],
            )
        version = await _new_version(tx, site, caller, origin="imported", text=report.clean)
        number = version.version_no
    listed: Any = as_json(report)
    return ImportOut(version_no=number, domains=domains, urls=pages, **_cut(listed))


def _cut(listed: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value[:MAX_LISTED] if isinstance(value, list) else value
        for key, value in listed.items()
    }


class BuildIn(BaseModel):
    """Build the next version from the list in force and the decisions of people."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(default="", max_length=500, description="Why this version was made.")
    confirm_large: bool = Field(
        default=False, description="Needed where unusually many domains would be added."
    )


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


class BuildOut(BaseModel):
    """A version that was built, or (`version` is null) what it would be."""

    version: VersionOut | None
    domains: int
    urls: int
    added: list[str]
    removed: list[str]
    refused: list[Note]
    needs_confirmation: bool = Field(
        description="Unusually many domains would be added; have a second person look at it."
    )
    advice: str
    text: str


_PLAIN_BUILD = BuildIn()


@router.post("/versions", status_code=201, responses={200: {"model": BuildOut, **_DRY}})
async def build_version(
    site_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    request: Request,
    response: Response,
    body: BuildIn = _PLAIN_BUILD,
    dry_run: DryRun = False,
) -> BuildOut:
    """Build the next version; nothing is sent to Google, the file is for a person to upload."""
    site = await _site(tx, caller, site_id, Role.EDITOR, Scope.DISAVOW_WRITE)
    newest = await versions.find_newest(tx, site_id)
    standing = await reviews.list_standing(tx, site_id)
    guard = await _full_guard(tx, site, standing)
    plan = building.build(
        newest.text if newest else "",
        [_decided(one) for one in standing],
        domain=site.domain,
        guard=guard,
    )
    large = await _is_large(tx, request, site_id, plan)
    version = None
    if dry_run:
        response.status_code = 200
    else:
        if large and not body.confirm_large:
            raise ConflictError(
                f"{plan.new_domains} domains at once are unusually many. Look at the dry run with a"
                " second person and send `confirm_large` then.",
                code="large-set",
            )
        version = await _new_version(
            tx, site, caller, origin="built", text=plan.written.text, reason=body.reason, plan=plan
        )
    return _built(plan, version, needs_confirmation=large)


def _built(plan: Plan, version: Version | None, *, needs_confirmation: bool) -> BuildOut:
    return BuildOut(
        version=None if version is None else _listed(version),
        domains=plan.written.domains,
        urls=plan.written.urls,
        added=list(plan.difference.added),
        removed=list(plan.difference.removed),
        refused=[
            Note(code=one.code, detail=one.sentence, entry=one.entry)
            for one in plan.written.refused
        ],
        needs_confirmation=needs_confirmation,
        advice=ADVICE,
        text=plan.written.text,
    )


@router.get("/versions")
async def list_versions(
    site_id: UUID, caller: CallerDep, tx: TxDep, page: PageDep
) -> Page[VersionOut]:
    """Return the versions of the file, the newest first: who made them, when and why."""
    await _site(tx, caller, site_id, Role.VIEWER, Scope.TOXICITY_READ)
    before = None if page.after is None else int(page.after[0])
    rows = await versions.list_versions(tx, site_id, before=before, limit=page.limit + 1)
    return page.page(rows, key=lambda row: (row.version_no,), item=_listed)


@router.get("/versions/{version_no}.txt", response_class=PlainTextResponse)
async def get_text(
    site_id: UUID, version_no: VersionNo, caller: CallerDep, tx: TxDep
) -> PlainTextResponse:
    """Return the file as it is to be uploaded: ASCII, line feeds, inside Google's limits."""
    site = await _site(tx, caller, site_id, Role.VIEWER, Scope.TOXICITY_READ)
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
    await _site(tx, caller, site_id, Role.VIEWER, Scope.TOXICITY_READ)
    before = await versions.get_version(tx, site_id, version_no)
    after = await versions.get_version(tx, site_id, other_no)
    found = building.compare(before.text, after.text)
    return DiffOut(added=list(found.added), removed=list(found.removed), kept=found.kept)


async def _site(tx: Tx, caller: Caller, site_id: UUID, role: Role, scope: Scope) -> Site:
    caller.require_scope(scope)
    caller.require(site_id, role)
    return await sites.get_site(tx, site_id, workspace_id=caller.workspace_id)


async def _own_guard(tx: Tx, site: Site) -> Guard:
    known = await sites.list_sites(tx, [site.workspace_id])
    return sites.guards_of(known)[site.site_id]


async def _full_guard(tx: Tx, site: Site, standing: Sequence[Standing]) -> Guard:
    kept = [
        one.domain
        for one in standing
        if one.domain and one.decision is Decision.KEEP and clock.now() - one.decided_at < KEPT_FOR
    ]
    placed = await reviews.list_placed(tx, site.site_id)
    return building.guard_with(await _own_guard(tx, site), kept=kept, placed=placed)


def _decided(standing: Standing) -> Decided:
    return Decided(
        decision=standing.decision,
        decided_on=standing.decided_at.date(),
        reason=standing.reason,
        domain=standing.domain,
        page_url=standing.page_url,
    )


async def _is_large(tx: Tx, request: Request, site_id: UUID, plan: Plan) -> bool:
    limits = request.app.state.large_set
    domains = await reads.count_domains(tx, site_id)
    allowed: float = limits.domains if not domains else min(limits.domains, limits.share * domains)
    return plan.new_domains > max(1.0, allowed)


async def _new_version(
    tx: Tx,
    site: Site,
    caller: Caller,
    *,
    origin: str,
    text: str,
    reason: str = "",
    plan: Plan | None = None,
) -> Version:
    newest = await versions.find_newest(tx, site.site_id)
    difference = plan.difference if plan else building.compare(newest.text if newest else "", text)
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


def _listed(version: Version) -> VersionOut:
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
