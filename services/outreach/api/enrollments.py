"""Enrolling people in sequences, in bulk, and what can be done with each of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from services.outreach.api.mail_house import MailHouse, MailHouseDep
from services.outreach.api.sequence_shapes import EnrollmentOut, Variables, enrollment_out
from services.outreach.api.sequences import get_plan, reader_of
from services.outreach.domain.sequences.enrolling import RACED
from services.outreach.domain.sequences.enrollment import STATE_WORDS, Progress, State, ended
from services.outreach.domain.sequences.going_on import earliest
from services.outreach.domain.sequences.steps import Step
from services.outreach.store import (
    contacts,
    enrolling,
    enrollments,
    holding,
    messages,
    readings,
    sequences,
)
from services.outreach.store.enrolling import Judged, Row
from services.outreach.store.enrollments import Enrollment
from services.outreach.store.sequences import Plan
from shared import clock, ids, queries
from shared.access import Caller, Scope
from shared.db import Tx
from shared.errors import ConflictError, FieldError, InvalidError, NotFoundError
from shared.pages import Page, PageDep
from shared.vocabulary import Role
from shared.web import CallerDep, TxDep

router = APIRouter(tags=["sequences"])

MAX_AT_ONCE = 500


class RowIn(BaseModel):
    """Somebody to write to: a contact, or a prospect whose first contact is taken."""

    model_config = ConfigDict(extra="forbid")

    contact_id: UUID | None = None
    prospect_id: UUID | None = None
    variables: Variables = {}


class EnrolIn(BaseModel):
    """Whom to write to; `variables` hold for all rows that do not give their own."""

    model_config = ConfigDict(extra="forbid")

    rows: list[RowIn] = Field(min_length=1, max_length=MAX_AT_ONCE)
    variables: Variables = {}


class AcceptedOut(BaseModel):
    row: int = Field(description="Which row, counted from 0.")
    enrollment_id: UUID | None = Field(description="Null in a dry run.")
    contact_id: UUID
    prospect_id: UUID | None
    email: str
    domain: str
    calendar: str | None = Field(
        default=None, description="Which days are left out between the steps; only in a dry run."
    )
    left_out: list[str] = Field(
        default=[], description="Public holidays that would be, if the first message went now."
    )


class RefusedOut(BaseModel):
    row: int = Field(description="Which row, counted from 0.")
    domain: str | None
    code: str
    sentence: str


class EnrolOut(BaseModel):
    """Who was enrolled, and why the others were not; in a dry run nobody was."""

    dry_run: bool
    accepted: list[AcceptedOut]
    refused: list[RefusedOut]


class ReasonIn(BaseModel):
    """Why; it is shown beside the enrollment."""

    model_config = ConfigDict(extra="forbid")

    because: str = Field(default="", max_length=200)


class ResumeIn(BaseModel):
    """Values that were missing, where that was the reason to pause."""

    model_config = ConfigDict(extra="forbid")

    variables: Variables = {}


@router.post("/v1/sequences/{sequence_id}/enrollments")
async def enrol(
    sequence_id: UUID,
    body: EnrolIn,
    caller: CallerDep,
    tx: TxDep,
    house: MailHouseDep,
    *,
    dry_run: Annotated[bool, Query(description="Only say what would happen.")] = False,
) -> EnrolOut:
    """Enrol people. Every message still waits for a person's approval before it goes out."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    plan = await get_plan(tx, sequence_id, caller, role=Role.EDITOR)
    if plan.mailbox_address is None:
        raise ConflictError(
            "Choose the mailbox that this sequence writes from first.", code="mailbox-needed"
        )
    now = clock.now()
    key = (plan.sequence_id, plan.version_no)
    steps = (await sequences.list_steps(tx, [key]))[key]
    rows = [
        Row(one.contact_id, one.prospect_id, {**body.variables, **one.variables})
        for one in body.rows
    ]
    judged = await enrolling.judge(
        tx, plan, steps, rows, site_ids=caller.sites_as(Role.VIEWER), now=now
    )
    wanted = [_enrollment(plan, one, caller, now) for one in judged]
    added: set[UUID] = set()
    if not dry_run:
        added = await enrollments.add_enrollments(tx, [one for one in wanted if one is not None])
        await holding.ask_about_typed(tx, added, now=now)
    answer = _outcome(judged, wanted, added, dry_run=dry_run)
    if dry_run:
        await _say_holidays(tx, house, plan, steps, answer.accepted, now=now)
    return answer


async def _say_holidays(
    tx: Tx,
    house: MailHouse,
    plan: Plan,
    steps: Sequence[Step],
    accepted: Sequence[AcceptedOut],
    *,
    now: datetime,
) -> None:
    """Say for each which days would be left out; those of one country have the same days."""
    tags = await readings.list_languages(tx, [one.domain for one in accepted])
    days: dict[str | None, list[str]] = {}
    for one in accepted:
        reader = reader_of(house, plan, one.domain, tags.get(one.domain))
        country = reader.place.country if reader.place else None
        if country not in days:
            zone = ZoneInfo(plan.zone or "UTC")
            times = earliest(steps, now, zone=zone, reader=reader)
            days[country] = [text for each in times.values() for text in each.left_out]
        one.calendar, one.left_out = reader.sentence, days[country]


def _enrollment(plan: Plan, one: Judged, caller: Caller, now: datetime) -> Enrollment | None:
    if one.refusal is not None or one.contact is None:
        return None
    return Enrollment(
        enrollment_id=ids.new_id(),
        workspace_id=plan.workspace_id,
        site_id=plan.site_id,
        sequence_id=plan.sequence_id,
        version_no=plan.version_no,
        contact_id=one.contact.contact_id,
        prospect_id=one.prospect.prospect_id if one.prospect else None,
        address_key=one.contact.address_key or "",
        domain=one.contact.domain,
        variables=dict(one.row.variables),
        progress=Progress(next_at=now),
        opportunity_id=one.spoken.opportunity_id if one.spoken else None,
        page_key=one.spoken.page_key if one.spoken else one.typed and one.typed[0],
        link_key=None if one.spoken else one.typed and one.typed[1],
        created_by=caller.actor_id,
        created_by_name=caller.actor,
        created_at=now,
    )


def _outcome(
    judged: Sequence[Judged],
    wanted: Sequence[Enrollment | None],
    added: Collection[UUID],
    *,
    dry_run: bool,
) -> EnrolOut:
    answer = EnrolOut(dry_run=dry_run, accepted=[], refused=[])
    for row, (one, enrollment) in enumerate(zip(judged, wanted, strict=True)):
        is_in = enrollment is not None and (dry_run or enrollment.enrollment_id in added)
        if is_in and enrollment is not None and one.contact is not None:
            answer.accepted.append(
                AcceptedOut(
                    row=row,
                    enrollment_id=None if dry_run else enrollment.enrollment_id,
                    contact_id=enrollment.contact_id,
                    prospect_id=enrollment.prospect_id,
                    email=one.contact.email or "",
                    domain=enrollment.domain,
                )
            )
            continue
        why = one.refusal or RACED
        known = one.contact or one.prospect
        answer.refused.append(
            RefusedOut(
                row=row,
                domain=known.domain if known else None,
                code=why.code,
                sentence=why.sentence,
            )
        )
    return answer


@router.get("/v1/sequences/{sequence_id}/enrollments")
async def list_enrollments(
    sequence_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    page: PageDep,
    state: Annotated[str | None, Query(description="Only these states (comma = or).")] = None,
) -> Page[EnrollmentOut]:
    """Return who is, or was, written to by a sequence, the newest first."""
    caller.require_scope(Scope.OUTREACH_READ)
    plan = await get_plan(tx, sequence_id, caller, role=Role.VIEWER)
    rows = await enrollments.list_enrollments(
        tx,
        sequence_id,
        states=queries.choices("state", state, State),
        before=None if page.after is None else UUID(str(page.after[0])),
        limit=page.limit + 1,
    )
    people = await contacts.get_contacts(tx, plan.workspace_id, [one.contact_id for one in rows])
    return page.page(
        rows,
        key=lambda row: (row.enrollment_id,),
        item=lambda row: enrollment_out(row, people.get(row.contact_id)),
    )


@router.get("/v1/enrollments/{enrollment_id}")
async def get_enrollment(enrollment_id: UUID, caller: CallerDep, tx: TxDep) -> EnrollmentOut:
    """Return how far somebody is in a sequence."""
    caller.require_scope(Scope.OUTREACH_READ)
    found = await _get(tx, enrollment_id, caller, role=Role.VIEWER)
    return await _answer(tx, found)


@router.post("/v1/enrollments/{enrollment_id}/pause")
async def pause(enrollment_id: UUID, body: ReasonIn, caller: CallerDep, tx: TxDep) -> EnrollmentOut:
    """Hold a sequence for somebody; nothing goes out until it is resumed."""
    found = await _change(tx, enrollment_id, caller)
    if found.progress.state is State.PAUSED:
        return await _answer(tx, found)
    _require_open(found)
    progress = replace(found.progress, state=State.PAUSED)
    because = _because("Paused", caller, body.because)
    return await _save(tx, replace(found, progress=progress, because=because))


@router.post("/v1/enrollments/{enrollment_id}/resume")
async def resume(
    enrollment_id: UUID, body: ResumeIn, caller: CallerDep, tx: TxDep
) -> EnrollmentOut:
    """Go on with a sequence that is paused; a step that was taken out is left out."""
    found = await _change(tx, enrollment_id, caller)
    _require_open(found)
    _require_same_link(found, body.variables)
    return await _save(
        tx,
        replace(
            found,
            progress=replace(found.progress, state=State.ACTIVE),
            because=None,
            variables={**found.variables, **body.variables},
        ),
    )


def _require_same_link(found: Enrollment, given: Mapping[str, str]) -> None:
    """Refuse another dead link than the one that is looked at before its letters go out."""
    if found.page_key is None:
        return
    for name in ("page", "broken"):
        if given.get(name, found.variables.get(name)) != found.variables.get(name):
            fix = (
                "Stop it, and enrol them anew: the link is looked at before a letter calls it dead."
            )
            raise InvalidError(
                "The letters would be about another link.",
                [FieldError(f"/variables/{name}", "another-link", fix)],
            )


@router.post("/v1/enrollments/{enrollment_id}/cancel")
async def cancel(
    enrollment_id: UUID, body: ReasonIn, caller: CallerDep, tx: TxDep
) -> EnrollmentOut:
    """Stop a sequence for somebody; what is not on its way yet does not go out."""
    found = await _change(tx, enrollment_id, caller)
    if not found.progress.is_open:
        return await _answer(tx, found)
    because = _because("Stopped", caller, body.because)
    await messages.cancel_open(
        tx, found.workspace_id, enrollment_ids=[enrollment_id], because=because
    )
    progress = ended(found.progress, State.CANCELLED)
    return await _save(tx, replace(found, progress=progress, because=because))


async def _change(tx: Tx, enrollment_id: UUID, caller: Caller) -> Enrollment:
    caller.require_scope(Scope.OUTREACH_WRITE)
    return await _get(tx, enrollment_id, caller, role=Role.EDITOR, lock=True)


async def _get(
    tx: Tx, enrollment_id: UUID, caller: Caller, *, role: Role, lock: bool = False
) -> Enrollment:
    found = await enrollments.get_enrollment(
        tx, enrollment_id, workspace_id=caller.workspace_id, lock=lock
    )
    if not caller.may_see(found.site_id):
        raise NotFoundError("There is no such enrollment.")
    caller.require(found.site_id, role)
    return found


def _require_open(one: Enrollment) -> None:
    if not one.progress.is_open:
        raise ConflictError(
            f"This one is over: {STATE_WORDS[one.progress.state].lower()}.", code="over"
        )


def _because(what: str, caller: Caller, text: str) -> str:
    said = " ".join(text.split())
    return f"{what} by {caller.actor}: {said}" if said else f"{what} by {caller.actor}."


async def _save(tx: Tx, one: Enrollment) -> EnrollmentOut:
    await enrollments.save_enrollments(tx, [one], now=clock.now())
    return await _answer(tx, replace(one, version=one.version + 1))


async def _answer(tx: Tx, one: Enrollment) -> EnrollmentOut:
    people = await contacts.get_contacts(tx, one.workspace_id, [one.contact_id])
    return enrollment_out(one, people.get(one.contact_id))
