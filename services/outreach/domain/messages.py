"""What may become of a message: every step there is, from which states, to which; pure.

Nothing leaves `pending_approval` but by a person, and nothing that may have been sent is sent again
by itself: from `in_doubt` only a person leads on, to be approved anew, or proof that it was sent.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

import orjson


class MessageState(StrEnum):
    PENDING_APPROVAL = "pending_approval"
    APPROVED = "approved"
    SENDING = "sending"
    SENT = "sent"
    REJECTED = "rejected"
    IN_DOUBT = "in_doubt"
    CANCELLED = "cancelled"


class Step(StrEnum):
    """What can happen to a message."""

    APPROVE = "approve"
    EDIT = "edit"
    CLAIM = "claim"
    TAKEN = "taken"
    PUT_OFF = "put_off"
    REFUSED = "refused"
    BROKEN_OFF = "broken_off"
    CANCEL = "cancel"
    SAY_SENT = "say_sent"
    SAY_UNSENT = "say_unsent"


@dataclass(frozen=True, slots=True)
class Move:
    """From which states a step is taken, and to which one it leads."""

    sources: frozenset[MessageState]
    target: MessageState


_S = MessageState
OPEN = frozenset({_S.PENDING_APPROVAL, _S.APPROVED})
"""What is not on its way yet, so that it can be changed or cancelled."""

MOVES: Mapping[Step, Move] = {
    Step.APPROVE: Move(frozenset({_S.PENDING_APPROVAL}), _S.APPROVED),
    Step.EDIT: Move(OPEN, _S.PENDING_APPROVAL),
    Step.CLAIM: Move(frozenset({_S.APPROVED}), _S.SENDING),
    # The server's word may come after the lease ran out: it still ends the doubt.
    Step.TAKEN: Move(frozenset({_S.SENDING, _S.IN_DOUBT}), _S.SENT),
    Step.PUT_OFF: Move(frozenset({_S.SENDING}), _S.APPROVED),
    Step.REFUSED: Move(frozenset({_S.SENDING, _S.IN_DOUBT}), _S.REJECTED),
    Step.BROKEN_OFF: Move(frozenset({_S.SENDING}), _S.IN_DOUBT),
    Step.CANCEL: Move(OPEN, _S.CANCELLED),
    Step.SAY_SENT: Move(frozenset({_S.IN_DOUBT}), _S.SENT),
    Step.SAY_UNSENT: Move(frozenset({_S.IN_DOUBT}), _S.PENDING_APPROVAL),
}


def can(state: MessageState, step: Step) -> bool:
    return state in MOVES[step].sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message that is to be written down, for a person to approve."""

    workspace_id: UUID
    site_id: UUID
    mailbox_id: UUID
    contact_id: UUID | None = None
    prospect_id: UUID | None = None
    enrollment_id: UUID | None = None
    step_no: int | None = None
    variant: str | None = None
    """Which text of the step it is, where several are tried."""
    to_email: str
    to_name: str | None = None
    subject: str
    text: str
    due_at: datetime
    parent_message_id: UUID | None = None
    """The message of ours that it follows up."""
    answers: Sequence[str] = ()
    """The Message-IDs of the mail that it answers, the oldest first."""


class Body(Protocol):
    """What a reader gets, from whom, and in which thread."""

    @property
    def mailbox_id(self) -> UUID: ...
    @property
    def to_email(self) -> str: ...
    @property
    def to_name(self) -> str | None: ...
    @property
    def subject(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def parent_message_id(self) -> UUID | None: ...
    @property
    def answers(self) -> Sequence[str]: ...


def hash_of(body: Body) -> str:
    """Return what an approval is bound to: whatever is changed of it must be approved anew."""
    parts = (
        *(body.mailbox_id, body.to_email, body.to_name, body.subject, body.text),
        *(body.parent_message_id, list(body.answers)),
    )
    return hashlib.sha256(orjson.dumps(parts, default=str)).hexdigest()
