"""Audits: dated, reproducible, and never changed once they are made."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.profile.api.audit_forms import FORMS, Form, answer_of, brand_of, form_of
from services.profile.domain.audit_diff import diff_of
from services.profile.store import audits, sites
from shared import jobs, jsontext
from shared.access import Caller, Scope, for_client
from shared.dependencies import CallerDep, TxDep
from shared.errors import FieldError, InvalidError
from shared.job_routes import JobOut
from shared.pages import Page, PageDep
from shared.vocabulary import LinkStatus, Role

router = APIRouter(prefix="/v1", tags=["audits"])
Counts = dict[str, int]
IGNORED = "ignored_by_search_engines"


class FindingOut(BaseModel):
    """One thing that was found: how many, what to do, the list that it counts, and examples."""

    code: str
    severity: str = Field(description="high, medium or low")
    sentence: str
    todo: str
    count: int
    list_url: str = Field(description="The route of the list that this figure counts.")
    evidence: Annotated[list[dict[str, Any]], Field(max_length=5)]


class FigureOut(BaseModel):
    """One number and the list that it counts: ask for the list with `include=count`."""

    code: str
    group: str
    label: str
    unit: str = Field(description="links, domains, hosts, addresses or blocks")
    count: int
    list_url: str


class HealthPart(BaseModel):
    """What one thing takes from 100: its weight times its share."""

    code: str
    label: str
    weight: int
    share: float
    points: float


class HealthOut(BaseModel):
    """100 less what is wrong, part by part; null where too little was seen to say a number."""

    score: int | None
    sentence: str
    parts: list[HealthPart]


class AuditOut(BaseModel):
    """The audit of a site at one moment."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    site_id: UUID
    number: int = Field(description="Counts the audits of the site from 1.")
    created_at: datetime
    site: dict[str, str]
    totals: Counts
    referring_domains: Counts
    statuses: dict[LinkStatus, int] = Field(description="They sum to `totals.links`.")
    reasons: list[dict[str, Any]]
    rel: Counts
    positions: Counts = {}
    origins: dict[str, list[dict[str, Any]]] = Field(
        default={}, description="Languages, countries, platforms and blocks of present links."
    )
    sitewide: list[dict[str, Any]] = Field(
        default=[], description="Domains of which many pages link to one page; each counts once."
    )
    anchors: dict[str, Any]
    toxicity: dict[str, Any] = Field(
        description="Two densities: junk that search engines ignore, and what is worth action."
    )
    velocity: dict[str, Any]
    targets: list[dict[str, Any]]
    imports: list[dict[str, Any]]
    findings: list[FindingOut]
    figures: list[FigureOut] = Field(default=[], description="Every figure with its list.")
    health: HealthOut | None = None
    inputs_hash: str = Field(description="The same inputs give the same hash.")
    model: str


class AuditLine(BaseModel):
    """An audit in the list of audits."""

    id: UUID
    number: int
    inputs_hash: str
    model: str
    created_at: datetime


@router.post("/sites/{site_id}/audits", status_code=202)
async def start_audit(site_id: UUID, response: Response, caller: CallerDep, tx: TxDep) -> JobOut:
    """Make an audit of the site as it is now; the job's `result_url` is the audit."""
    caller.require_scope(Scope.LINKS_WRITE)
    caller.require(site_id, Role.EDITOR)
    site = await sites.get_site(tx, caller.workspace_id, site_id)
    job = await jobs.add_job(
        tx, kind="audit", workspace_id=site.workspace_id, site_id=site_id, total=1
    )
    response.headers["Location"] = f"/v1/jobs/{job.job_id}"
    return JobOut.of(job)


@router.get("/sites/{site_id}/audits")
async def list_audits(
    site_id: UUID, caller: CallerDep, tx: TxDep, paging: PageDep
) -> Page[AuditLine]:
    """Return the audits of a site, the newest first."""
    caller.require_scope(Scope.LINKS_READ)
    caller.require(site_id, Role.CLIENT)
    await sites.get_site(tx, caller.workspace_id, site_id)
    before = paging.after[0] if paging.after else None
    rows = await audits.list_audits(tx, site_id, before=before, limit=paging.limit + 1)
    return paging.page(rows, key=lambda row: (row["number"],), item=_line)


def _line(row: Any) -> AuditLine:
    return AuditLine(id=row["audit_id"], **{k: v for k, v in row.items() if k != "audit_id"})


@router.get("/audits/{audit_id}", response_model=AuditOut, responses=FORMS)
async def get_audit(
    audit_id: UUID,
    request: Request,
    caller: CallerDep,
    tx: TxDep,
    wanted: Annotated[
        Form | None, Query(alias="format", description="In place of an Accept header.")
    ] = None,
) -> Response:
    """Return one audit, exactly as it was made: JSON, a page to read and print, CSV or PDF."""
    caller.require_scope(Scope.LINKS_READ)
    site_id, body = await audits.get_audit(tx, caller.workspace_id, audit_id)
    caller.require(site_id, Role.CLIENT)
    form = wanted or form_of(request.headers.get("accept", ""))
    report = _report(body, caller, site_id)
    if form is Form.JSON:
        return Response(jsontext.dumps(report), media_type="application/json")
    site = await sites.get_site(tx, caller.workspace_id, site_id)
    return await answer_of(report, form, brand=brand_of(site), printer=request.app.state.printer)


def _report(body: bytes, caller: Caller, site_id: UUID) -> dict[str, Any]:
    report: dict[str, Any] = orjson.loads(body)
    if caller.sees_everything_in(site_id):
        return report
    report = for_client(report)
    # Only what is worth action is theirs (seams.md 37).
    report["toxicity"].pop(IGNORED)
    shown = report.get("figures", ())
    report["figures"] = [one for one in shown if one["code"] != f"toxic_{IGNORED}"]
    return report


class FigureMove(BaseModel):
    """A figure that is another one now."""

    code: str
    group: str
    label: str
    unit: str
    before: int
    after: int
    change: int


class FindingMove(BaseModel):
    """A finding that came, went, grew or shrank."""

    code: str
    before: int
    after: int
    state: str


class DiffOut(BaseModel):
    """What is different between two audits of one site, the older one first."""

    before: AuditLine
    after: AuditLine
    same_inputs: bool
    same_model: bool = Field(description="false: other rules, so figures may differ by themselves.")
    figures: list[FigureMove]
    findings: list[FindingMove]


@router.get("/audits/{audit_id}/diff/{other_audit_id}")
async def diff_audits(
    audit_id: UUID, other_audit_id: UUID, caller: CallerDep, tx: TxDep
) -> DiffOut:
    """Return what became different from one audit to another of the same site."""
    caller.require_scope(Scope.LINKS_READ)
    reports, lines = [], []
    for one in (audit_id, other_audit_id):
        site_id, body = await audits.get_audit(tx, caller.workspace_id, one)
        caller.require(site_id, Role.CLIENT)
        report = _report(body, caller, site_id)
        reports.append(report)
        lines.append(AuditLine(**{name: report[name] for name in AuditLine.model_fields}))
    if reports[0]["site_id"] != reports[1]["site_id"]:
        detail = "These audits are of two sites. Compare audits of one site."
        raise InvalidError(detail, [FieldError("/path/other_audit_id", "other-site", detail)])
    return DiffOut(before=lines[0], after=lines[1], **diff_of(*reports))
