"""What becomes of a placement: what was seen of its link, and what its dates say; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from shared.vocabulary import ContractState, LinkStatus, Reason

TELL_DAYS_BEFORE = (7, 2)
"""How many days before its end a placement is told of, each once."""


class Seen(StrEnum):
    """What was last concluded of the link of a placement."""

    PROMISED = "promised"
    LIVE = "live"
    MISMATCHED = "mismatched"
    LOST = "lost"


class State(StrEnum):
    """How a placement stands today: what was seen, unless its dates or a person say otherwise."""

    PROMISED = "promised"
    LIVE = "live"
    MISMATCHED = "mismatched"
    LOST = "lost"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What profile concluded about the link of a placement."""

    status: LinkStatus
    contract: ContractState | None
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """Where a conclusion takes a placement."""

    seen: Seen
    reasons: tuple[Reason, ...]


def advance(seen: Seen, reasons: Sequence[Reason], conclusion: Conclusion) -> Step:
    """Return what a conclusion makes of a placement; a look that told nothing changes nothing."""
    if conclusion.status is LinkStatus.LOST:
        return Step(Seen.LOST, conclusion.reasons)
    if conclusion.status in {LinkStatus.LIVE, LinkStatus.CHANGED}:
        if conclusion.contract is ContractState.MET:
            return Step(Seen.LIVE, ())
        if conclusion.contract is ContractState.MISMATCHED:
            return Step(Seen.MISMATCHED, conclusion.reasons)
    return Step(seen, tuple(reasons))


def state_of(seen: Seen, *, until_on: date | None, cancelled: bool, today: date) -> State:
    """Return how a placement stands today."""
    if cancelled:
        return State.CANCELLED
    if until_on is not None and until_on < today:
        return State.EXPIRED
    return State(seen.value)


def is_overdue(state: State, *, go_live_on: date | None, today: date) -> bool:
    """Whether the link should be there by now and never was."""
    return state is State.PROMISED and go_live_on is not None and go_live_on < today


def due_notice(until_on: date, *, told: int | None, today: date) -> int | None:
    """Return the notice that is due (days before the end), or None; `told` is the last one given."""
    left = (until_on - today).days
    if left < 0:
        return None
    due = [days for days in TELL_DAYS_BEFORE if left <= days and (told is None or days < told)]
    return min(due) if due else None


def first_notice_by(today: date) -> date:
    """Return the last end date for which a notice may be due."""
    return today + timedelta(days=max(TELL_DAYS_BEFORE))
