"""Receivers of webhooks: what each is told of the events of the log; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from services.gateway.domain import outward
from services.gateway.domain.outward import Logged, Told
from shared.access import Caller
from shared.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A webhook, and how far the log was handed out to it."""

    webhook_id: UUID
    workspace_id: UUID
    types: frozenset[str]
    site_ids: frozenset[UUID] | None
    handed_seq: int = 0

    @property
    def names(self) -> frozenset[str]:
        """Return the names under which its events stand in the log."""
        return outward.stored_names(self.types) or outward.OUTWARD


@dataclass(frozen=True, slots=True)
class Message:
    """One event for one receiver, under the name that it goes by there."""

    seq: int
    event_id: UUID
    type: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that is ours to send now; `event` is None when it is no longer kept."""

    webhook_id: UUID
    message: Message
    attempts: int
    """This one included."""
    url: str
    event: Logged | None

    @property
    def body(self) -> bytes | None:
        """Return what is sent, None if there is nothing to send any more."""
        if self.event is None:
            return None
        found = _told(self.webhook_id, self.event, frozenset({self.message.type}))
        return None if found is None else found.body


def messages_for(subscriber: Subscriber, events: Iterable[Logged]) -> list[Message]:
    """Return what a receiver is told of these events."""
    told = ((one, _told(subscriber.webhook_id, one, subscriber.types)) for one in events)
    return [
        Message(event.seq, outward.event_id(event), found.name)
        for event, found in told
        if found is not None
    ]


def _told(webhook_id: UUID, event: Logged, wanted: frozenset[str]) -> Told | None:
    # A webhook sees with the eyes of an owner of its workspace: only owners set one up.
    eyes = Caller(event.workspace_id, webhook_id, "webhook", workspace_role=Role.OWNER)
    return outward.told(event, caller=eyes, wanted=wanted)
