"""Words of clients' reports: its sections, its next steps, and why a part of it is missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from shared.todo import MOST
from shared.vocabulary import Todo


class Section(StrEnum):
    """A part of a report that a person may write a comment for."""

    RESULTS = "results"
    WORK = "work"
    NEXT = "next"
    PLACEMENTS = "placements"
    LINKS = "links"
    ANCHORS = "anchors"
    UNNATURAL = "unnatural"


TITLES: Mapping[Section, str] = {
    Section.RESULTS: "Results",
    Section.WORK: "Work done",
    Section.NEXT: "Next steps",
    Section.PLACEMENTS: "Agreed links",
    Section.LINKS: "Links that came, went or changed",
    Section.ANCHORS: "What the links say",
    Section.UNNATURAL: "Unnatural links",
}


@dataclass(frozen=True, slots=True)
class StepWords:
    """How a report speaks of what waits: of one, of many, and what comes next."""

    one: str
    many: str
    next: str

    def sentence(self, count: int) -> str:
        if count > MOST:
            return f"More than {MOST:,} {self.many}."
        return f"1 {self.one}." if count == 1 else f"{count:,} {self.many}."


# What only the team itself can use (alerts, mailboxes) is no step that a client reads of.
STEPS: Mapping[Todo, StepWords] = {
    Todo.TARGET_BROKEN: StepWords(
        "page of the site that others link to does not answer",
        "pages of the site that others link to do not answer",
        "Bring back what is gone, or redirect its address.",
    ),
    Todo.OFF_CONTRACT: StepWords(
        "link is not as agreed",
        "links are not as agreed",
        "Ask for what was agreed; the evidence of each is kept.",
    ),
    Todo.PLACEMENT_OVERDUE: StepWords(
        "promised link should be there by now and is not",
        "promised links should be there by now and are not",
        "Ask for what was promised.",
    ),
    Todo.PLACEMENT_EXPIRING: StepWords(
        "agreement on a link ends within a week",
        "agreements on links end within a week",
        "Renew, or let go.",
    ),
    Todo.RECOVERY: StepWords(
        "lost link may be won back",
        "lost links may be won back",
        "Ask for them, beginning with those that are worth most.",
    ),
    Todo.REVIEW: StepWords(
        "link that looks unnatural waits for a decision",
        "links that look unnatural wait for a decision",
        "Look at the evidence; doing nothing is often right.",
    ),
    Todo.MESSAGE_APPROVAL: StepWords(
        "letter is written and waits for approval",
        "letters are written and wait for approval",
        "Read them, and let them go out or not.",
    ),
    Todo.LINK_CHANGED: StepWords(
        "link is otherwise than it was",
        "links are otherwise than they were",
        "Look whether they may stay so.",
    ),
}

_WHAT: Mapping[str, str] = {
    "toxicity": "decisions about unnatural links, requests to take links out, and disavow files",
    "outreach": "agreed links, messages and answers",
}
_NOT_ALLOWED = "status-403"


def missing(service: str, code: str) -> str:
    """Say what a report lacks because a service's part did not come, and what to do."""
    what = _WHAT.get(service, "a part of the work")
    if code == _NOT_ALLOWED:
        return f"Left out, because whoever made this report may not read them: {what}."
    return f"Missing, because there was no answer when this was made: {what}. Nothing is known to be wrong; the report can be made again while it is a draft."


def origin(*, scheduled: bool, edition: int) -> str:
    """Say how a report came to be."""
    made = "Made by the schedule" if scheduled else "Made by hand"
    return f"{made}; version {edition}, a correction." if edition > 1 else f"{made}."


STATES: Mapping[str, tuple[str, str, str]] = {
    "draft": (
        "Draft",
        "Only your team sees it. Its figures stand still; what you write can be changed.",
        "Read it, write the summary, and approve it.",
    ),
    "approved": (
        "Approved",
        "It does not change any more; clients of the site may read it.",
        "Share it. Where something is wrong, make a correction: a new version that names this one.",
    ),
}
