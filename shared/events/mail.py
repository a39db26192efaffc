"""What became of messages to people of other sites; never for clients (see the gateway's outward)."""

from typing import ClassVar
from uuid import UUID

from shared.events.envelope import Event


class MessageEvent(Event):
    """Something happened to one message to one contact."""

    publisher: ClassVar[str] = "outreach"
    consumers: ClassVar[tuple[str, ...]] = ("gateway",)
    outward: ClassVar[bool] = True

    message_id: UUID
    mailbox_id: UUID
    contact_id: UUID | None = None
    prospect_id: UUID | None = None
    enrollment_id: UUID | None = None
    step_no: int | None = None

    about: ClassVar[tuple[str, str]] = ("message", "message_id")


class MessageApproved(MessageEvent):
    """A person approved a message as it stands; it goes out when it is due."""

    name: ClassVar[str] = "message.approved"

    approved_by: str


class MessageSent(MessageEvent):
    """A mail server took a message, or a person said that it did."""

    name: ClassVar[str] = "message.sent"


class MessageFailed(MessageEvent):
    """A message will not go out: a mail server refused it for good."""

    name: ClassVar[str] = "message.failed"

    because: str
    hard_bounce: bool = False
    """Whether the address does not exist."""


class MessageBounced(MessageEvent):
    """A message that had been taken came back, or was marked as spam; `hard`: it is never written again."""

    name: ClassVar[str] = "message.bounced"

    reason: str
    hard: bool
    status: str | None = None
    """The enhanced code of RFC 3463, if one was named."""


class ReplyReceived(MessageEvent):
    """A person answered a message."""

    name: ClassVar[str] = "reply.received"

    inbound_id: UUID
    thread_id: UUID
    intent: str
    sentence: str = ""
    """The sentence by which the intent was told."""
    sure: bool = True
    """Whether the answer names our message, and does not only come from its reader."""


class ContactUnsubscribed(Event):
    """Somebody asked for no more mail; the address is suppressed in the whole workspace."""

    name: ClassVar[str] = "contact.unsubscribed"
    publisher: ClassVar[str] = "outreach"
    consumers: ClassVar[tuple[str, ...]] = ("gateway",)
    outward: ClassVar[bool] = True

    contact_id: UUID | None = None
    contact_email: str
    message_id: UUID | None = None
    """The message of ours by which they asked."""

    about: ClassVar[tuple[str, str]] = ("contact", "contact_email")
