"""Audits: dated, reproducible, and never changed once they are made."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from services.profile.store import audits, sites
from shared import jobs, jsontext
from shared.access import Scope, for_client
from shared.dependencies import CallerDep, TxDep
from shared.job_routes import JobOut
from shared.pages import Page, PageDep
from shared.vocabulary import LinkStatus, Role

router = APIRouter(prefix="/v1", tags=["audits"])
Counts = dict[str, int]


class FindingOut(BaseModel):
    """One thing that was found: how many, what to do, the list that it counts, and examples."""

    code: str
    severity: str = Field(description="high, medium or low")
    sentence: str
    todo: str
    count: int
    list_url: str = Field(description="The route of the list that this figure counts.")
    evidence: Annotated[list[dict[str, Any]], Field(max_length=5)]


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
    anchors: dict[str, Any]
    toxicity: dict[str, Any] = Field(
        description="Two densities: junk that search engines ignore, and what is worth action."
    )
    velocity: dict[str, Any]
    targets: list[dict[str, Any]]
    imports: list[dict[str, Any]]
    findings: list[FindingOut]
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


@router.get("/audits/{audit_id}", response_model=AuditOut)
async def get_audit(audit_id: UUID, caller: CallerDep, tx: TxDep) -> Response:
    """Return one audit, exactly as it was made."""
    caller.require_scope(Scope.LINKS_READ)
    site_id, body = await audits.get_audit(tx, caller.workspace_id, audit_id)
    caller.require(site_id, Role.CLIENT)
    if not caller.sees_everything_in(site_id):
        report = for_client(orjson.loads(body))
        report["toxicity"].pop("ignored_by_search_engines")  # only what is worth action is theirs
        body = jsontext.dumps(report)
    return Response(body, media_type="application/json")
