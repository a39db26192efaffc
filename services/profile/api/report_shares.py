"""Addresses by which anybody may read one approved report for a while, without an account."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.profile.adapters.pdf import Printer
from services.profile.api.audit_forms import Form, page_answer, pdf_answer, table_answer
from services.profile.api.client_report_shapes import Row, whole_of
from services.profile.api.client_reports import brand_shown, file_name, visible
from services.profile.domain.client_report.page import ended_page, html_of, told_page
from services.profile.domain.client_report.sections import figures_said
from services.profile.domain.client_report.table import csv_of
from services.profile.store import client_reports
from shared import clock
from shared.access import Caller, Scope
from shared.db import Tx
from shared.dependencies import CallerDep, DbDep, TxDep
from shared.errors import ConflictError, UnavailableError
from shared.hostnames import shown
from shared.ids import new_id
from shared.inputs import Whole
from shared.problems import ProblemError
from shared.reporting import MailAsked, MailedReport
from shared.share_tokens import read_token, token_of
from shared.vocabulary import Role

router = APIRouter(prefix="/v1/reports/{report_id}/share", tags=["client reports"])
public = APIRouter(include_in_schema=False)
internal = APIRouter(include_in_schema=False)
PATH = "/shared/reports"
PURPOSE = "report share"
MOST_SHARES = 100
_MAIL_DAYS, _MAIL_DAYS_LEAST = 90, 60
"""How long the address in a mail works, and for how long at least when the mail is written."""
_NO_PDF = (
    "There is no PDF here",
    "This installation cannot print. Print the page from your browser: there it can be saved as a PDF.",
)
_NO_PDF_NOW = (
    "The PDF could not be made just now",
    "Try again in a minute, or print the page from your browser.",
)


class ReportShareIn(BaseModel):
    """For how long the address is to work."""

    model_config = ConfigDict(extra="forbid")

    days: Whole = Field(default=30, ge=1, le=366, description="How many days it works.")


class ReportShareOut(BaseModel):
    """An address that shows one report to whoever has it."""

    id: UUID
    path: str = Field(description="Below the address of this Anchorwatch.")
    url: str | None = Field(description="The whole address, where public_url is set.")
    created_by: str
    created_at: datetime
    expires_at: datetime
    for_mail: bool = Field(description="The address that the mails with this report lead to.")


class ReportShares(BaseModel):
    items: list[ReportShareOut]


@router.post("", status_code=201)
async def share_report(
    report_id: UUID, body: ReportShareIn, request: Request, caller: CallerDep, tx: TxDep
) -> ReportShareOut:
    """Make an address by which anybody may read this report; it ends by itself, or when revoked."""
    row = await _shareable(tx, caller, report_id, lock=True)
    now = clock.now()
    if row["state"] != "approved":
        raise ConflictError("Only approved reports are shared: approve it first.", code="draft")
    if len(await client_reports.list_shares(tx, report_id, now)) >= MOST_SHARES:
        raise ConflictError(
            f"A report has at most {MOST_SHARES} addresses; revoke one first.",
            code="too-many-shares",
        )
    share_id = new_id()
    expires_at = (now + timedelta(days=body.days)).replace(microsecond=0)
    await client_reports.add_share(
        tx, row, share_id=share_id, actor=caller.actor, now=now, expires_at=expires_at
    )
    made = {"share_id": share_id, "actor": caller.actor, "created_at": now, "for_mail": False}
    return _out({**made, "expires_at": expires_at}, request)


@router.get("")
async def list_report_shares(
    report_id: UUID, request: Request, caller: CallerDep, tx: TxDep
) -> ReportShares:
    """Return the addresses that show this report now; whoever may not share does not see them."""
    await _shareable(tx, caller, report_id)
    rows = await client_reports.list_shares(tx, report_id, clock.now())
    return ReportShares(items=[_out(one, request) for one in rows])


@router.delete("/{share_id}", status_code=204)
async def revoke_report_share(
    report_id: UUID, share_id: UUID, caller: CallerDep, tx: TxDep
) -> Response:
    """End an address at once."""
    await _shareable(tx, caller, report_id)
    await client_reports.revoke_share(tx, report_id, share_id, clock.now())
    return Response(status_code=204)


async def _shareable(tx: Tx, caller: Caller, report_id: UUID, *, lock: bool = False) -> Row:
    caller.require_scope(Scope.LINKS_WRITE)
    return await visible(tx, caller, report_id, Role.EDITOR, lock=lock)


@public.get(PATH + "/{token}")
async def show_shared(
    token: str, request: Request, db: DbDep, wanted: Annotated[str, Query(alias="format")] = ""
) -> Response:
    """Show a report to whoever has the address; the gateway lets it through without a caller.

    As page, and with `format` as the PDF of that page or as the table of what it shows.
    """
    now = clock.now()
    share_id = read_token(token, purpose=PURPOSE, secret=request.app.state.secret, now=now)
    async with db.begin() as tx:
        row = await client_reports.find_shared(tx, share_id, now) if share_id is not None else None
        if row is None:
            return page_answer(ended_page(), status=404)
        whole, brand = whole_of(row), await brand_shown(tx, row)
    if wanted == Form.CSV:
        return table_answer(csv_of(whole, as_shown=True), file_name(whole))
    printer: Printer = request.app.state.printer
    if wanted == Form.PDF:
        return await _printed(html_of(whole, brand), file_name(whole), printer)
    return page_answer(html_of(whole, brand, prints=printer.can_print))


async def _printed(page: str, name: str, printer: Printer) -> Response:
    """Return the PDF; where none can be made, a page that says so to whoever has no account."""
    try:
        return await pdf_answer(page, name, printer)
    except ProblemError:  # no Chromium
        return page_answer(told_page(*_NO_PDF), status=501)
    except UnavailableError:
        return page_answer(told_page(*_NO_PDF_NOW), status=503)


@internal.post("/internal/reports/{report_id}/mail")
async def tell_mail(
    report_id: UUID, body: MailAsked, request: Request, caller: CallerDep, tx: TxDep
) -> MailedReport:
    """Return what a mail says of a report, with an address that shows it; asked by the gateway itself."""
    caller.require_house()
    row = await visible(tx, caller, report_id, lock=True)
    if row["state"] != "approved" or row["approved_unread"]:
        raise ConflictError("No person approved this report.", code="draft")
    if row["replaced_by"] is not None:
        raise ConflictError("A newer version took the place of this report.", code="corrected")
    whole, brand = whole_of(row), await brand_shown(tx, row)
    share_id, expires_at = await _share_for_mail(tx, row, body.asked_by)
    secret: bytes = request.app.state.secret
    return MailedReport(
        domain=shown(whole["content"]["site"]["domain"]),
        label=whole["label"],
        summary=whole["texts"]["summary"],
        figures=list(figures_said(whole["content"])),
        brand_name=brand.get("name"),
        brand_logo=brand.get("logo"),
        file_name=file_name(whole),
        path=f"{PATH}/{token_of(share_id, expires_at, purpose=PURPOSE, secret=secret)}",
        expires_at=expires_at,
    )


async def _share_for_mail(tx: Tx, row: Row, asked_by: str) -> tuple[UUID, datetime]:
    """Return the address that the mails of a report lead to, one for all of them."""
    now = clock.now()
    found = await client_reports.find_share_for_mail(
        tx, row["report_id"], until=now + timedelta(days=_MAIL_DAYS_LEAST)
    )
    if found is not None:
        return found["share_id"], found["expires_at"]
    share_id = new_id()
    expires_at = (now + timedelta(days=_MAIL_DAYS)).replace(microsecond=0)
    await client_reports.add_share(
        tx,
        row,
        share_id=share_id,
        actor=asked_by,
        now=now,
        expires_at=expires_at,
        for_mail=True,
    )
    return share_id, expires_at


def _out(row: Row, request: Request) -> ReportShareOut:
    secret: bytes = request.app.state.secret
    base: str | None = request.app.state.public_url
    token = token_of(row["share_id"], row["expires_at"], purpose=PURPOSE, secret=secret)
    path = f"{PATH}/{token}"
    return ReportShareOut(
        id=row["share_id"],
        path=path,
        url=f"{base.rstrip('/')}{path}" if base else None,
        created_by=row["actor"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        for_mail=row["for_mail"],
    )
