"""The steps of a sequence: what is written, how long after the step before, in which thread."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from services.outreach.domain.sequences import template
from services.outreach.domain.sequences.calendars import EVERY_WEEKDAY, OnHoliday, Reader
from services.outreach.domain.sequences.template import MAX_SUBJECT, MAX_TEXT, Filled
from shared.errors import FieldError

MAX_STEPS = 8
MAX_DELAY_DAYS = 60
MAX_WEIGHT = 100
NAMES = ("A", "B", "C", "D")
"""What the texts of a step are called, in order."""

_SATURDAY = 5
_LONGEST = timedelta(days=366)


class Thread(StrEnum):
    """Where a step stands in the reader's mailbox."""

    REPLY = "reply"
    NEW = "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One text of a step; without a weight nobody gets it any more."""

    name: str
    weight: int = 1
    subject: str
    body: str
    template_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One planned message; a reply has no subject of its own.

    `subject` and `body` are its first text; `others` are tried beside it.
    """

    step_no: int
    delay_days: int
    thread: Thread
    subject: str
    body: str
    template_id: UUID | None = None
    weight: int = 1
    others: tuple[Variant, ...] = ()

    @property
    def first(self) -> Variant:
        return Variant(
            name=NAMES[0],
            weight=self.weight,
            subject=self.subject,
            body=self.body,
            template_id=self.template_id,
        )

    @property
    def variants(self) -> tuple[Variant, ...]:
        return (self.first, *self.others)

    @property
    def tried(self) -> tuple[Variant, ...]:
        """The texts that somebody may get."""
        return tuple(one for one in self.variants if one.weight > 0)


@dataclass(frozen=True, slots=True)
class Written:
    """A text of a step with all values in place."""

    step_no: int
    subject: Filled
    body: Filled
    variant: str = NAMES[0]

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.subject.missing + self.body.missing))

    @property
    def leftovers(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.subject.leftovers + self.body.leftovers))


def check(steps: Sequence[Step]) -> list[FieldError]:
    """Return what is wrong with the steps of a sequence."""
    if not 1 <= len(steps) <= MAX_STEPS:
        return [FieldError("/steps", "count", f"A sequence has 1 to {MAX_STEPS} steps.")]
    return [fault for at, step in enumerate(steps) for fault in _check_step(at, step)]


def _check_step(at: int, step: Step) -> list[FieldError]:
    found = []
    if at == 0 and step.thread is Thread.REPLY:
        found.append(
            FieldError("/steps/0/thread", "no-thread", "The first step begins a new thread.")
        )
    if at > 0 and step.delay_days < 1:
        found.append(
            FieldError(
                f"/steps/{at}/delay_days",
                "too-soon",
                "Wait at least one business day after a step.",
            )
        )
    return found + _check_variants(f"/steps/{at}", step)


def _check_variants(pointer: str, step: Step) -> list[FieldError]:
    wants_subject = step.thread is Thread.NEW
    pointers = [pointer, *(f"{pointer}/variants/{at}" for at in range(len(step.others)))]
    found = [
        fault
        for at, one in zip(pointers, step.variants, strict=True)
        for fault in check_text(at, one.subject, one.body, wants_subject=wants_subject)
    ]
    if not step.tried:
        found.append(
            FieldError(f"{pointer}/weight", "no-text", "Give at least one text a weight above 0.")
        )
    texts = [(one.subject.strip(), one.body.strip()) for one in step.variants]
    found += [
        FieldError(f"{at}/body", "same-text", "It reads as another text of this step.")
        for place, at in enumerate(pointers)
        if texts[place] in texts[:place]
    ]
    return found


def check_text(at: str, subject: str, body: str, *, wants_subject: bool = True) -> list[FieldError]:
    """Return what is wrong with a text; `at` is the pointer of what holds it."""
    found = []
    if wants_subject and not subject.strip():
        found.append(FieldError(f"{at}/subject", "missing", "A new thread needs a subject."))
    if not wants_subject and subject.strip():
        found.append(
            FieldError(f"{at}/subject", "not-used", "A reply keeps the subject of its thread.")
        )
    if not body.strip():
        found.append(FieldError(f"{at}/body", "missing", "Write what the message says."))
    if "\n" in subject or "\r" in subject:
        found.append(FieldError(f"{at}/subject", "lines", "A subject is one line."))
    for name, text in (("subject", subject), ("body", body)):
        found += [FieldError(f"{at}/{name}", "text", one) for one in template.faults(text)]
    return found


def write(steps: Sequence[Step], values: Mapping[str, str]) -> list[Written]:
    """Return all texts that may be sent, step by step; a reply takes the subject of its thread.

    Where the thread may begin with one of several subjects, a reply shows the first of them.
    """
    written: list[Written] = []
    subject = Filled("", (), ())
    for step in steps:
        if step.thread is Thread.NEW:
            filled = [template.fill(one.subject, values) for one in step.tried]
            subject = filled[0]
        else:
            shown = Filled(f"Re: {subject.text}", subject.missing, subject.leftovers)
            filled = [shown] * len(step.tried)
        written += [
            Written(step.step_no, each, template.fill(one.body, values), one.name)
            for one, each in zip(step.tried, filled, strict=True)
        ]
    return written


def reply_subject(subject: str) -> str:
    """Return the subject of an answer in the thread of a message."""
    return subject if subject.lower().startswith("re:") else f"Re: {subject}"[:MAX_SUBJECT]


def asked_for(steps: Sequence[Step]) -> tuple[str, ...]:
    """Return the variables of steps that people must give."""
    return template.asked_for(
        text for step in steps for one in step.tried for text in (one.subject, one.body)
    )


def refusal(written: Sequence[Written]) -> tuple[str, str] | None:
    """Return code and sentence of what keeps these steps from being sent, or None."""
    missing = dict.fromkeys(name for one in written for name in one.missing)
    if missing:
        return "missing-variables", f"There is no value for {_listed(missing)}."
    left = dict.fromkeys(text for one in written for text in one.leftovers)
    if left:
        return "leftovers", f"The text still holds {_listed(left)}."
    for one in written:
        if len(one.subject.text) > MAX_SUBJECT or len(one.body.text) > MAX_TEXT:
            return "too-long", f"Step {one.step_no} gets too long with these values."
    return None


def _listed(names: Mapping[str, None]) -> str:
    return ", ".join(f"“{name}”" for name in names)


def after_business_days(
    moment: datetime,
    days: int,
    *,
    zone: ZoneInfo,
    reader: Reader = EVERY_WEEKDAY,
    told: OnHoliday | None = None,
) -> datetime:
    """Return the same time of day, so many business days later by the clocks of a zone.

    From a weekend it counts as from the Friday before: one business day later is Monday. `told` hears
    of each public holiday that would have been a business day. However many there are, it ends.
    """
    local = moment.astimezone(zone)
    begin = day = local.date()
    while (days > 0 or _is_free(day, reader, None)) and day < begin + _LONGEST:
        day += timedelta(days=1)
        if not _is_free(day, reader, told):
            days -= 1
    moved = datetime.combine(day, local.time(), tzinfo=zone)
    return moved.astimezone(moment.tzinfo)


def _is_free(day: date, reader: Reader, told: OnHoliday | None) -> bool:
    if day.weekday() >= _SATURDAY:
        return True
    holiday = reader.holiday(day)
    if holiday is not None and told is not None:
        told(day, holiday)
    return holiday is not None
