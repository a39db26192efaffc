"""What a mail server said to a letter, and what becomes of the message and its mailbox; pure.

A letter is sent again only if the server said no before it had it, or was never asked to take it. What
broke off in between is in doubt, and stays so until a person says what happened.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from services.outreach.domain.messages import Step

RETRIES = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 60, 240))
_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
# The address does not exist, or will never be read: RFC 3463 and what Microsoft and Google add.
_DEAD_ADDRESS = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.1"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_LONGEST_SAYING = 500


class Stage(StrEnum):
    """How far the handing over came."""

    CONNECT = "connect"
    SIGN_IN = "sign_in"
    SENDER = "sender"
    RECIPIENT = "recipient"
    LETTER = "letter"


class Trouble(StrEnum):
    """What speaks against the mailbox itself."""

    AUTH = "auth"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one attempt. `code` is None if the server said nothing; `saying` is shown to people."""

    stage: Stage
    code: int | None
    saying: str

    @property
    def enhanced(self) -> str:
        """Return the code of RFC 3463 that the server named, such as 5.1.1."""
        found = _ENHANCED.search(self.saying)
        return found[0] if found else ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of the message."""

    step: Step
    because: str | None = None
    again_in: timedelta | None = None
    counts_as_deferral: bool = False
    hard_bounce: bool = False
    trouble: Trouble | None = None


def judge(answer: Answer, *, deferrals: int) -> Verdict:
    """Say what becomes of a message; `deferrals` is how often servers put it off before."""
    code, saying = answer.code, answer.saying
    if code is None:
        if answer.stage is Stage.LETTER:
            return Verdict(Step.BROKEN_OFF, saying)
        return Verdict(Step.PUT_OFF, saying, again_in=RETRIES[0])
    if 200 <= code < 300:
        return Verdict(Step.TAKEN)
    if answer.stage in {Stage.CONNECT, Stage.SIGN_IN}:
        trouble = Trouble.AUTH if answer.stage is Stage.SIGN_IN and code >= 500 else None
        return Verdict(Step.PUT_OFF, saying, again_in=RETRIES[1], trouble=trouble)
    if code < 500:
        if deferrals < len(RETRIES):
            wait = RETRIES[deferrals]
            return Verdict(Step.PUT_OFF, saying, again_in=wait, counts_as_deferral=True)
        return Verdict(Step.REFUSED, f"Put off {deferrals + 1} times, given up. {saying}")
    if answer.enhanced.startswith("5.7."):
        return Verdict(Step.REFUSED, saying, trouble=Trouble.BLOCKED)
    is_dead = answer.stage is Stage.RECIPIENT and answer.enhanced in _DEAD_ADDRESS
    return Verdict(Step.REFUSED, saying, hard_bounce=is_dead)


def saying_of(code: int, text: str) -> str:
    """Return a server's words as they are shown: one line, bounded, without control characters."""
    words = " ".join(_CONTROL.sub(" ", text).split())[:_LONGEST_SAYING]
    return f"The mail server said: {code} {words}".rstrip()


# ---- when a mailbox must rest ---------------------------------------------------------------------

MOST_AUTH_FAILURES = 2
MOST_BLOCKS = 2
BOUNCES_OF = 100
_MOST_BOUNCE_SHARE = 0.03
_FEWEST_BOUNCES = 3


@dataclass(frozen=True, slots=True)
class Health:
    """What speaks against a mailbox since it was last set to work."""

    auth_failures: int = 0
    blocks: int = 0
    sent: int = 0
    bounced: int = 0
    """Of the last hundred that were sent."""

    @property
    def reason_to_rest(self) -> str | None:
        """Return why the mailbox sends no more until a person looked, or None."""
        if self.auth_failures >= MOST_AUTH_FAILURES:
            return "The mail server refused the user or the password twice."
        if self.blocks >= MOST_BLOCKS:
            return "Mail servers refused its messages as unwanted or unproven (5.7) twice."
        if self.bounced >= _FEWEST_BOUNCES and self.bounced > _MOST_BOUNCE_SHARE * self.sent:
            return f"{self.bounced} of its last {self.sent} messages went to addresses that do not exist."
        return None
