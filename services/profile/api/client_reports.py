"""Reports for clients: made of one moment, written on by people, approved, and then never changed."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError

from services.profile.api.audit_forms import (
    FORMS,
    Form,
    form_of,
    page_answer,
    pdf_answer,
    table_answer,
)
from services.profile.api.client_report_shapes import (
    AgainIn,
    ReportIn,
    ReportLine,
    ReportOut,
    Row,
    TextsIn,
    whole_of,
)
from services.profile.domain.client_report.approving import brand_of, ready_event
from services.profile.domain.client_report.content import whole_hash
from services.profile.domain.client_report.orders import Order
from services.profile.domain.client_report.page import html_of
from services.profile.domain.client_report.spans import Span
from services.profile.domain.client_report.table import csv_of
from services.profile.domain.client_report.texts import texts_of, written
from services.profile.store import client_reports, report_schedules, sites
from shared import clock, jobs, jsontext, outbox
from shared.access import Caller, Scope, for_client
from shared.db import Tx
from shared.dependencies import CallerDep, TxDep
from shared.errors import ConflictError, InvalidError, NotFoundError
from shared.job_routes import JobOut
from shared.pages import Page, PageDep
from shared.reporting import SPAN, Parts, SpanAsked, SpanFound
from shared.versions import IF_MATCH, etag, require_match
from shared.vocabulary import Role

router = APIRouter(prefix="/v1", tags=["client reports"])
internal = APIRouter(include_in_schema=False)
KIND = "client_report"
FormQuery = Annotated[
    Form | None, Query(alias="format", description="In place of an Accept header.")
]


@router.post("/sites/{site_id}/reports", status_code=202)
async def make_report(
    site_id: UUID, body: ReportIn, response: Response, caller: CallerDep, tx: TxDep
) -> JobOut:
    """Make a draft of a report about some days, of what is known now; the job's `result_url` is it."""
    order = await _order(tx, caller, site_id, body)
    return await _start(tx, caller, site_id, order, response)


async def _order(tx: Tx, caller: Caller, site_id: UUID, body: ReportIn) -> Order:
    """Return what is to be made; raises where the caller may not, or where it is there already."""
    caller.require_scope(Scope.LINKS_WRITE)
    caller.require(site_id, Role.EDITOR)
    await sites.get_site(tx, caller.workspace_id, site_id)
    span = body.span(today=clock.now().date())
    if body.replaces is not None or span is None:
        span = await _corrected_span(tx, caller, site_id, body.replaces)
    known = await client_reports.find_of_span(tx, site_id, span)
    draft = next((row for row in known if row["state"] == "draft"), None)
    if draft is not None:
        raise ConflictError(
            f"There is a draft for {span.label} already, no. {draft['number']}:"
            f" make /v1/reports/{draft['report_id']} again, or delete it.",
            code="draft-exists",
        )
    approved = next((row for row in known if row["replaced_by"] is None), None)
    if approved is not None and body.replaces is None:
        raise ConflictError(
            f"The report for {span.label} is approved, no. {approved['number']}."
            f" To correct it, make one with `replaces`: {approved['report_id']}.",
            code="approved-exists",
        )
    return Order(span, body.parts or Parts(), caller.actor, replaces=body.replaces)


async def _corrected_span(tx: Tx, caller: Caller, site_id: UUID, replaced: UUID | None) -> Span:
    row = await client_reports.find_report(tx, caller.workspace_id, replaced) if replaced else None
    if row is None or row["site_id"] != site_id:
        raise NotFoundError("There is no such report of this site to correct.")
    if row["state"] != "approved":
        raise ConflictError(
            "This is a draft: change it, or make it again; only approved reports are corrected.",
            code="draft",
        )
    if row["replaced_by"] is not None:
        raise ConflictError(
            f"It was corrected already: /v1/reports/{row['replaced_by']} takes its place.",
            code="corrected",
        )
    return Span(row["starts_on"], row["ends_on"])


async def _start(tx: Tx, caller: Caller, site_id: UUID, order: Order, response: Response) -> JobOut:
    job = await jobs.add_job(
        tx,
        kind=KIND,
        workspace_id=caller.workspace_id,
        site_id=site_id,
        payload=order.as_payload(),
        total=1,
    )
    response.headers["Location"] = f"/v1/jobs/{job.job_id}"
    return JobOut.of(job)


@router.get("/sites/{site_id}/reports")
async def list_reports(
    site_id: UUID, caller: CallerDep, tx: TxDep, paging: PageDep
) -> Page[ReportLine]:
    """Return the reports of a site, the newest first; clients are shown only approved ones."""
    caller.require_scope(Scope.LINKS_READ)
    caller.require(site_id, Role.CLIENT)
    await sites.get_site(tx, caller.workspace_id, site_id)
    rows = await client_reports.list_reports(
        tx,
        site_id,
        only_approved=not caller.sees_everything_in(site_id),
        before=paging.after[0] if paging.after else None,
        limit=paging.limit + 1,
    )
    return paging.page(rows, key=lambda row: (row["number"],), item=ReportLine.of)


async def visible(
    tx: Tx, caller: Caller, report_id: UUID, role: Role = Role.CLIENT, *, lock: bool = False
) -> Row:
    """Return a report; a draft does not exist for clients, nor any of a site of others."""
    row: Row | None = await client_reports.find_report(
        tx, caller.workspace_id, report_id, lock=lock
    )
    known = row is not None and caller.may_see(row["site_id"])
    if row is None or not known or not _may_read(caller, row):
        raise NotFoundError("There is no such report.")
    caller.require(row["site_id"], role)
    return row


def _may_read(caller: Caller, row: Row) -> bool:
    return row["state"] == "approved" or caller.sees_everything_in(row["site_id"])


@router.get("/reports/{report_id}", response_model=ReportOut, responses=FORMS)
async def get_report(
    report_id: UUID,
    request: Request,
    caller: CallerDep,
    tx: TxDep,
    wanted: FormQuery = None,
) -> Response:
    """Return one report: JSON, a page to read and print, CSV or PDF."""
    caller.require_scope(Scope.LINKS_READ)
    row = await visible(tx, caller, report_id)
    form = wanted or form_of(request.headers.get("accept", ""))
    if form is Form.JSON:
        return json_answer(row, caller)
    return await _formed(tx, row, form, request)


def json_answer(row: Row, caller: Caller) -> Response:
    """Return a report as JSON, with the tag that a change must name."""
    whole: Any = whole_of(row)
    if not caller.sees_everything_in(row["site_id"]):
        whole = for_client(whole)
    headers = {"ETag": etag(row["version"])}
    return Response(jsontext.dumps(whole), media_type="application/json", headers=headers)


async def _formed(tx: Tx, row: Row, form: Form, request: Request) -> Response:
    whole = whole_of(row)
    name = file_name(whole)
    if form is Form.CSV:
        return table_answer(csv_of(whole), name)
    page = html_of(whole, await brand_shown(tx, row))
    return (
        page_answer(page)
        if form is Form.HTML
        else await pdf_answer(page, name, request.app.state.printer)
    )


def file_name(whole: Mapping[str, Any]) -> str:
    """Return what a file with this report is called, without its ending."""
    days = f"{whole['starts_on']}-to-{whole['ends_on']}"
    return f"report-{whole['content']['site']['domain']}-{days}-no-{whole['number']}"


async def brand_shown(tx: Tx, row: Row) -> dict[str, Any]:
    """Return the name and logo of a report: those it was approved with, else those of today."""
    if row["brand"] is not None:
        frozen: dict[str, Any] = orjson.loads(row["brand"])
        return frozen
    return brand_of(await sites.get_site(tx, row["workspace_id"], row["site_id"]))


@router.patch("/reports/{report_id}", response_model=ReportOut, dependencies=[IF_MATCH])
async def write_report(
    report_id: UUID, body: TextsIn, request: Request, caller: CallerDep, tx: TxDep
) -> Response:
    """Write the summary and comments of a draft; needs If-Match with its ETag."""
    row = await _draft(tx, caller, report_id, request)
    texts = written(texts_of(orjson.loads(row["texts"])), body.summary, body.comments)
    await client_reports.save_texts(tx, report_id, texts)
    return json_answer(await visible(tx, caller, report_id), caller)


@router.post("/reports/{report_id}/refresh", status_code=202)
async def refresh_report(
    report_id: UUID, body: AgainIn, response: Response, caller: CallerDep, tx: TxDep
) -> JobOut:
    """Take the figures of a draft again; the writer's sentences stay."""
    row = await _draft(tx, caller, report_id, None)
    order = Order(
        Span(row["starts_on"], row["ends_on"]),
        body.parts or Parts(),
        row["created_by"],
        scheduled=row["scheduled"],
        report_id=report_id,
        replaces=row["replaces"],
    )
    return await _start(tx, caller, row["site_id"], order, response)


@router.delete("/reports/{report_id}", status_code=204, dependencies=[IF_MATCH])
async def delete_report(report_id: UUID, request: Request, caller: CallerDep, tx: TxDep) -> None:
    """Delete a draft; needs If-Match. What was approved stays."""
    await _draft(tx, caller, report_id, request)
    await client_reports.remove_draft(tx, report_id)


@router.post("/reports/{report_id}/approve", response_model=ReportOut, dependencies=[IF_MATCH])
async def approve_report(
    report_id: UUID, request: Request, caller: CallerDep, tx: TxDep
) -> Response:
    """Approve a draft as you read it (If-Match); from then on it never changes. Only a person can."""
    row = await _draft(tx, caller, report_id, request)
    caller.require_person("approve a report")
    now, whole = clock.now(), whole_of(row)
    site = await sites.get_site(tx, row["workspace_id"], row["site_id"])
    brand = brand_of(site)
    await client_reports.approve(
        tx,
        report_id,
        actor=caller.actor,
        brand=brand,
        whole_hash=whole_hash(whole["content"], whole["texts"], brand),
        now=now,
    )
    schedule = await report_schedules.find_schedule(tx, site.site_id)
    event = ready_event(
        site,
        report_id,
        number=row["number"],
        span=Span(row["starts_on"], row["ends_on"]),
        approved=True,
        scheduled=row["scheduled"],
        channel_ids=(),
        degraded=(),
        now=now,
        sends=row["scheduled"] and schedule is not None and schedule.sends_approved,
    )
    await outbox.add(tx, [event])
    return json_answer(await visible(tx, caller, report_id), caller)


async def _draft(tx: Tx, caller: Caller, report_id: UUID, request: Request | None) -> Row:
    """Return a draft that the caller may change, locked; raises where it is none (any more)."""
    caller.require_scope(Scope.LINKS_WRITE)
    row = await visible(tx, caller, report_id, Role.EDITOR, lock=True)
    if row["state"] != "draft":
        raise ConflictError(
            "This report was approved, so it does not change. To correct it, make a new one that"
            " replaces it.",
            code="approved",
        )
    if request is not None:
        require_match(request, row["version"])
    return row


@internal.post(SPAN)
async def find_span(asked: SpanAsked, caller: CallerDep, tx: TxDep) -> SpanFound:
    """Say which days of which site a request is about; asked by the gateway before it sends it on."""
    if asked.report_id is not None:
        row = await visible(tx, caller, asked.report_id, Role.EDITOR)
        return _found(row["site_id"], row["starts_on"], row["ends_on"])
    site_id = asked.site_id
    if site_id is None:
        raise NotFoundError("There is no such site.")
    try:
        body = ReportIn.model_validate({**asked.asked, "parts": None})
    except ValidationError as error:
        raise InvalidError("This is no request for a report.") from error
    order = await _order(tx, caller, site_id, body)
    return _found(site_id, order.span.starts_on, order.span.ends_on)


def _found(site_id: UUID, starts_on: date, ends_on: date) -> SpanFound:
    return SpanFound(site_id=site_id, starts_on=starts_on, ends_on=ends_on)
