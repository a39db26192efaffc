"""What requests and answers about sequences look like."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.outreach.domain.inbound.verdict import Intent
from services.outreach.domain.inbound.words import INTENT_WORDS
from services.outreach.domain.sequences import steps, template
from services.outreach.domain.sequences.calendars import Reader
from services.outreach.domain.sequences.enrollment import STATE_WORDS, State
from services.outreach.domain.sequences.funnel import Counts, Share, share
from services.outreach.domain.sequences.going_on import Earliest
from services.outreach.domain.sequences.playbooks import Language, Way, meaning_of
from services.outreach.domain.sequences.steps import (
    MAX_DELAY_DAYS,
    MAX_STEPS,
    MAX_WEIGHT,
    NAMES,
    Step,
    Thread,
    Written,
)
from services.outreach.domain.sequences.template import MAX_SUBJECT, MAX_TEXT, MAX_VALUE
from services.outreach.domain.sequences.variants import are_tried
from services.outreach.domain.terms import MAX_NAME
from services.outreach.store.contacts import Contact
from services.outreach.store.enrollments import Enrollment
from services.outreach.store.sequences import Plan
from shared.errors import FieldError, InvalidError
from shared.inputs import Shape, Whole

MAX_VARIABLES = template.MAX_VARIABLES
_OTHER_ANSWERS = "Other"

Name = Annotated[str, Field(min_length=1, max_length=120)]
Variable = Annotated[
    str,
    Shape(
        f"^{template.NAME.pattern}$",
        "A variable is a word in small letters, such as topic.",
    ),
]
Variables = Annotated[
    dict[Variable, Annotated[str, Field(max_length=MAX_VALUE)]], Field(max_length=MAX_VARIABLES)
]
Days = Annotated[
    Whole,
    Field(ge=0, le=MAX_DELAY_DAYS, description="Business days after the step before went out."),
]


Weight = Annotated[
    Whole,
    Field(
        ge=0,
        le=MAX_WEIGHT,
        description="How often it is taken, beside the weights of the others; 0: by nobody new.",
    ),
]


class VariantIn(BaseModel):
    """A further text of a step, tried beside the first."""

    model_config = ConfigDict(extra="forbid")

    weight: Weight = 1
    subject: str = Field(default="", max_length=MAX_SUBJECT)
    body: str = Field(default="", max_length=MAX_TEXT)
    template_id: UUID | None = Field(
        default=None, description="Where subject and body are left out, they come from here."
    )


class StepIn(BaseModel):
    """One step: its own text, or one that is taken from a template."""

    model_config = ConfigDict(extra="forbid")

    delay_days: Days = 0
    thread: Thread = Field(
        default=Thread.NEW, description="`reply` stays in the thread of the step before."
    )
    subject: str = Field(default="", max_length=MAX_SUBJECT)
    body: str = Field(default="", max_length=MAX_TEXT)
    template_id: UUID | None = Field(
        default=None, description="Where subject and body are left out, they come from here."
    )
    weight: Weight = 1
    variants: list[VariantIn] = Field(
        default=[],
        max_length=len(NAMES) - 1,
        description="Further texts to try: B, C, D. Who gets which never changes for a person.",
    )


class PlaybookIn(BaseModel):
    """Which playbook to begin with."""

    model_config = ConfigDict(extra="forbid")

    way: Way
    language: Language = Language.ENGLISH


class SequenceIn(BaseModel):
    """A new sequence, with steps of its own or those of a playbook."""

    model_config = ConfigDict(extra="forbid")

    site_id: UUID
    name: Name
    mailbox_id: UUID | None = Field(default=None, description="Needed before anybody is enrolled.")
    method: str | None = Field(
        default=None, max_length=MAX_NAME, description="How the links are got, as of placements."
    )
    campaign: str | None = Field(default=None, max_length=MAX_NAME)
    playbook: PlaybookIn | None = None
    steps: list[StepIn] | None = Field(default=None, max_length=MAX_STEPS)


class SequencePatch(BaseModel):
    """Fields to change; new steps become a new version, which those enrolled before do not get."""

    model_config = ConfigDict(extra="forbid")

    name: Name = ""
    mailbox_id: UUID | None = None
    method: str | None = Field(default=None, max_length=MAX_NAME)
    campaign: str | None = Field(default=None, max_length=MAX_NAME)
    steps: list[StepIn] = Field(default=[], max_length=MAX_STEPS)


class VariantOut(BaseModel):
    """One of the texts of a step."""

    name: str
    weight: int
    subject: str
    body: str
    template_id: UUID | None


class StepOut(BaseModel):
    step_no: int
    delay_days: int
    thread: Thread
    subject: str
    body: str
    template_id: UUID | None
    weight: int
    variants: list[VariantOut] = Field(description="The further texts, after this one, A.")


class ShareOut(BaseModel):
    """A share of those written to, with its 95 % interval; null while they are too few to say."""

    count: int
    share: float | None
    low: float | None
    high: float | None
    sentence: str


class IntentOut(BaseModel):
    """How many of the answers wanted this."""

    intent: str
    label: str
    count: int


class FunnelOut(BaseModel):
    """What became of those who were enrolled."""

    enrolled: int
    open: int = Field(description="Under way or paused.")
    sent: int = Field(description="To whom at least one message went out.")
    bounced: ShareOut
    replied: ShareOut
    agreed: ShareOut
    placed: ShareOut
    intents: list[IntentOut] = Field(description="What those who answered wanted.")


class NeedOut(BaseModel):
    """A variable that people give for each prospect."""

    name: str
    sentence: str | None = Field(description="What it stands for, in the texts of a playbook.")


class SequenceOut(BaseModel):
    """A sequence with the steps that new enrollments get, and what came of it so far."""

    sequence_id: UUID
    site_id: UUID
    name: str
    mailbox_id: UUID | None
    mailbox_address: str | None = Field(
        description="Null where no mailbox is chosen, or it is gone."
    )
    method: str | None
    campaign: str | None
    version_no: int = Field(description="The version of the steps.")
    steps: list[StepOut]
    variables: list[NeedOut] = Field(description="What has to be given for each prospect.")
    funnel: FunnelOut
    created_at: datetime
    version: int


class VersionOut(BaseModel):
    """One version of the steps."""

    version_no: int
    created_at: datetime
    created_by: str
    enrolled: int
    steps: list[StepOut]


class WrittenOut(BaseModel):
    """A text of a step as it would be sent."""

    step_no: int
    variant: str | None = Field(description="Which text it is, where several are tried.")
    delay_days: int
    on: date = Field(description="The earliest day, if the first went out now, by its mailbox.")
    left_out: list[str] = Field(description="Public holidays that do not count until then.")
    subject: str
    body: str
    missing: list[str] = Field(description="Variables without a value.")
    leftovers: list[str] = Field(description="What reads as if somebody still had to fill it in.")


class PreviewIn(BaseModel):
    """For whom the steps are shown; without anybody, with samples."""

    model_config = ConfigDict(extra="forbid")

    contact_id: UUID | None = None
    variables: Variables = {}


class PreviewOut(BaseModel):
    """The steps as they would be sent; nothing was written down."""

    steps: list[WrittenOut]
    to_email: str | None
    calendar: str = Field(description="Which days are left out between steps, and why these.")
    refusal: str | None = Field(description="What keeps these texts from being sent.")


class StateWords(BaseModel):
    label: str


class EnrollmentOut(BaseModel):
    """Somebody who is, or was, written to by a sequence."""

    enrollment_id: UUID
    sequence_id: UUID
    site_id: UUID
    version_no: int
    contact_id: UUID
    prospect_id: UUID | None
    name: str | None
    email: str | None = Field(description="Null once the contact was erased.")
    domain: str
    state: State
    words: StateWords
    because: str | None = Field(description="Why it is paused, or what ended it.")
    sent_steps: int
    awaits_step: int | None = Field(description="The step whose message is written and not sent.")
    sent_at: datetime | None
    next_at: datetime | None
    variables: dict[str, str]
    created_by_name: str
    created_at: datetime
    version: int


def one_line(field: str, text: str) -> str:
    """Return a name with its spaces put in order; raises InvalidError if nothing is left of it."""
    name = " ".join(text.split())
    if not name:
        raise InvalidError(
            "A name is needed.", [FieldError(f"/{field}", "missing", "Give a name.")]
        )
    return name


def sequence_out(plan: Plan, plan_steps: Sequence[Step], counts: Counts) -> SequenceOut:
    return SequenceOut(
        sequence_id=plan.sequence_id,
        site_id=plan.site_id,
        name=plan.name,
        mailbox_id=plan.mailbox_id,
        mailbox_address=plan.mailbox_address,
        method=plan.method,
        campaign=plan.campaign,
        version_no=plan.version_no,
        steps=[step_out(one) for one in plan_steps],
        variables=[
            NeedOut(name=name, sentence=meaning_of(name, plan.method))
            for name in steps.asked_for(plan_steps)
        ],
        funnel=funnel_out(counts),
        created_at=plan.created_at,
        version=plan.version,
    )


def step_out(step: Step) -> StepOut:
    return StepOut(
        step_no=step.step_no,
        delay_days=step.delay_days,
        thread=step.thread,
        subject=step.subject,
        body=step.body,
        template_id=step.template_id,
        weight=step.weight,
        variants=[VariantOut.model_validate(one, from_attributes=True) for one in step.others],
    )


def funnel_out(counts: Counts) -> FunnelOut:
    shares: Mapping[str, Share] = {
        name: share(getattr(counts, name), counts.sent)
        for name in ("bounced", "replied", "agreed", "placed")
    }
    return FunnelOut(
        enrolled=counts.enrolled,
        open=counts.open,
        sent=counts.sent,
        intents=[
            IntentOut(intent=intent, label=_intent_label(Intent(intent)), count=count)
            for intent, count in counts.intents.items()
        ],
        **{
            name: ShareOut.model_validate(one, from_attributes=True) for name, one in shares.items()
        },
    )


def preview_out(
    plan_steps: Sequence[Step],
    written: Sequence[Written],
    times: Mapping[int, Earliest],
    reader: Reader,
    *,
    to_email: str | None,
) -> PreviewOut:
    found = steps.refusal(written)
    by_no = {step.step_no: step for step in plan_steps}
    return PreviewOut(
        steps=[
            WrittenOut(
                step_no=one.step_no,
                variant=one.variant if are_tried(by_no[one.step_no]) else None,
                delay_days=by_no[one.step_no].delay_days,
                on=times[one.step_no].at.date(),
                left_out=list(times[one.step_no].left_out),
                subject=one.subject.text,
                body=one.body.text,
                missing=list(one.missing),
                leftovers=list(one.leftovers),
            )
            for one in written
        ],
        to_email=to_email,
        calendar=reader.sentence,
        refusal=None if found is None else found[1],
    )


def _intent_label(intent: Intent) -> str:
    return _OTHER_ANSWERS if intent is Intent.OTHER else INTENT_WORDS[intent]


def enrollment_out(one: Enrollment, contact: Contact | None) -> EnrollmentOut:
    progress = one.progress
    return EnrollmentOut(
        enrollment_id=one.enrollment_id,
        sequence_id=one.sequence_id,
        site_id=one.site_id,
        version_no=one.version_no,
        contact_id=one.contact_id,
        prospect_id=one.prospect_id,
        name=contact.name if contact else None,
        email=contact.email if contact else None,
        domain=one.domain,
        state=progress.state,
        words=StateWords(label=STATE_WORDS[progress.state]),
        because=one.because,
        sent_steps=progress.sent_no,
        awaits_step=one.open_step_no,
        sent_at=progress.sent_at,
        next_at=progress.next_at,
        variables=one.variables,
        created_by_name=one.created_by_name,
        created_at=one.created_at,
        version=one.version,
    )
