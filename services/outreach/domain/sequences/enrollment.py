"""What becomes of one enrollment: pure, and the same in whatever order and how often it is told."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

SOFT_IS_HARD = 3
"""As many messages that could not be delivered for now count as an address that does not work."""


class State(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    COMPANY_REPLIED = "company_replied"
    BOUNCED = "bounced"
    REPLIED = "replied"
    UNSUBSCRIBED = "unsubscribed"
    COMPLAINED = "complained"


OPEN = (State.ACTIVE, State.PAUSED)
# What is known later may weigh more than what ended it, never less: the order of news does not matter.
_WEIGHT = {state: max(0, at - 1) for at, state in enumerate(State)}

STATE_WORDS: dict[State, str] = {
    State.ACTIVE: "Under way",
    State.PAUSED: "Paused",
    State.FINISHED: "All steps sent, no answer",
    State.CANCELLED: "Stopped by your team",
    State.COMPANY_REPLIED: "Somebody else there answered",
    State.BOUNCED: "Could not be delivered",
    State.REPLIED: "Answered",
    State.UNSUBSCRIBED: "Asked not to be written to",
    State.COMPLAINED: "Marked as spam",
}


class News(StrEnum):
    """What an inbound message means for an enrollment."""

    REPLY = "reply"
    COLLEAGUE_REPLY = "colleague_reply"
    HARD_BOUNCE = "hard_bounce"
    SOFT_BOUNCE = "soft_bounce"
    AWAY = "away"
    GONE = "gone"
    UNSUBSCRIBE = "unsubscribe"
    COMPLAINT = "complaint"


_ENDS = {
    News.REPLY: State.REPLIED,
    News.COLLEAGUE_REPLY: State.COMPANY_REPLIED,
    News.HARD_BOUNCE: State.BOUNCED,
    News.GONE: State.CANCELLED,
    News.UNSUBSCRIBE: State.UNSUBSCRIBED,
    News.COMPLAINT: State.COMPLAINED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an enrollment is. `sent_no` is the last step that is done with, `next_at` when the next may follow."""

    state: State = State.ACTIVE
    sent_no: int = 0
    sent_at: datetime | None = None
    next_at: datetime | None = None
    not_before: datetime | None = None
    soft_bounced: frozenset[UUID] = frozenset()

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


def ended(progress: Progress, state: State) -> Progress:
    """Return the progress after something that ends it; what weighs more than the news stays."""
    if _WEIGHT[progress.state] >= _WEIGHT[state]:
        return progress
    return replace(progress, state=state, next_at=None)


def told(
    progress: Progress, news: News, *, inbound_id: UUID, until: datetime | None = None
) -> Progress:
    """Return the progress after an inbound message.

    `until` is when somebody who is away comes back, or when a mailbox that was full may be tried
    again: no step goes out before it.
    """
    if news in _ENDS:
        return ended(progress, _ENDS[news])
    not_before = _later(progress.not_before, until)
    next_at = progress.next_at and _later(progress.next_at, not_before)
    progress = replace(progress, not_before=not_before, next_at=next_at)
    if news is not News.SOFT_BOUNCE:
        return progress
    bounced = progress.soft_bounced | {inbound_id}
    progress = replace(progress, soft_bounced=bounced)
    return ended(progress, State.BOUNCED) if len(bounced) >= SOFT_IS_HARD else progress


def sent(progress: Progress, step_no: int, *, sent_at: datetime, next_at: datetime) -> Progress:
    """Return the progress after a step went out; an older step that is told late changes nothing."""
    if step_no <= progress.sent_no:
        return progress
    due = _later(next_at, progress.not_before) if progress.is_open else None
    return replace(progress, sent_no=step_no, sent_at=sent_at, next_at=due)


def left_out(progress: Progress, step_no: int, *, next_at: datetime) -> Progress:
    """Return the progress after a step was taken out before it was sent.

    Where nothing went out yet it is over: a reminder of nothing makes no sense. Later it waits for
    somebody to say whether to go on without that step.
    """
    if progress.sent_at is None:
        return ended(progress, State.CANCELLED)
    if step_no <= progress.sent_no or not progress.is_open:
        return progress
    due = _later(next_at, progress.not_before)
    return replace(progress, state=State.PAUSED, sent_no=step_no, next_at=due)


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    if one is None or other is None:
        return one or other
    return max(one, other)
