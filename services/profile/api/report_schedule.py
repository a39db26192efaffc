"""When the reports of a site are made by themselves, and what the gateway asks to make them."""

from datetime import date, datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from services.profile.api.client_reports import KIND
from services.profile.domain.client_report.orders import Order
from services.profile.domain.client_report.spans import Monthly, Span
from services.profile.store import report_schedules, sites
from services.profile.store.report_schedules import Schedule
from shared import clock, jobs
from shared.access import Caller, Scope
from shared.db import Tx
from shared.dependencies import CallerDep, TxDep
from shared.errors import FieldError, InvalidError, NotFoundError
from shared.inputs import Whole
from shared.reporting import DUE, MAKE_DUE, DueReport, DueReports, MakeDue
from shared.versions import IF_MATCH, etag, require_match
from shared.vocabulary import Role
from shared.zones import zone_of

router = APIRouter(prefix="/v1/sites/{site_id}/reports/schedule", tags=["client reports"])
internal = APIRouter(include_in_schema=False)
AT_ONCE = 20


class ScheduleIn(BaseModel):
    """Each month on a day, at an hour of a time zone: the report for the month before."""

    model_config = ConfigDict(extra="forbid")

    day: Whole = Field(ge=1, le=28, description="Of the month; every month has it.")
    hour: Whole = Field(default=8, ge=0, le=23, description="By the clocks of the time zone.")
    time_zone: str = Field(
        default="UTC", max_length=64, description="A name of the IANA's list: Europe/Berlin."
    )
    channel_ids: list[UUID] = Field(
        default=[], max_length=10, description="Who is told, besides the console."
    )
    send_after_approval: StrictBool = Field(
        default=False,
        description="true: once a person approved it, it is sent to those who get reports by e-mail"
        " (`/v1/sites/{site_id}/report-readers`). One that approves itself is not sent.",
    )
    approve_without_reading: StrictBool = Field(
        default=False,
        description="true: approved by itself, so clients of the site may read what nobody looked at."
        " Only a person can say so; a report that lacks a part stays a draft.",
    )


class ScheduleOut(ScheduleIn):
    """A schedule, and the sentence that reads it back."""

    sentence: str
    next_at: datetime
    made_month: date | None = Field(description="The newest month that it made.")
    set_by: str
    set_at: datetime
    version: int


@router.get("")
async def get_schedule(
    site_id: UUID, response: Response, caller: CallerDep, tx: TxDep
) -> ScheduleOut:
    """Return when reports are made by themselves; 404 where they are made by hand only."""
    caller.require_scope(Scope.LINKS_READ)
    caller.require(site_id, Role.VIEWER)
    await sites.get_site(tx, caller.workspace_id, site_id)
    return _out(await _get(tx, site_id), response)


@router.put("", dependencies=[IF_MATCH])
async def set_schedule(
    site_id: UUID,
    body: ScheduleIn,
    request: Request,
    response: Response,
    caller: CallerDep,
    tx: TxDep,
) -> ScheduleOut:
    """Make the report of each month by itself. Where there is a schedule, If-Match names it."""
    await _may_set(tx, caller, site_id)
    try:
        zone_of(body.time_zone)
    except ValueError as error:
        fault = FieldError("/time_zone", "not-allowed", "There is no such time zone.")
        raise InvalidError(fault.detail, [fault]) from error
    before = await report_schedules.find_schedule(tx, site_id, lock=True)
    if before is not None:
        require_match(request, before.version)
    if body.approve_without_reading and not (before and before.approves_itself):
        caller.require_person("let reports be approved without being read")
    now, monthly = clock.now(), Monthly(body.day, body.hour, body.time_zone)
    wanted = Schedule(
        site_id=site_id,
        workspace_id=caller.workspace_id,
        monthly=monthly,
        channel_ids=tuple(dict.fromkeys(body.channel_ids)),
        approves_itself=body.approve_without_reading,
        sends_approved=body.send_after_approval,
        set_by=caller.actor,
        set_at=now,
        made_month=None,
        next_at=monthly.after(now),
    )
    await report_schedules.save_schedule(tx, wanted)
    return _out(await _get(tx, site_id), response)


@router.delete("", status_code=204, dependencies=[IF_MATCH])
async def end_schedule(site_id: UUID, request: Request, caller: CallerDep, tx: TxDep) -> None:
    """Make no more reports by themselves; needs If-Match. Those that were made stay."""
    await _may_set(tx, caller, site_id)
    found = await _get(tx, site_id)
    require_match(request, found.version)
    await report_schedules.remove_schedule(tx, site_id)


async def _may_set(tx: Tx, caller: Caller, site_id: UUID) -> None:
    caller.require_scope(Scope.LINKS_WRITE)
    caller.require(site_id, Role.EDITOR)
    await sites.get_site(tx, caller.workspace_id, site_id)


async def _get(tx: Tx, site_id: UUID) -> Schedule:
    found = await report_schedules.find_schedule(tx, site_id)
    if found is None:
        raise NotFoundError("No schedule: the reports of this site are made by hand.")
    return found


def _out(one: Schedule, response: Response) -> ScheduleOut:
    response.headers["ETag"] = etag(one.version)
    return ScheduleOut(
        day=one.monthly.day,
        hour=one.monthly.hour,
        time_zone=one.monthly.time_zone,
        channel_ids=list(one.channel_ids),
        approve_without_reading=one.approves_itself,
        send_after_approval=one.sends_approved,
        sentence=_sentence(one),
        next_at=one.next_at,
        made_month=one.made_month,
        set_by=one.set_by,
        set_at=one.set_at,
        version=one.version,
    )


def _sentence(one: Schedule) -> str:
    count = len(one.channel_ids)
    told = (
        ""
        if not count
        else f", and {'a channel is' if count == 1 else f'{count} channels are'} told"
    )
    then = (
        "Nobody looks at it first: it is approved by itself, unless a part of it is missing."
        if one.approves_itself
        else "It waits for a person to approve it."
    )
    if one.sends_approved and not one.approves_itself:
        then = f"{then} Then it goes to those who get reports by e-mail."
    return (
        f"On day {one.monthly.day} of each month at {one.monthly.hour}:00 ({one.monthly.time_zone}) the"
        f" report for the month before is made{told}. {then}"
    )


# ---- what the gateway asks on its own account ---------------------------------------------------


def _due_span(one: Schedule, now: datetime) -> Span | None:
    """Return the month that is due and was not made yet."""
    span = one.monthly.newest_month(now, since=one.set_at)
    is_made = span is not None and one.made_month is not None and span.starts_on <= one.made_month
    return None if is_made else span


@internal.post(DUE)
async def claim_due(caller: CallerDep, tx: TxDep) -> DueReports:
    """Return reports that are due; for some minutes nobody else is given them."""
    caller.require_house()
    now = clock.now()
    found = await report_schedules.claim_due(tx, now, limit=AT_ONCE)
    due = []
    for one in found:
        span = _due_span(one, now)
        if span is None:
            await report_schedules.note_made(
                tx, one.site_id, month=None, next_at=one.monthly.after(now)
            )
        else:
            due.append(
                DueReport(
                    site_id=one.site_id,
                    workspace_id=one.workspace_id,
                    starts_on=span.starts_on,
                    ends_on=span.ends_on,
                )
            )
    return DueReports(items=due)


@internal.post(MAKE_DUE, status_code=202)
async def make_due(body: MakeDue, caller: CallerDep, tx: TxDep) -> None:
    """Queue the report that is due, once: whoever comes second finds that it is made."""
    caller.require_house()
    now = clock.now()
    one = await report_schedules.find_schedule(tx, body.site_id, lock=True)
    span = None if one is None else _due_span(one, now)
    if one is None or span is None or span.starts_on != body.starts_on:
        return
    order = Order(
        span,
        body.parts,
        f"the schedule, as {one.set_by} set it",
        scheduled=True,
    )
    await jobs.add_job(
        tx,
        kind=KIND,
        workspace_id=one.workspace_id,
        site_id=one.site_id,
        payload=order.as_payload(),
        total=1,
    )
    await report_schedules.note_made(
        tx, one.site_id, month=span.starts_on, next_at=one.monthly.after(now)
    )
