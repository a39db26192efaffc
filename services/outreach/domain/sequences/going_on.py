"""How an enrollment goes on when its time has come: the next message, an end, or a pause; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from services.outreach.domain.contact import ContactState
from services.outreach.domain.sequences import steps as planned
from services.outreach.domain.sequences.calendars import (
    EVERY_WEEKDAY,
    Holiday,
    OnHoliday,
    Reader,
    left_out,
)
from services.outreach.domain.sequences.enrolling import UNABLE
from services.outreach.domain.sequences.enrollment import Progress, State, ended
from services.outreach.domain.sequences.steps import Step, Thread
from services.outreach.domain.sequences.variants import are_tried, chosen, written_for

LAST_WAIT_DAYS = 5
"""Business days after the last message before silence is taken for an answer."""

_ENDS = {
    ContactState.BOUNCED: State.BOUNCED,
    ContactState.UNSUBSCRIBED: State.UNSUBSCRIBED,
    ContactState.LEFT: State.CANCELLED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that the next step of an enrollment depends on."""

    enrollment_id: UUID
    progress: Progress
    steps: Sequence[Step]
    values: Mapping[str, str]
    is_removed: bool
    """Whether the sequence or its site is gone."""
    has_mailbox: bool
    contact: ContactState | None
    """None where the contact was erased."""
    suppressed_because: str | None
    thread_subject: str | None
    """The subject of the last message that went out."""


@dataclass(frozen=True, slots=True)
class Letter:
    """The message of a step, ready to be read by whoever approves it."""

    step_no: int
    subject: str
    body: str
    is_reply: bool
    variant: str | None = None
    """Which text it is, where several are tried."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The progress from now on and why, or the letter to be written down."""

    progress: Progress
    because: str | None = None
    letter: Letter | None = None


def decide(situation: Situation) -> Decision:
    """Say how an enrollment goes on; what forbids to write comes before what is to be written."""
    over = _end(situation)
    if over is not None:
        return Decision(ended(situation.progress, over[0]), over[1])
    if not situation.has_mailbox:
        return _pause(
            situation, "The mailbox is gone. Choose another for the sequence, then go on."
        )
    step_no = situation.progress.sent_no + 1
    theirs = written_for(situation.steps, situation.enrollment_id)
    written = planned.write(theirs, situation.values)[step_no - 1]
    fault = planned.refusal([written])
    if fault is not None:
        return _pause(situation, fault[1])
    step = situation.steps[step_no - 1]
    is_reply = step.thread is Thread.REPLY and situation.thread_subject is not None
    subject = written.subject.text
    if is_reply and situation.thread_subject is not None:
        subject = planned.reply_subject(situation.thread_subject)
    variant = chosen(step, situation.enrollment_id).name if are_tried(step) else None
    letter = Letter(step_no, subject, written.body.text, is_reply, variant)
    return Decision(replace(situation.progress, next_at=None), None, letter)


def _end(situation: Situation) -> tuple[State, str] | None:
    if situation.is_removed:
        return State.CANCELLED, "The sequence was removed."
    if situation.contact is None:
        return State.CANCELLED, "The contact was removed."
    if situation.contact in _ENDS:
        return _ENDS[situation.contact], UNABLE[situation.contact].sentence
    if situation.suppressed_because is not None:
        return State.CANCELLED, f"Never written to: {situation.suppressed_because}."
    if situation.progress.sent_no >= len(situation.steps):
        return State.FINISHED, "All steps went out and nobody answered."
    return None


def _pause(situation: Situation, because: str) -> Decision:
    return Decision(replace(situation.progress, state=State.PAUSED), because)


def next_moment(
    steps: Sequence[Step],
    step_no: int,
    done_at: datetime,
    *,
    zone: ZoneInfo,
    reader: Reader = EVERY_WEEKDAY,
    told: OnHoliday | None = None,
) -> datetime:
    """Return when the step after this one is due, or when nobody is waited for any more."""
    is_last = step_no >= len(steps)
    days = LAST_WAIT_DAYS if is_last else steps[step_no].delay_days
    return planned.after_business_days(done_at, days, zone=zone, reader=reader, told=told)


@dataclass(frozen=True, slots=True)
class Earliest:
    """When a step can go out at the earliest, and which days were left out for it."""

    at: datetime
    left_out: tuple[str, ...]


def earliest(
    steps: Sequence[Step], start: datetime, *, zone: ZoneInfo, reader: Reader
) -> dict[int, Earliest]:
    """Return by step when each can go out, if the first goes at a moment and all are approved in time."""
    at, found = start, {1: Earliest(start.astimezone(zone), ())}
    for step in steps[:-1]:
        days = list[str]()
        at = next_moment(
            steps,
            step.step_no,
            at,
            zone=zone,
            reader=reader,
            told=partial(_note, days),
        )
        found[step.step_no + 1] = Earliest(at.astimezone(zone), tuple(days))
    return found


def _note(days: list[str], day: date, holiday: Holiday) -> None:
    days.append(left_out(day, holiday))
