"""Taking in the list that is in force at Google, and going back: restoring and lifting."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, File, Query, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from services.toxicity.api.listing import forget_listed, keep_as_list
from services.toxicity.api.versions import (
    DRY,
    DryRun,
    Note,
    VersionNo,
    VersionOut,
    full_guard,
    listed,
    new_version,
    own_guard,
    site_of,
)
from services.toxicity.domain import building
from services.toxicity.domain.disavow.entries import Entry
from services.toxicity.domain.disavow.lint import Report, as_json, lint
from services.toxicity.domain.disavow.merge import Merged
from services.toxicity.domain.disavow.reader import parse
from services.toxicity.domain.guard import Guard
from services.toxicity.store import reviews, scores, versions
from services.toxicity.store.sites import Site
from shared import clock
from shared.access import Scope
from shared.db import Tx
from shared.errors import ConflictError, FieldError, InvalidError
from shared.inputs import MAX_INT4
from shared.vocabulary import Role
from shared.web import CallerDep, TxDep

MAX_UPLOAD = 16 * 1024 * 1024  # Google's limit is 2 MB; files that pass it are still explained
MAX_LISTED = 1_000
MAX_LIFTED = 5_000
MAX_LINE = 2_100  # the longest URL that Google takes is 2,048 characters

router = APIRouter(prefix="/v1/sites/{site_id}/disavow", tags=["disavow"])


class MergeOut(BaseModel):
    """Which side of a three-way merge brought what."""

    added_by_us: list[str]
    added_by_the_file: list[str]
    removed_by_us: list[str]
    removed_by_the_file: list[str]


class ImportOut(BaseModel):
    """What a file says, and under which number it was kept (null for a dry run)."""

    version_no: int | None
    domains: int
    urls: int
    clean: str = Field(description="The text as it would be written.")
    repairs: list[Note]
    refused: list[Note]
    errors: list[Note]
    merge: MergeOut | None = Field(description="Only with `base`: what either side brought.")


@router.post("/imports", status_code=201, responses={200: {"model": ImportOut, **DRY}})
async def import_list(
    site_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    response: Response,
    file: Annotated[UploadFile, File(description="The disavow file that is in force at Google.")],
    base: Annotated[
        int | None,
        Query(
            ge=1,
            le=MAX_INT4,
            description="The version that was uploaded last: what our newest version and the file"
            " changed since are brought together. Without it the file replaces the list.",
        ),
    ] = None,
    dry_run: DryRun = False,
) -> ImportOut:
    """Take in the list that is in force: an upload replaces it, so every version starts from it."""
    site = await site_of(tx, caller, site_id, Role.EDITOR, Scope.DISAVOW_WRITE)
    report = lint(await _read(file), guard=await own_guard(tx, site))
    if report.entries and not report.clean:
        _refuse_large(report, dry_run=dry_run)
    if report.errors and not (report.entries or report.refused or dry_run):
        # Kept, it would be an empty list, and the next upload would wipe out the one in force.
        fault = report.errors[0]
        raise InvalidError(
            f"No line of the file is an entry of a disavow file. {fault.sentence}",
            [FieldError("/file", fault.code, fault.sentence)],
        )
    text, merged = report.clean, None
    if base is not None:
        text, merged = await _merged(tx, site, base, report.clean)
    number = None
    if dry_run:
        response.status_code = 200
    else:
        origin = "imported" if merged is None else "merged"
        version = await new_version(tx, site, caller, origin=origin, text=text)
        number = version.version_no
        await keep_as_list(tx, site, caller, report.numbered)
    return _imported(report, text, number=number, merged=merged)


async def _read(file: UploadFile) -> bytes:
    data = await file.read(MAX_UPLOAD + 1)
    if len(data) > MAX_UPLOAD:
        raise InvalidError(
            "The file is larger than 16 MB; a disavow file has at most 2 MB.",
            [FieldError("/file", "too-large", "Send the disavow file itself.")],
        )
    return data


def _refuse_large(report: Report, *, dry_run: bool) -> None:
    if not dry_run:
        fault = report.errors[-1]
        raise InvalidError(
            "The list would be larger than Google takes.",
            [FieldError("/file", fault.code, fault.sentence)],
        )


async def _merged(tx: Tx, site: Site, base: int, theirs: str) -> tuple[str, Merged]:
    old = await versions.get_version(tx, site.site_id, base)
    newest = await versions.find_newest(tx, site.site_id)
    ours = newest.text if newest else ""
    return building.brought_together(old.text, ours, theirs, guard=await own_guard(tx, site))


def _imported(report: Report, text: str, *, number: int | None, merged: Merged | None) -> ImportOut:
    noted: Any = {
        key: value[:MAX_LISTED] if isinstance(value, list) else value
        for key, value in as_json(report).items()
    }
    domains, pages = building.size(text)
    return ImportOut(
        **{**noted, "clean": text},
        version_no=number,
        domains=domains,
        urls=pages,
        merge=None if merged is None else _merge_out(merged),
    )


def _merge_out(merged: Merged) -> MergeOut:
    return MergeOut(
        added_by_us=list(merged.added_by_ours),
        added_by_the_file=list(merged.added_by_theirs),
        removed_by_us=list(merged.removed_by_ours),
        removed_by_the_file=list(merged.removed_by_theirs),
    )


class RestoreIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: str = Field(default="", max_length=500, description="Why the older list is wanted.")


_PLAIN_RESTORE = RestoreIn()


@router.post("/versions/{version_no}/restores", status_code=201)
async def restore(
    site_id: UUID,
    version_no: VersionNo,
    caller: CallerDep,
    tx: TxDep,
    body: RestoreIn = _PLAIN_RESTORE,
) -> VersionOut:
    """Make an older version the newest again; what may not be written any more stays out of it."""
    site = await site_of(tx, caller, site_id, Role.EDITOR, Scope.DISAVOW_WRITE)
    old = await versions.get_version(tx, site_id, version_no)
    report = lint(old.text, guard=await _guard(tx, site))
    reason = body.reason or f"Back to version {version_no}"
    version = await new_version(
        tx, site, caller, origin="restored", text=report.clean, reason=reason
    )
    return listed(version)


async def _guard(tx: Tx, site: Site) -> Guard:
    return await full_guard(tx, site, await reviews.list_standing(tx, site.site_id))


class LiftIn(BaseModel):
    """Take entries out of the list in force: un-disavow them."""

    model_config = ConfigDict(extra="forbid")

    entries: list[Annotated[str, Field(min_length=1, max_length=MAX_LINE)]] = Field(
        min_length=1, max_length=MAX_LIFTED, description="As in the file, or bare domains."
    )
    reason: str = Field(min_length=1, max_length=500)


@router.post("/lifts", status_code=201)
async def lift(site_id: UUID, body: LiftIn, caller: CallerDep, tx: TxDep) -> VersionOut:
    """Un-disavow: write a version without these entries, and take back the decisions behind them."""
    site = await site_of(tx, caller, site_id, Role.EDITOR, Scope.DISAVOW_WRITE)
    newest = await versions.find_newest(tx, site_id)
    current = newest.text if newest else ""
    lines = [entry.line for entry in _entries(body.entries)]
    missing = set(lines) - set(building.lines_of(current))
    if missing:
        raise ConflictError(f"{min(missing)} is not in the list in force.", code="not-in-the-list")
    touched = await reviews.take_back_disavowed(tx, site_id, lines)
    touched += await forget_listed(tx, site, [line.removeprefix("domain:") for line in lines])
    await scores.score_links(tx, touched, now=clock.now())
    text = building.without(current, lines)
    version = await new_version(tx, site, caller, origin="lifted", text=text, reason=body.reason)
    return listed(version)


def _entries(texts: Sequence[str]) -> list[Entry]:
    parsed = parse("\n".join(texts))
    if parsed.errors:
        fault = parsed.errors[0]
        number = (fault.line or 1) - 1
        raise InvalidError(
            fault.sentence, [FieldError(f"/entries/{number}", fault.code, fault.sentence)]
        )
    return [item.entry for item in parsed.entries]
