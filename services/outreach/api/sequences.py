"""Sequences: planned messages of a site, in versions, with what came of them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from services.outreach.api.mail_house import MailHouse, MailHouseDep
from services.outreach.api.sequence_shapes import (
    PreviewIn,
    PreviewOut,
    SequenceIn,
    SequenceOut,
    SequencePatch,
    StepIn,
    VariantIn,
    VersionOut,
    one_line,
    preview_out,
    sequence_out,
    step_out,
)
from services.outreach.domain.sequences.calendars import Reader, place_of
from services.outreach.domain.sequences.funnel import Counts
from services.outreach.domain.sequences.going_on import earliest
from services.outreach.domain.sequences.playbooks import STEPS
from services.outreach.domain.sequences.steps import NAMES, Step, Thread, Variant, check, write
from services.outreach.domain.terms import method_name
from services.outreach.store import (
    campaigns,
    enrollments,
    messages,
    readings,
    sequences,
    sites,
    templates,
)
from services.outreach.store.enrolling import find_contact
from services.outreach.store.sequences import Plan
from shared import clock, ids
from shared.access import Caller, Scope
from shared.db import Tx
from shared.errors import FieldError, InvalidError, NotFoundError
from shared.pages import Page, PageDep
from shared.versions import IF_MATCH, etag, require_match
from shared.vocabulary import Role
from shared.web import CallerDep, TxDep

router = APIRouter(prefix="/v1/sequences", tags=["sequences"])

_MOST_VERSIONS = 100


@router.post("", status_code=201)
async def add_sequence(
    body: SequenceIn, caller: CallerDep, tx: TxDep, response: Response
) -> SequenceOut:
    """Make a sequence of own steps, or of a playbook; nobody is written to by that."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    caller.require(body.site_id, Role.EDITOR)
    await sites.get_site(tx, body.site_id, workspace_id=caller.workspace_id)
    now = clock.now()
    plan = Plan(
        sequence_id=ids.new_id(),
        workspace_id=caller.workspace_id,
        site_id=body.site_id,
        name=one_line("name", body.name),
        mailbox_id=await _mailbox(tx, body.mailbox_id, caller),
        method=method_name(body.method or (body.playbook.way if body.playbook else None)),
        campaign=await _campaign(tx, body.site_id, body.campaign, caller),
        created_by=caller.actor_id,
        created_at=now,
    )
    steps = await _steps_of(tx, body, caller)
    await sequences.add_sequence(tx, plan)
    key = (plan.sequence_id, plan.version_no)
    await sequences.add_steps(tx, key, steps, by=caller.actor, now=now)
    return await answer(tx, plan.sequence_id, caller, response)


@router.get("")
async def list_sequences(
    caller: CallerDep, tx: TxDep, page: PageDep, site_id: UUID | None = None
) -> Page[SequenceOut]:
    """Return the sequences of a site, or of all that the caller works on, the newest first."""
    caller.require_scope(Scope.OUTREACH_READ)
    rows = await sequences.list_sequences(
        tx,
        workspace_id=caller.workspace_id,
        site_ids=caller.sites_as(Role.VIEWER, site_id=site_id),
        before=None if page.after is None else UUID(str(page.after[0])),
        limit=page.limit + 1,
    )
    steps = await sequences.list_steps(tx, [(one.sequence_id, one.version_no) for one in rows])
    counts = await sequences.count_outcomes(tx, [one.sequence_id for one in rows])
    return page.page(
        rows,
        key=lambda row: (row.sequence_id,),
        item=lambda row: sequence_out(
            row,
            steps[row.sequence_id, row.version_no],
            counts.get(row.sequence_id, Counts()),
        ),
    )


@router.get("/{sequence_id}")
async def get_sequence(
    sequence_id: UUID, caller: CallerDep, tx: TxDep, response: Response
) -> SequenceOut:
    """Return one sequence."""
    caller.require_scope(Scope.OUTREACH_READ)
    return await answer(tx, sequence_id, caller, response)


@router.patch("/{sequence_id}", dependencies=[IF_MATCH])
async def change_sequence(
    sequence_id: UUID,
    body: SequencePatch,
    caller: CallerDep,
    tx: TxDep,
    request: Request,
    response: Response,
) -> SequenceOut:
    """Change a sequence. Who was enrolled before keeps the steps that were in force then."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    before = await get_plan(tx, sequence_id, caller, role=Role.EDITOR, lock=True)
    require_match(request, before.version)
    now = clock.now()
    after = await _changed(tx, before, body, caller)
    if "steps" in body.model_fields_set:
        steps = _checked(await _own_steps(tx, body.steps, caller))
        key = (sequence_id, before.version_no)
        if steps != (await sequences.list_steps(tx, [key]))[key]:
            after = replace(after, version_no=before.version_no + 1)
            key = (sequence_id, after.version_no)
            await sequences.add_steps(tx, key, steps, by=caller.actor, now=now)
    await sequences.save_sequence(tx, after, now=now)
    return await answer(tx, sequence_id, caller, response)


@router.delete("/{sequence_id}", status_code=204)
async def remove_sequence(sequence_id: UUID, caller: CallerDep, tx: TxDep) -> None:
    """Take a sequence out of the list and stop everybody who is still in it."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    plan = await get_plan(tx, sequence_id, caller, role=Role.EDITOR, lock=True)
    now = clock.now()
    await sequences.save_sequence(tx, replace(plan, archived_at=now), now=now)
    because = "The sequence was removed."
    ended = await enrollments.cancel_open(tx, sequence_id, because=because, now=now)
    await messages.cancel_open(tx, plan.workspace_id, enrollment_ids=ended, because=because)


@router.get("/{sequence_id}/versions")
async def list_versions(sequence_id: UUID, caller: CallerDep, tx: TxDep) -> list[VersionOut]:
    """Return the last versions of the steps, the newest first."""
    caller.require_scope(Scope.OUTREACH_READ)
    await get_plan(tx, sequence_id, caller, role=Role.VIEWER)
    rows = await sequences.list_versions(tx, sequence_id, limit=_MOST_VERSIONS)
    steps = await sequences.list_steps(tx, [(sequence_id, row["version_no"]) for row in rows])
    return [
        VersionOut(
            **dict(row),
            steps=[step_out(one) for one in steps[sequence_id, row["version_no"]]],
        )
        for row in rows
    ]


@router.post("/{sequence_id}/preview")
async def preview(
    sequence_id: UUID, body: PreviewIn, caller: CallerDep, tx: TxDep, house: MailHouseDep
) -> PreviewOut:
    """Show the steps as somebody would get them, and when at the earliest."""
    caller.require_scope(Scope.OUTREACH_READ)
    plan = await get_plan(tx, sequence_id, caller, role=Role.VIEWER)
    contact = None
    if body.contact_id is not None:
        contact = await find_contact(tx, plan, body.contact_id)
        if contact is None:
            fault = FieldError("/contact_id", "not-found", "Give the id of one of your contacts.")
            raise InvalidError("There is no such contact.", [fault])
    key = (sequence_id, plan.version_no)
    steps = (await sequences.list_steps(tx, [key]))[key]
    written = write(steps, plan.values_for(contact, body.variables))
    domain = contact.domain if contact else ""
    tags = await readings.list_languages(tx, [domain])
    reader = reader_of(house, plan, domain, tags.get(domain))
    zone = ZoneInfo(plan.zone or "UTC")
    times = earliest(steps, clock.now(), zone=zone, reader=reader)
    return preview_out(steps, written, times, reader, to_email=contact.email if contact else None)


def reader_of(house: MailHouse, plan: Plan, domain: str, tag: str | None) -> Reader:
    """Return whose public holidays are left out for somebody at a domain."""
    place = place_of(
        house.calendar, domain=domain, tag=tag, mailbox=plan.mailbox_address, zone=plan.zone
    )
    return Reader(house.calendar, place)


async def get_plan(
    tx: Tx, sequence_id: UUID, caller: Caller, *, role: Role, lock: bool = False
) -> Plan:
    """Return a sequence that the caller may see; raises ForbiddenError if the role is too low."""
    plan = await sequences.get_sequence(
        tx, sequence_id, workspace_id=caller.workspace_id, lock=lock
    )
    if not caller.may_see(plan.site_id):
        raise NotFoundError("There is no such sequence.")
    caller.require(plan.site_id, role)
    return plan


async def answer(tx: Tx, sequence_id: UUID, caller: Caller, response: Response) -> SequenceOut:
    """Return a sequence as it is now, with its ETag."""
    plan = await get_plan(tx, sequence_id, caller, role=Role.VIEWER)
    key = (sequence_id, plan.version_no)
    steps = (await sequences.list_steps(tx, [key]))[key]
    counts = (await sequences.count_outcomes(tx, [sequence_id])).get(sequence_id, Counts())
    response.headers["ETag"] = etag(plan.version)
    return sequence_out(plan, steps, counts)


async def _changed(tx: Tx, before: Plan, body: SequencePatch, caller: Caller) -> Plan:
    given: dict[str, Any] = body.model_dump(exclude_unset=True, exclude={"steps"})
    if "name" in given:
        given["name"] = one_line("name", given["name"])
    if "mailbox_id" in given:
        given["mailbox_id"] = await _mailbox(tx, given["mailbox_id"], caller)
    if "method" in given:
        given["method"] = method_name(given["method"])
    if "campaign" in given:
        given["campaign"] = await _campaign(tx, before.site_id, given["campaign"], caller)
    return replace(before, **given)


async def _campaign(tx: Tx, site_id: UUID, text: str | None, caller: Caller) -> str | None:
    """Return the name of a campaign of the site as it is called; one that is new is written down."""
    name = " ".join((text or "").split()) or None
    names = await campaigns.name_campaigns(
        tx, caller.workspace_id, site_id, [name], by=caller.actor_id, now=clock.now()
    )
    return names[name]


async def _mailbox(tx: Tx, mailbox_id: UUID | None, caller: Caller) -> UUID | None:
    if mailbox_id is None or await sequences.has_mailbox(tx, caller.workspace_id, mailbox_id):
        return mailbox_id
    fault = FieldError("/mailbox_id", "not-found", "Give the id of one of your mailboxes.")
    raise InvalidError("There is no such mailbox.", [fault])


async def _steps_of(tx: Tx, body: SequenceIn, caller: Caller) -> list[Step]:
    if (body.playbook is None) == (body.steps is None):
        fault = FieldError("/steps", "one-of", "Give either steps or a playbook.")
        raise InvalidError("A sequence needs steps.", [fault])
    if body.playbook is not None:
        return list(STEPS[body.playbook.language][body.playbook.way])
    return _checked(await _own_steps(tx, body.steps or [], caller))


async def _own_steps(tx: Tx, given: Sequence[StepIn], caller: Caller) -> list[Step]:
    return [await _own_step(tx, number, one, caller) for number, one in enumerate(given, 1)]


async def _own_step(tx: Tx, step_no: int, given: StepIn, caller: Caller) -> Step:
    pointer, thread = f"/steps/{step_no - 1}", given.thread
    subject, body = await _own_text(tx, pointer, given, thread, caller)
    others = []
    for at, one in enumerate(given.variants):
        texts = await _own_text(tx, f"{pointer}/variants/{at}", one, thread, caller)
        other = Variant(
            name=NAMES[at + 1],
            weight=one.weight,
            subject=texts[0],
            body=texts[1],
            template_id=one.template_id,
        )
        others.append(other)
    return Step(
        step_no=step_no,
        delay_days=given.delay_days,
        thread=thread,
        subject=subject,
        body=body,
        template_id=given.template_id,
        weight=given.weight,
        others=tuple(others),
    )


async def _own_text(
    tx: Tx, pointer: str, given: StepIn | VariantIn, thread: Thread, caller: Caller
) -> tuple[str, str]:
    """Return subject and body as they are given, or as the template has them."""
    subject, body = given.subject.strip(), given.body.strip()
    if given.template_id is None:
        return subject, body
    found = await _template(tx, given.template_id, pointer, caller)
    if thread is Thread.NEW:
        subject = subject or found.subject
    return subject, body or found.body


async def _template(tx: Tx, template_id: UUID, pointer: str, caller: Caller) -> templates.Template:
    try:
        return await templates.get_template(tx, template_id, workspace_id=caller.workspace_id)
    except NotFoundError as error:
        pointer = f"{pointer}/template_id"
        fault = FieldError(pointer, "not-found", "Give the id of one of your templates.")
        raise InvalidError("There is no such template.", [fault]) from error


def _checked(steps: list[Step]) -> list[Step]:
    faults = check(steps)
    if faults:
        raise InvalidError("The steps can't be used like this.", faults)
    return steps
