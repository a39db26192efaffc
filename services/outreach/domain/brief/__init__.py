"""Briefs: what a writer needs to know to make the text that carries a link; pure."""

from enum import StrEnum


class BriefState(StrEnum):
    """How far a brief has come; an edit of what it says takes it back to draft."""

    DRAFT = "draft"
    APPROVED = "approved"
    SENT = "sent"
    DONE = "done"
