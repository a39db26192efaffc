"""What requests and answers about conversations look like."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.outreach.domain.inbound.verdict import (
    AutoKind,
    BounceReason,
    InboundKind,
    Intent,
    MailClass,
    Match,
)
from services.outreach.domain.inbound.words import (
    AUTO_WORDS,
    CLASS_STEPS,
    CLASS_WORDS,
    INTENT_STEPS,
    INTENT_WORDS,
    REASON_WORDS,
)
from services.outreach.domain.messages import MessageState
from services.outreach.domain.removed import removed_from
from services.outreach.store.messages import Message
from services.outreach.store.threads import Inbound, Thread, ThreadState
from shared.currencies import written

MAX_REPLY = 20_000
_CLASS_OF = {
    InboundKind.DSN_DELAYED: MailClass.DELAYED,
    InboundKind.DSN_DELIVERED: MailClass.DELIVERED,
}
STATE_WORDS: dict[ThreadState, str] = {
    ThreadState.OPEN: "Waits for your answer",
    ThreadState.ANSWERED: "You answered",
    ThreadState.CLOSED: "Nothing to do",
}


class ReplyIn(BaseModel):
    """An answer; it waits for approval like every message."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=MAX_REPLY)
    subject: str | None = Field(
        default=None, min_length=1, max_length=300, description="As theirs, if left out."
    )


class CorrectionIn(BaseModel):
    """What a mail really is. What the rules said stays to be read."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["human", "auto_reply", "unsubscribe", "noreply"]
    intent: Intent | None = Field(
        default=None, description="What the person wants; only of `human`."
    )


class PriceOut(BaseModel):
    amount: Decimal
    currency: str


class MailOut(BaseModel):
    """A mail that came in, what it was taken for, and why."""

    inbound_id: UUID
    message_id: UUID = Field(description="The message of ours that it belongs to.")
    from_email: str
    from_name: str
    subject: str
    text: str = Field(description="What they wrote, without what they quoted.")
    removed: str | None = Field(description="Why nothing is left of the text; null: it is whole.")
    received_at: datetime
    kind: InboundKind
    intent: Intent | None
    auto_kind: AutoKind | None
    resume_on: date | None = Field(description="The day until which they are away.")
    price: PriceOut | None
    bounce_reason: BounceReason | None
    hard: bool
    match: Match = Field(
        description="`weak`: it names no message of ours, but comes from its reader."
    )
    is_list: bool
    decided_by: str = Field(description="The sentence or header by which it was told.")
    corrected_by: str | None
    label: str
    todo: str


class ThreadOut(BaseModel):
    """A conversation, by the newest mail that came in."""

    thread_id: UUID
    site_id: UUID
    prospect_id: UUID | None
    state: ThreadState
    state_words: str
    newest: MailOut


class MessageOut(BaseModel):
    """A message of ours."""

    message_id: UUID
    to_email: str
    subject: str
    text: str
    removed: str | None = Field(description="Why nothing is left of the text; null: it is whole.")
    state: MessageState
    because: str | None
    at: datetime


class EntryOut(BaseModel):
    """One letter of a conversation: ours or theirs."""

    direction: Literal["out", "in"]
    at: datetime
    message: MessageOut | None = None
    mail: MailOut | None = None


class ConversationOut(BaseModel):
    """A conversation with all that was written, the oldest first."""

    thread_id: UUID
    site_id: UUID
    prospect_id: UUID | None
    entries: list[EntryOut]


class ReplyOut(BaseModel):
    """The answer as it waits for approval."""

    message_id: UUID
    state: MessageState


def thread_out(thread: Thread) -> ThreadOut:
    newest = thread.newest
    return ThreadOut(
        thread_id=newest.thread_id,
        site_id=newest.site_id,
        prospect_id=newest.prospect_id,
        state=thread.state,
        state_words=STATE_WORDS[thread.state],
        newest=mail_out(newest),
    )


def mail_out(mail: Inbound) -> MailOut:
    label, todo = _words(mail)
    amount, currency = mail.price_amount, mail.price_currency
    return MailOut(
        inbound_id=mail.inbound_id,
        message_id=mail.message_id,
        from_email=mail.from_email,
        from_name=mail.from_name,
        subject=mail.subject,
        text=mail.text,
        removed=removed_from(mail.text, emptied_at=mail.emptied_at),
        received_at=mail.received_at,
        kind=mail.kind,
        intent=mail.intent,
        auto_kind=None if mail.auto_kind is None else AutoKind(mail.auto_kind),
        resume_on=mail.resume_on,
        price=None
        if amount is None or currency is None
        else PriceOut(amount=Decimal(written(amount, currency)), currency=currency),
        bounce_reason=None if mail.bounce_reason is None else BounceReason(mail.bounce_reason),
        hard=mail.hard,
        match=mail.match,
        is_list=mail.is_list,
        decided_by=mail.sentence,
        corrected_by=mail.corrected_by,
        label=label,
        todo=todo,
    )


def _words(mail: Inbound) -> tuple[str, str]:
    mail_class = _CLASS_OF.get(mail.kind) or MailClass(mail.kind)
    if mail.kind is InboundKind.HUMAN and mail.intent is not None:
        return INTENT_WORDS[mail.intent], INTENT_STEPS[mail.intent]
    label, todo = CLASS_WORDS[mail_class], CLASS_STEPS[mail_class]
    if mail.kind is InboundKind.AUTO_REPLY and mail.auto_kind is not None:
        label = AUTO_WORDS[AutoKind(mail.auto_kind)]
    if mail.bounce_reason is not None:
        label = REASON_WORDS[BounceReason(mail.bounce_reason)]
    return label, todo


def entries_of(messages: list[Message], mails: list[Inbound]) -> list[EntryOut]:
    out = [
        EntryOut(direction="out", at=at, message=_message(one, at))
        for one in messages
        for at in [one.sent_at or one.created_at]
    ]
    came = [EntryOut(direction="in", at=one.received_at, mail=mail_out(one)) for one in mails]
    return sorted([*out, *came], key=lambda entry: entry.at)


def _message(one: Message, at: datetime) -> MessageOut:
    return MessageOut(
        message_id=one.message_id,
        to_email=one.to_email,
        subject=one.subject,
        text=one.text,
        removed=removed_from(one.text, emptied_at=one.emptied_at, is_erased=not one.to_email),
        state=one.state,
        because=one.because,
        at=at,
    )
