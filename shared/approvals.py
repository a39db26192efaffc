"""What waits for a person's word: each service names its own, the gateway makes one list of all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel

MOST = 200
"""Of one service in one answer, those that wait longest first."""
MOST_SITES = 1_000


class ApprovalKind(StrEnum):
    """What waits, the most pressing first."""

    MESSAGE = "message"
    DISAVOW = "disavow"
    REMOVAL_LETTERS = "removal_letters"
    BRIEF = "brief"
    PLAN = "plan"
    CALIBRATION = "calibration"
    REPORT = "report"


class WaitingWord(BaseModel):
    """One thing that waits, as its service tells the gateway."""

    kind: ApprovalKind
    id: UUID
    site_id: UUID
    domain: str
    title: str
    since: datetime
    may: bool
    """Whether this caller may say yes."""
    place: str
    """Where the console shows it, below the site."""
    hash: str | None = None
    """What a yes is bound to."""


@dataclass(frozen=True, slots=True)
class ApprovalWords:
    """What a person reads: what it is, what a yes does, and who may say it."""

    label: str
    will: str
    who: str


WORDS: Mapping[ApprovalKind, ApprovalWords] = {
    ApprovalKind.MESSAGE: ApprovalWords(
        "Message to another site",
        "It goes out exactly as it stands, when it is due and its mailbox may send.",
        "A person who is an editor of the site and has read it.",
    ),
    ApprovalKind.DISAVOW: ApprovalWords(
        "Large disavow file",
        "The next version of the file is built; nothing goes to Google before a person uploads it.",
        "A second editor of the site; whoever confirmed it first cannot be both.",
    ),
    ApprovalKind.REMOVAL_LETTERS: ApprovalWords(
        "Letters that ask for removal",
        "Nothing is sent from here: you send each from a mailbox of your own and write it into the log.",
        "An editor of the site.",
    ),
    ApprovalKind.BRIEF: ApprovalWords(
        "Brief for a writer",
        "It can be given to a writer, and a placement can be made of it.",
        "An editor of the site.",
    ),
    ApprovalKind.PLAN: ApprovalWords(
        "Links of the plan that nobody has begun",
        "Nothing happens by itself: choose a prospect, or have a brief written for each.",
        "An editor of the site.",
    ),
    ApprovalKind.CALIBRATION: ApprovalWords(
        "Change of how links are judged",
        "Links of this site are judged anew, closer to what your people decided.",
        "An editor of the site.",
    ),
    ApprovalKind.REPORT: ApprovalWords(
        "Report for a client",
        "It can be shared as it stands and never changes again.",
        "A person who is an editor of the site.",
    ),
}
