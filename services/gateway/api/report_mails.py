"""Sending an approved report to its readers by e-mail, and what became of each mail."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from services.gateway.adapters.report_desk import ReportDesk
from services.gateway.api.caller import CallerDep
from services.gateway.api.receiving import require_mail_server
from services.gateway.domain.report_mails import MailState, sentence_of
from services.gateway.store import journal
from services.gateway.store import report_mails as store
from shared import clock
from shared.access import Caller, Scope
from shared.errors import ConflictError
from shared.pages import Page, PageDep
from shared.vocabulary import Role
from shared.web import DbDep

router = APIRouter(prefix="/v1/reports/{report_id}/mails", tags=["client reports"])


class SendIn(BaseModel):
    """To whom; left out: to all who get the reports of the site."""

    model_config = ConfigDict(extra="forbid")

    reader_ids: Annotated[list[UUID], Field(max_length=50)] | None = None


class SentOut(BaseModel):
    """How many mails there are to send."""

    queued: int = Field(description="People who were not sent this report before.")
    sentence: str


class MailOut(BaseModel):
    """One mail with this report, and what became of it."""

    id: UUID
    reader_id: UUID
    email: str
    state: MailState
    sentence: str
    attempts: int
    asked_by: str
    asked_at: datetime
    last_at: datetime | None
    next_at: datetime | None = Field(description="When it is tried next, while it waits.")

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "MailOut":
        waits = row["state"] == MailState.WAITING
        shown = {
            "id": row["mail_id"],
            "email": row["email"] or "a person who is gone",
            "sentence": sentence_of(row),
            "asked_at": row["created_at"],
            "next_at": row["next_at"] if waits else None,
        }
        return cls(**{**row, **shown})


@router.post("", status_code=202)
async def send_report(
    report_id: UUID, body: SendIn, caller: CallerDep, db: DbDep, request: Request
) -> SentOut:
    """Send a report that a person approved to its readers; nobody is sent the same report twice."""
    caller.require_scope(Scope.LINKS_WRITE)
    caller.require_person("send a report")
    report = await _report(request, caller, report_id)
    _require_sendable(request, report)
    site_id = UUID(report["site_id"])
    async with db.begin() as tx:
        queued = await store.add_reports(
            tx,
            report_id,
            site_id=site_id,
            workspace_id=caller.workspace_id,
            asked_by=caller.actor,
            now=clock.now(),
            reader_ids=body.reader_ids,
        )
        await journal.add_entry(
            tx,
            caller,
            action="report.sent",
            subject=f"report/{report_id}",
            site_id=site_id,
            detail={"queued": queued},
        )
    return SentOut(queued=queued, sentence=_sentence(queued))


@router.get("")
async def list_report_mails(
    report_id: UUID, caller: CallerDep, db: DbDep, page: PageDep, request: Request
) -> Page[MailOut]:
    """List the mails with this report and what became of each, the newest first."""
    caller.require_scope(Scope.LINKS_READ)
    await _report(request, caller, report_id)
    async with db.begin() as tx:
        rows = await store.list_mails(
            tx,
            report_id,
            workspace_id=caller.workspace_id,
            before=page.after[0] if page.after else None,
            limit=page.limit + 1,
        )
    return page.page(rows, key=lambda row: (row["mail_id"],), item=MailOut.of)


async def _report(request: Request, caller: Caller, report_id: UUID) -> Mapping[str, Any]:
    """Return a report that the caller may see and send."""
    desk: ReportDesk = request.app.state.report_desk
    found = await desk.seen_by(caller, report_id)
    caller.require(UUID(found["site_id"]), Role.EDITOR)
    return found


def _require_sendable(request: Request, report: Mapping[str, Any]) -> None:
    require_mail_server(request.app.state.messenger)
    if report["state"] != "approved":
        raise ConflictError("Only approved reports are sent: approve it first.", code="draft")
    if report["approved_unread"]:
        raise ConflictError(
            "This report approved itself, and no person read it; so it is not sent. Make a correction, read"
            " it and approve it.",
            code="unread",
        )
    if report["replaced_by"]:
        raise ConflictError(
            "There is a newer version of this report: send that one.", code="corrected"
        )


def _sentence(queued: int) -> str:
    if not queued:
        return "Nobody is left to send it to: everybody who gets reports of this site was sent this one."
    people = "1 person" if queued == 1 else f"{queued:,} people"
    return f"It goes to {people} now."
