"""The shapes of messages in requests and answers."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.outreach.api.prospect_shapes import WordsOut, words_of
from services.outreach.domain.address import MAX_ADDRESS
from services.outreach.domain.messages import MessageState
from services.outreach.domain.removed import removed_from
from services.outreach.domain.sequences.template import MAX_SUBJECT, MAX_TEXT
from services.outreach.store.messages import Message
from shared import mail_words
from shared.inputs import Moment

MAX_AT_ONCE = 200

_Subject = Annotated[str, Field(min_length=1, max_length=MAX_SUBJECT)]
_Text = Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]
_Name = Annotated[str | None, Field(default=None, max_length=200)]


class MessageIn(BaseModel):
    """A message that a person writes to one reader."""

    model_config = ConfigDict(extra="forbid")

    site_id: UUID
    mailbox_id: UUID
    to_email: str = Field(min_length=3, max_length=MAX_ADDRESS)
    to_name: _Name
    subject: _Subject
    text: _Text
    contact_id: UUID | None = None
    prospect_id: UUID | None = None
    parent_message_id: UUID | None = Field(
        default=None, description="The message of yours that it follows up."
    )
    due_at: Moment | None = Field(default=None, description="Not before; left out: now.")


class MessagePatch(BaseModel):
    """What may be changed before it goes out; any change must be approved anew."""

    model_config = ConfigDict(extra="forbid")

    mailbox_id: UUID = UUID(int=0)
    to_name: _Name
    subject: _Subject = "x"
    text: _Text = "x"
    due_at: Moment | None = None


class MessageOut(BaseModel):
    """A message as its reader gets it, and how far it is."""

    message_id: UUID
    site_id: UUID
    mailbox_id: UUID
    from_email: str | None = Field(description="null: its mailbox was removed.")
    contact_id: UUID | None
    prospect_id: UUID | None
    enrollment_id: UUID | None
    step_no: int | None
    variant: str | None = Field(description="Which text of the step, where several are tried.")
    to_email: str
    to_name: str | None
    subject: str
    text: str
    removed: str | None = Field(description="Why nothing is left of the text; null: it is whole.")
    footer: str = Field(description="What stands below the text in every letter.")
    hash: str = Field(description="What an approval is bound to: all that the reader gets.")
    parent_message_id: UUID | None
    state: MessageState
    words: WordsOut
    because: str | None
    sent_look: str | None = Field(
        description="Of one in doubt: what the last look into the mailbox's Sent folder showed."
    )
    due_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    attempts: int
    sent_at: datetime | None
    rfc_message_id: str | None
    created_at: datetime
    version: int


def message_out(message: Message, *, from_email: str | None, footer: str) -> MessageOut:
    return MessageOut(
        message_id=message.message_id,
        site_id=message.site_id,
        mailbox_id=message.mailbox_id,
        from_email=from_email,
        contact_id=message.contact_id,
        prospect_id=message.prospect_id,
        enrollment_id=message.enrollment_id,
        step_no=message.step_no,
        variant=message.variant,
        to_email=message.to_email,
        to_name=message.to_name,
        subject=message.subject,
        text=message.text,
        removed=removed_from(
            message.text, emptied_at=message.emptied_at, is_erased=not message.to_email
        ),
        footer=footer,
        hash=message.body_hash,
        parent_message_id=message.parent_message_id,
        state=message.state,
        words=words_of(mail_words.MESSAGES[message.state]),
        because=message.because,
        sent_look=message.sent_look,
        due_at=message.due_at,
        approved_by=message.approved_by_name,
        approved_at=message.approved_at,
        attempts=message.attempts,
        sent_at=message.sent_at,
        rfc_message_id=message.rfc_message_id,
        created_at=message.created_at,
        version=message.version,
    )


class Read(BaseModel):
    """A message that was read, and as what."""

    model_config = ConfigDict(extra="forbid")

    message_id: UUID
    hash: str = Field(min_length=1, max_length=128)


class ApproveIn(BaseModel):
    """Messages to approve, each with the hash of what was read."""

    model_config = ConfigDict(extra="forbid")

    messages: list[Read] = Field(min_length=1, max_length=MAX_AT_ONCE)


class Refused(BaseModel):
    message_id: UUID
    because: str


class ApprovedOut(BaseModel):
    """What was approved, and what was not."""

    approved: list[UUID]
    refused: list[Refused]


class ResolveIn(BaseModel):
    """What a person found out about a message in doubt."""

    model_config = ConfigDict(extra="forbid")

    outcome: Literal["sent", "unsent"]
