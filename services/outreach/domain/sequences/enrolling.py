"""Who may be written to with a sequence, and what keeps the others from it; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.outreach.domain.contact import ContactState
from services.outreach.domain.prospect import Stage
from services.outreach.domain.sequences import locks, steps
from services.outreach.domain.sequences.locks import Earlier, Refusal
from services.outreach.domain.sequences.steps import Written

UNABLE = {
    ContactState.BOUNCED: Refusal("bounced", "Mail to this address came back."),
    ContactState.LEFT: Refusal("left", "This person is not there any more."),
    ContactState.UNSUBSCRIBED: Refusal("unsubscribed", "This person asked not to be written to."),
}
# A placed one may be written to: its link may be gone again.
_PROSPECTS = {
    Stage.ENGAGED: Refusal("in-conversation", "You are in conversation with this prospect."),
    Stage.AGREED: Refusal("agreed", "A link is agreed with this prospect already."),
    Stage.REJECTED: Refusal("rejected", "Your team decided against this prospect."),
    Stage.DECLINED: Refusal("declined", "This prospect said no."),
    Stage.BLOCKED: Refusal("blocked", "This prospect must not be written to."),
}
NO_CONTACT = Refusal("no-contact", "There is no such contact at a prospect of this site.")
NO_PROSPECT = Refusal("no-prospect", "There is no such prospect of this site.")
NO_ADDRESS = Refusal("no-address", "No address that could be written to is known.")
NO_LINK = Refusal(
    "no-link",
    "Give page and broken as whole addresses, with https://: the link is looked at before a letter calls it dead.",
)
TWICE = Refusal("twice", "This list has somebody at this domain already.")
RACED = Refusal("locked", "Somebody at this domain was enrolled a moment ago.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What is known of somebody who would be written to."""

    state: ContactState
    stage: Stage | None
    suppressed_because: str | None
    earlier: Sequence[Earlier]
    written: Sequence[Written]


def refusal(candidate: Candidate, *, now: datetime) -> Refusal | None:
    """Return why somebody is not written to, the gravest first, or None."""
    if candidate.suppressed_because is not None:
        return Refusal("suppressed", f"Never written to: {candidate.suppressed_because}.")
    found = UNABLE.get(candidate.state)
    if found is None and candidate.stage is not None:
        found = _PROSPECTS.get(candidate.stage)
    return found or _lock(candidate.earlier, now=now) or _text(candidate.written)


def _lock(earlier: Sequence[Earlier], *, now: datetime) -> Refusal | None:
    found = [one for each in earlier if (one := locks.refusal(each, now=now)) is not None]
    return found[0] if found else None


def _text(written: Sequence[Written]) -> Refusal | None:
    found = steps.refusal(written)
    return None if found is None else Refusal(*found)
