"""Never twice: who in a workspace may not be written to now, because somebody is or was."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.outreach.domain.sequences.enrollment import OPEN, State
from shared import words

COOL_DOWN = timedelta(days=100)
COOL_DOWN_AFTER_NO = timedelta(days=365)
_SILENT = (State.BOUNCED,)
"""What ended so was read by nobody there, so the others at the domain are not tired of us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """An enrollment of the same person or domain, as far as the caller may know of it."""

    is_person: bool
    state: State
    sequence: str | None
    """None where the caller may not see the site that it belongs to."""
    by: str | None
    started_at: datetime
    sent_at: datetime | None
    said_no: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    code: str
    sentence: str


def refusal(earlier: Earlier, *, now: datetime) -> Refusal | None:
    """Return why an earlier enrollment forbids a new one, or None."""
    if earlier.state in OPEN:
        return Refusal(
            "locked", f"{_whom(earlier)} is being written to already, {_who(earlier, now)}."
        )
    if earlier.sent_at is None or (earlier.state in _SILENT and not earlier.is_person):
        return None
    if earlier.state in _SILENT:
        return Refusal("bounced", "Mail to this address came back.")
    pause = COOL_DOWN_AFTER_NO if earlier.said_no else COOL_DOWN
    again_at = earlier.sent_at + pause
    if again_at <= now:
        return None
    what = "said no" if earlier.said_no else "was written to"
    until = f"not again before {words.day(again_at, now=now)}"
    return Refusal("cooling-down", f"{_whom(earlier)} {what}, {_who(earlier, now)}; {until}.")


def _whom(earlier: Earlier) -> str:
    return "This person" if earlier.is_person else "Somebody at this domain"


def _who(earlier: Earlier, now: datetime) -> str:
    """Return when, in which sequence and by whom."""
    when = words.day(earlier.sent_at or earlier.started_at, now=now)
    if earlier.sequence is None:
        return f"{when}, for another site of your workspace"
    by = f" by {earlier.by}" if earlier.by else ""
    return f"{when}, in “{earlier.sequence}”{by}"
