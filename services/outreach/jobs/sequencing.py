"""Sequences go on: what is due is written down for approval, and what is done with is followed.

Each turn claims a chunk with its rows locked, decides, and saves everything in one transaction: a
process that is killed leaves nothing half done, and replicas take different rows. Nothing is sent here.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from services.outreach.domain.messages import Draft, MessageState
from services.outreach.domain.prospect import Stage
from services.outreach.domain.sequences.calendars import NO_HOLIDAYS, Calendar
from services.outreach.domain.sequences.enrollment import State, ended, left_out, sent
from services.outreach.domain.sequences.going_on import (
    Decision,
    Letter,
    Situation,
    decide,
)
from services.outreach.jobs.hearing import hear
from services.outreach.jobs.plans import CHUNK, Plans, by_workspace, count_moved, plans_of
from services.outreach.jobs.turns import take_turns
from services.outreach.store import contacts, enrollments, holding, messages, prospects
from services.outreach.store.contacts import Contact
from services.outreach.store.enrolling import list_suppressed
from services.outreach.store.enrollments import Enrollment, Followed
from services.outreach.store.messages import Message
from shared import clock
from shared.db import Database, Tx

LEAD = timedelta(hours=24)
"""How long before its time a message is written, so that somebody can read and approve it."""


async def run_sequences(
    db: Database, calendar: Calendar, pause_s: float, stop: asyncio.Event
) -> None:
    """Look from time to time at what is due and what is done with."""

    async def take() -> bool:
        return await move_some(db, now=clock.now(), calendar=calendar) == CHUNK

    await take_turns(take, pause_s, stop)


async def move_some(db: Database, *, now: datetime, calendar: Calendar = NO_HOLIDAYS) -> int:
    """Move at most a chunk of each kind; returns the largest count."""
    async with db.begin() as tx:
        heard = await hear(tx, now=now, calendar=calendar)
    async with db.begin() as tx:
        followed = await follow_messages(tx, now=now, calendar=calendar)
    async with db.begin() as tx:
        gone_on = await go_on(tx, now=now)
    return max(heard, followed, gone_on)


# ---- messages that are done with ---------------------------------------------------------------------


async def follow_messages(tx: Tx, *, now: datetime, calendar: Calendar = NO_HOLIDAYS) -> int:
    """Take over what became of the messages that enrollments waited for."""
    found = await enrollments.claim_answered(tx, limit=CHUNK)
    plans = await plans_of(tx, [one.enrollment for one in found], calendar=calendar)
    after = [_after_message(one, plans, now=now) for one in found]
    await enrollments.save_enrollments(tx, after, now=now)
    count_moved(after)
    return len(found)


def _after_message(found: Followed, plans: Plans, *, now: datetime) -> Enrollment:
    one, step_no = found.enrollment, found.enrollment.open_step_no or 0
    because = one.because
    if found.message is MessageState.SENT:
        sent_at = found.sent_at or now
        next_at = plans.next_moment(one, step_no, sent_at)
        progress = sent(one.progress, step_no, sent_at=sent_at, next_at=next_at)
    elif found.message is MessageState.REJECTED:
        progress = ended(one.progress, State.BOUNCED)
        because = found.because or "The mail server of the reader refused the message."
    else:
        next_at = plans.next_moment(one, step_no, now)
        progress = left_out(one.progress, step_no, next_at=next_at)
        because = _taken_out(step_no, found.because) if progress != one.progress else because
    return replace(one, progress=progress, because=because, open_step_no=None)


def _taken_out(step_no: int, because: str | None) -> str:
    return f"The message of step {step_no} was cancelled. {because or ''}".strip()


# ---- what is due -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Around:
    """What is known around the enrollments of a chunk."""

    plans: Plans
    people: Mapping[UUID, Contact]
    suppressed: Mapping[UUID, str]
    threads: Mapping[UUID, Sequence[Message]]

    def last_sent(self, one: Enrollment) -> Message | None:
        out = [each for each in self.threads[one.enrollment_id] if each.state is MessageState.SENT]
        return out[-1] if out else None


async def go_on(tx: Tx, *, now: datetime) -> int:
    """Write down the messages that are due, and end what is over."""
    due = await enrollments.claim_due(tx, now=now, lead=LEAD, limit=CHUNK)
    if not due:
        return 0
    around = await _look_around(tx, due)
    decided = [(one, decide(_situation(one, around))) for one in due]
    drafts = [
        _draft(one, decision.letter, around, now=now)
        for one, decision in decided
        if decision.letter is not None
    ]
    await messages.add_messages(tx, drafts)
    typed = [one.enrollment_id for one in due if one.link_key is not None]
    await holding.ask_about_typed(tx, typed, now=now)
    await holding.say_of_typed(tx, typed, now=now)
    after = [_after(one, decision) for one, decision in decided]
    await enrollments.save_enrollments(tx, after, now=now)
    await _give_up(tx, after)
    count_moved(after)
    return len(due)


async def _look_around(tx: Tx, due: Sequence[Enrollment]) -> _Around:
    people: dict[UUID, Contact] = {}
    suppressed: dict[UUID, str] = {}
    for workspace_id, group in by_workspace(due).items():
        found = await contacts.get_contacts(tx, workspace_id, [one.contact_id for one in group])
        suppressed |= await list_suppressed(tx, workspace_id, list(found.values()))
        people |= found
    threads = await messages.list_by_enrollment(tx, [one.enrollment_id for one in due])
    return _Around(await plans_of(tx, due), people, suppressed, threads)


def _situation(one: Enrollment, around: _Around) -> Situation:
    plan = around.plans.plans.get(one.sequence_id)
    contact = around.people.get(one.contact_id)
    parent = around.last_sent(one)
    return Situation(
        enrollment_id=one.enrollment_id,
        progress=one.progress,
        steps=around.plans.steps_of(one),
        values=plan.values_for(contact, one.variables) if plan else {},
        is_removed=plan is None or plan.archived_at is not None,
        has_mailbox=plan is not None and plan.mailbox_address is not None,
        contact=contact.state if contact and contact.email else None,
        suppressed_because=around.suppressed.get(one.contact_id),
        thread_subject=parent.subject if parent else None,
    )


def _draft(one: Enrollment, letter: Letter, around: _Around, *, now: datetime) -> Draft:
    plan, contact = around.plans.plans[one.sequence_id], around.people[one.contact_id]
    parent = around.last_sent(one) if letter.is_reply else None
    if plan.mailbox_id is None or contact.email is None:
        raise ValueError("a letter without a mailbox or an address")
    return Draft(
        workspace_id=one.workspace_id,
        site_id=one.site_id,
        mailbox_id=plan.mailbox_id,
        contact_id=one.contact_id,
        prospect_id=one.prospect_id,
        enrollment_id=one.enrollment_id,
        step_no=letter.step_no,
        variant=letter.variant,
        to_email=contact.email,
        to_name=contact.name,
        subject=letter.subject,
        text=letter.body,
        due_at=one.progress.next_at or now,
        parent_message_id=parent.message_id if parent else None,
    )


def _after(one: Enrollment, decision: Decision) -> Enrollment:
    step_no = decision.letter.step_no if decision.letter else None
    return replace(one, progress=decision.progress, because=decision.because, open_step_no=step_no)


async def _give_up(tx: Tx, after: Sequence[Enrollment]) -> None:
    """Let the prospects of whom nobody answered be unresponsive."""
    silent = [one for one in after if one.progress.state is State.FINISHED]
    for workspace_id, group in by_workspace(silent).items():
        found = [one.prospect_id for one in group if one.prospect_id is not None]
        because = "All steps went out and nobody answered."
        await prospects.set_stage(tx, workspace_id, found, Stage.UNRESPONSIVE, because)
